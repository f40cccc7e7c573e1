"""Deliver an address's letters: claim, send outside any transaction, record."""

import structlog

from channels.message import Outbound, SendError
from core import businesses, outbox, people
from core.outbox import Letter
from core.people import Reader
from core.rules import Business
from dialogs.flows import settle
from dialogs.talk import reader_zone, zone_beside
from dialogs.wording import Worded, word
from workers.runtime import Runtime

_log = structlog.get_logger()
_LAST_WORDS = frozenset({"stopped"})  # what is still said to an address that opted out


def deliver(runtime: Runtime, business: int, address: int) -> None:
    """Send what is due to an address, in order, until nothing is or a vendor refuses."""
    while _one(runtime, business, address):
        pass


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
    worded = _word(letter, facts, reader)
    channel = runtime.channels[letter.channel]
    outbound = Outbound(letter.to, worded.text, worded.choices, worded.yes_no, letter.id)
    body = channel.render(outbound)
    try:
        vendor = channel.send(outbound)
    except SendError as error:
        if error.permanent or letter.attempts + 1 >= outbox.TRIES:
            return _failed(runtime, facts, letter, reader, error=str(error), body=body)
        with runtime.database.transaction(business) as session:
            outbox.later(session, letter, error=str(error), now=session.now)
        return False
    with runtime.database.transaction(business) as session:
        outbox.sent(
            session,
            letter.id,
            body=body,
            choices=list(worded.choices),
            vendor=vendor,
            now=session.now,
        )
    return True


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
    """Give a letter up; the business's human hears what the person could not be told."""
    _log.warning("undelivered", business=business.id, letter=letter.id, error=error)
    with runtime.database.transaction(business.id) as session:
        outbox.failed(session, letter.id, error=error, body=body)
        if not reader.opted_out:
            people.unreachable(session, reader.address, now=session.now)
        settle.tell_human(
            session,
            business,
            note="undelivered",
            facts={"name": reader.name, "address": reader.to, "text": body or letter.note},
            now=session.now,
            key=f"undelivered:{letter.id}",
            but=reader.person,
        )
    return True
