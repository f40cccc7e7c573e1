"""What all of a provider's own hand shares: whose book, which spans, who is in them, and plans."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from core import changing, due, finding, plans
from core.availability import Slot
from core.db import Session
from core.finding import Booked
from core.plans import STAGE, Plan
from core.rules import Business
from core.span import DAY, MINUTE, Span, merged
from dialogs.flows import holding, looking
from dialogs.flows.about import facts_for_staff, human_of, providers_of
from dialogs.flows.info import not_yours
from dialogs.states import State
from dialogs.talk import Talk, Turn
from dialogs.when import Grain, Wish

AHEAD = timedelta(days=400)  # as far as anybody's plans go
STANDING = ("confirmed", "awaiting_provider", "awaiting_payment")
SHOWN = 8  # bookings that a preview names
POINT = timedelta(hours=1)  # what "block 3pm" means


def whose(turn: Turn) -> int | None:
    """Return whose book is meant, a resource's id; None where it is not the sender's.

    That is said then. The business's human may act for others: "ben is sick tomorrow".
    """
    me, key = turn.reader.provider, turn.said.facts.provider
    if me is None:
        not_yours(turn)
        return None
    named = next((p.id for p in turn.business.providers if p.key == key), me)
    if named != me and human_of(turn.business) != me:
        turn.say("hand_own_book")
        return None
    return named


def stay(turn: Turn) -> State:
    """Return where an answer leaves the talk that opens nothing: an open plan is given up."""
    if turn.state is not State.PLAN:
        return turn.state
    give_up(turn)
    return State.IDLE


def give_up(turn: Turn) -> None:
    """Drop the plan that was asked about, with what was held for it."""
    asked = plans.locked(turn.session, turn.talk.plan) if turn.talk.plan is not None else None
    if asked is not None and asked.status == "asked":
        let_go(turn, asked)
        plans.become(turn.session, asked, "dropped", now=turn.now)
    turn.talk = Talk(last=turn.talk.last)


def let_go(turn: Turn, plan: Plan) -> None:
    """Release the time that was held for a plan, if any is."""
    if "hold" in plan.facts:
        hold = int(plan.facts["hold"])
        changing.release(turn.session, booking=hold, by=turn.by, now=turn.now)


def ask(
    turn: Turn,
    resource: int,
    kind: str,
    facts: dict[str, Any],
    *,
    note: str,
    **said: Any,  # noqa: ANN401 - a note's own facts
) -> State:
    """Show what a plan would do, and ask whether to; what else was open is given up."""
    give_up(turn)
    holding.let_go(turn)
    plan = _planned(turn, resource, kind, facts, status="asked")
    turn.talk = Talk(plan=plan.id, last=turn.talk.last)
    turn.say(note, **said)
    return State.PLAN


def done(turn: Turn, resource: int, kind: str, facts: dict[str, Any]) -> Plan:
    """Remember what was done at once, so that UNDO takes it back."""
    return _planned(turn, resource, kind, facts, status="done")


def _planned(turn: Turn, resource: int, kind: str, facts: dict[str, Any], *, status: str) -> Plan:
    return plans.add(
        turn.session,
        resource=resource,
        address=turn.reader.address,
        message=turn.message.id,
        kind=kind,
        status=status,
        facts=facts,
        now=turn.now,
    )


def stage(turn: Turn, plan: Plan, **more: object) -> dict[str, Any]:
    """Leave the rest of a plan to due work, and until then to UNDO; return a note's facts of it."""
    said = {"message": turn.message.id, "by": turn.by.actor}
    plans.become(turn.session, plan, "staged", now=turn.now, **said, **more)
    at = turn.now + STAGE
    due.post(turn.session, kind="plan", subject=plan.id, key=f"plan:{plan.id}", due=at)
    return {"minutes": STAGE // MINUTE}


def spans_of(turn: Turn) -> list[Span]:
    """Return the spans that a message names, from now on; none where it names no time."""
    wish = turn.said.facts.wish
    last = turn.now + AHEAD
    found = []
    for window in wish.windows:
        if window.grain is Grain.MINUTE and window.start is not None:
            start = window.start.astimezone(UTC)
            span = Span(start, start + (wish.duration or POINT))
        else:
            span = looking.loosely(Wish((window,)), turn.now)[0]
        start, end = max(span.start, _minute(turn.now)), min(span.end, last)
        if start < end:
            found.append(Span(start, end))
    return merged(found)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def booked_in(
    session: Session, resource: int, spans: Sequence[Span], *, now: datetime
) -> list[Booked]:
    """Return what is booked or requested of a resource in some spans and is not over, in order."""
    found: dict[int, Booked] = {}
    for span in spans:
        for row in finding.between(session, Span(span.start - DAY, span.end), now=now):
            inside = row.end > max(span.start, now) and resource in row.resources
            if inside and row.status in STANDING:
                found[row.id] = row
    return sorted(found.values(), key=lambda row: (row.start, row.id))


def upcoming(turn: Turn, resource: int | None) -> list[Booked]:
    """Return what is booked of a provider, None: of anybody, and is not over."""
    span = Span(turn.now - DAY, turn.now + AHEAD)
    return [
        row
        for row in finding.between(turn.session, span, now=turn.now)
        if row.status in STANDING
        and row.end > turn.now
        and (resource is None or resource in providers_of(turn.business, row))
    ]


def offered(business: Business, slots: Sequence[Slot]) -> list[dict[str, Any]]:
    """Return free times as a note names them, with who would do it."""
    return [choice.to_json() for choice in looking.choices(slots, business=business)]


def listed(
    session: Session, business: Business, rows: Sequence[Booked]
) -> tuple[list[dict[str, Any]], int]:
    """Return the first of some bookings as a note names them, and how many more there are."""
    shown = [facts_for_staff(session, business, row) for row in rows[:SHOWN]]
    return shown, len(rows) - len(shown)
