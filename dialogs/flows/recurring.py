"""A booking that recurs: all of it is held, what cannot be had is said, and a yes books it all."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core import finding
from core import series as core_series
from core.booking import Held
from core.db import Session
from core.finding import Booked, Search
from core.recurrence import Occurrence, Recurrence, last_day, moved, shifted
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.series import Laid, Plan
from core.span import MINUTE, Span
from dialogs.flows import holding, looking, telling
from dialogs.flows.about import facts_of, providers_of, shown
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn
from dialogs.when import Grain

MOVED = 4  # occurrences for which another hour of their day is looked for
SEVERAL = ("later", "all")  # how much of a series, where it is more than one
_NEAR = timedelta(hours=3)
_SERIES = 2  # fewer than so many left are one booking


def possible(turn: Turn, service: Service) -> bool:
    """Whether what recurs can be booked so: nobody must agree to each, nothing is being moved."""
    return turn.talk.target is None and not service.asks_provider(turn.party)


def propose(turn: Turn, service: Service, start: datetime, provider: int | None) -> State | Refusal:
    """Hold the whole series from a start on and ask for a yes; the refusal where nothing is free.

    What was held before in this talk is let go first: a series does not stand in its own way.
    """
    holding.let_go(turn)
    plan = _plan(turn, service, start, provider)
    until = turn.now + turn.business.hold * MINUTE
    laid = core_series.hold(
        turn.session,
        business=turn.business,
        plan=plan,
        person=turn.reader.person,
        until=until,
        by=turn.by,
        now=turn.now,
    )
    if not laid.held:
        core_series.release(turn.session, series=laid.series, by=turn.by, now=turn.now)
        return laid.refused[0][1] if laid.refused else Refusal(Reason.TAKEN)
    instead = _instead(turn, plan, laid, until)
    first = laid.held[0][1]
    wish = looking.at(first.span.start.astimezone(turn.zone))
    kept = turn.talk.wish
    turn.learn(
        series=laid.series,
        start=first.span.start,
        options=(),
        provider=provider,
        wish=replace(wish, exclude=kept.exclude, exclude_rrule=kept.exclude_rrule),
    )
    turn.say("series_proposal", **_said(turn, plan, laid, instead), expires=until)
    return State.SERIES


def _plan(turn: Turn, service: Service, start: datetime, provider: int | None) -> Plan:
    """Return what recurs: the rule that was said, from the day and at the hour of the start."""
    local = start.astimezone(turn.business.zone)
    wish = turn.talk.wish
    without = frozenset(
        w.start.date() for w in wish.exclude if w.start is not None and w.grain is Grain.DAY
    )
    rule = shifted(turn.talk.rule or "", local.date())
    again = Recurrence(rule, local.date(), local.time(), wish.exclude_rrule, without)
    return Plan(service, again, turn.party, provider)


def _instead(turn: Turn, plan: Plan, laid: Laid, until: datetime) -> dict[datetime, Held]:
    """Hold another hour of the same day for the occurrences that are taken; by their own start."""
    made = core_series.read(turn.session, turn.business, laid.series)
    elsewhere: dict[datetime, Held] = {}
    if made is None:
        return elsewhere
    for one, refused in laid.refused[:MOVED]:
        if refused.reason not in {Reason.TAKEN, Reason.BUSY, Reason.BREAK, Reason.HOURS}:
            continue
        near = finding.free(
            turn.session,
            business=turn.business,
            search=Search(plan.service, plan.party, plan.provider),
            windows=[Span(one.start - _NEAR, one.start + _NEAR)],
            now=turn.now,
            limit=100,
        )
        for slot in sorted(near, key=lambda s: abs(s.start - one.start))[:1]:
            got = core_series.hold_another(
                turn.session,
                business=turn.business,
                series=made,
                start=slot.start,
                until=until,
                by=turn.by,
                now=turn.now,
            )
            if isinstance(got, Held):
                elsewhere[one.start] = got
    return elsewhere


def _said(turn: Turn, plan: Plan, laid: Laid, elsewhere: dict[datetime, Held]) -> dict[str, Any]:
    """Return what a note says of a series: its first booking, how often, until when, what not."""
    held = sorted([*(h for _, h in laid.held), *elsewhere.values()], key=lambda h: h.span.start)
    return shown(turn, laid.held[0][1].id) | {
        "rule": plan.recurrence.rule,
        "times": len(held),
        "of": len(laid.held) + len(laid.refused),
        "last": held[-1].span.start,
        "open_end": last_day(plan.recurrence) is None,
        "refused": [_not_had(one, refused, elsewhere) for one, refused in laid.refused],
        "gaps": [one.start for one, _ in laid.held if one.note == "gap"],
    }


def _not_had(one: Occurrence, refused: Refusal, elsewhere: dict[datetime, Held]) -> dict[str, Any]:
    instead = elsewhere.get(one.start)
    return {
        "start": one.start,
        "reason": refused.reason.value,
        "facts": refused.facts,
        "instead": instead.span.start if instead else None,
    }


def ask_scope(turn: Turn, row: Booked) -> State | None:
    """Ask how much of a booking's series is meant; None where it is the last one that stands."""
    rows = core_series.standing(turn.session, row.series or 0, since=turn.now, now=turn.now)
    if len(rows) < _SERIES:
        return None
    several = SEVERAL if rows[0][0] != row.id else ("all",)
    turn.learn(target=row.id, start=row.start, wish=turn.said.facts.wish or turn.talk.wish)
    turn.offer([Choice(start=row.start, scope=scope) for scope in ("one", *several)])
    options = [choice.to_json() for choice in turn.talk.options]
    turn.say("ask_scope", **facts_of(turn.business, row), doing=turn.talk.doing, options=options)
    return State.SCOPE


def _meant(turn: Turn, row: Booked, scope: str | None) -> list[tuple[int, datetime]]:
    """Return the occurrences that a change of several is about."""
    since = row.start if scope == "later" else turn.now
    return core_series.standing(turn.session, row.series or 0, since=since, now=turn.now)


def ask_cancel(turn: Turn, row: Booked) -> State:
    """Ask whether to cancel several occurrences of a series."""
    rows = _meant(turn, row, turn.talk.scope)
    turn.learn(target=row.id, start=rows[0][1] if rows else row.start, options=())
    turn.say("ask_cancel_series", **facts_of(turn.business, row) | _several(rows))
    return State.CANCELLING


def _several(rows: list[tuple[int, datetime]]) -> dict[str, Any]:
    return {"times": len(rows), "start": rows[0][1], "last": rows[-1][1]} if rows else {}


def cancel_now(turn: Turn, row: Booked, scope: str | None) -> State:
    """Cancel several occurrences on the customer's yes and tell everyone concerned, once."""
    rows = _meant(turn, row, scope)
    if not rows or row.series is None:
        turn.say("gone_already", **facts_of(turn.business, row))
        return State.IDLE
    facts = facts_of(turn.business, row) | _several(rows)
    core_series.end(
        turn.session, series=row.series, since=rows[0][1], by=turn.by, now=turn.now, why="customer"
    )
    turn.say("series_cancelled", **facts)
    telling.providers(
        turn.session,
        turn.business,
        row.id,
        note="series_cancelled_provider",
        now=turn.now,
        also=providers_of(turn.business, row),
        **_several(rows),
    )
    return State.IDLE


class _TriedError(Exception):
    """Undoes what was only tried, and carries what would come of it."""

    def __init__(self, laid: Laid | None) -> None:
        super().__init__("only tried")
        self.laid = laid


def _try_move(turn: Turn, row: Booked, start: datetime) -> None:
    raise _TriedError(_move(turn, row, start))


def propose_move(turn: Turn, start: datetime) -> State:
    """Say what would come of moving several occurrences, and ask for a yes; nothing is held."""
    target = turn.talk.target
    row = finding.booking(turn.session, target) if target is not None else None
    if row is None or row.series is None:
        turn.say("nothing_to_change")
        return State.IDLE
    laid: Laid | None = None
    try:
        with turn.session.attempt():
            _try_move(turn, row, start)
    except _TriedError as tried:
        laid = tried.laid
    rows = _meant(turn, row, turn.talk.scope)
    wish = looking.at(start.astimezone(turn.zone))
    turn.learn(start=start, options=(), booking=None, wish=wish)
    turn.say(
        "series_move",
        **facts_of(turn.business, row)
        | {"start": start, "was": rows[0][1], "times": len(laid.held) if laid else 0},
        refused=[_not_had(one, refused, {}) for one, refused in (laid.refused if laid else ())],
    )
    return State.SERIES


def _move(turn: Turn, row: Booked, start: datetime) -> Laid | None:
    """Move what is meant of a booking's series so that its first begins at a start."""
    found = core_series.read(turn.session, turn.business, row.series or 0)
    rows = _meant(turn, row, turn.talk.scope)
    if found is None or not rows:
        return None
    zone = turn.business.zone
    local, since = start.astimezone(zone), rows[0][1].astimezone(zone).date()
    again = moved(found.plan.recurrence, since=since, to=local.date(), clock=local.time())
    plan = replace(found.plan, recurrence=again, party=turn.party)
    if turn.talk.provider is not None:
        plan = replace(plan, provider=turn.talk.provider)
    return core_series.move(
        turn.session,
        business=turn.business,
        series=found,
        plan=plan,
        since=rows[0][1],
        by=turn.by,
        now=turn.now,
    )


def _moved_now(turn: Turn, row: Booked, start: datetime) -> State:
    """Move several occurrences on the customer's yes, and tell everyone concerned, once."""
    laid = _move(turn, row, start)
    turn.talk = Talk(last=turn.talk.last, recent=row.id)
    if laid is None or not laid.held:
        turn.say("gone_already", **facts_of(turn.business, row))
        return State.IDLE
    facts: dict[str, Any] = {
        "times": len(laid.held),
        "start": min(held.span.start for _, held in laid.held),
        "refused": [_not_had(one, refused, {}) for one, refused in laid.refused],
    }
    turn.say("series_moved", **facts_of(turn.business, row) | facts)
    telling.providers(
        turn.session,
        turn.business,
        row.id,
        note="series_moved_provider",
        now=turn.now,
        also=providers_of(turn.business, row),
        **facts | {"was": row.start},
    )
    return State.IDLE


def confirm(turn: Turn) -> State:
    """Book or move the series on the customer's yes; where the hold has gone, look at it anew."""
    target = turn.talk.target
    row = finding.booking(turn.session, target) if target is not None else None
    if row is not None and turn.talk.start is not None:
        return _moved_now(turn, row, turn.talk.start)
    service, number, start = turn.service, turn.talk.series, turn.talk.start
    if service is None or number is None or start is None:
        return State.IDLE
    gone = core_series.confirm(
        turn.session, business=turn.business, series=number, by=turn.by, now=turn.now
    )
    if gone is not None:
        turn.learn(series=None)
        turn.remark("series_again")
        again = propose(turn, service, start, turn.talk.provider)
        if isinstance(again, State):
            return again
        turn.talk = Talk(last=turn.talk.last)
        turn.say("series_gone", service=service.id, start=start)
        return State.IDLE
    return _booked(turn, number)


def extended(session: Session, business: Business, series: int) -> None:
    """Lay out the days of a series that came within reach; tell the customer what cannot be had."""
    laid = core_series.extend(session, business=business, series=series, now=session.now)
    if laid is None or not laid.refused:
        return
    rows = core_series.standing(session, series, since=session.now, now=session.now)
    about = finding.booking(session, rows[0][0]) if rows else None
    if about is not None:
        missed = [_not_had(one, refused, {}) for one, refused in laid.refused]
        telling.customer(
            session, business, about, note="series_missed", now=session.now, refused=missed
        )


def summary(session: Session, business: Business, series: int | None) -> dict[str, Any]:
    """Return what one line says of a series: how often, how many times still, until when."""
    found = core_series.read(session, business, series or 0)
    rows = core_series.standing(session, series or 0, since=session.now, now=session.now)
    if found is None or not rows:
        return {}
    again = found.plan.recurrence
    return {
        "rule": again.rule,
        "times": len(rows),
        "last": rows[-1][1],
        "open_end": last_day(again) is None and found.status == "standing",
    }


def _booked(turn: Turn, number: int) -> State:
    rows = core_series.standing(turn.session, number, since=turn.now, now=turn.now)
    first = finding.booking(turn.session, rows[0][0]) if rows else None
    if first is None:
        return State.IDLE
    facts = summary(turn.session, turn.business, number)
    unnamed = not turn.reader.name and finding.made_by(turn.session, turn.reader.person) == len(
        rows
    )
    turn.say("series_booked", **facts_of(turn.business, first), **facts, ask_name=unnamed)
    telling.providers(
        turn.session, turn.business, first.id, note="new_series", now=turn.now, **facts
    )
    turn.talk = Talk(start=first.start, service=first.service, last=turn.talk.last)
    return State.NAME if unnamed else State.IDLE
