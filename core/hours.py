"""When a place, a person or a room is open: weekly hours, breaks, holidays, exceptions. Pure."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain

from core.public_days import names_in, public_days
from core.rules import Business, Holidays, Resource, Service, Shift
from core.span import DAY, Span, both, days_between, instant, local_days, merged, minus

# How many days a shift or a break over midnight can reach: one, but where a zone left a day out.
_REACH = 2 * DAY


def open_spans(business: Business, resource: int | None, day: date) -> list[Span]:
    """Return the UTC spans of the shifts that begin on a local day, breaks cut out.

    None for the resource asks for the business itself. A resource's own hours count within the
    business's; a date's own rule replaces the weekly hours of whom it names.
    """
    place = _business_spans(business, day)
    if resource is None:
        return place
    own = _own_rule(business, resource, day)
    if own is not None:  # extra hours or time off of that one resource
        return own
    facts = business.resource(resource)
    spans = place
    weekly = _own_hours(business, facts, day)
    if weekly is not None:
        hours = _shifts(weekly, day, business)
        spans = place if hours and _exceptional(business, day) else both(place, hours)
    around = days_between(day - _REACH, day + _REACH)
    return minus(spans, [b for d in around for b in _shifts(facts.breaks, d, business)])


def fixed_starts(business: Business, service: Service, day: date) -> list[datetime]:
    """Return the instants of a local day at which a service with starts of its own may begin.

    A wall time that the clocks skip is moved on by what they skip, as long as it stays that day's.
    """
    found = (instant(day, at, business.zone) for on, at in service.starts if on == day.weekday())
    return sorted(start for start in found if local(start, business).date() == day)


def open_around(business: Business, resource: int | None, span: Span) -> list[Span]:
    """Return when a resource is open on the days of a span, whichever day a shift began on.

    Shifts that touch are one: a place that never closes is open over midnight too.
    """
    return list(_open_on(business, resource, tuple(local_days(span, business.zone))))


@lru_cache(maxsize=4096)
def _open_on(business: Business, resource: int | None, days: tuple[date, ...]) -> tuple[Span, ...]:
    """Return the same for the days; a business is one object as long as its rules stand."""
    before = days_between(days[0] - _REACH, days[0] - DAY)
    spans = (open_spans(business, resource, day) for day in (*before, *days))
    return tuple(merged(chain.from_iterable(spans)))


def closed_why(business: Business, day: date) -> str | None:
    """Return the name of a holiday or the reason of an exception that closes a day, else None."""
    for rule in business.days:
        if rule.day == day and rule.resource is None:
            return rule.reason if not rule.spans else None
    return holiday(business.holidays, day)


def holiday(rules: Holidays | None, day: date) -> str | None:
    """Return the public holiday of a date, None where it is an ordinary day."""
    if rules is None:
        return None
    year, every = day.isoformat(), day.strftime("%m-%d")
    if year in rules.drop or every in rules.drop:
        return None
    found = public_days(rules.country, rules.region, day.year).get(day)
    if found is None and (year in rules.add or every in rules.add):
        return "holiday"
    return found


def holiday_in(language: str, rules: Holidays | None, day: date, *, why: str) -> str | None:
    """Return what a holiday is called in a language; None where it has no name there.

    `why` is the reason that a day was closed for; what is no public holiday's name is kept.
    """
    if rules is None or public_days(rules.country, rules.region, day.year).get(day) != why:
        return why
    return names_in(rules.country, rules.region, day.year, language).get(day)


def _business_spans(business: Business, day: date) -> list[Span]:
    for rule in business.days:
        if rule.day == day and rule.resource is None:
            return _spans(rule.spans, day, business)
    if holiday(business.holidays, day) is not None:
        return []
    return _shifts(weekly_hours(business, day), day, business)


def weekly_hours(business: Business, day: date) -> tuple[Shift, ...]:
    """Return the weekly hours of the place that count on a day: a season's, else the usual ones."""
    return next(
        (s.shifts for s in business.seasons if s.resource is None and s.holds(day)), business.hours
    )


def _own_hours(business: Business, resource: Resource, day: date) -> tuple[Shift, ...] | None:
    """Return the weekly hours of a resource's own on a day; None: it has the place's."""
    return next(
        (s.shifts for s in business.seasons if s.resource == resource.id and s.holds(day)),
        resource.hours,
    )


def _own_rule(business: Business, resource: int, day: date) -> list[Span] | None:
    for rule in business.days:
        if rule.day == day and rule.resource == resource:
            return _spans(rule.spans, day, business)
    return None


def _exceptional(business: Business, day: date) -> bool:
    """Whether the business has extra hours that day, which its people follow."""
    return any(r.day == day and r.resource is None and r.spans for r in business.days)


def _spans(spans: tuple[tuple[time, time], ...], day: date, business: Business) -> list[Span]:
    return merged(_span(day, opens, closes, business) for opens, closes in spans)


def _shifts(shifts: tuple[Shift, ...], day: date, business: Business) -> list[Span]:
    return merged(
        _span(day, s.opens, s.closes, business) for s in shifts if s.weekday == day.weekday()
    )


def _span(day: date, opens: time, closes: time, business: Business) -> Span:
    until = day + timedelta(days=1) if closes <= opens else day
    return Span(instant(day, opens, business.zone), instant(until, closes, business.zone))


def local(moment: datetime, business: Business) -> datetime:
    """Return an instant on the place's wall clock."""
    return moment.astimezone(business.zone)
