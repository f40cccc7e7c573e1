"""Who did not come: asked for another time, once for a booking, after the provider could undo.

Who said nothing until their booking was released is answered in the same way.
"""

from dataclasses import replace

from core import due, finding, outbox
from core.db import Session
from core.plans import STAGE
from core.rules import Business
from dialogs.flows import telling
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.understanding import Intent

_ASKING = {"missed", "unconfirmed"}
_ANSWERS = {Intent.CONFIRM, Intent.INFORM, Intent.CORRECT, Intent.ASK, Intent.MOVE}


def plan(turn: Turn, booking: int) -> None:
    """Have the customer of a missed booking asked, when it can be undone no more."""
    if turn.business.follow_up:
        key = f"missed:{booking}:{turn.message.id}"
        at = turn.now + STAGE
        due.post(turn.session, kind="missed", subject=booking, key=key, due=at)


def ask(session: Session, business: Business, booking: int) -> None:
    """Ask for another time, if the booking still counts as missed; once, whoever marked it."""
    about = finding.booking(session, booking)
    if about is not None and about.status == "no_show":
        telling.customer(session, business, about, note="missed", now=session.now)


def bind(turn: Turn) -> None:
    """Take a yes or a time for the same service again, where that was the last that was said."""
    first, facts = turn.said.intents[0], turn.said.facts
    if turn.message.kind != "text" or turn.state not in {State.IDLE, State.NAME}:
        return
    if first not in _ANSWERS or facts.service is not None:
        return
    last = outbox.last_said(turn.session, turn.reader.address)
    if last is None or last.note not in _ASKING:
        return
    service = turn.business.service_by_id.get(int(last.facts["service"]))
    if service is not None:
        again = replace(facts, service=service.key)
        turn.said = replace(turn.said, intents=(Intent.BOOK,), facts=again)
