"""Weekly hours that count from a day to another: of the place, and of one who works there."""

from collections.abc import Callable
from datetime import date

import pytest

from core.blueprint import Blueprint
from core.booking import Held
from core.hours import open_spans
from core.refusals import Refusal
from core.rules import Business, Season
from dialogs.nights import begins
from models.desk import NO_LIMITS, Desk, blueprint_of, reason

SEASONS = (
    "\n[contact]",
    """
[[seasons]]
from = "06-15"
to = "08-31"
open = { mon-sat = "07:00-13:00", fri = "20:00-02:00" }

[[seasons]]
from = 2027-07-01
to = 2027-07-10
open = {}

[[seasons]]
from = "12-20"
to = "01-06"
open = { tue-sat = "10:00-14:00" }
who = "ana"

[contact]""",
)
SUMMER = (SEASONS[0], SEASONS[1].replace("mon-sat", "mon-thu"))


@pytest.fixture
def place() -> Business:
    found = blueprint_of("juniper", NO_LIMITS, SUMMER)
    assert isinstance(found, Blueprint)
    return found.business()


def shown(business: Business, day: date, who: str | None = None) -> list[str]:
    """Return the hours of a day as wall times."""
    resource = None if who is None else business.provider_named(who).id
    return [
        f"{s.start.astimezone(business.zone):%H:%M}-{s.end.astimezone(business.zone):%H:%M}"
        for s in open_spans(business, resource, day)
    ]


def test_a_season_replaces_the_weekly_hours_of_its_days(place: Business) -> None:
    """From its first day to its last; a season of one year comes before one of every year."""
    usual = shown(place, date(2026, 6, 11))  # a Thursday
    assert usual != ["07:00-13:00"]
    assert shown(place, date(2026, 6, 18)) == ["07:00-13:00"]
    assert shown(place, date(2026, 8, 31)) == ["07:00-13:00"]  # a Monday, else closed
    assert shown(place, date(2026, 9, 3)) == usual
    assert shown(place, date(2027, 7, 1)) == []
    assert shown(place, date(2028, 7, 6)) == ["07:00-13:00"]


def test_a_season_of_one_goes_over_the_end_of_the_year(place: Business) -> None:
    """Ana works less about Christmas, each year, and the others do not."""
    for day in (date(2026, 12, 22), date(2027, 1, 5)):
        assert shown(place, day, "ana")[0].startswith("10:00")
        assert shown(place, day, "ben") != shown(place, day, "ana")
    assert not shown(place, date(2027, 1, 7), "ana")[0].startswith("10:00")


def test_the_night_ends_as_its_season_closes(place: Business) -> None:
    """A Friday's night is over at two in summer, and there is none in spring."""
    assert begins(place, date(2026, 7, 4)).astimezone(place.zone).hour == 2
    assert begins(place, date(2026, 5, 2)).astimezone(place.zone).hour == 0


def test_a_hold_keeps_to_the_season(open_desk: Callable[..., Desk]) -> None:
    """It is read back from its rows, refused with the season's hours, and had within them."""
    march = ('from = "06-15"', 'from = "03-03"')
    desk = open_desk("juniper", NO_LIMITS, (SUMMER[0], SUMMER[1].replace(*march)))
    assert Season("03-03", "08-31", desk.business.seasons[1].shifts) == desk.business.seasons[1]
    refused = desk.hold("haircut", desk.at("15:00"))
    assert isinstance(refused, Refusal)
    assert refused.reason == "hours"
    assert refused.facts["spans"] == [[desk.at("07:00"), desk.at("13:00")]]
    assert isinstance(desk.hold("haircut", desk.at("08:00")), Held)
    assert reason(desk.hold("haircut", desk.at("07:00", "03-02"))) != "hours"
