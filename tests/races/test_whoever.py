"""Sixty-four clients who name nobody: each gets whom the rule names at that moment."""

from collections import Counter
from collections.abc import Callable

import pytest

from models.whom import Given, whom
from races import clients
from races.ground import LIMITS, Ground
from races.racing import Crowd
from support.counts import count

MANY = 1000
STAFF = ["ana", "ben"]
DAYS = (0, 1, 4, 5)  # two of each of two weeks


@pytest.mark.parametrize(
    ("rule", "most"), [("least busy", MANY), ("least busy", 5), ("round robin", MANY)]
)
def test_the_rule_holds_in_a_crowd(
    crowd: Crowd, ground: Callable[..., Ground], rule: str, most: int
) -> None:
    """Read in the order in which they were given, each booking is with whom the model names.

    Ben may have a most of bookings a day, which he never has more than.
    """
    limit = ("per_day = 8", "" if most == MANY else f"per_day = {most}")
    here = ground((LIMITS, ""), limit, ('grid = "15 min"', f'grid = "15 min"\nanyone = "{rule}"'))
    morning = [s for day in DAYS for s in here.starts(day, 7)]
    late = [s for day in DAYS for s in here.starts(day, 32)[16:]]
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=17,
        attempts=count(4, 30),
        people=here.people,
        services=["haircut"],
        providers=[None, None, "ana"],
        starts=[*morning, *late],
    )
    here.check(result)
    assert set(result.answers) <= {"booked", "refused taken", "refused day_limit"}
    given = _given(here)
    assert len(given) == result.of("booked") >= count(20, 45)
    assert {one.who for one in given if not one.asked} == set(STAFF)
    for number, one in enumerate(given):
        if not one.asked:
            assert one.who == _expected(here, rule, most, given[:number], one), (number, one)
    assert max(Counter(one.start.date() for one in given if one.who == "ben").values()) <= most


def _given(here: Ground) -> list[Given]:
    """Return the bookings in the order in which they were given."""
    rows = here.ask(
        "SELECT b.id, r.key, b.person_id, b.starts_at, lower(a.during), upper(a.during),"
        " b.policy ->> 'provider' IS NOT NULL FROM bookings b"
        " JOIN allocations a ON a.booking_id = b.id AND a.active"
        " JOIN resources r ON r.id = a.resource_id ORDER BY b.id"
    )
    return [Given(row[0], "haircut", *row[1:]) for row in rows]


def _expected(here: Ground, rule: str, most: int, book: list[Given], one: Given) -> str:
    """Return the first whom the rule names that was free and not at his limit."""
    order = whom(rule, STAFF, book, one, now=here.day(0), zone=here.business.zone)
    busy = {o.who for o in book if o.since < one.until and one.since < o.until}
    today = sum(o.who == "ben" and o.start.date() == one.start.date() for o in book)
    full = {"ben"} if today >= most else set[str]()
    return next(who for who in order if who not in busy | full)
