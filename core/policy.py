"""What a business's own rules allow, before anybody else's bookings are looked at. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from core.availability import minute
from core.hours import closed_why, fixed_starts, local, open_around, open_spans
from core.refusals import Reason, Refusal
from core.rules import Business, Kind, Service
from core.serving import Way, by_length, does, ways
from core.span import DAY, MINUTE, Span, instant


def bookable(business: Business, *, now: datetime) -> Span:
    """Return where a start may lie: exactly the notice is enough, the last day counts whole."""
    earliest = now + timedelta(minutes=business.notice)
    if earliest.second or earliest.microsecond:
        earliest = earliest.replace(second=0, microsecond=0) + MINUTE
    last = local(now, business).date() + timedelta(days=business.furthest)
    return Span(earliest, instant(last + DAY, time(0), business.zone))


def judge(
    business: Business,
    service: Service,
    *,
    start: datetime,
    party: int,
    provider: int | None,
    now: datetime,
) -> Refusal | None:
    """Say which rule forbids a start, or None where the rules allow it.

    Where providers take different lengths, it is enough that one of them fits.
    """
    start = start.astimezone(UTC)  # an hour added to a wall clock is not always an hour
    refused = (
        _moment(business, start, now)
        or _who(business, service, party, provider)
        or _clock(business, service, start)
    )
    if refused is not None:
        return refused
    found = [
        _open(business, one, start=start, party=party, provider=provider)
        for one in by_length(service, provider)
    ]
    return None if None in found else found[0]


def judge_start(business: Business, service: Service, start: datetime) -> Refusal | None:
    """Say why no class of a service can be joined at a start, whoever asks and when."""
    return _clock(business, service, start) or _open(
        business, service, start=start, party=1, provider=None
    )


def _moment(business: Business, start: datetime, now: datetime) -> Refusal | None:
    if start <= now:
        return Refusal(Reason.PAST)
    within = bookable(business, now=now)
    if start < within.start:
        return Refusal(Reason.NOTICE, {"minutes": business.notice, "earliest": within.start})
    if start >= within.end:
        last = local(within.end - MINUTE, business).date()
        return Refusal(Reason.FURTHEST, {"days": business.furthest, "last": last})
    return None


def _who(business: Business, service: Service, party: int, provider: int | None) -> Refusal | None:
    if not 1 <= party <= service.party_max:
        return Refusal(Reason.PARTY, {"largest": service.party_max})
    if provider is None:
        return None
    staff = {r for need in service.needs for r in need.any_of if does(service, need, r)}
    staff |= {r for held in service.times for r in held.resources}
    if provider not in staff:
        return Refusal(Reason.NOT_BY, {"who": business.resource(provider).name})
    return None


def _clock(business: Business, service: Service, start: datetime) -> Refusal | None:
    at = local(start, business)
    if service.times:
        if in_timetable(business, service, start):
            return None
        return Refusal(Reason.NO_CLASS, {"times": [[c.weekday, c.starts] for c in service.times]})
    if service.starts:
        starts = fixed_starts(business, service, at.date())
        if start in starts:
            return None
        return Refusal(Reason.FIXED_STARTS, {"day": at.date(), "starts": starts})
    grid = service.grid or business.grid
    if (at.hour * 60 + at.minute) % grid or start.second or start.microsecond:
        return Refusal(Reason.OFF_GRID, {"grid": grid})
    return None


def in_timetable(business: Business, service: Service, start: datetime) -> bool:
    """Whether a class of the service begins then; a clock change does not move it to another."""
    day = local(start, business).date()
    return any(
        c.weekday == day.weekday() and instant(day, c.starts, business.zone) == start
        for c in service.times
    )


def _open(
    business: Business, service: Service, *, start: datetime, party: int, provider: int | None
) -> Refusal | None:
    """Say why a need has nobody on duty for the whole of the service."""
    span = Span(start, start + service.length)
    day = local(start, business).date()
    if service.times:
        shut = closed_why(business, day)
        return Refusal(Reason.CLOSED, {"day": day, "why": shut}) if shut is not None else None
    for need in ways(business, service, party=party, provider=provider):
        if not need:
            return Refusal(Reason.PARTY, {"largest": service.party_max})
        if not any(all(on_duty(business, r, span) for r in way) for way in need):
            named = len(need) == 1 or (provider,) in need
            who = need[0][0] if named else _away(business, need, span)
            return off_duty_why(business, who, span)
    return None


def _away(business: Business, need: tuple[Way, ...], span: Span) -> int | None:
    """Return who of several is at work around a span although not in it: they say most of why."""
    if not on_duty(business, None, span):
        return None
    day = local(span.start, business).date()
    return next((r for way in need for r in way if open_spans(business, r, day)), None)


def on_duty(business: Business, resource: int | None, span: Span) -> bool:
    """Whether a resource's hours, breaks taken out, hold the whole span; None: the place's."""
    return any(hours.covers(span) for hours in open_around(business, resource, span))


def off_duty_why(business: Business, resource: int | None, span: Span) -> Refusal:
    """Say why a span is outside hours: of the place, or of one resource."""
    day = local(span.start, business).date()
    shut = closed_why(business, day)
    place = open_around(business, None, span)
    today = open_spans(business, None, day)
    if not today and not any(s.overlaps(span) for s in place):
        return Refusal(Reason.CLOSED, {"day": day, "why": shut})
    if not any(s.covers(span) for s in place):
        spans = [[s.start, s.end] for s in today or place]
        return Refusal(Reason.HOURS, {"spans": spans, "minutes": _minutes(span)})
    if resource is None:
        return Refusal(Reason.HOURS, {"spans": [[s.start, s.end] for s in today]})
    facts = business.resource(resource)
    name = facts.name if facts.kind is Kind.PROVIDER else None
    own = open_around(business, resource, span)
    if not open_spans(business, resource, day):
        return Refusal(Reason.OFF, {"who": name, "day": day})
    return _break_or_hours(span, own, name)


def _break_or_hours(span: Span, own: list[Span], name: str | None) -> Refusal:
    before = [s for s in own if s.start <= span.start]
    after = [s for s in own if s.start > span.start]
    facts: dict[str, Any] = {"who": name}
    if before and after:
        return Refusal(Reason.BREAK, facts | {"until": after[0].start, "since": before[-1].end})
    return Refusal(Reason.HOURS, facts | {"spans": [[s.start, s.end] for s in own]})


def _minutes(span: Span) -> int:
    return minute(span.end) - minute(span.start)
