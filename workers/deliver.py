"""Deliver an address's letters: claim, send outside any transaction, record."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from channels.message import Answered, File, Outbound, SendError
from core import businesses, consents, forgetting, outbox, people
from core.db import Database, Session, Wake, passing
from core.outbox import Letter
from core.people import Reader
from core.rules import Business
from dialogs.talk import reader_zone, zone_beside
from dialogs.wording import Worded, word
from workers import calendars, offers
from workers.hands import Name
from workers.measures import FAILURES, OUTBOUND, SEND
from workers.pictures import picture_of
from workers.runtime import Runtime
from workers.undelivered import given_up

AT_ONCE = 50  # letters to one address, then others come first
_LAST_WORDS = frozenset({"stopped"})  # what is still said to an address that opted out
_RECORD = outbox.LEASE.total_seconds() * 0.75  # seconds in which nobody else may send the letter

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A letter leased to this thread, and what it takes to word it."""

    letter: Letter
    reader: Reader
    business: Business
    file: File | None
    now: datetime


def deliver(runtime: Runtime, business: int, address: int) -> None:
    """Have an address's letters sent by the hands of its channel."""

    def channels(names: Sequence[Name]) -> Mapping[Name, str]:
        return _channels(runtime.database, names)

    def send() -> None:
        send_all(runtime, business, address)

    runtime.hands.take((business, address), channels, send)


def _channels(database: Database, names: Sequence[Name]) -> Mapping[Name, str]:
    """Return by which channel each address is reached; one transaction for each business."""
    found: dict[Name, str] = {}
    for business in dict.fromkeys(business for business, _ in names):
        wanted = [address for owner, address in names if owner == business]
        with database.transaction(business) as session:
            known = people.channels(session, wanted)
        found |= {(business, address): channel for address, channel in known.items()}
    return found


def send_all(runtime: Runtime, business: int, address: int) -> None:
    """Send what is due to an address, in order, until nothing is or a vendor refuses."""
    with runtime.database.transaction(business) as session:
        claimed = _claim(session, address)
    for left in reversed(range(AT_ONCE)):
        if claimed is None:
            return
        claimed = _one(runtime, claimed, last=left == 0 or runtime.hands.ending)


def _claim(session: Session, address: int) -> _Claimed | None:
    """Lease the head of an address's letters."""
    while letter := outbox.claim(session, address=address, now=session.now):
        business = businesses.load(session)
        asked = offers.asked(session, business, letter) if letter.note == "wait_offer" else letter
        if asked is not None:
            return _with_what_it_takes(session, business, asked)
    return None


def _with_what_it_takes(session: Session, business: Business, letter: Letter) -> _Claimed:
    reader = people.reader(session, letter.address)
    file = calendars.file_of(session, business, letter)
    return _Claimed(letter, reader, business, file, session.now)


def _one(runtime: Runtime, claimed: _Claimed, *, last: bool) -> _Claimed | None:
    """Send a letter and record it; return the next, where it may follow at once.

    After the `last` one another look is asked for instead.
    """
    letter = claimed.letter
    if claimed.reader.opted_out and letter.note not in _LAST_WORDS:
        return _recorded(runtime, claimed, _failed(claimed, error="opted out"), last=last)
    body: str | None = None
    try:
        outbound = _outbound(claimed, runtime.calendar_link)
        channel = runtime.channels[letter.channel]
        body = channel.render(outbound)
        with SEND.labels(letter.channel).time():
            vendor = channel.send(outbound)
    except Exception as error:  # noqa: BLE001 - what breaks a letter must not hold up the next
        return _refused(runtime, claimed, error=error, body=body, last=last)
    OUTBOUND.labels(letter.channel, letter.note).inc()
    words, choices = body, list(outbound.choices)
    return _recorded(
        runtime,
        claimed,
        lambda s: outbox.sent(s, letter.id, body=words, choices=choices, vendor=vendor, now=s.now),
        last=last,
    )


def _outbound(claimed: _Claimed, link: Callable[[int, int], str] | None) -> Outbound:
    letter, business = claimed.letter, claimed.business
    worded = _word(letter, business, claimed.reader)
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
        now=claimed.now,
        file=claimed.file or _picture(letter, business),
        link=link(business.id, int(letter.facts["booking"])) if link and claimed.file else None,
        answered=Answered(shown, int(pressed["index"])) if shown else None,
    )


def _picture(letter: Letter, business: Business) -> File | None:
    """Return the picture of a letter on its first try: after a refusal the text goes alone."""
    if letter.attempts:
        return None
    about = {"channel": letter.channel, "language": letter.locale}
    return picture_of(letter.note, letter.facts, business, **about)


def _refused(
    runtime: Runtime, claimed: _Claimed, *, error: Exception, body: str | None, last: bool
) -> _Claimed | None:
    """Put a letter off that was not taken, or give it up; return the next if it may follow."""
    letter, business = claimed.letter, claimed.business
    refusal = error if isinstance(error, SendError) else None
    FAILURES.labels(letter.channel, _kind(refusal)).inc()
    if refusal is None:
        _log.error("letter broke", business=business.id, letter=letter.id, exc_info=error)
    tries = outbox.TRIES if refusal is None else outbox.PATIENCE
    if (refusal is not None and refusal.permanent) or letter.attempts + 1 >= tries:
        opted_out = refusal is not None and refusal.opted_out
        fact = _failed(claimed, error=str(error), body=body, opted_out=opted_out)
        return _recorded(runtime, claimed, fact, last=last)
    wait = refusal.wait if refusal else None
    _record(
        runtime,
        business.id,
        lambda s: outbox.later(s, letter, error=str(error), now=s.now, wait=wait),
    )
    return None


def _kind(refusal: SendError | None) -> str:
    """Name a failure in the metrics."""
    if refusal is None:
        return "broken"
    if refusal.opted_out:
        return "opted out"
    return "permanent" if refusal.permanent else "passing"


def _recorded(
    runtime: Runtime, claimed: _Claimed, fact: Callable[[Session], object], *, last: bool
) -> _Claimed | None:
    """Write down what became of a letter, and lease the next in the same transaction.

    Nothing about the next one may cost us what became of this one: it is written down alone then.
    """
    business, address = claimed.business.id, claimed.letter.address
    try:
        with runtime.database.transaction(business) as session:
            fact(session)
            if not last:
                return _claim(session, address)
    except Exception as error:  # noqa: BLE001 - whatever it is, what became of the letter counts
        if not passing(error):
            _log.error("no next letter", business=business, address=address, exc_info=error)
        _record(runtime, business, fact)
    runtime.database.wake((Wake("deliver", business, address),))
    return None


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
            if not passing(error) or time.monotonic() > end:
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
    claimed: _Claimed, *, error: str, body: str | None = None, opted_out: bool = False
) -> Callable[[Session], None]:
    """Return what gives a letter up; the business's human hears what the person could not."""
    letter, business = claimed.letter, claimed.business
    _log.warning("undelivered", business=business.id, letter=letter.id, error=error)

    def fact(session: Session) -> None:
        known = forgetting.still_known(session, letter.address)
        outbox.failed(session, letter.id, error=error, body=body)
        if not known:  # while it was on its way, or it is the farewell
            if opted_out:
                where = {"channel": letter.channel, "address": letter.to}
                consents.suppress(session, **where, source="vendor", now=session.now)
            return
        given_up(
            session,
            business,
            claimed.reader,
            letter=letter.id,
            note=letter.note,
            text=body or letter.note,
            why=error,
            permanent=True,
            opted_out=opted_out,
        )

    return fact
