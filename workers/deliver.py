"""Deliver an address's letters: claim, send outside any transaction, record."""

import time
from collections.abc import Callable

import structlog

from channels.message import Outbound, SendError
from core import businesses, outbox, people
from core.db import Session, Wake, away
from core.outbox import Letter
from core.people import Reader
from core.rules import Business
from dialogs.flows import telling
from dialogs.talk import reader_zone, zone_beside
from dialogs.wording import Worded, word
from workers.runtime import Runtime

AT_ONCE = 50  # letters to one address, then others come first
_LAST_WORDS = frozenset({"stopped"})  # what is still said to an address that opted out
_RECORD = outbox.LEASE.total_seconds() * 0.75  # seconds in which nobody else may send the letter

_log = structlog.get_logger()


def deliver(runtime: Runtime, business: int, address: int) -> None:
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
        reader = people.reader(session, address)
        facts = businesses.load(session)
    if reader.opted_out and letter.note not in _LAST_WORDS:
        return _failed(runtime, facts, letter, reader, error="opted out", body=None)
    body: str | None = None
    try:
        worded = _word(letter, facts, reader)
        channel = runtime.channels[letter.channel]
        outbound = Outbound(letter.to, worded.text, worded.choices, worded.yes_no, letter.id)
        body = channel.render(outbound)
        vendor = channel.send(outbound)
    except Exception as error:  # noqa: BLE001 - what breaks a letter must not hold up the next
        permanent = isinstance(error, SendError) and error.permanent
        if not isinstance(error, SendError):
            _log.exception("letter broke", business=business, letter=letter.id)
        if permanent or letter.attempts + 1 >= outbox.TRIES:
            return _failed(runtime, facts, letter, reader, error=str(error), body=body)
        said = str(error)
        _record(runtime, business, lambda s: outbox.later(s, letter, error=said, now=s.now))
        return False
    choices = list(worded.choices)
    _record(
        runtime,
        business,
        lambda s: outbox.sent(s, letter.id, body=body, choices=choices, vendor=vendor, now=s.now),
    )
    return True


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
) -> bool:
    """Give a letter up; the business's human hears what the person could not be told.

    They hear it once an hour of one address, however many letters it did not take.
    """
    _log.warning("undelivered", business=business.id, letter=letter.id, error=error)
    with runtime.database.transaction(business.id) as session:
        outbox.failed(session, letter.id, error=error, body=body)
        if not reader.opted_out:
            people.unreachable(session, reader.address, now=session.now)
        telling.human(
            session,
            business,
            note="undelivered",
            facts={"name": reader.name, "address": reader.to, "text": body or letter.note},
            now=session.now,
            key=f"undelivered:{reader.address}:{session.now:%Y-%m-%dT%H}",
            but=reader.person,
        )
    return True
