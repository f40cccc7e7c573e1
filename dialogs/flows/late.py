"""A change that comes after the latest moment for it: refused, and handed to the human."""

from datetime import datetime

from core.deadline import change_until
from core.finding import Booked
from dialogs.flows import telling
from dialogs.flows.about import facts_for_staff, facts_of
from dialogs.states import State
from dialogs.talk import Talk, Turn


def too_late(turn: Turn, row: Booked) -> datetime | None:
    """Return until when the sender could have changed a booking alone, if that has passed."""
    asked = turn.by.asked
    if asked is None or row.status != "confirmed":
        return None
    until = change_until(row.policy, row.start, turn.business.zone)
    return until if until is not None and asked > until else None


def refuse(turn: Turn, row: Booked, until: datetime, *, doing: str) -> State:
    """Say until when it could be done, and tell the human what is wanted: once for each wish."""
    about = facts_for_staff(turn.session, turn.business, row)
    told = telling.human(
        turn.session,
        turn.business,
        note="wants_change",
        facts=about | {"doing": doing, "text": turn.message.body[:300]},
        now=turn.now,
        key=f"wants_change:{doing}:{row.id}:{row.version}",
        but=turn.reader.person,
    )
    human = turn.business.contact.human
    turn.talk = Talk(last=turn.talk.last)
    facts = facts_of(turn.business, row) | {"until": until, "doing": doing}
    turn.say("too_late", **facts, told=told, human=human)
    return State.IDLE
