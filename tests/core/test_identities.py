"""One person, many addresses: what a code proves, and what becomes of two who are one."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core import booking, consents, forgetting, identities, outbox, people, whereabouts
from core.booking import Held
from core.tables import metadata
from models.desk import BY, MONDAY, Desk

SMS = "+12125550101"


def test_two_become_one_with_all_that_is_theirs(desk: Desk) -> None:
    """Bookings, addresses, name and the better known zone; events stay as they were written."""
    with desk.session() as session:
        old = people.at(session, channel="sms", address="+12125550007", now=session.now)
    made = desk.booked("haircut", desk.at("15:00"), who=7)
    new = desk.meet("telegram", "771", name="Maya")
    with desk.session() as session:
        whereabouts.located(session, new.person, zone="America/Denver", source="said")
        events = desk.ask("SELECT * FROM booking_events ORDER BY seq")
        assert identities.join(session, here=new.person, there=old.person)
        here, there = (people.reader(session, a.address) for a in (new, old))
    assert here.person == there.person == old.person
    assert (here.name, here.zone, here.zone_source) == ("Maya", "America/Denver", "said")
    rows = desk.ask("SELECT id, person_id FROM bookings")
    assert [(row.id, row.person_id) for row in rows] == [(made, old.person)]
    assert desk.ask("SELECT * FROM booking_events ORDER BY seq") == events
    gone = desk.ask("SELECT id, merged_into FROM people WHERE merged_into IS NOT NULL")
    assert [(row.id, row.merged_into) for row in gone] == [(new.person, old.person)]
    assert desk.wrong() == ()


def test_everything_of_a_person_changes_hands() -> None:
    """Each table that has a person is told to move, so that a new one is not forgotten here."""
    owned = {table.name for table in metadata.sorted_tables if "person_id" in table.c}
    assert owned - {"addresses"} == set(identities.OWNED)


def test_a_provider_stays_who_they_are(desk: Desk) -> None:
    """The linked one of two is kept, and two different providers never become one."""
    ana, ben = (p.id for p in desk.business.providers[:2])
    customer, host, other = (desk.meet("telegram", f"77{n}") for n in range(3))
    with desk.session() as session:
        people.link(session, person=host.person, provider=ana)
        people.link(session, person=other.person, provider=ben)
        assert not identities.join(session, here=host.person, there=other.person)
        assert identities.join(session, here=customer.person, there=host.person)
        assert people.reader(session, customer.address).provider == ana
        reached = people.of_provider(session, ana)
    assert reached is not None
    assert reached.person == host.person


def test_joined_both_ways_at_once(desk: Desk) -> None:
    """Two transactions that join the same two, each from its side, leave one person."""
    one, other = desk.meet("telegram", "771"), desk.meet("sms", SMS)
    barrier = threading.Barrier(2)

    def run(here: int, there: int) -> None:
        barrier.wait()
        with desk.session() as session:
            identities.join(session, here=here, there=there)

    pairs = [(one.person, other.person), (other.person, one.person)]
    threads = [threading.Thread(target=run, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = desk.ask("SELECT DISTINCT person_id FROM addresses")
    assert [row.person_id for row in rows] == [min(one.person, other.person)]


def test_a_number_that_a_channel_proved(desk: Desk) -> None:
    """A new one becomes the sender's; one that somebody has makes the two one person."""
    here = desk.meet("telegram", "771")
    with desk.session() as session:
        made = identities.number_proven(
            session, person=here.person, number=SMS, channels=["sms"], now=session.now
        )
    assert made is not None
    assert desk.meet("sms", SMS).person == here.person
    assert desk.meet("whatsapp", SMS).person == here.person
    older = desk.meet("slack", "U0MAYA")
    with desk.session() as session:
        identities.number_proven(
            session, person=older.person, number=SMS, channels=["sms"], now=session.now
        )
    assert desk.meet("slack", "U0MAYA").person == desk.meet("telegram", "771").person


def test_they_are_reached_as_they_prefer_else_where_they_wrote_last(desk: Desk) -> None:
    """The preferred channel comes first while it works; then the others, the last used first."""
    here = desk.meet("telegram", "771")
    desk.clock(MONDAY + timedelta(minutes=1))
    with desk.session() as session:
        identities.number_proven(
            session, person=here.person, number=SMS, channels=["sms"], now=session.now
        )
    sms, whatsapp = desk.meet("sms", SMS), desk.meet("whatsapp", SMS)
    with desk.session() as session:
        people.touched(session, sms.address, now=session.now + timedelta(minutes=1))

        def best() -> int | None:
            found = people.of_person(session, here.person)
            return found.address if found else None

        assert best() == sms.address
        assert not identities.prefer(session, here.person, channel="slack")
        assert identities.prefer(session, here.person, channel="telegram")
        assert best() == here.address
        people.unreachable(session, here.address, now=session.now)
        assert best() == sms.address
        left = people.of_person(session, here.person, tried=[here.address, sms.address])
        assert left is not None
        assert left.address == whatsapp.address
        people.touched(session, here.address, now=session.now)
        assert best() == here.address


def test_the_ledger_can_only_grow(desk: Desk) -> None:
    """The program's role adds to it, and may neither change nor remove what stands there."""
    here = desk.meet("sms", SMS)
    for out, wording in ((True, "stop it"), (False, "START")):
        with desk.session() as session:
            consents.opted(
                session,
                here.address,
                out=out,
                source="person",
                wording=wording,
                message=None,
                now=session.now,
            )
    with desk.session() as session:
        told = consents.history(session, here.person)
    assert [(c.granted, c.wording, c.address) for c in told] == [
        (True, "START", SMS),
        (False, "stop it", SMS),
    ]
    for statement in (
        "UPDATE consents SET wording = ''",
        "UPDATE consents SET granted = true",
        "DELETE FROM consents",
    ):
        with pytest.raises(ProgrammingError), desk.session() as session:
            session.execute(text(statement))


def test_words_leave_the_ledger_only_with_who_said_them(desk: Desk) -> None:
    """Of somebody who is not forgotten nothing is taken out."""
    here = desk.meet("sms", SMS)
    with desk.session() as session:
        consents.record(
            session,
            here.address,
            granted=True,
            source="person",
            wording="hi, it's Maya",
            message=None,
            now=session.now,
        )
        session.execute(text("SELECT slotkeeper_forget_wordings(:person)"), {"person": here.person})
        assert consents.history(session, here.person)[0].wording == "hi, it's Maya"


def test_a_forgotten_person_is_nobody(desk: Desk) -> None:
    """No row has their name, number or words any more; the booking stays, the book is right."""
    here = desk.meet("sms", SMS, name="Maya Stone")
    desk.booked("haircut", desk.at("15:00"), who=101)
    other = desk.meet("slack", "U0ANA")
    with desk.session() as session:
        whereabouts.located(session, here.person, zone="America/Denver", source="said")
        consents.record(
            session,
            here.address,
            granted=True,
            source="person",
            wording="Maya Stone here",
            message=None,
            now=session.now,
        )
        session.execute(
            text(
                "INSERT INTO inbox (business_id, address_id, channel, message_id, kind, body,"
                " received_at, due_at, answered_at) VALUES (:business, :address, 'sms', 'SM1',"
                " 'text', 'Maya Stone here', :now, :now, :now)"
            ),
            {"business": desk.number, "address": here.address, "now": session.now},
        )
        told = {"person": here.person, "name": "Maya Stone", "address": SMS, "text": "Stone"}
        listed = {"bookings": [{"person": here.person, "name": "Maya Stone"}]}
        for address, facts in ((here, told), (other, told), (other, listed)):
            letter = outbox.post(
                session,
                address=address.address,
                note="n",
                facts=facts,
                locale="en",
                now=session.now,
            )
            assert letter is not None
            outbox.sent(
                session, letter, body="Maya Stone", choices=[], vendor=None, now=session.now
            )
        forgetting.forget(session, here.person)
        forgetting.forget(session, here.person)
    for table in metadata.sorted_tables:
        for row in desk.ask(f"SELECT CAST(t AS text) AS said FROM {table.name} t"):
            for secret in ("Stone", SMS, "Denver"):
                assert secret not in row.said, (table.name, row.said)
    assert len(desk.ask("SELECT 1 FROM bookings WHERE status = 'confirmed'")) == 1
    assert len(desk.ask("SELECT 1 FROM consents WHERE granted AND wording = ''")) == 1
    assert desk.wrong() == ()
    assert desk.meet("sms", SMS).person != here.person


def test_a_booking_made_during_the_join_goes_along(desk: Desk) -> None:
    """The join waits for the turn that books just then, and takes what it made with it."""
    winner, other = desk.meet("telegram", "771"), desk.meet("sms", SMS)
    joined: list[bool] = []

    def join() -> None:
        with desk.session() as session:
            joined.append(identities.join(session, here=winner.person, there=other.person))

    joining = threading.Thread(target=join)
    with desk.session() as session:
        people.conversation(session, other.address)
        joining.start()
        joining.join(timeout=0.5)
        assert joining.is_alive()
        held = booking.hold(
            session,
            business=desk.business,
            wanted=desk.wanted("haircut", desk.at("15:00")),
            person=people.reader(session, other.address).person,
            until=session.now + timedelta(minutes=5),
            by=BY,
            now=session.now,
        )
        assert isinstance(held, Held)
    joining.join(timeout=10)
    assert joined == [True]
    assert [row.person_id for row in desk.ask("SELECT person_id FROM bookings")] == [winner.person]
    assert desk.wrong() == ()
