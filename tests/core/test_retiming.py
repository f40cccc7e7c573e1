"""After a change of clock rules bookings keep their wall time: rows are made as by older rules."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core import businesses, series
from core.recurrence import Recurrence
from core.retiming import Retimed, retime
from core.series import Plan
from core.timetable import materialise
from models.desk import BY, NO_LIMITS, Desk

HOUR = timedelta(hours=1)

_OLD = """
UPDATE bookings SET starts_at = starts_at + :by, ends_at = ends_at + :by WHERE starts_at >= :since;
UPDATE sessions SET starts_at = starts_at + :by, ends_at = ends_at + :by WHERE starts_at >= :since;
UPDATE allocations SET slot_start = slot_start + :by, seat = seat + 5000,
    during = tstzrange(lower(during) + :by, upper(during) + :by) WHERE slot_start >= :since;
UPDATE allocations SET seat = seat - 5000 WHERE seat > 5000;
UPDATE booking_events SET facts = jsonb_set(facts, '{blocked}', jsonb_build_array(
    CAST(facts -> 'blocked' ->> 0 AS timestamptz) + :by,
    CAST(facts -> 'blocked' ->> 1 AS timestamptz) + :by))
    WHERE CAST(facts -> 'blocked' ->> 0 AS timestamptz) >= :since;
UPDATE due_work SET due_at = due_at + :by WHERE kind = 'complete' AND due_at >= :since
"""


def by_old_rules(desk: Desk, since: datetime, by: timedelta = -HOUR) -> None:
    """Make the rows what they were where clocks were set otherwise from a moment on."""
    shift = f"interval '{int(by.total_seconds())} seconds'"
    whole = _OLD.replace(":by", shift).replace(":since", f"'{since.isoformat()}'")
    desk.harm(*whole.split(";\n"))


def retimed(desk: Desk, *, keep: bool = True) -> Retimed:
    with desk.session() as session:
        found = retime(session, business=businesses.load(session), now=session.now, keep=keep)
    with desk.session() as session:
        if keep:
            materialise(session, businesses.load(session))
    return found


def starts(desk: Desk, *numbers: int) -> list[str]:
    """Return when bookings begin, on the clock of the place."""
    zone = desk.business.zone
    return [f"{desk.row(n).starts_at.astimezone(zone):%m-%d %H:%M}" for n in numbers]


def test_bookings_go_where_their_wall_time_is(desk: Desk) -> None:
    """One after the other on a full day, none in another's way; who is right already stays."""
    early = desk.booked("haircut", desk.at("10:00"), provider="ana", who=9)
    clocks = ["09:00", "09:45", "10:30", "11:15", "12:00"]
    day = [
        desk.booked("haircut", desk.at(clock, "03-10"), provider="ana", who=n)
        for n, clock in enumerate(clocks)
    ]
    by_old_rules(desk, desk.at("00:00", "03-08"))
    assert starts(desk, day[0]) == ["03-10 08:00"]
    planned = retimed(desk, keep=False)
    assert starts(desk, day[0]) == ["03-10 08:00"]
    assert retimed(desk) == planned
    assert [move.booking for move in planned.moved] == day
    assert all(move.start - move.was == HOUR for move in planned.moved)
    assert starts(desk, early, *day) == ["03-03 10:00", *(f"03-10 {clock}" for clock in clocks)]
    row = desk.row(day[0])
    assert (row.version, row.events) == (2, 3)
    due = desk.ask(
        "SELECT due_at FROM due_work WHERE kind = 'complete' AND subject_id = :b"
        " ORDER BY id DESC LIMIT 1",
        b=day[0],
    )
    assert due[0].due_at == row.ends_at
    assert desk.wrong() == ()
    assert retimed(desk) == Retimed()


def test_several_resources_and_a_hold_for_a_move_go_along(desk: Desk) -> None:
    """A massage goes with its room, a request with its deadline, and what is held to move one."""
    massage = desk.booked("massage", desk.at("10:00", "03-12"), provider="mia", who=1)
    asked = desk.held("consultation", desk.at("15:00", "03-12"), who=2)
    until = desk.at("12:00")
    assert desk.confirm(asked.id, until) is None
    moving = desk.held(
        "massage", desk.at("10:30", "03-12"), provider="mia", who=1, instead_of=massage
    )
    by_old_rules(desk, desk.at("00:00", "03-08"))
    found = retimed(desk)
    assert [(m.booking, m.told) for m in found.moved] == [
        (massage, True),
        (asked.id, True),
        (moving.id, False),
    ]
    assert starts(desk, massage, asked.id, moving.id) == [
        "03-12 10:00",
        "03-12 15:00",
        "03-12 10:30",
    ]
    assert desk.row(asked.id).expires_at == until
    assert desk.wrong() == ()
    assert desk.swap(massage, moving.id) is None
    assert starts(desk, massage) == ["03-12 10:30"]
    assert desk.wrong() == ()


def test_a_class_goes_with_its_people(desk: Desk) -> None:
    """And with its room and its teacher, in whose way nobody's class is; none is left over."""
    people = [desk.booked("yoga", desk.at("18:00", "03-10"), party=2, who=n) for n in range(3)]
    massage = desk.booked("massage", desk.at("16:45", "03-12"), provider="leo", who=5)
    by_old_rules(desk, desk.at("00:00", "03-08"))
    assert not retimed(desk).stuck
    assert starts(desk, *people, massage) == ["03-10 18:00"] * 3 + ["03-12 16:45"]
    assert len({desk.row(n).session_id for n in people}) == 1
    classes = desk.ask(
        "SELECT starts_at FROM sessions WHERE active AND starts_at > :since ORDER BY 1",
        since=desk.at("00:00", "03-08"),
    )
    clocks = {f"{row.starts_at.astimezone(desk.business.zone):%a %H:%M}" for row in classes}
    assert clocks == {"Tue 18:00", "Thu 18:00"}
    assert desk.wrong() == ()


def test_a_class_that_was_laid_out_anew_and_booked_since(desk: Desk) -> None:
    """Those of before join those who came since, where there are seats."""
    before = desk.booked("yoga", desk.at("18:00", "03-10"), party=4, who=1)
    by_old_rules(desk, desk.at("00:00", "03-08"))
    desk.harm("UPDATE allocations SET seat = seat + 4 WHERE booking_id IS NOT NULL")
    desk.harm(
        "UPDATE booking_events SET facts = jsonb_set(facts, '{choice}', (SELECT jsonb_agg("
        " jsonb_build_array(c -> 0, CAST(c ->> 1 AS int) + 4)) FROM"
        " jsonb_array_elements(facts -> 'choice') c)) WHERE facts -> 'choice' IS NOT NULL"
    )
    with desk.session() as session:
        materialise(session, businesses.load(session))
    desk.harm(
        "UPDATE allocations SET active = false WHERE session_id IN (SELECT session_id"
        f" FROM bookings WHERE id = {before})"
    )
    with desk.session() as session:
        materialise(session, businesses.load(session))
    since = desk.booked("yoga", desk.at("18:00", "03-10"), party=2, who=2)
    assert not retimed(desk).stuck
    assert starts(desk, before, since) == ["03-10 18:00"] * 2
    assert desk.row(before).session_id == desk.row(since).session_id
    assert desk.wrong() == ()


def test_who_booked_there_since_keeps_it(desk: Desk) -> None:
    """Who cannot go stays and is reported, and so does the next one, whom that stops."""
    first = desk.booked("haircut", desk.at("10:00", "03-10"), provider="ana", who=1)
    second = desk.booked("haircut", desk.at("11:00", "03-10"), provider="ana", who=2)
    third = desk.booked("haircut", desk.at("15:00", "03-10"), provider="ana", who=3)
    by_old_rules(desk, desk.at("00:00", "03-08"))
    other = desk.booked("haircut", desk.at("11:15", "03-10"), provider="ana", who=4)
    planned = retimed(desk, keep=False)
    assert retimed(desk) == planned
    assert [move.booking for move in planned.moved] == [third]
    assert [move.booking for move in planned.stuck] == [first, second]
    assert starts(desk, first, second, third, other) == [
        "03-10 09:00",
        "03-10 10:00",
        "03-10 15:00",
        "03-10 11:15",
    ]
    assert desk.wrong() == ()
    desk.cancel(other)
    assert [move.booking for move in retimed(desk).moved] == [first, second]
    assert starts(desk, first, second) == ["03-10 10:00", "03-10 11:00"]
    assert desk.wrong() == ()


def test_an_expired_hold_is_in_nobodys_way(desk: Desk) -> None:
    """Though nobody has swept it yet."""
    first = desk.booked("haircut", desk.at("10:00", "03-10"), provider="ana", who=1)
    by_old_rules(desk, desk.at("00:00", "03-08"))
    held = desk.held("haircut", desk.at("10:00", "03-10"), provider="ana", who=2)
    desk.clock(held.expires)
    assert [move.booking for move in retimed(desk, keep=False).moved] == [first]
    assert [move.booking for move in retimed(desk).moved] == [first]
    assert desk.row(held.id).status == "expired"


def test_the_second_of_a_doubled_hour_is_right(open_desk: Callable[..., Desk]) -> None:
    """Both instants show half past one; nobody is moved from the second to the first."""
    desk = open_desk(
        "juniper",
        NO_LIMITS,
        ('{ tue-fri = "09:00-19:00", sat = "09:00-16:00" }', '{ daily = "00:00-24:00" }'),
        ('furthest = "60 days"', 'furthest = "300 days"'),
    )
    first = desk.at("01:30", "11-01")
    both = [
        desk.booked("haircut", at, provider="ana", who=n)
        for n, at in enumerate((first, first + HOUR))
    ]
    assert starts(desk, *both) == ["11-01 01:30"] * 2
    assert retimed(desk) == Retimed()


def test_a_wall_time_that_is_skipped_now_goes_on_by_the_gap(open_desk: Callable[..., Desk]) -> None:
    """It is moved once, and found right from then on."""
    desk = open_desk(
        "juniper",
        NO_LIMITS,
        ('{ tue-fri = "09:00-19:00", sat = "09:00-16:00" }', '{ daily = "00:00-24:00" }'),
    )
    number = desk.booked("haircut", desk.at("04:00", "03-08"), provider="ana")
    desk.harm(f"UPDATE bookings SET wall = '2026-03-08T02:00' WHERE id = {number}")
    assert [move.booking for move in retimed(desk).moved] == [number]
    assert starts(desk, number) == ["03-08 03:00"]
    assert retimed(desk) == Retimed()
    assert desk.wrong() == ()


def test_a_series_goes_as_a_whole(desk: Desk) -> None:
    """What was laid out moves; what is laid out later is right by its rule."""
    with desk.session() as session:
        business = businesses.load(session)
        first = desk.at("15:00").astimezone(business.zone)
        rule = Recurrence("FREQ=WEEKLY", first.date(), first.time())
        laid = series.hold(
            session,
            business=business,
            plan=Plan(business.service_named("haircut"), rule),
            person=desk.person(1),
            until=desk.at("12:00"),
            by=BY,
            now=session.now,
        )
    with desk.session() as session:
        assert (
            series.confirm(
                session, business=desk.business, series=laid.series, by=BY, now=session.now
            )
            is None
        )
    by_old_rules(desk, desk.at("00:00", "03-08"))
    found = retimed(desk)
    assert len(found.moved) == len(laid.held) - 1
    clocks = {starts(desk, held.id)[0][-5:] for _, held in laid.held}
    assert clocks == {"15:00"}
    assert desk.wrong() == ()


@pytest.mark.parametrize("by", [HOUR, timedelta(minutes=30), -timedelta(minutes=30)])
def test_however_much_the_clocks_moved(desk: Desk, by: timedelta) -> None:
    """Half an hour is less than a booking takes: each moves into its own time."""
    day = [
        desk.booked("colour", desk.at(clock, "03-10"), who=n)
        for n, clock in enumerate(("09:00", "10:45", "14:00"))
    ]
    by_old_rules(desk, desk.at("00:00", "03-08"), by)
    assert len(retimed(desk).moved) == len(day)
    assert starts(desk, *day) == ["03-10 09:00", "03-10 10:45", "03-10 14:00"]
    assert desk.wrong() == ()
