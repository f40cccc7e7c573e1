"""A provider's time by chat: block it, free it again, other hours for one day."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from core import blocking, businesses, changing, timetable
from core.blocking import Hours
from core.booking import By
from core.db import Session
from core.hours import open_spans
from core.plans import Plan
from core.rules import Business
from core.span import DAY, Span, both, instant, local_days, merged, minus
from dialogs.flows import hand_plans
from dialogs.flows.about import staff_of
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.when import Grain, Window

HAND = "hand"  # whose word a block is: a provider's, by chat
_MOST_DAYS = 60  # of one stretch whose hours are written day by day


def block(turn: Turn) -> State:
    """Block time: at once where nobody is booked in it, else after showing who is."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    if turn.said.facts.wish.rrule:
        turn.say("hand_no_series")
        return hand_plans.stay(turn)
    if turn.said.facts.works and turn.said.facts.wish.windows:
        return _hours(turn, resource)
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
    spans, why = spans_kept(plan), plan.facts.get("reason", "")
    took = take(turn, plan.resource, spans, why)
    _say_blocked(turn, plan.resource, spans, why)
    return took


def _say_blocked(turn: Turn, resource: int, spans: Sequence[Span], why: str) -> None:
    """Say what is blocked, and who stays in it: somebody may have said yes meanwhile."""
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    shown, more = hand_plans.listed(turn.session, turn.business, rows)
    turn.say("hand_blocked", spans=spans, bookings=shown, more=more, reason=why)


def spans_kept(plan: Plan) -> list[Span]:
    """Return the spans that a plan keeps as JSON."""
    return [Span(*map(datetime.fromisoformat, span)) for span in plan.facts["spans"]]


def _block(session: Session, business: Business, resource: int, span: Span, why: str) -> int:
    return blocking.block(
        session,
        business=business,
        resource=resource,
        span=span,
        source=HAND,
        now=session.now,
        title=why,
    )


def take(turn: Turn, resource: int, spans: Sequence[Span], why: str = "") -> dict[str, Any]:
    """Block spans and let go of what is only proposed in them; return what UNDO needs.

    The reason is kept for the staff; no customer hears it.
    """
    teaches = _teaches(turn.business, resource)
    if teaches:
        businesses.bump(turn.session)  # before the days are locked: who lays out classes has it
    blocks = occupy(turn.session, turn.business, resource, spans, by=turn.by, why=why)
    days = {day for span in spans for day in local_days(span, turn.business.zone)}
    return {"blocks": blocks, "before": _without(turn, resource, spans, days) if teaches else {}}


def occupy(
    session: Session,
    business: Business,
    resource: int,
    spans: Sequence[Span],
    *,
    by: By,
    why: str = "",
) -> list[int]:
    """Block spans, in order, and let go of what is proposed in them; return the blocks' ids.

    Bookings are locked before days. What was proposed meanwhile is let go too, unless somebody is
    just changing it: they have its row, and wait for the days.
    """
    now = session.now

    def let_go(*, free: bool) -> None:
        for held in sorted(
            held
            for span in spans
            for held in blocking.proposals(
                session, resource=resource, span=span, now=now, free=free
            )
        ):
            changing.release(session, booking=held, by=by, now=now)

    let_go(free=False)
    ids = [_block(session, business, resource, span, why) for span in spans]
    let_go(free=True)
    return ids


def _teaches(business: Business, resource: int) -> bool:
    """Whether a provider stands in the timetable: a class knows hours, not blocks."""
    return any(resource in staff_of(s) for s in business.services if s.times)


def _without(
    turn: Turn, resource: int, spans: Sequence[Span], days: Iterable[date]
) -> dict[str, Any]:
    """Take blocked spans out of the hours of some days, so that no class is laid out there."""
    business = businesses.load(turn.session)
    hours = {
        day: _walls(business, minus(open_spans(business, resource, day), spans))
        for day in sorted(days)[:_MOST_DAYS]
    }
    return set_hours(turn, resource, hours)


def set_hours(turn: Turn, resource: int, hours: dict[date, Hours]) -> dict[str, Any]:
    """Give days their own hours; return what they had before, as `restore` takes it."""
    before: dict[str, Any] = {}
    businesses.bump(turn.session)
    for day, spans in hours.items():
        before[day.isoformat()] = blocking.day_hours(turn.session, resource=resource, day=day)
        blocking.set_day_hours(turn.session, resource=resource, day=day, hours=spans)
    timetable.materialise(turn.session, businesses.load(turn.session))
    return before


def restore(turn: Turn, resource: int, before: dict[str, Any]) -> None:
    """Give days back the hours that they had."""
    if not before:
        return
    businesses.bump(turn.session)
    for day, had in before.items():
        hours, reason = had or (None, "")
        blocking.set_day_hours(
            turn.session,
            resource=resource,
            day=date.fromisoformat(day),
            hours=hours,
            reason=reason,
        )
    timetable.materialise(turn.session, businesses.load(turn.session))


def _walls(business: Business, spans: Sequence[Span]) -> Hours:
    """Return spans as wall times of the place; an end at midnight is 00:00, the next morning."""
    return [[f"{edge.astimezone(business.zone):%H:%M}" for edge in span] for span in spans]


def _hours(turn: Turn, resource: int) -> State:
    """Give a day other hours: at once where nobody is booked outside them, else after asking."""
    hours = {}
    for window in turn.said.facts.wish.windows:
        found = _day_of(turn, resource, window)
        if found is not None:
            hours[found[0]] = found[1]
    if not hours:
        turn.say("hand_when")
        return hand_plans.stay(turn)
    days = [[day, hours[day]] for day in hours]
    kept = {"hours": {day.isoformat(): _walls(turn.business, hours[day]) for day in hours}}
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
    walls = {day: _walls(turn.business, spans) for day, spans in hours.items()}
    before = set_hours(turn, resource, walls)
    hand_plans.done(turn, resource, "hours", kept | {"before": before})
    turn.say("hand_hours_set", days=days)
    return state


def hours_now(turn: Turn, plan: Plan) -> dict[str, Any]:
    """Set the hours that were shown, on the provider's yes; who is booked outside them stays."""
    walls = {date.fromisoformat(day): spans for day, spans in plan.facts["hours"].items()}
    before = set_hours(turn, plan.resource, walls)
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
    named = hand_plans.spans_of(turn)
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
        _block(turn.session, turn.business, resource, rest, each.title)
        for each in mine
        for rest in minus([each.span], spans)
    ]
    if before and _teaches(turn.business, resource):
        _still_without(turn, resource, [date.fromisoformat(day) for day in before])
    facts = {"lifted": lifted, "made": made, "before": before}
    hand_plans.done(turn, resource, "unblock", facts)
    turn.say("hand_unblocked", spans=both(spans, [each.span for each in mine]) or named)
    return state


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


def _still_without(turn: Turn, resource: int, days: Sequence[date]) -> None:
    """Take what is still blocked by chat on some days out of their usual hours."""
    zone = turn.business.zone
    for day in days:
        whole = Span(instant(day, time(0), zone), instant(day + DAY, time(0), zone))
        left = blocking.blocks(turn.session, resource=resource, span=whole)
        spans = merged([each.span for each in left if each.source == HAND])
        if spans:
            _without(turn, resource, spans, [day])


def undo_block(turn: Turn, plan: Plan) -> None:
    """Lift what was blocked."""
    blocking.switch(turn.session, plan.facts.get("blocks", []), active=False)
    restore(turn, plan.resource, plan.facts.get("before", {}))


def undo_unblock(turn: Turn, plan: Plan) -> None:
    """Block again what was freed."""
    blocking.switch(turn.session, plan.facts["made"], active=False)
    blocking.switch(turn.session, plan.facts["lifted"], active=True)
    restore(turn, plan.resource, plan.facts["before"])


def undo_hours(turn: Turn, plan: Plan) -> None:
    """Give the days the hours that they had."""
    restore(turn, plan.resource, plan.facts["before"])
