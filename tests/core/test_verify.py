"""`slotkeeper verify` finds each kind of wrong, and nothing where all is right."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from sqlalchemy import text

from bot.commands import verify as command
from core import inbox, offers, outbox, people, series, waitlist
from core.booking import By
from core.db import Session
from core.recurrence import Recurrence
from core.series import Plan
from core.span import MINUTE, Span
from core.verify import _QUESTIONS, prove
from models.desk import MONDAY, Desk

ANY = "SELECT min(id) FROM bookings"
DAMAGE: dict[str, list[str]] = {
    "no two at once": [
        "ALTER TABLE allocations DROP CONSTRAINT allocations_never_overlap",
        (
            "INSERT INTO allocations"
            " (business_id, session_id, resource_id, seat, during, slot_start)"
            " SELECT a.business_id, s.id, a.resource_id, a.seat, a.during, a.slot_start"
            " FROM allocations a, sessions s WHERE a.booking_id IS NOT NULL LIMIT 1"
        ),
    ],
    "a booking has its time": [
        f"UPDATE allocations SET active = false WHERE booking_id = ({ANY})",
    ],
    "a booking says what it was given": [
        f"UPDATE bookings SET ends_at = ends_at + interval '3 hours' WHERE id = ({ANY})",
    ],
    "time is taken for a booking": [
        (
            "UPDATE allocations SET active = true WHERE booking_id ="
            " (SELECT max(id) FROM bookings WHERE status = 'released')"
        ),
    ],
    "a party has its seats": [
        "UPDATE bookings SET party = 9 WHERE session_id IS NOT NULL",
    ],
    "a class seat belongs to a class": [
        "UPDATE sessions SET active = false WHERE id IN (SELECT session_id FROM bookings)",
    ],
    "a class that is dropped has no time": [
        "UPDATE sessions SET active = false WHERE id IN (SELECT session_id FROM bookings)",
    ],
    "a class has its staff and its room": [
        (
            "UPDATE allocations SET active = false WHERE id ="
            " (SELECT max(id) FROM allocations WHERE session_id IS NOT NULL)"
        ),
    ],
    "no expired hold blocks": [
        (
            "UPDATE bookings SET expires_at = expires_at - interval '1 hour'"
            " WHERE expires_at IS NOT NULL"
        ),
    ],
    "a hold has work that lapses it": [
        "UPDATE due_work SET done_at = due_at WHERE kind = 'lapse'",
    ],
    "events have no gap": [f"DELETE FROM booking_events WHERE booking_id = ({ANY}) AND seq = 1"],
    "the last event says the status": [
        f"UPDATE bookings SET status = 'no_show' WHERE id = ({ANY})",
    ],
    "the version counts the moves": [f"UPDATE bookings SET version = 7 WHERE id = ({ANY})"],
    "a move is never a booking": [f"UPDATE bookings SET purpose = 'move' WHERE id = ({ANY})"],
    "a series goes on": ["UPDATE due_work SET done_at = due_at WHERE kind = 'series'"],
    "a series is one person's": [
        "UPDATE series SET person_id = (SELECT min(person_id) FROM bookings)",
    ],
    "a series is held or stands": ["UPDATE series SET status = 'held'"],
    "a series has each time once": [
        (
            "UPDATE bookings SET starts_at = (SELECT min(starts_at) FROM bookings"
            " WHERE series_id IS NOT NULL) WHERE series_id IS NOT NULL"
        ),
    ],
    "every message is answered": ["UPDATE inbox SET received_at = received_at - interval '1 h'"],
    "every letter goes out": ["UPDATE outbox SET due_at = due_at - interval '1 hour'"],
    "an offer holds its time": [
        f"UPDATE offers SET booking_id = ({ANY}), created_at = created_at - interval '1 h'",
        f"UPDATE bookings SET status = 'cancelled', expires_at = NULL WHERE id = ({ANY})",
    ],
    "an offer is closed in time": [
        "UPDATE offers SET answer_by = created_at - interval '1 hour' WHERE status = 'open'",
    ],
    "a time is taken by one of those who were asked": [
        (
            "INSERT INTO offers (business_id, wait_id, person_id, booking_id, service_id,"
            " starts_at, status, closed_at, created_at) SELECT business_id, wait_id, person_id,"
            " booking_id, service_id, starts_at, 'taken', created_at, created_at FROM offers,"
            " generate_series(1, 2) WHERE status = 'open'"
        ),
    ],
    "who waits can be found, and nobody else": ["DELETE FROM wait_cells"],
    "due work is done": ["UPDATE due_work SET attempts = 10, done_at = due_at, error = 'broke'"],
}


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """Give a desk with one of everything: bookings, a move, a class, a hold, a request, letters."""
    first = desk.booked("haircut", desk.at("10:00"), provider="ana")
    desk.booked("massage", desk.at("15:00"), who=1)
    moved = desk.booked("massage", desk.at("11:00"), who=2)
    assert (
        desk.swap(moved, desk.held("massage", desk.at("11:30"), who=2, instead_of=moved).id) is None
    )
    assert desk.cancel(desk.booked("colour", desk.at("14:00"))) is None
    assert desk.release(desk.held("haircut", desk.at("16:00")).id) is None
    desk.booked("yoga", desk.at("18:00"), party=3)
    asked = desk.held("consultation", desk.at("16:30"), who=4)
    assert desk.confirm(asked.id, MONDAY + timedelta(hours=2)) is None
    desk.held("haircut", desk.at("17:00"))
    desk.held("haircut", desk.at("10:15"), provider="ana", instead_of=first)
    _recurring(desk)
    _offered(desk)
    with desk.session() as session:
        reader = people.at(session, channel="sms", address="+12125550000", now=session.now)
        inbox.store(
            session,
            address=reader.address,
            channel="sms",
            message="1",
            kind="text",
            body="hello",
            now=session.now,
        )
        outbox.post(
            session, address=reader.address, note="hello", facts={}, locale="en", now=session.now
        )
    return desk


def _recurring(desk: Desk) -> None:
    """Book every Wednesday at nine, for as long as the calendar is open."""
    person, business = desk.person(5), desk.business
    again = Recurrence("FREQ=WEEKLY;BYDAY=WE", date(2026, 3, 4), time(9))
    plan = Plan(business.service_named("haircut"), again)
    by, now = By("test"), MONDAY
    with desk.session() as session:
        laid = series.hold(
            session,
            business=business,
            plan=plan,
            person=person,
            until=now + 5 * MINUTE,
            by=by,
            now=now,
        )
        assert (
            series.confirm(session, business=business, series=laid.series, by=by, now=now) is None
        )


def _offered(desk: Desk) -> None:
    """Let two wait, and offer one of them a time."""
    for who in (6, 7):
        at, person = desk.at("16:00", "03-05"), desk.person(who)
        with desk.session() as session:
            service = desk.business.service_named("haircut").id
            waitlist.join(
                session,
                person=person,
                service=service,
                windows=[Span(at, at + MINUTE)],
                by=By("test"),
                now=session.now,
            )
    hold = desk.held("haircut", desk.at("16:00", "03-05"), who=6, lasts=40 * MINUTE)
    with desk.session() as session:
        first = waitlist.everybody(session, now=session.now)[0]
        offers.make(
            session,
            waits=[first.id],
            booking=hold.id,
            provider=None,
            start=hold.span.start,
            now=session.now,
        )


def test_nothing_is_wrong_where_all_is_right(busy: Desk) -> None:
    """A book with one of everything is right, now and while its holds are being lapsed."""
    assert busy.wrong() == ()
    busy.clock(MONDAY + timedelta(minutes=14))
    assert busy.wrong() == ()


def test_each_wrong_is_found(busy: Desk) -> None:
    """Whatever is done to the rows behind core's back is named by the rule that it breaks."""
    business, missed = busy.business, []
    for rule, damage in DAMAGE.items():
        with busy.database.owner.connect() as connection:  # taken back at the end
            for statement in damage:
                connection.execute(text(statement))
            found = prove(Session(connection, busy.number, MONDAY), business).wrong
            if rule not in {wrong.rule for wrong in found}:
                missed.append(rule)
    assert missed == []


def test_every_question_is_tried() -> None:
    """No question is asked that was never seen to find something."""
    assert set(DAMAGE) == {*_QUESTIONS, "a class has its staff and its room"}


def test_a_hold_that_nobody_lapses_is_shown(busy: Desk) -> None:
    """After a quarter of an hour without a tick, expired holds and forgotten work are wrong."""
    busy.clock(MONDAY + timedelta(hours=1))
    rules = {wrong.rule for wrong in busy.wrong()}
    assert rules == {
        "no expired hold blocks",
        "due work is done",
        "every message is answered",
        "every letter goes out",
    }


def test_the_command_says_so_and_exits_with_zero(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A right book is one sentence."""
    monkeypatch.setenv("DATABASE_URL", busy.url)
    with pytest.raises(SystemExit) as ended:
        command.run([])
    assert not ended.value.code
    assert capsys.readouterr().out.startswith("the book is right: 20 bookings, ")


def test_the_command_prints_the_rows_and_exits_with_one(
    busy: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong book is a table: business, rule, which and what was found."""
    busy.harm(*DAMAGE["the last event says the status"])
    monkeypatch.setenv("DATABASE_URL", busy.url)
    with pytest.raises(SystemExit) as ended:
        command.run([])
    assert ended.value.code == 1
    out = capsys.readouterr().out
    ref = busy.ask(f"SELECT ref FROM bookings WHERE id = ({ANY})")[0].ref
    assert f"juniper   the last event says the status  {ref}  no_show, and" in out
    assert "the book is wrong in 1 place; looked at 20 bookings" in out


def test_the_command_without_a_database_exits_with_two(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the database is away the book is neither right nor wrong."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(SystemExit) as ended:
        command.run([])
    assert ended.value.code == 2
    assert "the database cannot be used" in capsys.readouterr().err


def test_each_business_is_proved(open_desk: Callable[..., Desk]) -> None:
    """A wrong of one business is that business's alone."""
    one, other = open_desk("juniper"), open_desk("aurora")
    one.booked("haircut", one.at("10:00"))
    one.harm(*DAMAGE["the version counts the moves"])
    proofs = command.proved(one.database)
    assert {slug: len(proof.wrong) for slug, proof in proofs.items()} == {"aurora": 0, "juniper": 1}
    assert other.wrong() == ()
