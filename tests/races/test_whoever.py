"""Sixty-four clients who name nobody: each gets whom the rule names at that moment."""

from collections.abc import Callable

import pytest

from models.whom import Given, whom
from races import clients
from races.ground import LIMITS, Ground
from races.racing import Crowd
from support.counts import count

ALONE = ('off = "fri"\nper_day = 8', 'off = "fri"')  # nothing of theirs is counted
STAFF = ["ana", "ben"]
DAYS = (0, 1, 4, 5)  # two of each of two weeks


@pytest.mark.parametrize("rule", ["least busy", "round robin"])
def test_the_rule_holds_in_a_crowd(crowd: Crowd, ground: Callable[..., Ground], rule: str) -> None:
    """Read in the order in which they were given, each booking is with whom the model names."""
    here = ground((LIMITS, ""), ALONE, ('grid = "15 min"', f'grid = "15 min"\nanyone = "{rule}"'))
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
    assert set(result.answers) <= {"booked", "refused taken", ""}
    given = _given(here)
    assert len(given) == result.of("booked") >= count(20, 45)
    assert {one.who for one in given if not one.asked} == set(STAFF)
    for number, one in enumerate(given):
        if not one.asked:
            assert one.who == _expected(here, rule, given[:number], one), (number, one)


def _given(here: Ground) -> list[Given]:
    """Return the bookings in the order in which they were given."""
    rows = here.ask(
        "SELECT b.id, r.key, b.person_id, b.starts_at, lower(a.during), upper(a.during),"
        " b.policy ->> 'provider' IS NOT NULL FROM bookings b"
        " JOIN allocations a ON a.booking_id = b.id AND a.active"
        " JOIN resources r ON r.id = a.resource_id ORDER BY b.id"
    )
    return [Given(row[0], "haircut", *row[1:]) for row in rows]


def _expected(here: Ground, rule: str, book: list[Given], one: Given) -> str:
    """Return the first whom the rule names that was free."""
    order = whom(rule, STAFF, book, one, now=here.day(0), zone=here.business.zone)
    busy = {o.who for o in book if o.since < one.until and one.since < o.until}
    return next(who for who in order if who not in busy)
