"""A booking that recurs: all of it is held, what cannot be had is said, and a yes books it all."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core import finding
from core import series as core_series
from core.booking import Held
from core.db import Session
from core.finding import Booked, Search
from core.recurrence import Occurrence, Recurrence, last_day, moved, shifted, turned
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.series import Laid, Plan
from core.span import MINUTE, Span
from dialogs.flows import holding, looking, settle, telling, upfront, whom
from dialogs.flows.about import facts_for_staff, facts_of, shown
from dialogs.states import State
from dialogs.talk import Talk, Turn
from dialogs.when import Grain

MOVED = 4  # occurrences for which another hour of their day is looked for
_NEAR = timedelta(hours=3)


def propose(turn: Turn, service: Service, start: datetime, provider: int | None) -> State | Refusal:
    """Hold the whole series from a start on and ask for a yes; the refusal where nothing is free.

    What was held before in this talk is let go first: a series does not stand in its own way.
    """
    holding.let_go(turn)
    if provider is None and service.only:  # what is laid out later must be without them too
        provider = whom.first(turn, service, start)
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
    day, first = laid.held[0]
    left = moved(plan.recurrence, since=day.day, to=day.day, clock=plan.recurrence.clock)
    ahead = day.day - first.span.start.astimezone(turn.zone).date()
    wish = looking.at(first.span.start.astimezone(turn.zone))
    kept = turn.talk.wish
    turn.learn(
        series=laid.series,
        rule=turned(left.rule, -ahead.days),
        start=first.span.start,
        options=(),
        provider=provider,
        wish=replace(wish, exclude=kept.exclude, exclude_rrule=kept.exclude_rrule),
    )
    turn.say("series_proposal", **_said(turn, plan, laid, instead), expires=until)
    return State.SERIES


def _plan(turn: Turn, service: Service, start: datetime, provider: int | None) -> Plan:
    """Return what recurs: the rule that was said, from the day and at the hour of the start."""
    local, read = start.astimezone(turn.business.zone), start.astimezone(turn.zone)
    wish = turn.talk.wish
    ahead = local.date() - read.date()  # the reader's tuesday evening may be wednesday there
    without = frozenset(
        w.start.date() + ahead for w in wish.exclude if w.start is not None and w.grain is Grain.DAY
    )
    rule = shifted(turned(turn.talk.rule or "", ahead.days), local.date())
    again = Recurrence(rule, local.date(), local.time(), wish.exclude_rrule, without)
    return Plan(service, again, turn.party, provider)


def _instead(turn: Turn, plan: Plan, laid: Laid, until: datetime) -> dict[datetime, Held]:
    """Hold another hour of the same day for the occurrences that are taken; by their own start."""
    made = core_series.read(turn.session, turn.business, laid.series)
    elsewhere: dict[datetime, Held] = {}
    if made is None:
        return elsewhere
    if turn.talk.scope == "alike":
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
    first = laid.held[0][1].id
    return shown(turn, first) | {
        "due": turn.business.upfront(plan.service, plan.party),  # for all, by the first
        "rule": plan.recurrence.rule,
        "times": len(held),
        "of": len(laid.held) + len(laid.refused),
        "last": held[-1].span.start,
        "open_end": last_day(plan.recurrence) is None,
        "refused": [not_had(one, refused, elsewhere) for one, refused in laid.refused],
        "gaps": [one.start for one, _ in laid.held if one.note == "gap"],
    }


def not_had(one: Occurrence, refused: Refusal, elsewhere: dict[datetime, Held]) -> dict[str, Any]:
    """Return what a note says of an occurrence that cannot be had, and what is held instead."""
    instead = elsewhere.get(one.start)
    return {
        "start": one.start,
        "reason": refused.reason.value,
        "facts": refused.facts,
        "instead": instead.span.start if instead else None,
    }


def confirm(turn: Turn) -> State:
    """Book the series on the customer's yes; where the hold has gone, look at it anew."""
    service, number, start = turn.service, turn.talk.series, turn.talk.start
    if service is None or number is None or start is None:
        return State.IDLE
    asks = service.asks_provider(turn.party)
    needs = turn.business.upfront(service, turn.party)
    if needs and not asks and _to_pay(turn, number, needs):
        return State.IDLE
    if needs and not asks:
        gone: Refusal | None = Refusal(Reason.GONE)
    else:
        gone = _request(turn, number, service) if asks else _agreed(turn, number)
    if gone is not None:
        holding.let_go(turn)  # what is left of it would be in the way
        turn.remark("series_again")
        again = propose(turn, service, start, turn.talk.provider)
        if isinstance(again, State):
            return again
        turn.talk = Talk(last=turn.talk.last)
        turn.say("series_gone", service=service.id, start=start)
        return State.IDLE
    return _requested(turn, number) if asks else _booked(turn, number)


def _to_pay(turn: Turn, number: int, amount: int) -> bool:
    """Have the series wait for the money that its first booking needs; False where it has gone."""
    first = _first(turn, number)
    if first is None:
        return False
    if upfront.ask_series(turn.session, turn.business, first, by=turn.by) is not None:
        return False
    turn.say("to_pay", **facts_of(turn.business, first), amount=amount)
    turn.talk = Talk(start=first.start, service=first.service, last=turn.talk.last)
    return True


def _agreed(turn: Turn, number: int) -> Refusal | None:
    return core_series.confirm(
        turn.session, business=turn.business, series=number, by=turn.by, now=turn.now
    )


def _request(turn: Turn, number: int, service: Service) -> Refusal | None:
    """Ask the provider about the whole series, one question; the deadline is that of its first."""
    first = _first(turn, number)
    if first is None:
        return Refusal(Reason.GONE)
    readers = settle.hosts(turn.session, turn.business, first)
    sent = min((telling.heard_at(r, turn.business, turn.now) for r in readers), default=turn.now)
    rule = service.confirmation
    return core_series.confirm(
        turn.session,
        business=turn.business,
        series=number,
        by=turn.by,
        now=turn.now,
        provider_until=sent + (rule.minutes if rule else 0) * MINUTE,
    )


def _requested(turn: Turn, number: int) -> State:
    """Tell the customer that it is asked for, and ask the provider."""
    first = _first(turn, number)
    if first is None:
        return State.IDLE
    facts = summary(turn.session, turn.business, number) | {"until": first.expires}
    turn.say("series_requested", **facts_of(turn.business, first) | facts)
    for reader in settle.hosts(turn.session, turn.business, first):
        telling.tell(
            turn.session,
            turn.business,
            reader,
            note="request",
            facts=facts_for_staff(turn.session, turn.business, first) | facts,
            now=turn.now,
            key=f"request:{first.id}:{first.version}:{reader.address}",
        )
    turn.talk = Talk(start=first.start, service=first.service, last=turn.talk.last)
    return State.IDLE


def _first(turn: Turn, number: int) -> Booked | None:
    rows = core_series.standing(turn.session, number, since=turn.now, now=turn.now)
    return finding.booking(turn.session, rows[0][0]) if rows else None


def extended(session: Session, business: Business, series: int) -> None:
    """Lay out the days of a series that came within reach; tell the customer what cannot be had."""
    laid = core_series.extend(session, business=business, series=series, now=session.now)
    if laid is None or not laid.refused:
        return
    rows = core_series.standing(session, series, since=session.now, now=session.now)
    about = finding.booking(session, rows[0][0]) if rows else None
    if about is not None:
        missed = [not_had(one, refused, {}) for one, refused in laid.refused]
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
    first = _first(turn, number)
    if first is None:
        return State.IDLE
    facts = summary(turn.session, turn.business, number)
    made = finding.made_by(turn.session, turn.reader.person)
    unnamed = not turn.reader.name and made == facts["times"]
    turn.say("series_booked", **facts_of(turn.business, first), **facts, ask_name=unnamed)
    telling.providers(
        turn.session, turn.business, first.id, note="new_series", now=turn.now, **facts
    )
    turn.talk = Talk(start=first.start, service=first.service, last=turn.talk.last)
    return State.NAME if unnamed else State.IDLE
