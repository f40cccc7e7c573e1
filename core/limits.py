"""Most bookings a day and a week, counted from rows under the lock; pending ones count."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.availability import Taken
from core.db import Session
from core.hours import local
from core.locks import lock_person
from core.refusals import Reason, Refusal
from core.rules import Business, Resource, Service
from core.span import DAY, Span, instant


def day_span(business: Business, start: datetime) -> Span:
    """Return the place's calendar day that an instant lies in."""
    return days_from(business, local(start, business).date(), 1)


def monday_of(business: Business, start: datetime) -> date:
    """Return the first day of the place's Monday-to-Sunday week of an instant."""
    day = local(start, business).date()
    return day - timedelta(days=day.weekday())


def counted_days(business: Business, service: Service, start: datetime) -> list[date]:
    """Return the days to lock besides the booking's own: its week's first, where weeks count."""
    if service.max_week is not None or any(r.max_week is not None for r in business.resources):
        return [monday_of(business, start)]
    return []


# A booking and what is held to move it are one booking, on the days of both; a series is one open
# booking, whatever its own next occurrence, or one of it that is moved, is counted against.
_PERSON_COUNTS = text(
    "SELECT count(DISTINCT coalesce(-series_id, for_id, id))"
    " FILTER (WHERE series_id IS NULL OR series_id IS DISTINCT FROM coalesce("
    "CAST(:series AS bigint), (SELECT o.series_id FROM bookings o"
    " WHERE o.business_id = :business AND o.id = CAST(:but AS bigint))))"
    " AS open,"
    " count(DISTINCT coalesce(for_id, id)) FILTER (WHERE starts_at >= :from AND starts_at < :until)"
    " AS day,"
    " count(DISTINCT coalesce(for_id, id)) FILTER (WHERE starts_at >= :from AND starts_at < :until"
    " AND service_id = :service) AS service_day"
    " FROM bookings WHERE business_id = :business AND person_id = :person"
    " AND starts_at > :past AND ends_at > :now"
    " AND coalesce(for_id, id) IS DISTINCT FROM CAST(:but AS bigint)"
    " AND (status = 'confirmed' OR expires_at > :now)"
)


def person_refusal(
    session: Session,
    business: Business,
    service: Service,
    *,
    person: int,
    start: datetime,
    now: datetime,
    but: int | None = None,
    series: int | None = None,
) -> Refusal | None:
    """Lock the person and say which limit one more booking would break, if any.

    A day is the day of the appointment at the place; `but` names a booking that will be replaced,
    `series` the one that it is another occurrence of.
    """
    limits = business.limits
    weekly = limits.per_week is not None or service.max_person_week is not None
    daily = limits.per_day is not None or service.max_person_day is not None
    if not weekly and not daily and limits.open is None:
        return None
    who = {"business": session.business, "person": person}
    lock_person(session, person)
    day = day_span(business, start)
    counts = session.execute(
        _PERSON_COUNTS,
        who
        | {"from": day.start, "until": day.end, "past": now - DAY, "now": now, "but": but}
        | {"service": service.id, "series": series},
    ).one()
    if limits.open is not None and counts.open >= limits.open:
        return Refusal(Reason.PERSON_OPEN, {"most": limits.open})
    if limits.per_day is not None and counts.day >= limits.per_day:
        return Refusal(Reason.PERSON_DAY, {"most": limits.per_day})
    if service.max_person_day is not None and counts.service_day >= service.max_person_day:
        return Refusal(Reason.PERSON_DAY, {"most": service.max_person_day})
    return None


_PERSON_STARTS = text(
    "SELECT DISTINCT coalesce(for_id, id) AS id, starts_at, service_id FROM bookings"
    " WHERE business_id = :business AND person_id = :person"
    " AND starts_at >= :from AND starts_at < :until AND ends_at > :now"
    " AND (status = 'confirmed' OR expires_at > :now)"
)


def person_refusals(
    session: Session,
    business: Business,
    service: Service,
    *,
    person: int,
    starts: Sequence[datetime],
    series: int,
    now: datetime,
) -> dict[datetime, Refusal]:
    """Lock the person and return which starts of a series, one a day, would break a limit."""
    first = person_refusal(
        session, business, service, person=person, start=starts[0], now=now, series=series
    )
    if first is not None and first.reason is Reason.PERSON_OPEN:
        return dict.fromkeys(starts, first)
    days = {start: local(start, business).date() for start in starts}
    span = days_from(
        business, min(days.values()), (max(days.values()) - min(days.values())).days + 1
    )
    facts = {"business": session.business, "person": person, "now": now}
    rows = session.execute(_PERSON_STARTS, facts | {"from": span.start, "until": span.end}).all()
    found = [(row.id, local(row.starts_at, business).date(), row.service_id) for row in rows]
    booked = Counter(day for _, day in {(one, day) for one, day, _ in found})
    alike = Counter(day for _, day in {(one, day) for one, day, of in found if of == service.id})
    refused: dict[datetime, Refusal] = {}
    for start, day in days.items():
        for most, count in (
            (business.limits.per_day, booked[day]),
            (service.max_person_day, alike[day]),
        ):
            if most is not None and count >= most:
                refused[start] = Refusal(Reason.PERSON_DAY, {"most": most})
    return refused


_BOOKED = text(
    "SELECT DISTINCT a.resource_id, coalesce(b.for_id, b.id) AS id, b.starts_at"
    " FROM allocations a JOIN bookings b"
    " ON b.business_id = a.business_id AND b.id = a.booking_id"
    " WHERE a.resource_id = ANY(:resources) AND a.active AND a.slot_start > :past"
    " AND a.slot_start < :until AND b.starts_at >= :from AND b.starts_at < :until"
    " AND coalesce(b.for_id, b.id) IS DISTINCT FROM CAST(:but AS bigint)"
    " AND (b.expires_at IS NULL OR b.expires_at > :now)"
)


def resource_refusals(
    session: Session,
    business: Business,
    *,
    resources: Sequence[int],
    start: datetime,
    now: datetime,
    but: int | None = None,
) -> dict[int, Refusal]:
    """Return the resources whose day or week of that start is full, each with its refusal."""
    counted = [r for r in map(business.resource, resources) if r.max_day or r.max_week]
    if not counted:
        return {}
    week = days_from(business, monday_of(business, start), 7)
    rows = _bookings(session, [r.id for r in counted], week, now=now, but=but)
    day = day_span(business, start)
    weekly = Counter(r for r, _ in {(r, one) for r, one, _ in rows})
    daily = Counter(r for r, _ in {(r, one) for r, one, at in rows if day.start <= at < day.end})
    full: dict[int, Refusal] = {}
    for r in counted:
        if r.max_day is not None and daily[r.id] >= r.max_day:
            full[r.id] = Refusal(Reason.DAY_LIMIT, {"who": r.name, "most": r.max_day})
        elif r.max_week is not None and weekly[r.id] >= r.max_week:
            full[r.id] = Refusal(Reason.WEEK_LIMIT, {"who": r.name, "most": r.max_week})
    return full


def weeks_of(business: Business, span: Span) -> tuple[date, int]:
    """Return the Monday of a span's first week at the place, and how many weeks it touches."""
    first = monday_of(business, span.start)
    return first, (monday_of(business, span.end) - first).days // 7 + 1


def whole_weeks(business: Business, span: Span) -> Span:
    """Return a span, with all of its weeks where bookings of a week are limited."""
    if all(r.max_week is None for r in business.resources):
        return span
    first, count = weeks_of(business, span)
    return days_from(business, first, 7 * count)


@lru_cache(maxsize=1024)
def edges(zone: ZoneInfo, first: date, days: int) -> tuple[datetime, ...]:
    """Return the instants at which so many days of a place begin, and the last one ends."""
    return tuple(instant(first + timedelta(days=n), time(0), zone) for n in range(days + 1))


def full_days(
    session: Session,
    business: Business,
    *,
    resources: Sequence[int],
    span: Span,
    taken: Sequence[Taken],
    now: datetime,
) -> list[tuple[int, date]]:
    """Return every (resource, local day) of a span that is at a limit.

    `taken` is what occupies the resources in the whole weeks of the span: every booking is in it,
    so only where there is as much of it as a limit allows the bookings are counted, in one look.
    """
    counted = [r for r in map(business.resource, resources) if r.max_day or r.max_week]
    if not counted:
        return []
    monday, weeks = weeks_of(business, span)
    crowded = set(_crowded(counted, taken, edges(business.zone, monday, weeks * 7)))
    if not crowded:
        return []
    first = monday + timedelta(weeks=min(week for _, week in crowded))
    weeks = max(week for _, week in crowded) - min(week for _, week in crowded) + 1
    counted = [r for r in counted if any(r.id == one for one, _ in crowded)]
    whole = days_from(business, first, weeks * 7)
    rows = _bookings(session, [r.id for r in counted], whole, now=now, but=None)
    days = {(r, one, local(at, business).date()) for r, one, at in rows}
    daily = Counter((r, day) for r, _, day in days)
    weekly = Counter(
        (r, monday)
        for r, _, monday in {(r, one, day - timedelta(day.weekday())) for r, one, day in days}
    )
    full: list[tuple[int, date]] = []
    for r in counted:
        for n in range(weeks * 7):
            day = first + timedelta(days=n)
            by_week = r.max_week is not None and weekly[r.id, day - timedelta(n % 7)] >= r.max_week
            by_day = r.max_day is not None and daily[r.id, day] >= r.max_day
            if by_week or by_day:
                full.append((r.id, day))
    return full


def _crowded(
    counted: Sequence[Resource], taken: Sequence[Taken], bounds: Sequence[datetime]
) -> Iterator[tuple[int, int]]:
    """Yield each (resource, number of a week) where as much is taken as a limit allows, or more.

    `bounds` are where the days of whole weeks begin, and where the last one ends.
    """
    minutes = [int(bound.timestamp()) // 60 for bound in bounds]
    for r in counted:
        spans = [span for t in taken if t.resource == r.id for span in t.spans]
        starts, ends = (sorted(edges) for edges in zip(*spans, strict=True)) if spans else ([], [])

        def within(
            first: int, last: int, starts: list[int] = starts, ends: list[int] = ends
        ) -> int:
            """Count what lies in the days of two numbers, wholly or in part."""
            return bisect_left(starts, minutes[last + 1]) - bisect_right(ends, minutes[first])

        for week in range(len(bounds) // 7):
            first, whole = week * 7, within(week * 7, week * 7 + 6)
            if (r.max_week is not None and whole >= r.max_week) or (
                r.max_day is not None
                and whole >= r.max_day  # as no day of the week has more
                and max(within(day, day) for day in range(first, first + 7)) >= r.max_day
            ):
                yield r.id, week


def booked_weeks(
    session: Session,
    business: Business,
    resources: list[int],
    first: datetime,
    last: datetime,
    *,
    now: datetime,
) -> list[tuple[int, int, datetime]]:
    """Return (resource, booking, start) of what counts in the weeks of two instants.

    A booking that may be moved comes with both its starts.
    """
    monday, weeks = weeks_of(business, Span(first, last))
    whole = days_from(business, monday, weeks * 7)
    return _bookings(session, resources, whole, now=now, but=None)


def _bookings(
    session: Session, resources: list[int], span: Span, *, now: datetime, but: int | None
) -> list[tuple[int, int, datetime]]:
    """Return (resource, booking, start); a booking that may be moved comes with both its starts."""
    rows = session.execute(
        _BOOKED,
        {
            "resources": resources,
            "from": span.start,
            "until": span.end,
            "past": span.start - DAY,
            "but": but,
            "now": now,
        },
    )
    return [(r.resource_id, r.id, r.starts_at) for r in rows]


def days_from(business: Business, first: date, count: int) -> Span:
    """Return so many whole days of the place from a date on."""
    return Span(
        instant(first, time(0), business.zone),
        instant(first + timedelta(days=count), time(0), business.zone),
    )
