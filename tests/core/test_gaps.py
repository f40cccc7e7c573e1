"""Starts that leave no gap too short to be of use, worked out by hand; a search marks them."""

from collections.abc import Callable

import pytest

from core import finding
from core.booking import Held
from core.finding import Search
from core.gaps import tidy
from core.rules import Service
from core.span import Span
from models.desk import NO_LIMITS, Desk

Open = Callable[..., Desk]
CUT = Service(1, "cut", {}, 30, after=10)  # forty minutes with its buffer


def bits(*spans: tuple[int, int]) -> int:
    return sum((1 << end) - (1 << start) for start, end in spans)


@pytest.mark.parametrize(
    ("free", "least", "fine"),
    [
        ((100, 140), 30, [100]),  # nothing is left
        ((100, 180), 30, [100, 140, 150]),  # forty, or fifty with the buffer after closing
        ((100, 170), 30, [100, 130, 140]),  # exactly thirty are enough
        ((100, 169), 30, [139]),
        ((100, 200), 30, [100, 130, 160, 170]),
        ((100, 130), 30, [100]),  # the buffer lies after closing
        ((100, 141), 1, [100, 101, 111]),  # a minute is as good as any
    ],
)
def test_what_is_left_on_either_side(free: tuple[int, int], least: int, fine: list[int]) -> None:
    """Nothing or enough, before and behind, of an hour or so that is all there is.

    Looked at are the starts with which the buffer is within it, or all after it.
    """
    last = free[1] - CUT.minutes
    found = tidy(bits(free), CUT, least, every=bits((0, 400)))
    fits = [*range(free[0], last - CUT.after + 1), last]
    assert [start for start in fits if found >> start & 1] == fine


def found(desk: Desk, provider: str | None, service: str = "haircut") -> tuple[list[str], ...]:
    """Return Tuesday's starts until noon: the tidy ones, and the others."""
    with desk.session() as session:
        business = desk.business
        by = business.provider_named(provider).id if provider else None
        slots = finding.free(
            session,
            business=business,
            search=Search(business.service_named(service), provider=by),
            windows=[Span(desk.at("00:00"), desk.at("12:00"))],
            now=session.now,
            limit=400,
        )
    shown = [(f"{slot.start.astimezone(business.zone):%H:%M}", slot.tidy) for slot in slots]
    return [at for at, neat in shown if neat], [at for at, neat in shown if not neat]


AVOIDED = ["09:15", "09:30", "11:00", "11:15"]  # beside a booking from 10:15, under half an hour


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    """Open Juniper, where gaps under half an hour are avoided, and book Ana at a quarter past."""
    made = open_desk("juniper", NO_LIMITS, ('grid = "15 min"', 'grid = "15 min"\ngaps = "30 min"'))
    made.booked("haircut", made.at("10:15"), provider="ana")
    return made


def test_beside_a_booking(desk: Desk) -> None:
    """From 10:15 to 10:55 Ana is taken, and from one on she is at lunch."""
    fine, others = found(desk, "ana")
    assert fine == ["09:00", "11:30", "11:45"]
    assert others == AVOIDED


def test_the_day_of_whoever_comes_first(desk: Desk) -> None:
    """Where Ana is free hers is the day that counts; where she is not it is Ben's."""
    fine, others = found(desk, None)
    assert fine == [
        *("09:00", "09:45", "10:00", "10:15", "10:30", "10:45"),  # in the middle of it Ben's
        *("11:30", "11:45"),
    ]
    assert others == ["09:15", "09:30", "11:00", "11:15"]


def test_a_time_that_leaves_one_can_be_had(desk: Desk) -> None:
    """Whoever asks for it gets it."""
    assert isinstance(desk.hold("haircut", desk.at("09:15"), provider="ana"), Held)


def test_where_nothing_is_avoided_all_are_tidy(open_desk: Open) -> None:
    """Without the rule nothing is told apart."""
    desk = open_desk("juniper", NO_LIMITS)
    desk.booked("haircut", desk.at("10:15"), provider="ana")
    assert found(desk, "ana")[1] == []


GAPS = ('grid = "15 min"', 'grid = "15 min"\ngaps = "30 min"')
OWN = ('price = "35.00"', 'price = "35.00"\ngaps = "{}"')


@pytest.mark.parametrize(
    ("rule", "own", "others"),
    [(GAPS, "15 min", ["09:30", "11:00"]), (GAPS, "0 min", []), (OWN, "30 min", AVOIDED)],
)
def test_a_service_has_its_own(
    open_desk: Open, rule: tuple[str, str], own: str, others: list[str]
) -> None:
    """Shorter than the business's, none at all, or one where the business has none."""
    mine = (OWN[0], OWN[1].format(own))
    desk = open_desk("juniper", NO_LIMITS, *([mine] if rule is OWN else [rule, mine]))
    desk.booked("haircut", desk.at("10:15"), provider="ana")
    assert found(desk, "ana")[1] == others
