"""Two transactions that meet at a known point: one has begun and waits, the other arrives.

Each was a way to a wrong book or a deadlock once, or would be with another order of locks.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from datetime import time as clock
from typing import Any

import pytest
from sqlalchemy import text

from core import booking, businesses, changing, people, series
from core.applying import apply
from core.booking import Held
from core.db import Database, Session
from core.locks import lock_days
from core.recurrence import Recurrence
from core.refusals import Reason, Refusal
from core.span import Span
from core.timetable import materialise
from dialogs.flows import hand_taking
from models.desk import BY, MONDAY, NO_LIMITS, Desk, blueprint_of, reason
from races.meeting import Other, meeting
from support.postgres import connected

MINUTE = timedelta(minutes=1)
NO_YOGA = ('    { day = "tue", at = "18:00", with = ["room-1", "mia"] },\n', "")


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """Give the desk of Juniper Studio on a Monday morning, whose customers have no limits."""
    with connected(database_url, size=6) as database:
        database.set_clock(frozen=MONDAY)
        yield Desk.of(database_url, database, "juniper", NO_LIMITS)


def swap(session: Session, target: int, hold: int) -> Refusal | None:
    return changing.swap(session, booking=target, hold=hold, by=BY, now=session.now)


def test_a_cancellation_that_waits_for_a_move(desk: Desk) -> None:
    """The time that a booking was just given is free again when it is cancelled right after."""
    target = desk.booked("massage", desk.at("10:00"))
    hold = desk.held("massage", desk.at("15:00"), instead_of=target)
    with meeting(
        desk,
        lambda s: swap(s, target, hold.id),
        lambda s: changing.cancel(s, booking=target, by=BY, now=s.now),
    ) as other:
        assert other.end() is None
    assert desk.row(target).status == "cancelled"
    assert desk.ask("SELECT * FROM allocations WHERE active AND booking_id IS NOT NULL") == []
    assert desk.wrong() == ()
    assert isinstance(desk.hold("massage", desk.at("15:00"), who=1), Held)


def test_a_lapse_that_waits_for_a_move(desk: Desk) -> None:
    """A request that was moved at the last moment, and lapses, leaves nothing taken."""
    target = desk.held("haircut", desk.at("10:00"), provider="ana").id
    hold = desk.held("haircut", desk.at("15:00"), provider="ana", instead_of=target)
    later = MONDAY + 5 * MINUTE
    with meeting(
        desk,
        lambda s: swap(s, target, hold.id),
        lambda s: changing.expire(s, booking=target, now=later),
    ) as other:
        assert other.end() is True
    assert desk.ask("SELECT * FROM allocations WHERE active AND booking_id IS NOT NULL") == []


def test_a_taker_who_meets_a_move_at_its_end(desk: Desk) -> None:
    """Whoever lapses a hold that is just being moved does not strand the time of the move."""
    target = desk.held("haircut", desk.at("10:00"), provider="ana").id
    hold = desk.held("haircut", desk.at("10:15"), provider="ana", instead_of=target)
    wanted = desk.wanted("haircut", desk.at("10:00"), provider="ana")
    person, later = desk.person(1), MONDAY + 5 * MINUTE

    def take(session: Session) -> Held | Refusal:
        return booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=later + MINUTE,
            by=BY,
            now=later,
        )

    with meeting(desk, lambda s: swap(s, target, hold.id), take) as other:
        assert reason(other.end()) == "taken"
    desk.clock(later)
    assert desk.expire(target) or desk.row(target).status == "expired"
    assert desk.ask("SELECT * FROM allocations WHERE active AND booking_id IS NOT NULL") == []


def test_a_correction_against_a_taker_of_the_expired_hold(desk: Desk) -> None:
    """Its owner corrects a hold in its last second while another takes its time: no deadlock."""
    held = desk.held("haircut", desk.at("10:00"), provider="ana")
    ana = desk.wanted("haircut", desk.at("10:15"), provider="ana")
    other_wish = desk.wanted("haircut", desk.at("10:00"), provider="ana")
    mine, theirs, later = desk.person(), desk.person(1), MONDAY + 5 * MINUTE

    def hold(session: Session, wanted: Any, person: int, now: Any, **more: Any) -> Held | Refusal:  # noqa: ANN401 - as hold's
        return booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=later + MINUTE,
            by=BY,
            now=now,
            **more,
        )

    with desk.session() as session:
        new = hold(session, ana, mine, session.now, instead_of=held.id)
        assert isinstance(new, Held)
        other = Other(desk, lambda s: hold(s, other_wish, theirs, later))
        other.start_and_wait()
        assert swap(session, held.id, new.id) is None
    assert reason(other.end()) == "taken"
    assert desk.row(held.id).starts_at == desk.at("10:15")
    assert desk.wrong() == ()


def test_two_takers_of_two_expired_holds(desk: Desk) -> None:
    """Whoever cannot lapse all that is in the way lapses nothing, and waits for nobody in vain."""
    first = desk.held("haircut", desk.at("10:00"), provider="ana")
    second = desk.held("haircut", desk.at("10:45"), provider="ana")
    wanted = desk.wanted("colour", desk.at("10:00"), provider="ana")
    person, later = desk.person(1), MONDAY + 5 * MINUTE

    def take(session: Session) -> Held | Refusal:
        return booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=later + MINUTE,
            by=BY,
            now=later,
        )

    with meeting(desk, lambda s: changing.expire(s, booking=second.id, now=later), take) as other:
        assert isinstance(other.end(), Held)
    statuses = {desk.row(held.id).status for held in (first, second)}
    assert statuses == {"expired"}
    assert desk.wrong() == ()


def test_a_move_whose_booking_was_moved_elsewhere(desk: Desk) -> None:
    """Of two holds to move one booking the second is refused where its time is no longer whole."""
    target = desk.booked("haircut", desk.at("10:00"), provider="ana")
    near = desk.held("haircut", desk.at("10:15"), provider="ana", instead_of=target)
    far = desk.held("haircut", desk.at("15:00"), provider="ana", instead_of=target)
    assert desk.swap(target, far.id) is None
    taker = desk.booked("haircut", desk.at("09:45"), provider="ana", who=1)
    assert reason(desk.swap(target, near.id)) == "gone"
    assert desk.row(taker).status == "confirmed"
    assert desk.row(target).starts_at == desk.at("15:00")
    assert desk.wrong() == ()


def test_a_class_dropped_while_it_is_booked(desk: Desk) -> None:
    """The timetable waits for who books a class, and keeps the class for them."""
    wanted, person = desk.wanted("yoga", desk.at("18:00")), desk.person()

    def book(session: Session) -> None:
        got = booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=session.now + MINUTE,
            by=BY,
            now=session.now,
        )
        assert isinstance(got, Held)

    with meeting(
        desk, book, lambda s: apply(s, blueprint_of("juniper", NO_LIMITS, NO_YOGA))
    ) as other:
        outcome = other.end()
    assert any("takes place for who has booked it" in c.text for c in outcome.concerns)
    assert desk.ask("SELECT active FROM sessions WHERE id = (SELECT session_id FROM bookings)") == [
        (True,)
    ]
    assert desk.wrong() == ()


def test_a_class_booked_while_it_is_dropped(desk: Desk) -> None:
    """Who books a class that is just being dropped waits, and hears that there is none."""
    wanted, person = desk.wanted("yoga", desk.at("18:00")), desk.person()
    business = desk.business

    def book(session: Session) -> Held | Refusal:
        return booking.hold(
            session,
            business=business,
            wanted=wanted,
            person=person,
            until=session.now + MINUTE,
            by=BY,
            now=session.now,
        )

    with meeting(
        desk, lambda s: apply(s, blueprint_of("juniper", NO_LIMITS, NO_YOGA)), book
    ) as other:
        assert reason(other.end()) == Reason.NO_CLASS
    assert desk.wrong() == ()


NO_LEO = (
    ('\n[providers.leo]\nname = "Leo"\ndays = "thu-sat"\n', ""),
    ('["mia", "leo"]', '["mia"]'),
    ('    { day = "thu", at = "18:00", with = ["room-1", "leo"] },\n', ""),
)


def book_leo(desk: Desk) -> Callable[[Session], Held | Refusal]:
    """Return what books Leo on Friday, by the rules as they are now."""
    wanted, person = desk.wanted("massage", desk.at("10:00", "03-06"), 1, "leo"), desk.person()
    business = desk.business
    return lambda session: booking.hold(
        session,
        business=business,
        wanted=wanted,
        person=person,
        until=session.now + MINUTE,
        by=BY,
        now=session.now,
    )


def test_a_provider_removed_while_being_booked(desk: Desk) -> None:
    """The file that removes a provider waits for who is booking them, and is refused."""
    without = blueprint_of("juniper", NO_LIMITS, *NO_LEO)
    with meeting(desk, book_leo(desk), lambda s: apply(s, without)) as other:
        assert "Leo cannot be removed" in other.end().refusals[0].text


def test_a_provider_booked_while_being_removed(desk: Desk) -> None:
    """Who books a provider that is just being removed waits, and is refused."""
    without = blueprint_of("juniper", NO_LIMITS, *NO_LEO)
    with meeting(desk, lambda s: apply(s, without), book_leo(desk)) as other:
        assert reason(other.end()) == "taken"
    assert desk.ask("SELECT * FROM bookings") == []


def test_two_timetables_at_once(desk: Desk) -> None:
    """Two workers that lay out the classes at the same moment lay them out once."""
    before = desk.ask("SELECT count(*) FROM sessions")[0][0]
    desk.clock(MONDAY + timedelta(days=7))

    def lay_out(session: Session) -> int:
        return materialise(session, businesses.load(session)).made

    with meeting(desk, lay_out, lay_out) as other:
        assert other.end() == 0
    assert desk.ask("SELECT count(*) FROM sessions")[0][0] == before + 2
    assert {wrong.rule for wrong in desk.wrong()} == {"due work is done"}  # a week's, not done here


def test_one_person_at_two_phones(database_url: str) -> None:
    """The second phone of a customer waits for the first, and counts what it has booked."""
    database = Database(database_url, size=4)
    database.set_clock(frozen=MONDAY)
    desk = Desk.of(database_url, database, "juniper")
    desk.booked("haircut", desk.at("10:00"))
    with desk.session() as session:
        phone = people.at(session, channel="whatsapp", address="+12125550000", now=session.now)
    assert phone.person == desk.person()
    wishes = [desk.wanted("haircut", desk.at(at)) for at in ("11:00", "16:00")]

    def hold(session: Session, wish: int) -> Held | Refusal:
        return booking.hold(
            session,
            business=businesses.load(session),
            wanted=wishes[wish],
            person=phone.person,
            until=session.now + MINUTE,
            by=BY,
            now=session.now,
        )

    with meeting(desk, lambda s: hold(s, 0), lambda s: hold(s, 1)) as other:
        assert reason(other.end()) == "person_day"
    database.close()


def test_a_business_that_is_locked_for_long(desk: Desk) -> None:
    """A lock that is not given back in three seconds ends in an error that says so, and no row."""
    target = desk.booked("haircut", desk.at("10:00"))
    with desk.session() as session:
        session.execute(text("SELECT 1 FROM bookings WHERE id = :id FOR UPDATE"), {"id": target})
        other = Other(desk, lambda s: changing.cancel(s, booking=target, by=BY, now=s.now))
        other.start_and_wait()
        with pytest.raises(AssertionError, match="lock timeout"):
            other.end()
    assert desk.row(target).status == "confirmed"


def test_a_block_against_a_correction_of_what_it_covers(desk: Desk) -> None:
    """A provider blocks a day while a customer swaps a proposal on it: nothing is left."""
    held = desk.held("haircut", desk.at("10:00"), provider="ana")
    wanted, person = desk.wanted("haircut", desk.at("11:00"), provider="ana"), desk.person()
    ana = desk.business.provider_named("ana").id
    spans = [Span(desk.at("09:00"), desk.at("13:00"))]

    def block(session: Session) -> list[int]:
        return hand_taking.occupy(session, businesses.load(session), ana, spans, by=BY)

    with desk.session() as session:
        assert changing.release(session, booking=held.id, by=BY, now=session.now) is None
        other = Other(desk, block)
        other.start_and_wait()
        got = booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=session.now + 5 * MINUTE,
            by=BY,
            now=session.now,
        )
        assert isinstance(got, Held)
    assert len(other.end()) == 1
    assert desk.row(got.id).status == "released"
    assert desk.wrong() == ()


def test_a_series_of_classes_against_whoever_lays_them_out(desk: Desk) -> None:
    """Who lays out classes has their rows and wants the days; a series waits without the days."""
    weekly = Recurrence("FREQ=WEEKLY;COUNT=2", date(2026, 3, 3), clock(18))
    person, business = desk.person(), desk.business

    def hold(session: Session) -> series.Laid:
        return series.hold(
            session,
            business=business,
            plan=series.Plan(business.service_named("yoga"), weekly),
            person=person,
            until=session.now + 5 * MINUTE,
            by=BY,
            now=session.now,
        )

    with desk.session() as session:
        materialise(session, business)
        other = Other(desk, hold)
        other.start_and_wait()
        rooms = [r.id for r in business.resources]
        lock_days(session, resources=rooms, days=[weekly.first], exclusive=True)
    assert len(other.end().held) == 2
