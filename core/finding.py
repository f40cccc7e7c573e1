"""Reads: free slots in windows, the nearest to a moment, and a person's or a day's bookings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import counts, limits
from core.availability import Class, Slot, Taken, free_starts
from core.db import Session
from core.policy import bookable, judge_start
from core.rules import Business, Service
from core.serving import anybody
from core.span import DAY, Span, both, minus

# Holds that should have lapsed by now and have not yet: nobody may be blocked by them.
_LATE = """
SELECT b.id FROM due_work d JOIN bookings b
    ON b.business_id = d.business_id AND b.id = d.subject_id
WHERE d.business_id = :business AND d.kind = 'lapse' AND d.done_at IS NULL
  AND d.due_at <= :now AND b.expires_at <= :now
"""
_EXPIRED = text(f"SELECT DISTINCT id FROM ({_LATE}) AS late ORDER BY id")
# date_part counts in floats, 5 times faster than extract's numerics, and is exact to a microsecond.
_TAKEN = text(f"""
SELECT resource_id, seat,
    array_agg(CAST(floor(date_part('epoch', slot_start) / 60) AS int)) AS starts,
    array_agg(CAST(ceil(date_part('epoch', upper(during)) / 60) AS int)) AS ends
FROM allocations
WHERE resource_id = ANY(:resources) AND active AND slot_start > :from AND slot_start < :until
  AND (booking_id IS NULL OR booking_id <> ALL(ARRAY({_LATE})))
GROUP BY resource_id, seat
UNION ALL
SELECT resource_id, 0,
    array_agg(CAST(floor(date_part('epoch', starts_at) / 60) AS int)),
    array_agg(CAST(ceil(date_part('epoch', ends_at) / 60) AS int))
FROM busy
WHERE resource_id = ANY(:resources) AND active AND ends_at > :from AND starts_at < :until
GROUP BY resource_id
""")
_CLASSES = text(
    "SELECT s.id, s.starts_at, array_agg(a.resource_id) AS staff FROM sessions s"
    " JOIN allocations a ON a.business_id = s.business_id AND a.session_id = s.id AND a.active"
    " WHERE s.business_id = :business AND s.service_id = :service AND s.active"
    " AND s.starts_at >= :from AND s.starts_at < :until GROUP BY s.id, s.starts_at"
)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: a service for a party, perhaps with one provider (a resource's id)."""

    service: Service
    party: int = 1
    provider: int | None = None


def expired_holds(session: Session, *, now: datetime) -> list[int]:
    """Return the bookings whose hold should have lapsed by now, and has not yet."""
    facts = {"business": session.business, "now": now}
    return [row.id for row in session.execute(_EXPIRED, facts)]


def free(
    session: Session,
    *,
    business: Business,
    search: Search,
    windows: Sequence[Span],
    now: datetime,
    exclude: Sequence[Span] = (),
    limit: int = 3,
) -> list[Slot]:
    """Return the first free slots that start in the windows, within notice and horizon, in order.

    Nothing is locked and nothing lapsed: holds that expired are only not counted.
    """
    asked = minus(both(windows, [bookable(business, now=now)]), exclude)
    if not asked:
        return []
    whole = Span(asked[0].start, asked[-1].end)
    asked = minus(asked, counts.full_days(session, business, search.service, span=whole, now=now))
    resources = anybody(business, search.service, party=search.party, provider=search.provider)
    occupied = taken(session, resources, limits.whole_weeks(business, whole), now=now)
    return free_starts(
        business,
        search.service,
        party=search.party,
        provider=search.provider,
        windows=asked,
        taken=occupied,
        full_days=limits.full_days(
            session, business, resources=resources, span=whole, taken=occupied, now=now
        ),
        classes=_classes(session, business, search.service, whole),
        limit=limit,
    )


def taken(session: Session, resources: Sequence[int], span: Span, *, now: datetime) -> list[Taken]:
    """Return what occupies the resources around a span: bookings, classes and blocked time."""
    facts = {
        "resources": list(resources),
        "business": session.business,
        "now": now,
        "from": span.start - 2 * DAY,
        "until": span.end + 2 * DAY,
    }
    return [
        Taken(row.resource_id, row.seat, list(zip(row.starts, row.ends, strict=True)))
        for row in session.execute(_TAKEN, facts)
    ]


def _classes(session: Session, business: Business, service: Service, span: Span) -> list[Class]:
    """Return the classes that one may still join: a class kept for its people is not offered."""
    if not service.times:
        return []
    facts = {
        "business": session.business,
        "service": service.id,
        "from": span.start - DAY,
        "until": span.end + DAY,
    }
    return [
        Class(row.id, int(row.starts_at.timestamp()) // 60, tuple(row.staff))
        for row in session.execute(_CLASSES, facts)
        if judge_start(business, service, row.starts_at) is None
    ]


def nearest(
    session: Session,
    *,
    business: Business,
    search: Search,
    around: datetime,
    now: datetime,
    limit: int = 3,
) -> list[Slot]:
    """Return the free slots nearest to a moment, in order of time: the same day's before others.

    Looks a day around first, then a fortnight, then as far as the business can be booked.
    """
    everything, around = bookable(business, now=now), around.astimezone(UTC)
    found: list[Slot] = []
    for reach in (timedelta(hours=16), timedelta(days=14), everything.end - now):
        window = Span(around - reach, around + reach)
        found = free(
            session, business=business, search=search, windows=[window], now=now, limit=4000
        )
        if len(found) >= limit:
            break
    day = around.astimezone(business.zone).date()

    def distance(slot: Slot) -> tuple[bool, timedelta]:
        other = slot.start.astimezone(business.zone).date() != day
        return other, abs(slot.start - around)

    return sorted(sorted(found, key=distance)[:limit], key=lambda s: s.start)


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as others need to see it; instants aware in UTC, money in minor units."""

    id: int
    ref: str
    person: int
    name: str
    service: int
    party: int
    start: datetime
    end: datetime
    status: str
    purpose: str
    for_id: int | None
    expires: datetime | None
    version: int
    price: int
    currency: str
    policy: dict[str, Any]
    series: int | None
    extras: list[dict[str, Any]]
    resources: tuple[int, ...]


_BOOKED = """
SELECT b.id, b.ref, b.person_id, p.name, b.service_id, b.party, b.starts_at, b.ends_at, b.status,
    b.purpose, b.for_id, b.expires_at, b.version, b.price, b.currency, b.policy, b.series_id,
    b.extras, coalesce(CASE b.purpose
        WHEN 'move' THEN  -- it takes only what its booking does not have already
            (SELECT array_agg(DISTINCT chosen.resource_id) FROM (
                SELECT CAST(c.pair ->> 0 AS bigint) AS resource_id FROM booking_events e,
                    jsonb_array_elements(e.facts -> 'choice') AS c(pair)
                WHERE e.business_id = b.business_id AND e.booking_id = b.id AND e.seq = 1
                UNION SELECT a.resource_id FROM allocations a
                WHERE a.business_id = b.business_id AND a.session_id = b.session_id) AS chosen)
        ELSE (SELECT array_agg(DISTINCT a.resource_id) FROM allocations a
              WHERE a.business_id = b.business_id
                AND (a.booking_id = b.id OR a.session_id = b.session_id)
                AND (a.active OR b.status IN ('cancelled', 'expired', 'released'))
                AND a.slot_start <= b.starts_at AND upper(a.during) >= b.ends_at)
        END, '{}') AS resources
FROM bookings b JOIN people p ON p.business_id = b.business_id AND p.id = b.person_id
WHERE b.business_id = :business AND
"""
_ONE = text(_BOOKED + " b.id = :booking")
_OF_PERSON = text(
    _BOOKED + " b.person_id = :person AND b.starts_at > :since AND b.purpose = 'booking'"
    " AND (b.status = 'confirmed' OR b.expires_at > :now) AND b.ends_at > :now"
    " ORDER BY b.starts_at, b.id LIMIT 50"
)
_BETWEEN = text(
    _BOOKED + " b.starts_at >= :from AND b.starts_at < :until AND b.purpose = 'booking'"
    " AND (b.status IN ('confirmed', 'completed', 'no_show') OR b.expires_at > :now)"
    " ORDER BY b.starts_at, b.id"
)
_REQUESTS = text(
    _BOOKED + " b.starts_at > :now AND b.status = 'awaiting_provider' AND b.expires_at > :now"
    " ORDER BY b.starts_at, b.id"
)


_LAPSED_FROM = text(
    "SELECT facts ->> 'was' FROM booking_events WHERE business_id = :business"
    " AND booking_id = :booking AND kind = 'expired' ORDER BY seq DESC LIMIT 1"
)
_MADE = text(
    "SELECT count(*) FROM bookings WHERE business_id = :business AND person_id = :person"
    " AND purpose = 'booking' AND status NOT IN ('held', 'released', 'expired')"
)
_MOVES = text(
    "SELECT id FROM bookings WHERE business_id = :business AND for_id = :booking"
    " AND expires_at IS NOT NULL"
)


def booking(session: Session, booking_id: int) -> Booked | None:
    """Return one booking, None where there is none of that id in this business."""
    rows = _read(session, _ONE, {"booking": booking_id})
    return rows[0] if rows else None


def lapsed_from(session: Session, booking_id: int) -> str:
    """Return the status that a booking had before it expired."""
    facts = {"business": session.business, "booking": booking_id}
    return str(session.execute(_LAPSED_FROM, facts).scalar_one_or_none() or "held")


def moves_of(session: Session, booking_id: int) -> list[int]:
    """Return the holds that were made to move a booking and still are pending."""
    facts = {"business": session.business, "booking": booking_id}
    return [row.id for row in session.execute(_MOVES, facts)]


def made_by(session: Session, person: int) -> int:
    """Return how many bookings a person ever agreed to, whatever became of them."""
    facts = {"business": session.business, "person": person}
    return int(session.execute(_MADE, facts).scalar_one())


def of_person(session: Session, person: int, *, now: datetime) -> list[Booked]:
    """Return a person's open bookings and requests, the next one first."""
    return _read(session, _OF_PERSON, {"person": person, "now": now, "since": now - DAY})


def between(session: Session, span: Span, *, now: datetime) -> list[Booked]:
    """Return the bookings that start in a span and stand, or stood to their end."""
    return _read(session, _BETWEEN, {"from": span.start, "until": span.end, "now": now})


def requests(session: Session, *, now: datetime) -> list[Booked]:
    """Return the requests that wait for a provider's word."""
    return _read(session, _REQUESTS, {"now": now})


def _read(session: Session, statement: Any, facts: dict[str, Any]) -> list[Booked]:  # noqa: ANN401 - SQLAlchemy's TextClause
    rows: Iterable[Any] = session.execute(statement, facts | {"business": session.business})
    return [Booked(*[*list(row)[:-1], tuple(row.resources)]) for row in rows]
