"""Forget somebody: what they still have with us ends, who expects them hears, no row names them."""

from dataclasses import replace

from core import changing, consents, finding, forgetting, inbox, people, series
from core.booking import By
from core.db import Session
from core.finding import Booked
from core.inbox import Received
from core.people import Reader
from core.rules import Business
from dialogs.flows import telling, upfront, waiting
from dialogs.flows.about import providers_of
from dialogs.hearing import Hearing
from dialogs.states import State
from dialogs.talk import Talk
from dialogs.understanding import Intent


def standing(session: Session, person: int) -> list[Booked]:
    """Return what a forgotten person would no longer have: bookings and requests, no proposals."""
    rows = finding.of_person(session, person, now=session.now)
    return [row for row in rows if row.status != "held"]


def erase(session: Session, business: Business, person: int, *, by: By) -> None:
    """Cancel what a person still has, tell its providers without a name, and forget the person.

    What they wrote and was not answered yet goes too; but a STOP among it counts.
    """
    person = forgetting.hold(session, person)
    by = replace(by, asked=None)  # it may be asked for at any time
    _last_words(session, business, person)
    waiting.all_left(session, person, by=by, now=session.now)
    series.end_all(session, person=person)
    for row in finding.of_person(session, person, now=session.now):
        for hold in finding.moves_of(session, row.id):
            changing.release(session, booking=hold, by=by, now=session.now)
        if row.status == "held":
            changing.release(session, booking=row.id, by=by, now=session.now)
            continue
        changing.cancel(session, booking=row.id, by=by, now=session.now, why="forgotten")
        upfront.back(session, business, row, at=session.now, reason="forgotten")
        telling.providers(
            session,
            business,
            row.id,
            note="forgotten_provider",
            now=session.now,
            also=providers_of(business, row),
            name="",
        )
    forgetting.forget(session, person)


def _last_words(session: Session, business: Business, person: int) -> None:
    """Hear STOP and START among what they wrote and was not answered yet."""
    for message in inbox.waiting(session, person):
        reader = people.reader(session, message.address)
        out = _refuses(business, reader, message)
        if out is not None:
            consents.opted(
                session,
                message.address,
                out=out,
                source="carrier" if message.kind == "carrier" else "person",
                wording="",
                message=message.id,
                now=session.now,
            )


def _refuses(business: Business, reader: Reader, message: Received) -> bool | None:
    """Whether a message opts its address out, or in again; None where it says neither."""
    if message.kind == "carrier":
        return message.body == "opted_out"
    said = Hearing(business, reader.locale, message, State.IDLE).understood(reader, Talk())
    if said.has(Intent.STOP):
        return True
    return False if said.has(Intent.START) else None
