"""Who has to say that they come: warned, released at the deadline, and never without a warning."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from bot.wiring import simulated
from channels.simulator import Simulator
from core import reminding
from core.deadline import Deadline
from models.desk import BY, NO_LIMITS, Desk
from workers import tick

NEW_YORK = ZoneInfo("America/New_York")
_HOUR = timedelta(hours=1)
_RULE = ('grid = "15 min"', 'grid = "15 min"\nconfirm_by = "4 h"')


@pytest.fixture
def asking(open_desk: Callable[..., Desk]) -> Desk:
    """Give a desk whose customers say four hours before that they come."""
    return open_desk("juniper", NO_LIMITS, _RULE)


def _until(desk: Desk, target: datetime, *, fails: str = "") -> None:
    """Let time pass, each thing that falls due done at its instant; `fails` takes no message."""
    runtime = simulated(desk.database)
    for channel in runtime.channels.values():
        if fails and isinstance(channel, Simulator):
            channel.fails[fails] = True
    while (due := tick.next_due(desk.database)) is not None and due <= target:
        desk.clock(max(due, desk.database.now()))
        tick.drain(runtime)
    desk.clock(target)


def _notes(desk: Desk) -> list[str]:
    rows = desk.ask("SELECT note FROM outbox WHERE note NOT LIKE 'new%' ORDER BY id")
    return [row.note for row in rows]


@pytest.mark.parametrize(
    ("rule", "start", "warn", "by"),
    [
        (Deadline(minutes=240), "03-05T15:00", "03-05T09:00-05:00", "03-05T11:00-05:00"),
        (Deadline(minutes=240), "03-05T09:00", "03-04T20:59-05:00", "03-05T05:00-05:00"),
        (Deadline(minutes=1440), "03-08T15:00", "03-07T12:00-05:00", "03-07T14:00-05:00"),
        (Deadline(days=1, at=time(18)), "03-08T15:00", "03-07T16:00-05:00", "03-07T18:00-05:00"),
        (Deadline(minutes=1440), "11-01T15:00", "10-31T14:00-04:00", "10-31T16:00-04:00"),
        (Deadline(days=1, at=time(18)), "11-01T15:00", "10-31T16:00-04:00", "10-31T18:00-04:00"),
    ],
)
def test_the_moments_of_the_rule(
    open_desk: Callable[..., Desk], rule: Deadline, start: str, warn: str, by: str
) -> None:
    """Elapsed and wall deadlines, on nights when clocks change too; a warning wakes nobody."""
    business = open_desk("juniper").business
    object.__setattr__(business, "confirm_by", rule)
    begins = datetime.fromisoformat(f"2026-{start}").replace(tzinfo=NEW_YORK)
    found = reminding.confirm_by(business, None, begins, reader=NEW_YORK)
    assert found is not None
    said = (f"2026-{warn}", f"2026-{by}")
    assert (found.warn, found.by) == tuple(map(datetime.fromisoformat, said))


def test_who_says_nothing_is_warned_and_released(asking: Desk) -> None:
    """One warning, one release, both sides told; the time is free again."""
    start = asking.at("15:00", "03-05")
    number = asking.booked("haircut", start, provider="ana")
    _until(asking, start - 3 * _HOUR)
    assert asking.row(number).status == "cancelled"
    assert _notes(asking) == ["reminder", "confirm_warn", "unconfirmed"]
    why = asking.ask("SELECT facts ->> 'why' AS why FROM booking_events ORDER BY seq DESC LIMIT 1")
    assert why[0].why == "unconfirmed"
    assert asking.held("haircut", start, provider="ana", who=2)
    assert asking.wrong() == ()


def test_who_comes_or_booked_late_keeps_it(asking: Desk) -> None:
    """A word after the reminder is enough; whom no warning could reach in time is not asked."""
    start, late = asking.at("15:00", "03-05"), asking.at("17:00", "03-05")
    kept = asking.booked("haircut", start, provider="ana")
    _until(asking, start - 7 * _HOUR)
    with asking.session() as session:
        assert reminding.acknowledge(session, booking=kept, by=BY, now=session.now) is None
    _until(asking, late - 5 * _HOUR)
    soon = asking.booked("haircut", late, provider="ana", who=2)
    _until(asking, late - _HOUR)
    statuses = [asking.row(number).status for number in (kept, soon)]
    assert statuses == ["completed", "confirmed"]
    assert "confirm_warn" not in _notes(asking)


def test_a_warning_that_does_not_arrive_releases_nothing(asking: Desk) -> None:
    """The booking stands; at the deadline nothing is taken from who could not be reached."""
    start = asking.at("15:00", "03-05")
    number = asking.booked("haircut", start, provider="ana")
    _until(asking, start - 3 * _HOUR, fails="+12125550000")
    assert asking.row(number).status == "confirmed"
    assert "unconfirmed" not in _notes(asking)


def test_a_yes_at_the_deadline_counts(asking: Desk) -> None:
    """The release waits for a yes that is being written down, and then leaves the booking."""
    start = asking.at("15:00", "03-05")
    number = asking.booked("haircut", start, provider="ana")
    _until(asking, start - 5 * _HOUR)
    asking.clock(start - 4 * _HOUR)
    with asking.session() as session:
        assert reminding.acknowledge(session, booking=number, by=BY, now=session.now) is None
        release = Thread(target=lambda: tick.drain(simulated(asking.database)))
        release.start()
        release.join(0.5)
        assert release.is_alive()
    release.join(10)
    assert asking.row(number).status == "confirmed"
    assert asking.wrong() == ()
