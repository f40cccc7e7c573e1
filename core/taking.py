"""The one statement that takes time, and the one that lapses it. The constraint decides.

`TAKE` does in one round trip what a hold is: it flips whatever hold has expired in its way (an
expired row that is merely ignored would be a double booking), inserts the allocations with
`ON CONFLICT DO NOTHING` (a plain INSERT deadlocks when many meet), and only where all of them were
got writes the booking, its first event and the work that lapses it. Rows come back: it is taken.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from core.db import Session
from core.span import Span

_PENDING = "('held', 'awaiting_provider', 'awaiting_payment')"

# The expired holds in the way. The last condition looks at a row as it was when the statement
# began: what a move gave it since is not seen here, and so could not be freed.
_EXPIRED = f"""
    SELECT b.id, b.status FROM bookings b
    WHERE b.business_id = :business AND b.status IN {_PENDING} AND b.expires_at <= :now
      AND b.id IN (
        SELECT a.booking_id FROM allocations a
        WHERE a.resource_id = ANY(CAST(:among AS bigint[])) AND a.active
          AND a.slot_start < :until AND a.slot_start > :since
          AND upper(a.during) > :from)
      AND b.version = (
        SELECT s.version FROM bookings s WHERE s.business_id = :business AND s.id = b.id)
"""
_LAPSE = f"""
late AS ({_EXPIRED} ORDER BY b.id FOR NO KEY UPDATE SKIP LOCKED),
lapsed AS (
    UPDATE bookings b SET status = 'expired', expires_at = NULL, events = b.events + 1
    FROM late WHERE b.business_id = :business AND b.id = late.id AND {{condition}}
    RETURNING b.id, b.events, late.status AS was),
freed AS (
    UPDATE allocations a SET active = false
    FROM lapsed WHERE a.business_id = :business AND a.booking_id = lapsed.id AND a.active
    RETURNING 1),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, at, facts)
    SELECT :business, id, events, 'expired', 'clock', :now, jsonb_build_object('was', was)
    FROM lapsed)
"""
# All of them or none, at first: two takers who each lapse one of two holds that are in the way of
# both would wait for each other. (The CASE keeps the counting for where something is to lapse.)
_ALL = f"""
    CASE WHEN late.id IS NOT NULL
    THEN :again OR (SELECT count(*) FROM late) = (SELECT count(*) FROM ({_EXPIRED}) AS every) END
"""

_TAKE = text(f"""
WITH {_LAPSE.format(condition=_ALL)},
fresh AS (
    SELECT nextval('bookings_id_seq') AS id FROM (SELECT count(*) FROM freed) AS after_the_lapse
    WHERE NOT EXISTS (
        SELECT 1 FROM busy u
        WHERE u.resource_id = ANY(CAST(:chosen AS bigint[])) AND u.active
          AND u.ends_at > :start AND u.starts_at < :end)
      AND (SELECT revision FROM businesses WHERE id = :business) = :revision),
taken AS (
    INSERT INTO allocations (business_id, booking_id, resource_id, seat, during, slot_start)
    SELECT :business, fresh.id, p.resource, p.seat, tstzrange(p.since, p.until), p.since
    FROM fresh, unnest(CAST(:resources AS bigint[]), CAST(:seats AS int[]),
        CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[]))
        AS p(resource, seat, since, until)
    ORDER BY p.resource, p.seat, p.since
    ON CONFLICT DO NOTHING RETURNING booking_id),
booked AS (
    INSERT INTO bookings (business_id, id, ref, person_id, service_id, session_id, series_id,
        purpose, for_id, party, starts_at, ends_at, wall, zone, status, expires_at, version,
        events, price, currency, policy, extras, created_at, turn_id)
    SELECT :business, fresh.id, slotkeeper_ref(fresh.id), :person, :service, :session,
        coalesce(CAST(:series AS bigint), (SELECT o.series_id FROM bookings o
            WHERE o.business_id = :business AND o.id = :for_id)),
        :purpose, :for_id, :party, :start, :end, CAST(:wall AS timestamp), :zone, 'held',
        :expires, 1, 1, :price, :currency, CAST(:policy AS jsonb), CAST(:extras AS jsonb), :now,
        CAST(:turn AS bigint)
    FROM fresh, (SELECT count(*) AS got FROM taken) AS t
    WHERE t.got = :pieces
    RETURNING id, ref),
begun AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
    SELECT :business, id, 1, 'held', :actor, :message, :now, CAST(:choice AS jsonb) FROM booked),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, 'lapse', id, 'lapse:' || id, :expires FROM booked)
SELECT id, ref FROM booked
""")

_TAKE_ALL = text("""
WITH fresh AS (
    SELECT nextval('bookings_id_seq') AS id, one.*
    FROM jsonb_to_recordset(CAST(:bookings AS jsonb)) AS one(session bigint, starts timestamptz,
        ends timestamptz, wall timestamp, expires timestamptz, price int, policy jsonb,
        choice jsonb, because text, turn bigint, since timestamptz, until timestamptz)
    WHERE (SELECT revision FROM businesses WHERE id = :business) = :revision),
booked AS (
    INSERT INTO bookings (business_id, id, ref, person_id, service_id, session_id, series_id,
        purpose, party, starts_at, ends_at, wall, zone, status, expires_at, version, events,
        price, currency, policy, extras, created_at, turn_id)
    SELECT :business, id, slotkeeper_ref(id), :person, :service, session, :series,
        'booking', :party, starts, ends, wall, :zone, 'held', expires, 1, 1,
        price, :currency, policy, CAST(:extras AS jsonb), :now, turn FROM fresh
    RETURNING id, ref, starts_at),
taken AS (
    INSERT INTO allocations (business_id, booking_id, resource_id, seat, during, slot_start)
    SELECT :business, f.id, CAST(pair ->> 0 AS bigint), CAST(pair ->> 1 AS int),
        tstzrange(f.since, f.until), f.since
    FROM fresh f, jsonb_array_elements(f.choice) AS c(pair)),
begun AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
    SELECT :business, id, 1, 'held', :actor, :message, :now,
        jsonb_strip_nulls(jsonb_build_object('choice', choice, 'because', because,
            'blocked', jsonb_build_array(since, until)))
    FROM fresh),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, 'lapse', id, 'lapse:' || id, expires FROM fresh)
SELECT id, ref, starts_at FROM booked
""")

_LAPSE_ONLY = text(f"WITH {_LAPSE.format(condition='true')} SELECT count(*) FROM freed")


@dataclass(frozen=True, slots=True)
class Piece:
    """Time of one seat of one resource, buffers inside."""

    resource: int
    seat: int
    blocked: Span


def take(
    session: Session,
    pieces: Sequence[Piece],
    *,
    chosen: Iterable[int],
    among: Iterable[int],
    booking: dict[str, Any],
    now: datetime,
    again: bool = False,
) -> tuple[int, str] | None:
    """Hold all the pieces for a new booking; return its id and ref, None where one was taken.

    `chosen` are the booking's resources, also those whose time the person has already; `among` are
    all it might have been: whoever tries one after the other lapses the same holds each time.
    `again` lapses what it can where somebody else is just lapsing the rest, and waits for them.
    `booking` gives the rest of the row: person, service, session, series, purpose, for_id, party,
    start, end, wall, zone, expires, price, currency, policy, extras, actor, message, choice, turn,
    and the revision of the rules by which it was judged: nothing is taken where they have changed
    since.
    """
    edges = [edge for p in pieces for edge in p.blocked] or [booking["start"], booking["end"]]
    whole = Span(min(edges), max(edges))
    facts = booking | _around(session, among, whole, now=now)
    facts |= {
        "again": again,
        "chosen": list(chosen),
        "resources": [p.resource for p in pieces],
        "seats": [p.seat for p in pieces],
        "starts": [p.blocked.start for p in pieces],
        "ends": [p.blocked.end for p in pieces],
        "pieces": len(pieces),
    }
    if len(pieces) == 1:
        row = session.execute(_TAKE, facts).one_or_none()
        return (row.id, row.ref) if row else None
    try:  # a part of several may be gone: then its reference to the booking dangles
        with session.attempt():
            row = session.execute(_TAKE, facts).one_or_none()
    except IntegrityError:
        return None
    return (row.id, row.ref) if row else None


def take_all(
    session: Session, rows: Sequence[dict[str, Any]], *, facts: dict[str, Any]
) -> dict[datetime, tuple[int, str]]:
    """Hold the pieces of several bookings that are known to be free; return (id, ref) by start.

    The caller holds the exclusive locks of all their days and has lapsed what had expired, so
    nobody else is taking anything there: a time that is taken nevertheless is an error. Each row
    gives session, starts, ends, wall, expires, price, policy, choice, because, turn, since and
    until (the blocked time); `facts` what they share: person, service, series, party, zone,
    currency, extras, actor, message, revision. Empty where the rules have changed since.
    """
    given = {"business": session.business, "bookings": json.dumps(rows, default=str)}
    return {row.starts_at: (row.id, row.ref) for row in session.execute(_TAKE_ALL, facts | given)}


def lapse_around(session: Session, resources: Iterable[int], span: Span, *, now: datetime) -> None:
    """Flip every expired hold that touches the span, unless somebody is just changing it.

    The caller holds the exclusive locks of the days.
    """
    session.execute(_LAPSE_ONLY, _around(session, resources, span, now=now))


def _around(
    session: Session, resources: Iterable[int], span: Span, *, now: datetime
) -> dict[str, Any]:
    """Bound `slot_start` on both sides: no allocation is longer than a day."""
    return {
        "business": session.business,
        "among": sorted(resources),
        "from": span.start.astimezone(UTC),
        "until": span.end,
        "since": span.start - timedelta(days=1),
        "now": now,
    }
