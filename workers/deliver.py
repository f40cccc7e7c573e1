"""Deliver an address's letters: claim, send outside any transaction, record."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from channels.message import Answered, Outbound, SendError
from core import businesses, outbox, people
from core.db import Session, Wake, away
from core.outbox import Letter
from core.people import Reader
from core.rules import Business
from dialogs.talk import reader_zone, zone_beside
from dialogs.wording import Worded, word
from workers import calendars
from workers.measures import FAILURES, OUTBOUND, SEND
from workers.runtime import Runtime
from workers.undelivered import given_up

AT_ONCE = 50  # letters to one address, then others come first
_LAST_WORDS = frozenset({"stopped"})  # what is still said to an address that opted out
_RECORD = outbox.LEASE.total_seconds() * 0.75  # seconds in which nobody else may send the letter

_log = structlog.get_logger()


def deliver(runtime: Runtime, business: int, address: int) -> None:
    """Have an address's letters sent by the hands of its channel."""

    def channel() -> str:
        with runtime.database.transaction(business) as session:
            return people.reader(session, address).channel

    def send() -> None:
        send_all(runtime, business, address)

    runtime.hands.take((business, address), channel, send)


def send_all(runtime: Runtime, business: int, address: int) -> None:
    """Send what is due to an address, in order, until nothing is or a vendor refuses."""
    for _ in range(AT_ONCE):
        if not _one(runtime, business, address):
            return
    runtime.database.wake((Wake("deliver", business, address),))


def _one(runtime: Runtime, business: int, address: int) -> bool:
    """Send the head; say whether the next may follow at once."""
    with runtime.database.transaction(business) as session:
        letter = outbox.claim(session, address=address, now=session.now)
        if letter is None:
            return False
        now = session.now
        reader = people.reader(session, address)
        facts = businesses.load(session)
        file = calendars.file_of(session, facts, letter)
    if reader.opted_out and letter.note not in _LAST_WORDS:
        return _failed(runtime, facts, letter, reader, error="opted out", body=None)
    body: str | None = None
    try:
        worded = _word(letter, facts, reader)
        channel = runtime.channels[letter.channel]
        outbound = _outbound(letter, facts, worded, now)
        if file is not None:
            link = runtime.calendar_link
            booking = int(letter.facts["booking"])
            outbound = replace(outbound, file=file, link=link and link(business, booking))
        body = channel.render(outbound)
        with SEND.labels(letter.channel).time():
            vendor = channel.send(outbound)
    except Exception as error:  # noqa: BLE001 - what breaks a letter must not hold up the next
        return _refused(runtime, facts, letter, reader, error=error, body=body)
    OUTBOUND.labels(letter.channel, letter.note).inc()
    choices = list(worded.choices)
    _record(
        runtime,
        business,
        lambda s: outbox.sent(s, letter.id, body=body, choices=choices, vendor=vendor, now=s.now),
    )
    return True


def _outbound(letter: Letter, business: Business, worded: Worded, now: datetime) -> Outbound:
    pressed = letter.pressed or {}
    shown = pressed.get("shown")
    return Outbound(
        to=letter.to,
        text=worded.text,
        choices=worded.choices,
        yes_no=worded.yes_no,
        letter=letter.id,
        business=business.id,
        sender=business.contact.routes.get(letter.channel, ""),
        note=letter.note,
        language=letter.locale,
        heard=letter.heard,
        now=now,
        answered=Answered(shown, int(pressed["index"])) if shown else None,
    )


def _refused(
    runtime: Runtime,
    business: Business,
    letter: Letter,
    reader: Reader,
    *,
    error: Exception,
    body: str | None,
) -> bool:
    """Put a letter off that was not taken, or give it up; say whether the next may follow."""
    refusal = error if isinstance(error, SendError) else None
    FAILURES.labels(letter.channel, _kind(refusal)).inc()
    if refusal is None:
        _log.error("letter broke", business=business.id, letter=letter.id, exc_info=error)
    tries = outbox.TRIES if refusal is None else outbox.PATIENCE
    if (refusal is not None and refusal.permanent) or letter.attempts + 1 >= tries:
        opted_out = refusal is not None and refusal.opted_out
        said = str(error)
        return _failed(
            runtime, business, letter, reader, error=said, body=body, opted_out=opted_out
        )
    wait = refusal.wait if refusal else None
    _record(
        runtime,
        business.id,
        lambda s: outbox.later(s, letter, error=str(error), now=s.now, wait=wait),
    )
    return False


def _kind(refusal: SendError | None) -> str:
    """Name a failure in the metrics."""
    if refusal is None:
        return "broken"
    if refusal.opted_out:
        return "opted out"
    return "permanent" if refusal.permanent else "passing"


def _record(runtime: Runtime, business: int, fact: Callable[[Session], object]) -> None:
    """Write down what became of a letter, even where the database goes away just then.

    While the lease lasts nobody else sends it; what is not recorded by its end is sent again.
    """
    end = time.monotonic() + _RECORD
    while True:
        try:
            with runtime.database.transaction(business) as session:
                fact(session)
        except Exception as error:
            if not away(error) or time.monotonic() > end:
                raise
            time.sleep(0.5)
        else:
            return


def _word(letter: Letter, business: Business, reader: Reader) -> Worded:
    zone = reader_zone(reader, business)
    return word(
        letter.note,
        letter.facts,
        business=business,
        language=letter.locale if letter.locale in business.languages else business.languages[0],
        zone=zone,
        other=zone_beside(reader, business),
    )


def _failed(
    runtime: Runtime,
    business: Business,
    letter: Letter,
    reader: Reader,
    *,
    error: str,
    body: str | None,
    opted_out: bool = False,
) -> bool:
    """Give a letter up; the business's human hears what the person could not be told."""
    _log.warning("undelivered", business=business.id, letter=letter.id, error=error)
    with runtime.database.transaction(business.id) as session:
        outbox.failed(session, letter.id, error=error, body=body)
        text = body or letter.note
        given_up(
            session,
            business,
            reader,
            letter=letter.id,
            note=letter.note,
            text=text,
            why=error,
            permanent=True,
            opted_out=opted_out,
        )
    return True
