"""Classes occupy their room and their teacher, and never take what somebody has booked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from core import businesses
from core import tables as t
from core.applying import applied
from core.blueprint import Blueprint
from core.db import Database, Session
from core.timetable import materialise

Example = Callable[..., Blueprint]
NEW_YORK = ZoneInfo("America/New_York")


def starts(session: Session) -> list[datetime]:
    """Return when the classes that take place start, in New York."""
    found = session.execute(
        select(t.sessions.c.starts_at).where(t.sessions.c.active).order_by(t.sessions.c.starts_at)
    )
    return [start.astimezone(NEW_YORK) for start in found.scalars()]


def taken(session: Session, day: date) -> dict[str, tuple[datetime, datetime]]:
    """Return what classes occupy on a day, by the name of the resource."""
    held, resources = t.allocations.c, t.resources.c
    rows = session.execute(
        select(resources.name, held.during)
        .join(t.resources, held.resource_id == resources.id)
        .where(held.active, held.session_id.is_not(None))
    )
    return {
        row.name: (row.during.lower, row.during.upper)
        for row in rows
        if row.during.lower.astimezone(NEW_YORK).date() == day
    }


def sell(session: Session, resource: str, start: datetime, minutes: int = 60) -> str:
    """Book a resource past the rules, and return the ref."""
    business = businesses.load(session)
    person = session.execute(
        t.people.insert()
        .values(business_id=business.id, created_at=session.now)
        .returning(t.people.c.id)
    ).scalar_one()
    end = start + timedelta(minutes=minutes)
    row = {
        "business_id": business.id,
        "ref": f"T{person}",
        "person_id": person,
        "service_id": business.service_named("massage").id,
        "purpose": "booking",
        "party": 1,
        "starts_at": start,
        "ends_at": end,
        "wall": start.astimezone(NEW_YORK).replace(tzinfo=None),
        "zone": "America/New_York",
        "status": "confirmed",
        "version": 1,
        "events": 0,
        "price": 0,
        "currency": "USD",
        "created_at": session.now,
    }
    number = session.execute(
        t.bookings.insert().values(row).returning(t.bookings.c.id)
    ).scalar_one()
    session.execute(
        t.allocations.insert().values(
            business_id=business.id,
            booking_id=number,
            resource_id=business.provider_named(resource).id,
            seat=1,
            during=func.tstzrange(start, end),
            slot_start=start,
        )
    )
    return f"T{person}"


def test_classes_are_made_beyond_the_furthest_day(database: Database, example: Example) -> None:
    """Tuesdays and Thursdays at six by the wall clock, across the change to summer time."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        found = starts(session)
        assert {start.time().isoformat() for start in found} == {"18:00:00"}
        assert {start.weekday() for start in found} == {1, 3}
        assert {start.utcoffset() for start in found} == {timedelta(hours=-5), timedelta(hours=-4)}
        assert (found[0].date(), found[-1].date()) == (date(2026, 3, 3), date(2026, 5, 7))
        assert len(found) == 20
        assert materialise(session, businesses.load(session)).made == 0


def test_a_class_occupies_room_and_teacher(database: Database, example: Example) -> None:
    """Nobody has booked it, and nobody can book Mia or Room 1 at that time."""
    number = applied(database, example("juniper")).business
    six = datetime(2026, 3, 3, 23, tzinfo=UTC)
    with database.transaction(number) as session:
        span = (six, six + timedelta(hours=1))
        assert taken(session, date(2026, 3, 3)) == {"Room 1": span, "Mia": span}
        assert set(taken(session, date(2026, 3, 5))) == {"Room 1", "Leo"}


def test_no_class_on_days_off(database: Database, example: Example) -> None:
    """Neither on a holiday nor where the teacher is away."""
    closed = (
        "[providers.ana]",
        "[[closed]]\nday = 2026-03-05\nwho = 'leo'\n[[closed]]\nday = 2026-03-10\n[providers.ana]",
    )
    number = applied(database, example("juniper", closed)).business
    with database.transaction(number) as session:
        days = [start.date() for start in starts(session)]
    assert days[:3] == [date(2026, 3, 3), date(2026, 3, 12), date(2026, 3, 17)]


def test_each_day_adds_the_classes_of_one_more(database: Database, example: Example) -> None:
    """The worker asks daily; what is there stays as it is."""
    number = applied(database, example("juniper")).business
    made = []
    for days in range(1, 8):
        database.set_clock(frozen=datetime(2026, 3, 2, 14, tzinfo=UTC) + timedelta(days=days))
        with database.transaction(number) as session:
            made.append(materialise(session, businesses.load(session)).made)
    assert made == [0, 0, 1, 0, 1, 0, 0]


def test_the_next_day_is_asked_for(database: Database, example: Example) -> None:
    """Once; a place without classes asks for nothing."""
    number = applied(database, example("juniper")).business
    other = applied(database, example("owl")).business
    with database.transaction(number) as session:
        materialise(session, businesses.load(session))
        (work,) = session.execute(select(t.due_work)).all()
    assert (work.kind, work.due_at) == ("classes", datetime(2026, 3, 3, 14, tzinfo=UTC))
    with database.transaction(other) as session:
        assert session.execute(select(t.due_work)).all() == []


def test_time_that_is_booked_is_not_taken(database: Database, example: Example) -> None:
    """The class has its room, not its teacher; it is said, and tried again the next time."""
    later = example("juniper", ('day = "tue", at = "18:00"', 'day = "tue", at = "17:00"'))
    number = applied(database, example("juniper")).business
    five = datetime(2026, 3, 3, 22, tzinfo=UTC)
    with database.transaction(number) as session:
        ref = sell(session, "mia", five, 30)
    (concern,) = applied(database, later).concerns
    assert concern.refs == (ref,)
    assert str(concern).startswith("Yoga class on Tue 03 Mar 2026 17:00 does not get Mia")
    with database.transaction(number) as session:
        assert set(taken(session, date(2026, 3, 3))) == {"Room 1"}
        assert set(taken(session, date(2026, 3, 10))) == {"Room 1", "Mia"}
        session.execute(
            t.allocations.update()
            .where(t.allocations.c.booking_id.is_not(None))
            .values(active=False)
        )
        assert materialise(session, businesses.load(session)).clashes == ()
        assert set(taken(session, date(2026, 3, 3))) == {"Room 1", "Mia"}


def test_a_class_that_is_booked_outlives_its_timetable(
    database: Database, example: Example
) -> None:
    """The others of that time are gone with what they occupied; this one takes place."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        first = session.execute(select(t.sessions).order_by(t.sessions.c.starts_at)).first()
        assert first is not None
        ref = sell(session, "yoga", first.starts_at)
        session.execute(t.bookings.update().values(session_id=first.id))
    changed = example("juniper", ('day = "tue", at = "18:00"', 'day = "wed", at = "18:00"'))
    (concern,) = applied(database, changed).concerns
    assert concern.refs == (ref,)
    with database.transaction(number) as session:
        found = starts(session)
        assert [start.weekday() for start in found if start.weekday() == 1] == [1]
        assert set(taken(session, date(2026, 3, 3))) == {"Room 1", "Mia"}
        assert taken(session, date(2026, 3, 10)) == {}
        assert set(taken(session, date(2026, 3, 11))) == {"Room 1", "Mia"}


def test_another_teacher_takes_over(database: Database, example: Example) -> None:
    """The sessions stay; the first teacher is free again."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        before = starts(session)
    applied(database, example("juniper", ('with = ["room-1", "mia"]', 'with = ["room-2", "ana"]')))
    with database.transaction(number) as session:
        assert starts(session) == before
        assert set(taken(session, date(2026, 3, 3))) == {"Room 2", "Ana"}
    applied(database, example("juniper"))
    with database.transaction(number) as session:
        assert set(taken(session, date(2026, 3, 3))) == {"Room 1", "Mia"}
