"""A provider's time by chat: block it, free it again, other hours for one day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from core import blocking, plans
from core.booking import By
from core.db import Session
from core.hours import open_spans
from core.plans import Plan
from core.rules import Business
from core.span import DAY, Span, both, instant, local_days, minus
from dialogs.flows import hand_again, hand_plans
from dialogs.flows.hand_taking import (
    HAND,
    block_span,
    restore,
    set_hours,
    still_without,
    take,
    teaches,
    walls,
)
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.when import Grain, Window


def block(turn: Turn) -> State:
    """Block time: at once where nobody is booked in it, else after showing who is."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    if turn.said.facts.works and turn.said.facts.wish.windows:
        return _hours(turn, resource)
    if turn.said.facts.wish.rrule:
        return _block_again(turn, resource)
    spans = hand_plans.spans_of(turn)
    if not spans:
        turn.say("hand_when")
        return hand_plans.stay(turn)
    why = turn.said.facts.reason or ""
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    if rows:
        shown, more = hand_plans.listed(turn.session, turn.business, rows)
        return hand_plans.ask(
            turn,
            resource,
            "block",
            {"spans": spans, "reason": why},
            note="hand_block",
            spans=spans,
            bookings=shown,
            more=more,
        )
    state = hand_plans.stay(turn)
    took = take(turn, resource, spans, why)
    hand_plans.done(turn, resource, "block", {"spans": spans} | took)
    _say_blocked(turn, resource, spans, why)
    return state


def block_now(turn: Turn, plan: Plan) -> dict[str, Any]:
    """Block what was shown, on the provider's yes; who is booked in it stays."""
    spans, why = plan.spans, plan.facts.get("reason", "")
    took = take(turn, plan.resource, spans, why)
    _say_blocked(turn, plan.resource, spans, why)
    return took


def _block_again(turn: Turn, resource: int) -> State:
    """Block what comes again and again, likewise at once or after showing who is booked in it."""
    again = hand_again.said(turn)
    laid = hand_again.reach(turn.business, turn.now)
    spans = again.spans(turn.business, until=laid, now=_minute(turn.now)) if again else []
    if again is None or not spans:
        turn.say("hand_when")
        return hand_plans.stay(turn)
    why = turn.said.facts.reason or ""
    kept = again.to_json() | {"laid": laid, "reason": why}
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    if rows:
        shown, more = hand_plans.listed(turn.session, turn.business, rows)
        return hand_plans.ask(
            turn,
            resource,
            hand_again.KIND,
            kept,
            note="hand_block_again",
            **hand_again.told(again, spans),
            bookings=shown,
            more=more,
        )
    state = hand_plans.stay(turn)
    took = take(turn, resource, spans, why)
    plan = hand_plans.done(turn, resource, hand_again.KIND, kept | took)
    hand_again.go_on(turn.session, plan.id, again, laid, turn.now)
    _say_again(turn, resource, again, spans, why)
    return state


def again_now(turn: Turn, plan: Plan) -> dict[str, Any]:
    """Block what was shown and what comes of it later, on the provider's yes."""
    again, why = hand_again.Again.from_json(plan.facts), plan.facts["reason"]
    laid = hand_again.reach(turn.business, turn.now)
    spans = again.spans(turn.business, until=laid, now=_minute(turn.now))
    took = take(turn, plan.resource, spans, why)
    hand_again.go_on(turn.session, plan.id, again, laid, turn.now)
    _say_again(turn, plan.resource, again, spans, why)
    return took | {"laid": laid}


def _say_again(
    turn: Turn, resource: int, again: hand_again.Again, spans: Sequence[Span], why: str
) -> None:
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    shown, more = hand_plans.listed(turn.session, turn.business, rows)
    facts = hand_again.told(again, spans) | {"bookings": shown, "more": more, "reason": why}
    turn.say("hand_blocked_again", **facts)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The hand that goes on with what a provider began."""

    session: Session
    business: Business
    now: datetime
    by: By = field(default_factory=lambda: By("clock"))


def extended(session: Session, business: Business, number: int) -> None:
    """Block the days that came within reach of what is blocked again and again; once for a day."""
    plan = plans.locked(session, number)
    if plan is None or not hand_again.goes_on(plan):
        return
    again, laid = hand_again.Again.from_json(plan.facts), hand_again.reach(business, session.now)
    after = date.fromisoformat(plan.facts["laid"])
    spans = again.spans(business, until=laid, now=session.now, after=after)
    hand = _Clock(session, business, session.now)
    took = take(hand, plan.resource, spans, plan.facts["reason"])
    plans.keep(
        session,
        plan,
        laid=max(laid, after),
        blocks=[*plan.facts["blocks"], *took["blocks"]],
        before=took["before"] | plan.facts["before"],
    )
    hand_again.go_on(session, plan.id, again, laid, session.now)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _say_blocked(turn: Turn, resource: int, spans: Sequence[Span], why: str) -> None:
    """Say what is blocked, and who stays in it: somebody may have said yes meanwhile."""
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    shown, more = hand_plans.listed(turn.session, turn.business, rows)
    turn.say("hand_blocked", spans=spans, bookings=shown, more=more, reason=why)


def _hours(turn: Turn, resource: int) -> State:
    """Give a day other hours: at once where nobody is booked outside them, else after asking."""
    if turn.said.facts.wish.rrule:
        turn.say("hand_no_series")
        return hand_plans.stay(turn)
    hours = {}
    for window in turn.said.facts.wish.windows:
        found = _day_of(turn, resource, window)
        if found is not None:
            hours[found[0]] = found[1]
    if not hours:
        turn.say("hand_when")
        return hand_plans.stay(turn)
    days = [[day, hours[day]] for day in hours]
    kept = {"hours": {day.isoformat(): walls(turn.business, hours[day]) for day in hours}}
    rows = _outside(turn, resource, hours)
    if rows:
        shown, more = hand_plans.listed(turn.session, turn.business, rows)
        return hand_plans.ask(
            turn,
            resource,
            "hours",
            kept | {"days": days},
            note="hand_hours",
            days=days,
            bookings=shown,
            more=more,
        )
    state = hand_plans.stay(turn)
    by_day = {day: walls(turn.business, spans) for day, spans in hours.items()}
    before = set_hours(turn, resource, by_day)
    hand_plans.done(turn, resource, "hours", kept | {"before": before})
    turn.say("hand_hours_set", days=days)
    return state


def hours_now(turn: Turn, plan: Plan) -> dict[str, Any]:
    """Set the hours that were shown, on the provider's yes; who is booked outside them stays."""
    by_day = {date.fromisoformat(day): spans for day, spans in plan.facts["hours"].items()}
    before = set_hours(turn, plan.resource, by_day)
    turn.say("hand_hours_set", days=plan.facts["days"])
    return {"before": before}


def _day_of(turn: Turn, resource: int, window: Window) -> tuple[date, list[Span]] | None:
    """Return the day of a window and the hours it gives it, breaks taken out.

    "from 11" lasts until the usual end, "until 3" begins as usual.
    """
    edge = window.start or window.end
    if edge is None or window.grain is Grain.DAY:
        return None
    zone = turn.business.zone
    day = edge.astimezone(zone).date()
    usual = open_spans(turn.business, resource, day) or open_spans(turn.business, None, day)
    start = window.start.astimezone(UTC) if window.start else None
    end = window.end.astimezone(UTC) if window.end else None
    if window.end is not None and window.end.time() == window.end.time().min and usual:
        end = None  # "from 11" runs to the end of the day
    start = start or (usual[0].start if usual else None)
    end = end or (usual[-1].end if usual else None)
    if start is None or end is None or not start < end or end <= turn.now:
        return None
    breaks = minus([Span(s.start, s.end) for s in _whole(usual)], usual)
    return day, minus([Span(start, end)], breaks)


def _whole(spans: Sequence[Span]) -> list[Span]:
    return [Span(spans[0].start, spans[-1].end)] if spans else []


def _outside(turn: Turn, resource: int, hours: dict[date, list[Span]]) -> list[Any]:
    """Return the bookings of some days that their new hours do not hold."""
    zone = turn.business.zone
    found = []
    for day, spans in hours.items():
        whole = Span(instant(day, time(0), zone), instant(day + DAY, time(0), zone))
        for row in hand_plans.booked_in(turn.session, resource, [whole], now=turn.now):
            inside = any(span.covers(Span(row.start, row.end)) for span in spans)
            found += [] if inside else [row]
    return found


def unblock(turn: Turn) -> State:
    """Free what was blocked by chat, whole or in part, and give days their usual hours again."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    again = hand_again.said(turn)
    named = hand_plans.spans_of(turn) if again is None else _each(turn, again)
    everything = [Span(turn.now, turn.now + hand_plans.AHEAD)]
    spans = named or everything
    found = [
        each
        for span in spans
        for each in blocking.blocks(turn.session, resource=resource, span=span)
    ]
    mine = list({each.id: each for each in found if each.source == HAND}.values())
    if not named and len(mine) > 1:
        turn.say("hand_unblock_which", spans=[each.span for each in mine[: hand_plans.SHOWN]])
        return hand_plans.stay(turn)
    state = hand_plans.stay(turn)
    before = _usual_again(turn, resource, spans if named else [each.span for each in mine])
    if not mine and not before:
        turn.say("hand_not_blocked", elsewhere=bool(found))
        return state
    lifted = blocking.switch(turn.session, [each.id for each in mine], active=False)
    made = [
        block_span(turn.session, turn.business, resource, rest, each.title)
        for each in mine
        for rest in minus([each.span], spans)
    ]
    if before and teaches(turn.business, resource):
        still_without(turn, resource, [date.fromisoformat(day) for day in before])
    ended = hand_again.end(turn.session, resource, now=turn.now)
    facts = {"lifted": lifted, "made": made, "before": before, "ended": ended}
    hand_plans.done(turn, resource, "unblock", facts)
    freed = both(spans, [each.span for each in mine]) or named
    if again is not None and len(freed) > 1:
        turn.say("hand_unblocked_again", **hand_again.told(again, freed), reason="")
    else:
        turn.say("hand_unblocked", spans=freed)
    return state


def _each(turn: Turn, again: hand_again.Again) -> list[Span]:
    """Return all the times ahead of what comes again and again, as far as it is laid out."""
    until = hand_again.reach(turn.business, turn.now)
    return again.spans(turn.business, until=until, now=_minute(turn.now))


def _usual_again(turn: Turn, resource: int, spans: Sequence[Span]) -> dict[str, Any]:
    """Take back the hours set by chat of the days of some spans; return what they were."""
    by_hand = [
        rule.day for rule in turn.business.days if rule.resource == resource and rule.by_hand
    ]
    touched = {day for span in spans for day in local_days(span, turn.business.zone)}
    days = [day for day in by_hand if day in touched]
    before = {
        day.isoformat(): blocking.day_hours(turn.session, resource=resource, day=day)
        for day in days
    }
    restore(turn, resource, dict.fromkeys(before))
    return before


def undo_block(turn: Turn, plan: Plan) -> None:
    """Lift what was blocked."""
    blocking.switch(turn.session, plan.facts.get("blocks", []), active=False)
    restore(turn, plan.resource, plan.facts.get("before", {}))


def undo_unblock(turn: Turn, plan: Plan) -> None:
    """Block again what was freed."""
    blocking.switch(turn.session, plan.facts["made"], active=False)
    blocking.switch(turn.session, plan.facts["lifted"], active=True)
    hand_again.take_up(turn.session, plan.facts.get("ended", ()), now=turn.now)
    restore(turn, plan.resource, plan.facts["before"])


def undo_hours(turn: Turn, plan: Plan) -> None:
    """Give the days the hours that they had."""
    restore(turn, plan.resource, plan.facts["before"])
