"""The day board as JSON, from rows: who and what a day has, free and taken; and what changed."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, text

from core import businesses, limits
from core.db import Session
from core.hours import closed_why, open_spans
from core.rules import Business, Kind, Resource, Service
from core.span import MINUTE, Span, both, instant, merged, minus
from dialogs.flows.hand_taking import HAND

FADES = 10 * MINUTE  # how long what expired or was cancelled stays in sight
_EARLY = timedelta(days=2)  # nothing that reaches into a day begins longer before it

# Where a booking stands, buffers included: in its own pieces, or in those of its class; once it
# is over, in the pieces that it had.
_BOOKINGS = text("""
SELECT b.id, b.ref, b.service_id, b.purpose, b.party, b.starts_at, b.ends_at, b.status,
    b.expires_at, p.name, a.resource_id,
    (SELECT f.ref FROM bookings f WHERE f.business_id = b.business_id
        AND f.series_id = b.series_id ORDER BY f.id LIMIT 1) AS series,
    (SELECT ARRAY[count(*) FILTER (WHERE f.starts_at <= b.starts_at), count(*)] FROM bookings f
        WHERE f.business_id = b.business_id AND f.series_id = b.series_id
        AND f.purpose = 'booking' AND f.status NOT IN ('cancelled', 'expired', 'released')) AS nth,
    min(lower(a.during)) AS since, max(upper(a.during)) AS until
FROM bookings b
JOIN people p ON p.business_id = b.business_id AND p.id = b.person_id
JOIN allocations a ON a.business_id = b.business_id
    AND (a.booking_id = b.id OR a.session_id = b.session_id)
    AND (a.active OR b.status IN ('cancelled', 'expired'))
    AND a.slot_start <= b.starts_at AND upper(a.during) >= b.ends_at
WHERE b.business_id = :business AND b.starts_at < :until AND b.ends_at > :from
  AND (b.status NOT IN ('cancelled', 'expired', 'released')
    OR b.status <> 'released' AND (SELECT max(e.at) FROM booking_events e
        WHERE e.business_id = b.business_id AND e.booking_id = b.id) > :fades)
GROUP BY b.id, b.ref, b.service_id, b.purpose, b.party, b.starts_at, b.ends_at, b.status,
    b.expires_at, b.business_id, b.series_id, p.name, a.resource_id
ORDER BY b.id
""")
_CLASSES = text("""
SELECT s.id, s.service_id, s.starts_at, s.ends_at, a.resource_id, min(lower(a.during)) AS since,
    max(upper(a.during)) AS until
FROM sessions s
JOIN allocations a ON a.business_id = s.business_id AND a.session_id = s.id AND a.active
WHERE s.business_id = :business AND s.active AND s.starts_at < :until AND s.ends_at > :from
GROUP BY s.id, s.service_id, s.starts_at, s.ends_at, a.resource_id ORDER BY s.id
""")
_BUSY = text("""
SELECT id, resource_id, starts_at, ends_at, source, title FROM busy
WHERE business_id = :business AND active AND starts_at < :until AND ends_at > :from ORDER BY id
""")


def current_day(business: Business, now: datetime) -> date:
    """Return the day that is on at the place: a night belongs to the day on which it began."""
    day = now.astimezone(business.zone).date()
    yesterday = day - timedelta(days=1)
    night = open_spans(business, None, yesterday)
    return yesterday if any(span.start <= now < span.end for span in night) else day


def board(session: Session, day: date | None) -> dict[str, Any]:
    """Return a day of the place (today where none is given) with its columns and items.

    Instants are ISO 8601 with the place's offset; `opens` and `closes` are null on a closed day.
    `limits` are, by column, the bookings there are and the most there may be. Of an item `nth` is
    the how manieth of how many of its series, and `joined` are the tables put together for it.
    """
    business = businesses.load(session)
    now = session.now
    shown = day or current_day(business, now)
    spans = open_spans(business, None, shown)
    columns = list(_columns(business))
    facts: dict[str, Any] = {
        "day": shown.isoformat(),
        "zone": business.zone.key,
        "now": _at(now, business),
        "why": closed_why(business, shown),
        "opens": None,
        "closes": None,
        "columns": [_column(business, resource) for resource in columns],
        "items": [],
        "limits": {},
    }
    if spans:
        whole = Span(spans[0].start, spans[-1].end)
        facts |= {"opens": _at(whole.start, business), "closes": _at(whole.end, business)}
        facts["items"] = [
            *_rests(business, columns, shown, whole),
            *_taken(session, business, whole),
        ]
        facts["limits"] = _limits(session, business, columns, shown)
    return facts


def _limits(
    session: Session, business: Business, columns: list[Resource], day: date
) -> dict[str, list[int]]:
    """Return how many bookings each column has that day and how many it may have, where limited."""
    limited = {c.id: c.max_day for c in columns if c.max_day is not None}
    noon = instant(day, time(12), business.zone)
    found = limits.booked_weeks(session, business, [*limited], noon, noon, now=session.now)
    days = {(r, one, start.astimezone(business.zone).date()) for r, one, start in found}
    had = Counter(r for r, _, on in days if on == day)
    return {str(r): [had[r], most] for r, most in limited.items()}


def _columns(business: Business) -> Iterator[Resource]:
    """Yield what bookings occupy: people, then rooms, tables and classes."""
    used = {r for s in business.services for need in s.needs for r in need.any_of}
    used |= {r for s in business.services for held in s.times for r in held.resources}
    order = list(Kind)
    yield from sorted(
        (r for r in business.resources if r.id in used), key=lambda r: order.index(r.kind)
    )


def _column(business: Business, resource: Resource) -> dict[str, Any]:
    name = resource.name
    if resource.kind is Kind.CLASS:  # its seats are counted in each class
        name = next((s.name("en") for s in business.services if _seats(s, resource)), name)
    return {
        "id": str(resource.id),
        "name": name,
        "kind": resource.kind.value,
        "capacity": resource.capacity,
    }


def _seats(service: Service, resource: Resource) -> bool:
    return any(resource.id in need.any_of for need in service.needs)


def _rests(
    business: Business, columns: list[Resource], day: date, whole: Span
) -> Iterator[dict[str, Any]]:
    """Yield breaks, hours off, and what lies between two openings of the place."""
    place = open_spans(business, None, day)
    for column in columns:
        breaks = _breaks(business, column, day)
        off = minus(place, open_spans(business, column.id, day))
        rests = [
            *(("closed", "Closed", span) for span in minus([whole], place)),
            *(("break", "Break", span) for span in both(off, breaks)),
            *(("closed", "Not in", span) for span in minus(off, breaks)),
        ]
        for number, (status, label, span) in enumerate(rests):
            item = _item(business, f"rest-{column.id}-{number}", column.id, span, status)
            yield item | {"label": label}


def _breaks(business: Business, column: Resource, day: date) -> list[Span]:
    """Return the breaks of a day and of the morning that its night reaches into."""
    return merged(
        Span(instant(of, b.opens, business.zone), instant(of, b.closes, business.zone))
        for of in (day, day + timedelta(days=1))
        for b in column.breaks
        if b.weekday == of.weekday() and b.opens < b.closes
    )


def _taken(session: Session, business: Business, whole: Span) -> Iterator[dict[str, Any]]:
    facts = {
        "business": session.business,
        "from": whole.start,
        "until": whole.end,
        "fades": session.now - FADES,
    }
    classes = session.execute(_CLASSES, facts).all()
    for row in classes:
        yield _class(business, row, row.resource_id)
    for row in {row.id: row for row in classes}.values():
        for need in business.service(row.service_id).needs:
            yield from (_class(business, row, resource) for resource in need.any_of)
    for row in session.execute(_BUSY, facts):
        span = Span(row.starts_at, row.ends_at)
        status = "blocked" if row.source == HAND else "busy"
        item = _item(business, f"busy-{row.id}", row.resource_id, span, status)
        yield item | {"label": row.title or status.capitalize()}
    rows = session.execute(_BOOKINGS, facts).all()
    tables: dict[int, list[str]] = {}
    for row in rows:
        if business.resource(row.resource_id).kind is Kind.TABLE:
            tables.setdefault(row.id, []).append(business.resource(row.resource_id).name)
    for row in rows:
        joined = tables.get(row.id, [])
        yield _booking(business, row) | {"joined": joined if len(joined) > 1 else None}


def _class(business: Business, row: Row[Any], column: int) -> dict[str, Any]:
    """Return a class as it stands with its teacher, in its room, and in the row of its seats."""
    service = business.service(row.service_id)
    span = Span(row.starts_at, row.ends_at)
    item = _item(business, f"class-{row.id}", column, span, "class")
    seats = [business.resource(r).seats for need in service.needs for r in need.any_of]
    more = {"label": service.name("en"), "capacity": max(seats, default=None)}
    return item | _blocked(business, row) | more


def _booking(business: Business, row: Row[Any]) -> dict[str, Any]:
    service = business.service(row.service_id)
    name = service.name("en")
    span = Span(row.starts_at, row.ends_at)
    item = _item(business, f"booking-{row.id}", row.resource_id, span, row.status)
    more = {
        "label": f"{name}, new time" if row.purpose == "move" else name,
        "customer": row.name or "Somebody",
        "ref": row.ref,
        "series": row.series,
        "nth": row.nth if row.series else None,
        "party": row.party if service.party_max > 1 else None,
        "expires_at": _at(row.expires_at, business) if row.expires_at else None,
    }
    return item | _blocked(business, row) | more


def _blocked(business: Business, row: Row[Any]) -> dict[str, str]:
    return {"blocked_start": _at(row.since, business), "blocked_end": _at(row.until, business)}


def _item(business: Business, name: str, resource: int, span: Span, status: str) -> dict[str, Any]:
    """Return one block in one column, without buffers and people."""
    return {
        "id": name,
        "column": str(resource),
        "start": _at(span.start, business),
        "end": _at(span.end, business),
        "blocked_start": _at(span.start, business),
        "blocked_end": _at(span.end, business),
        "status": status,
        "label": "",
        "customer": None,
        "ref": None,
        "series": None,
        "nth": None,
        "joined": None,
        "party": None,
        "expires_at": None,
    }


def _at(moment: datetime, business: Business) -> str:
    return moment.astimezone(business.zone).isoformat(timespec="milliseconds")


_MARKS = text("""
SELECT 'booking-' || b.id AS mark, b.starts_at, b.ends_at, b.status || b.events AS state,
    CASE WHEN b.status IN ('cancelled', 'expired') THEN
        (SELECT max(e.at) FROM booking_events e
         WHERE e.business_id = b.business_id AND e.booking_id = b.id) <= :fades END AS faded
FROM bookings b WHERE b.business_id = :business AND b.ends_at > :from AND b.status <> 'released'
UNION ALL
SELECT 'busy-' || id, starts_at, ends_at, active::text, NULL
FROM busy WHERE business_id = :business AND ends_at > :from
UNION ALL
SELECT 'class-' || id, starts_at, ends_at, active::text, NULL
FROM sessions WHERE business_id = :business AND ends_at > :from
""")


def marks(session: Session) -> dict[str, tuple[Span, str]]:
    """Return where everything stands from yesterday on, and a mark of its state.

    Two of these, compared by `changed_days`, tell on which days the board changed.
    """
    facts = {
        "business": session.business,
        "from": session.now - _EARLY,
        "fades": session.now - FADES,
    }
    return {
        row.mark: (Span(row.starts_at, row.ends_at), f"{row.state}{row.faded}")
        for row in session.execute(_MARKS, facts)
        if not row.faded
    }


def changed_days(
    business: Business, before: dict[str, tuple[Span, str]], after: dict[str, tuple[Span, str]]
) -> list[date]:
    """Return the days of the place on which something came, went, moved or changed its state."""
    return sorted(
        {
            current_day(business, side[0].start)
            for mark in before.keys() | after.keys()
            if before.get(mark) != after.get(mark)
            for side in (before.get(mark), after.get(mark))
            if side is not None
        }
    )
