"""Services that start at times of their own, or on a grid of their own."""

from collections.abc import Callable

import pytest

from core import finding
from core.booking import Held
from core.finding import Search
from core.refusals import Refusal
from core.span import DAY, Span
from models.desk import NO_LIMITS, Desk

STARTS = ('length = "30 min"', 'length = "30 min"\nstarts = { tue-wed = ["9:00", "14:30"] }')
GRID = ('length = "30 min"', 'length = "30 min"\ngrid = "60 min"')


def found(desk: Desk, service: str) -> list[str]:
    """Return the starts that a search of Tuesday and Wednesday finds."""
    with desk.session() as session:
        slots = finding.free(
            session,
            business=desk.business,
            search=Search(desk.business.service_named(service)),
            windows=[Span(desk.at("00:00"), desk.at("00:00") + 3 * DAY)],
            now=session.now,
            limit=400,
        )
    return [f"{slot.start.astimezone(desk.business.zone):%a %H:%M}" for slot in slots]


@pytest.fixture
def fixed(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk("juniper", NO_LIMITS, STARTS)


def test_it_starts_then_and_never_else(fixed: Desk) -> None:
    """The search finds the fixed starts only, and a hold of another time hears them."""
    assert found(fixed, "haircut") == ["Tue 09:00", "Tue 14:30", "Wed 09:00", "Wed 14:30"]
    assert isinstance(fixed.hold("haircut", fixed.at("14:30")), Held)
    refused = fixed.hold("haircut", fixed.at("10:00"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "fixed_starts"
    assert refused.facts["starts"] == [fixed.at("09:00"), fixed.at("14:30")]
    refused = fixed.hold("haircut", fixed.at("10:00", "03-05"))
    assert isinstance(refused, Refusal)
    assert refused.facts["starts"] == []


def test_a_grid_of_its_own(open_desk: Callable[..., Desk]) -> None:
    """Only that service keeps to it."""
    desk = open_desk("juniper", NO_LIMITS, GRID)
    assert {start[-2:] for start in found(desk, "haircut")} == {"00"}
    refused = desk.hold("haircut", desk.at("10:15"))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("off_grid", {"grid": 60})
    assert isinstance(desk.hold("consultation", desk.at("10:15")), Held)
