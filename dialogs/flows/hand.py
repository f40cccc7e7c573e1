"""A provider's own hand by chat: what they order, their yes or no to its preview, and UNDO.

What touches nobody is done at once. What touches people is shown first; on the yes, time is blocked
and nothing else happens for a moment, in which UNDO takes everything back before anybody is told.
"""

from collections.abc import Callable
from typing import Any

from core import plans
from core.plans import Plan
from dialogs.flows import (
    day,
    hand_booking,
    hand_offering,
    hand_people,
    hand_plans,
    hand_time,
    info,
)
from dialogs.states import State
from dialogs.talk import Talk, Turn

block = hand_time.block
unblock = hand_time.unblock
sick = hand_people.sick
late = hand_people.late
cancel = hand_people.cancel
move = hand_people.move
no_show = hand_people.no_show
no = hand_people.leave
note = hand_people.note
book_for = hand_booking.book_for
offer_to = hand_offering.offer_to
no_offers = hand_offering.no_offers

# What a yes does at once: the facts that UNDO needs.
_AT_ONCE: dict[str, Callable[[Turn, Plan], dict[str, Any]]] = {
    "block": hand_time.block_now,
    "block_again": hand_time.again_now,
    "hours": hand_time.hours_now,
    "no_offers": hand_offering.no_offers_now,
}
# What a yes only begins: the rest is staged, or said to be gone.
_STAGED: dict[str, Callable[[Turn, Plan], None]] = {
    "sick": hand_people.sick_now,
    "late": hand_people.late_now,
    "cancel": hand_people.cancel_now,
    "move": hand_people.move_now,
    "book_for": hand_booking.book_now,
}
_UNDO: dict[str, Callable[[Turn, Plan], None]] = {
    "block": hand_time.undo_block,
    "block_again": hand_time.undo_block,
    "hours": hand_time.undo_hours,
    "unblock": hand_time.undo_unblock,
    "no_show": hand_people.undo_no_show,
    "note": hand_people.undo_note,
    "sick": hand_time.undo_block,
    "move": hand_plans.let_go,
    "book_for": hand_booking.undo_book,
    "no_offers": hand_offering.undo_no_offers,
}


def yes(turn: Turn) -> State:
    """Carry out what was asked about, or begin to."""
    plan = plans.locked(turn.session, turn.talk.plan) if turn.talk.plan is not None else None
    turn.talk = Talk(last=turn.talk.last)
    if plan is None or plan.status != "asked":
        turn.say("hand_gone")
    elif plan.kind in _AT_ONCE:
        facts = _AT_ONCE[plan.kind](turn, plan)
        plans.become(turn.session, plan, "done", now=turn.now, **facts)
    else:
        _STAGED[plan.kind](turn, plan)
    return State.IDLE


def accept(turn: Turn) -> State:
    """Understand "ok": the word on a request that is named or pressed, else a yes to the plan."""
    return day.accept(turn) if _a_request(turn) else yes(turn)


def refuse(turn: Turn) -> State:
    """Understand "no" likewise."""
    return day.refuse(turn) if _a_request(turn) else no(turn)


def _a_request(turn: Turn) -> bool:
    facts = turn.said.facts
    return turn.pressed is not None or facts.number is not None or facts.ref is not None


def unclear(turn: Turn) -> State:
    """Ask for a yes or a no where something else was said of what was shown."""
    turn.say("hand_unclear")
    return turn.state


def undo(turn: Turn) -> State:
    """Take back what was last done or is staged; say so where people were told already."""
    if turn.reader.provider is None:
        return info.not_by_text(turn)
    if turn.state is State.PLAN:
        return no(turn)
    plan = plans.last(turn.session, turn.reader.address, now=turn.now)
    if plan is None or plan.status not in {"staged", "done"}:
        turn.say("hand_nothing_to_undo")
    elif plan.status == "done" and plan.kind in _STAGED:
        turn.say("hand_told_already")
    else:
        if plan.kind in _UNDO:
            _UNDO[plan.kind](turn, plan)
        plans.become(turn.session, plan, "undone", now=turn.now)
        turn.say("hand_undone", staged=plan.status == "staged")
    return turn.state


__all__ = [
    "accept",
    "block",
    "book_for",
    "cancel",
    "late",
    "move",
    "no",
    "no_offers",
    "no_show",
    "note",
    "offer_to",
    "refuse",
    "sick",
    "unblock",
    "unclear",
    "undo",
    "yes",
]
