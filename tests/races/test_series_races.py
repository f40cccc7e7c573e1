"""Series at once: overlapping ones beside single bookings, and all that can befall one of them."""

from collections.abc import Callable
from datetime import date, time

from core import businesses, series
from core.recurrence import Recurrence
from core.series import Plan
from core.span import MINUTE
from races import serial
from races.ground import LIMITS, Ground
from races.racing import Crowd
from support.counts import count

Make = Callable[..., Ground]
RULES = (
    "FREQ=WEEKLY;COUNT=6",
    "FREQ=DAILY;COUNT=8",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=4",
    "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=8",
)
HOURS = (9, 10, 11, 14, 15, 16, 17, 18)  # at which somebody is there on each of the days
ENOUGH = 1
DAY_OF_SIX = ("per_day = 8", "per_day = 6")  # of Ben


def test_series_that_overlap_beside_single_bookings(crowd: Crowd, ground: Make) -> None:
    """Each time is one customer's, whole series and single bookings alike, and no limit breaks."""
    here = ground((LIMITS, ""), DAY_OF_SIX)
    result = crowd.race(
        here.url,
        here.business.id,
        serial.series_or_single,
        seed=21,
        attempts=count(2, 20),
        people=here.people,
        rules=RULES,
        starts=[s for day in range(8) for s in here.starts(day, 8)],
    )
    here.check(result)
    assert result.of("series") >= ENOUGH
    assert result.of("single") >= ENOUGH
    most = here.ask(
        "SELECT count(*) FROM bookings b JOIN allocations a ON a.booking_id = b.id AND a.active"
        " JOIN resources r ON r.id = a.resource_id AND r.name = 'Ben'"
        " WHERE b.status = 'confirmed' GROUP BY b.wall::date ORDER BY 1 DESC LIMIT 1"
    )
    assert most[0].count <= 6


def test_all_that_can_befall_a_series_at_once(crowd: Crowd, ground: Make) -> None:
    """Extended twice, ended, moved whole and in part in one instant: one order of it, no error."""
    here = ground((LIMITS, ""))
    numbers = [_standing(here, n) for n in range(count(3, 24))]
    result = crowd.race(
        here.url, here.business.id, serial.change_series, seed=22, attempts=1, series=numbers
    )
    here.check(result)
    assert result.of("ended") >= len(numbers)
    left = here.ask(
        "SELECT 1 FROM bookings b JOIN series s ON s.id = b.series_id"
        " WHERE s.status = 'ended' AND b.status = 'confirmed' AND b.starts_at > '2026-03-03'"
    )
    assert left == []


def _standing(here: Ground, number: int) -> int:
    """Book one of the series that are to be changed, each at an hour of its own."""
    with here.database.transaction(here.business.id) as session:
        business = businesses.load(session)
        first = date(2026, 3, 3 + number % 4)
        again = Recurrence("FREQ=WEEKLY", first, time(HOURS[number // 4 % len(HOURS)]))
        laid = series.hold(
            session,
            business=business,
            plan=Plan(business.service_named("haircut"), again),
            person=here.people[number % len(here.people)],
            until=session.now + 5 * MINUTE,
            by=serial.BY,
            now=session.now,
        )
        gone = series.confirm(
            session, business=business, series=laid.series, by=serial.BY, now=session.now
        )
        assert gone is None
        return laid.series
