"""What forgetting leaves behind: a STOP, and nothing else of anybody, whatever happens then."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from bot.acting import Who, write
from core import codes, consents, forgetting, identities, inbox, outbox, people
from core.db import Session
from core.people import Reader
from models.desk import MONDAY, Desk

SMS = "+12125550101"


def stopped(desk: Desk, reader: Reader, *, out: bool = True, source: str = "person") -> None:
    """Enter a STOP, or a START."""
    with desk.session() as session:
        consents.opted(
            session,
            reader.address,
            out=out,
            source=source,
            wording="STOP" if out else "START",
            message=None,
            now=session.now,
        )


def forget(desk: Desk, person: int) -> None:
    with desk.session() as session:
        forgetting.forget(session, person)


def named(desk: Desk, number: str = SMS) -> Reader:
    """Return who is at a number that somebody else names."""
    with desk.session() as session:
        return identities.target(session, number, channels=["sms"], now=session.now)


def says(desk: Desk, message: str, body: str = "hello", channel: str = "sms") -> int | None:
    """Store what the number writes."""
    with desk.session() as session:
        return write(session, Who(channel, SMS, "Maya Stone"), message=message, body=body)


def meanwhile(desk: Desk, begun: Callable[[Session], object], then: Callable[[], object]) -> None:
    """Begin something in one transaction, do `then` in a thread, which has to wait for it."""
    broken: list[BaseException] = []

    def run() -> None:
        try:
            then()
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            broken.append(error)

    waiting = threading.Thread(target=run)
    with desk.session() as session:
        begun(session)
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive(), broken
    waiting.join(timeout=10)
    assert broken == []


def rows_of(desk: Desk) -> str:
    """Return every row of every table, as the database writes it."""
    tables = desk.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return "\n".join(
        f"{table.tablename} {row.said}"
        for table in tables
        for row in desk.ask(f"SELECT CAST(t AS text) AS said FROM {table.tablename} t")
    )


def test_a_stop_outlives_forgetting(desk: Desk) -> None:
    """The number that somebody names afterwards is not written to; only its channel is stopped."""
    here = desk.meet("sms", SMS)
    stopped(desk, here)
    forget(desk, here.person)
    again = named(desk)
    assert again.person != here.person
    assert again.opted_out
    assert not desk.meet("whatsapp", SMS).opted_out
    assert not named(desk, "+12125550102").opted_out
    with desk.session() as session:
        told = consents.history(session, again.person)
        assert people.of_person(session, again.person, tried=[]) is not None  # on WhatsApp
    assert [(c.granted, c.source, c.wording, c.at) for c in told] == [(False, "person", "", MONDAY)]


def test_a_stop_outlives_being_forgotten_twice_and_ends_with_start(desk: Desk) -> None:
    """Who was met again and forgotten again is still stopped; START takes them off the list."""
    here = desk.meet("sms", SMS)
    stopped(desk, here, source="carrier")
    forget(desk, here.person)
    forget(desk, here.person)
    again = named(desk)
    forget(desk, again.person)
    assert len(desk.ask("SELECT 1 FROM suppressions")) == 1
    back = named(desk)
    assert back.opted_out
    with desk.session() as session:
        assert consents.refused_by(session, back.address) == "carrier"
    stopped(desk, back, out=False)
    assert desk.ask("SELECT 1 FROM suppressions") == []
    forget(desk, back.person)
    assert not named(desk).opted_out


def test_a_stop_is_of_one_business(open_desk: Callable[..., Desk]) -> None:
    """Another business on the same database never hears of it, nor finds the same digest."""
    one, other = open_desk("juniper"), open_desk("owl")
    for desk in (one, other):
        here = desk.meet("sms", SMS)
        stopped(desk, here)
        forget(desk, here.person)
    digests = one.ask("SELECT business_id, digest FROM suppressions")
    assert len({bytes(row.digest) for row in digests}) == len({r.business_id for r in digests}) == 2
    stopped(one, named(one), out=False)
    assert named(other).opted_out


def test_a_contact_that_a_channel_proves_stays_stopped(desk: Desk) -> None:
    """Sharing one's number on another channel is no START."""
    here = desk.meet("sms", SMS)
    stopped(desk, here)
    forget(desk, here.person)
    chat = desk.meet("telegram", "771")
    with desk.session() as session:
        made = identities.number_proven(
            session, person=chat.person, number=SMS, channels=["sms"], now=session.now
        )
        assert made is not None
        assert people.reader(session, made).opted_out


def test_the_list_holds_keyed_digests_whose_key_the_program_cannot_read(desk: Desk) -> None:
    """HMAC-SHA256 of business, channel and address, under a key that the owner alone may read."""
    here = desk.meet("sms", SMS)
    stopped(desk, here)
    forget(desk, here.person)
    pads = desk.ask("SELECT inner_pad, outer_pad FROM digest_key")[0]
    key = bytes(byte ^ 0x36 for byte in bytes(pads.inner_pad))
    assert key == bytes(byte ^ 0x5C for byte in bytes(pads.outer_pad))
    said = json.dumps([desk.number, ["refused", "sms", SMS]]).encode()
    [row] = desk.ask("SELECT digest FROM suppressions")
    assert bytes(row.digest) == hmac.new(key, said, hashlib.sha256).digest()
    with pytest.raises(ProgrammingError, match="permission denied"), desk.session() as session:
        session.execute(text("SELECT inner_pad FROM digest_key"))


def test_a_vendors_word_of_a_stop_that_waits_is_not_lost(desk: Desk) -> None:
    """A report that the person opted out, not dealt with yet, counts when they are forgotten."""
    here = desk.meet("sms", SMS)
    with desk.session() as session:
        letter = outbox.post(
            session, address=here.address, note="n", facts={}, locale="en", now=session.now
        )
        assert letter is not None
        outbox.sent(session, letter, body="hi", choices=[], vendor="SM1", now=session.now)
        error = f"21610: {SMS} has unsubscribed"
        outbox.undelivered(
            session, letter, error=error, permanent=True, opted_out=True, now=session.now
        )
        forgetting.forget(session, here.person)
        outbox.undelivered(
            session, letter, error=error, permanent=True, opted_out=True, now=session.now
        )
    assert SMS not in rows_of(desk)
    assert named(desk).opted_out


def test_a_stranger_who_opted_out_is_forgotten_too(desk: Desk) -> None:
    """A number that was only named stays in no row because of its STOP: the list keeps that."""
    here = desk.meet("sms", SMS)
    stopped(desk, here)
    forget(desk, here.person)
    again = named(desk)
    desk.clock(MONDAY + codes.LIFE)
    with desk.session() as session:
        person = identities.stranger(session, again.address)
        assert person == again.person
        forgetting.forget(session, person)
    assert SMS not in rows_of(desk)
    assert named(desk).opted_out


def test_what_a_vendor_sends_again_is_no_new_message(desk: Desk) -> None:
    """It is dropped, and brings nobody back; so is it once the person wrote something new."""
    assert says(desk, "SM1") is not None
    person = desk.meet("sms", SMS).person
    forget(desk, person)
    assert says(desk, "SM1") is None
    assert SMS not in rows_of(desk)
    assert "Maya" not in rows_of(desk)
    assert says(desk, "SM2") is not None
    assert desk.meet("sms", SMS).person != person
    assert says(desk, "SM1") is None
    assert says(desk, "SM2") is None
    with desk.session() as session:  # the same id from somebody else is theirs
        assert write(session, Who("sms", "+12125550102"), message="SM1") is not None


def test_what_was_heard_is_kept_no_longer_than_vendors_send_again(desk: Desk) -> None:
    """A later forgetting takes away what an earlier one kept of message ids."""
    says(desk, "SM1")
    forget(desk, desk.meet("sms", SMS).person)
    assert len(desk.ask("SELECT 1 FROM forgotten_messages")) == 1
    desk.clock(MONDAY + inbox.AGAIN * 2)
    forget(desk, desk.meet("sms", SMS).person)
    assert desk.ask("SELECT 1 FROM forgotten_messages") == []


def test_a_message_that_comes_during_the_forgetting_is_somebody_new(desk: Desk) -> None:
    """It waits, and no row of the person forgotten has its words; a retry then is dropped."""
    says(desk, "SM1")
    old = desk.meet("sms", SMS)
    kept: list[int | None] = []
    meanwhile(
        desk,
        lambda session: forgetting.forget(session, old.person),
        lambda: kept.extend((says(desk, "SM2", "a secret"), says(desk, "SM1"))),
    )
    assert [number is None for number in kept] == [False, True]
    new = desk.meet("sms", SMS)
    assert new.person != old.person
    rows = desk.ask("SELECT address_id FROM inbox WHERE body = 'a secret'")
    assert [row.address_id for row in rows] == [new.address]


def test_the_same_number_on_another_channel_during_the_forgetting(desk: Desk) -> None:
    """Who writes by WhatsApp while the number's person is being forgotten is somebody new."""
    old = desk.meet("sms", SMS)
    meanwhile(
        desk,
        lambda session: forgetting.forget(session, old.person),
        lambda: says(desk, "W1", channel="whatsapp"),
    )
    assert desk.meet("whatsapp", SMS).person != old.person
    assert [row.name for row in desk.ask("SELECT name FROM people ORDER BY id")] == [
        "",
        "Maya Stone",
    ]


def test_forgetting_waits_for_the_turn_and_takes_what_it_joined(desk: Desk) -> None:
    """An address that becomes the person's in a turn that is going on is forgotten with them."""
    old, chat = desk.meet("sms", SMS, "Maya Stone"), desk.meet("slack", "U0MAYA")

    def joins(session: Session) -> None:
        people.conversation(session, chat.address)
        assert identities.join(session, here=chat.person, there=old.person)

    meanwhile(desk, joins, lambda: forget(desk, chat.person))
    for secret in (SMS, "Stone", "U0MAYA"):
        assert secret not in rows_of(desk)


def test_a_name_that_comes_late_names_nobody(desk: Desk) -> None:
    """A profile read just before the forgetting is not written into what is left."""
    old = desk.meet("sms", SMS)

    def late() -> None:
        with desk.session() as session:
            people.named(session, old.person, name="Maya Stone")

    meanwhile(desk, lambda session: forgetting.forget(session, old.person), late)
    assert "Stone" not in rows_of(desk)


def test_codes_of_the_forgotten_are_void(desk: Desk) -> None:
    """Neither what was shown to them nor what was sent to them proves anything any more."""
    here, other = desk.meet("sms", SMS), desk.meet("telegram", "771")
    with desk.session() as session:
        shown = codes.show(session, asked=here, now=session.now)
        sent = codes.send(session, asked=other, target=here, now=session.now)
        assert shown is not None
        assert sent is not None
        forgetting.forget(session, here.person)
        assert codes.shown(session, address=other.address, code=shown, now=session.now) is None
        assert codes.prove(session, address=other.address, code=sent, now=session.now) is None
    left = desk.ask("SELECT digest, expires_at > created_at AS open FROM join_codes")
    assert [(bytes(row.digest), row.open) for row in left] == [(b"", False)] * 2


def test_a_letter_about_them_on_its_way_leaves_no_name(desk: Desk) -> None:
    """What a vendor takes meanwhile was worded before; its words are not kept after."""
    here, host = desk.meet("sms", SMS, "Maya Stone"), desk.meet("slack", "U0ANA")
    about = {"person": here.person, "name": "Maya Stone", "noted": "Stone-deaf"}
    with desk.session() as session:
        for facts in (about, {"bookings": [about, {"person": host.person, "name": "Ana"}]}):
            outbox.post(
                session, address=host.address, note="n", facts=facts, locale="en", now=session.now
            )
    with desk.session() as session:
        letter = outbox.claim(session, address=host.address, now=session.now)
        assert letter is not None
    forget(desk, here.person)
    with desk.session() as session:
        outbox.sent(
            session, letter.id, body="Maya Stone", choices=["Stone"], vendor=None, now=session.now
        )
    assert "Stone" not in rows_of(desk)
    assert "Ana" in rows_of(desk)


def test_nobodys_address_is_no_number(desk: Desk) -> None:
    """Staff see neither name nor number of a forgotten customer, nor what stands in their place."""
    here = desk.meet("sms", SMS)
    forget(desk, here.person)
    with desk.session() as session:
        assert people.number_of(session, here.person) == ""
