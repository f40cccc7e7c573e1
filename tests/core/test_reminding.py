"""When somebody is reminded: elapsed and wall rules, quiet hours, nights when clocks change."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.wiring import simulated
from core import people, reminding
from core.booking import By
from core.deadline import Deadline
from core.refusals import Refusal
from models.desk import MONDAY, Desk
from workers import tick

DAY, HOUR = Deadline(minutes=1440), Deadline(minutes=60)
EVE = Deadline(days=1, at=time(18))
_HOUR = timedelta(hours=1)
NEW_YORK, LONDON, LOS_ANGELES = map(
    ZoneInfo, ("America/New_York", "Europe/London", "America/Los_Angeles")
)


@pytest.mark.parametrize(
    ("rule", "start", "reader", "at"),
    [
        (DAY, "03-05T15:00", NEW_YORK, "03-04T15:00-05:00"),
        (HOUR, "03-05T09:00", NEW_YORK, "03-05T08:00-05:00"),  # exactly when the night ends
        (HOUR, "03-05T08:30", NEW_YORK, "03-04T20:59-05:00"),  # the last minute before it
        (DAY, "03-05T22:30", NEW_YORK, "03-04T20:59-05:00"),
        (HOUR, "03-05T09:00", LOS_ANGELES, "03-04T20:59-08:00"),
        (HOUR, "03-05T17:30", LONDON, "03-05T20:59+00:00"),  # 21:30 there
        (DAY, "03-08T15:00", NEW_YORK, "03-07T14:00-05:00"),  # 24 hours elapse over the change
        (EVE, "03-08T15:00", NEW_YORK, "03-07T18:00-05:00"),
        (DAY, "11-01T15:00", NEW_YORK, "10-31T16:00-04:00"),
        (EVE, "11-01T15:00", NEW_YORK, "10-31T18:00-04:00"),
    ],
)
def test_the_moment_of_a_rule(
    desk: Desk, rule: Deadline, start: str, reader: ZoneInfo, at: str
) -> None:
    """Starts are wall times of New York; a reader's night moves a reminder to the minute before."""
    begins = datetime.fromisoformat(f"2026-{start}").replace(tzinfo=NEW_YORK)
    found = reminding.moment(desk.business, rule, begins, reader)
    assert found == datetime.fromisoformat(f"2026-{at}")


def test_what_is_past_is_left_out_and_of_two_the_nearer_stays(desk: Desk) -> None:
    """Before an early start both rules fall on the evening before: one reminder is sent then."""
    start, business = desk.at("08:15"), desk.business
    late = Deadline(minutes=11 * 60)

    def ahead(now: datetime) -> list[tuple[str, datetime]]:
        found = reminding.ahead(business, (late, HOUR), start, reader=NEW_YORK, now=now)
        return [(one.rule, one.at) for one in found]

    eve = desk.at("20:59", "03-02")
    assert ahead(MONDAY) == [("60", eve)]
    assert ahead(eve) == [("60", eve)]
    assert ahead(desk.at("21:00", "03-02")) == []


def test_each_reminder_is_written_once_for_a_version(desk: Desk) -> None:
    """Due rows follow the confirmation and each move; what a move overtook is not sent."""
    runtime, start = simulated(desk.database), desk.at("15:00", "03-05")
    number = desk.booked("haircut", start, provider="ana")
    tick.drain(runtime)
    tick.drain(runtime)
    rows = desk.ask("SELECT key FROM due_work WHERE kind = 'remind' ORDER BY due_at")
    assert [row.key for row in rows] == [f"remind:{number}:1:1440", f"remind:{number}:1:60"]
    later = desk.at("15:00", "03-06")
    hold = desk.held("haircut", later, provider="ana", instead_of=number)
    desk.swap(number, hold.id)
    for now in (desk.at("15:00", "03-04"), desk.at("14:00", "03-05"), desk.at("15:00", "03-05")):
        desk.clock(now)
        tick.drain(runtime)
    said = desk.ask("SELECT key, sent_at FROM outbox WHERE note = 'reminder'")
    assert [tuple(row) for row in said] == [(f"remind:{number}:2:1440", later - 24 * _HOUR)]
    assert desk.wrong() == ()


def test_a_reminder_is_not_lost_where_its_plan_is_late(desk: Desk) -> None:
    """Confirmed a minute before a reminder, looked at a minute after it: the reminder is sent."""
    runtime, start = simulated(desk.database), desk.at("15:00", "03-05")
    moment = start - 24 * _HOUR
    desk.clock(moment - timedelta(minutes=1))
    desk.booked("haircut", start, provider="ana")
    desk.clock(moment + timedelta(minutes=1))
    tick.drain(runtime)
    said = desk.ask("SELECT key FROM outbox WHERE note = 'reminder'")
    assert [row.key.rsplit(":", 1)[1] for row in said] == ["1440"]


def test_who_went_elsewhere_is_not_woken(desk: Desk) -> None:
    """The zone counts in which the reader is when a reminder is due."""
    runtime, start = simulated(desk.database), desk.at("10:30", "03-05")
    person = desk.person(4)
    desk.booked("haircut", start, provider="ana", who=4)
    tick.drain(runtime)
    desk.clock(start - 24 * _HOUR)
    tick.drain(runtime)
    desk.harm(
        f"UPDATE people SET zone = 'America/Los_Angeles', zone_source = 'said' WHERE id = {person}"
    )
    desk.clock(start - _HOUR)  # half past six there
    tick.drain(runtime)
    said = desk.ask("SELECT key FROM outbox WHERE note = 'reminder'")
    assert [row.key.rsplit(":", 1)[1] for row in said] == ["1440"]


def test_a_customer_says_once_that_they_come(desk: Desk) -> None:
    """The word is kept as an event of that time; what is over takes none."""
    number = desk.booked("haircut", desk.at("15:00"), provider="ana")
    by = By("test")
    with desk.session() as session:
        assert people.of_person(session, desk.row(number).person_id) is not None
        assert not reminding.acknowledged(session, number)
        for _ in range(2):
            assert reminding.acknowledge(session, booking=number, by=by, now=session.now) is None
        assert reminding.acknowledged(session, number)
    kinds = [row.kind for row in desk.ask("SELECT kind FROM booking_events ORDER BY seq")]
    assert kinds == ["held", "confirmed", "acknowledged"]
    assert desk.wrong() == ()
    desk.cancel(number)
    with desk.session() as session:
        late = reminding.acknowledge(session, booking=number, by=by, now=session.now)
    assert isinstance(late, Refusal)
