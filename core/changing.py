"""Change a booking that stands: cancel, let go, replace by another time, finish, extend.

Each operation locks the booking's own row, looks whether it still is what the caller believes, and
writes its event in the same statement. Nothing is deleted; allocations only become inactive.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from core import due
from core.booking import By, too_late
from core.db import Session
from core.refusals import Reason, Refusal
from core.sending import Row

_LOCK = text(
    "SELECT status, starts_at, zone, policy FROM bookings"
    " WHERE business_id = :business AND id = :booking FOR NO KEY UPDATE"
)


def _lock(session: Session, booking: int) -> Row | None:
    """Lock a booking before the statement that frees its time.

    A statement sees the rows as they were when it began: one that waited for the lock itself would
    free the time that the booking had before a move, and leave the new time taken for ever.
    """
    facts = {"business": session.business, "booking": booking}
    return session.execute(_LOCK, facts).one_or_none()


_END = text("""
WITH done AS (
    UPDATE bookings SET status = :status, expires_at = NULL, events = events + 1
    WHERE business_id = :business AND id = :booking AND status = ANY(CAST(:from AS text[]))
      AND (expires_at IS NULL OR :even_late OR expires_at > :now)
    RETURNING id, events),
freed AS (
    UPDATE allocations a SET active = false FROM done
    WHERE a.business_id = :business AND a.booking_id = done.id AND a.active RETURNING 1),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
    SELECT :business, id, events, :status, :actor, :message, :now, CAST(:facts AS jsonb) FROM done)
SELECT id FROM done
""")

_STANDING = ("held", "awaiting_provider", "awaiting_payment", "confirmed")
_PENDING = _STANDING[:3]


def _end(
    session: Session,
    booking: int,
    *,
    status: str,
    among: Sequence[str],
    by: By,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> Refusal | None:
    before = _lock(session, booking)
    late = too_late(before, by) if before is not None else None
    if late is not None:
        return late
    row = session.execute(
        _END,
        {
            "business": session.business,
            "booking": booking,
            "status": status,
            "from": list(among),
            "even_late": status in {"cancelled", "released"},
            "actor": by.actor,
            "message": by.message,
            "now": now,
            "facts": json.dumps(facts or {}),
        },
    ).one_or_none()
    if row is None:
        return Refusal(Reason.GONE)
    due.wake_for_freed(session)
    return None


def cancel(
    session: Session, *, booking: int, by: By, now: datetime, why: str = ""
) -> Refusal | None:
    """Cancel a booking or a request; its time is free at once.

    Refused with GONE, or with TOO_LATE where its customer asks after the latest moment for it.
    """
    among = ("awaiting_provider", "awaiting_payment", "confirmed")
    return _end(
        session, booking, status="cancelled", among=among, by=by, now=now, facts={"why": why}
    )


def release(session: Session, *, booking: int, by: By, now: datetime) -> Refusal | None:
    """Let a hold go that was never confirmed: a proposal declined, the new time of a move."""
    return _end(session, booking, status="released", among=_PENDING, by=by, now=now)


_EXPIRE = text("""
WITH done AS (
    UPDATE bookings b SET status = 'expired', expires_at = NULL, events = b.events + 1
    FROM (SELECT id, status FROM bookings WHERE business_id = :business AND id = :booking) AS was
    WHERE b.business_id = :business AND b.id = was.id AND b.expires_at <= :now
    RETURNING b.id, b.events, was.status AS was),
freed AS (
    UPDATE allocations a SET active = false FROM done
    WHERE a.business_id = :business AND a.booking_id = done.id AND a.active RETURNING 1),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, at, facts)
    SELECT :business, id, events, 'expired', 'clock', :now, jsonb_build_object('was', was)
    FROM done)
SELECT id FROM done
""")


def expire(session: Session, *, booking: int, now: datetime) -> bool:
    """Lapse one hold if its time is over; say whether this call did it."""
    _lock(session, booking)
    facts = {"business": session.business, "booking": booking, "now": now}
    if session.execute(_EXPIRE, facts).one_or_none() is None:
        return False
    due.wake_for_freed(session)
    return True


def finish(
    session: Session, *, booking: int, by: By, now: datetime, no_show: bool = False
) -> Refusal | None:
    """Mark a confirmed booking as completed, or as a no-show; its time stays what it was."""
    row = session.execute(
        _FINISH,
        {
            "business": session.business,
            "booking": booking,
            "status": "no_show" if no_show else "completed",
            "from": ["confirmed", "completed"] if no_show else ["confirmed"],
            "actor": by.actor,
            "message": by.message,
            "now": now,
        },
    ).one_or_none()
    return None if row else Refusal(Reason.GONE)


_FINISH = text("""
WITH done AS (
    UPDATE bookings SET status = :status, events = events + 1
    WHERE business_id = :business AND id = :booking AND status = ANY(CAST(:from AS text[]))
      AND CASE WHEN :status = 'completed' THEN ends_at <= :now ELSE starts_at <= :now END
    RETURNING id, events),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at)
    SELECT :business, id, events, :status, :actor, :message, :now FROM done)
SELECT id FROM done
""")

_CAME = text("""
WITH done AS (
    UPDATE bookings SET events = events + 1,
        status = CASE WHEN ends_at <= :now THEN 'completed' ELSE 'confirmed' END
    WHERE business_id = :business AND id = :booking AND status = 'no_show'
    RETURNING id, events, status),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at)
    SELECT :business, id, events, status, :actor, :message, :now FROM done)
SELECT id FROM done
""")


def came(session: Session, *, booking: int, by: By, now: datetime) -> Refusal | None:
    """Take back that somebody did not come: completed, or confirmed while it still goes on."""
    facts = {"business": session.business, "booking": booking, "now": now}
    who = {"actor": by.actor, "message": by.message}
    row = session.execute(_CAME, facts | who).one_or_none()
    return None if row else Refusal(Reason.GONE)


_EXTEND = text("""
WITH done AS (
    UPDATE bookings SET expires_at = :until, events = events + 1
    WHERE business_id = :business AND id = :booking AND expires_at > :now
    RETURNING id, events),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
    SELECT :business, id, events, 'extended', :actor, :message, :now,
        jsonb_build_object('until', CAST(:until AS timestamptz)) FROM done),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, 'lapse', id, 'lapse:' || id || ':' || events, :until FROM done)
SELECT id FROM done
""")


def extend(
    session: Session, *, booking: int, until: datetime, by: By, now: datetime
) -> Refusal | None:
    """Keep a living hold until another instant."""
    facts = {
        "business": session.business,
        "booking": booking,
        "until": until,
        "actor": by.actor,
        "message": by.message,
        "now": now,
    }
    row = session.execute(_EXTEND, facts).one_or_none()
    return None if row else Refusal(Reason.GONE)


_LOCK_EACH = text(
    "SELECT id FROM bookings WHERE business_id = :business AND id = ANY(CAST(:ids AS bigint[]))"
    " ORDER BY id FOR NO KEY UPDATE"
)


def lock(session: Session, bookings: Iterable[int | None]) -> None:
    """Keep bookings as they are until the transaction ends, whatever is done to each."""
    ids = sorted({booking for booking in bookings if booking is not None})
    session.execute(_LOCK_EACH, {"business": session.business, "ids": ids})


_LOCK_BOTH = text(
    "SELECT id, status, expires_at, for_id, starts_at, zone, policy FROM bookings"
    " WHERE business_id = :business AND id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"
)
_GIVEN = """
given AS (
    SELECT facts -> 'choice' AS choice, facts -> 'blocked' AS blocked, facts -> 'because' AS because
    FROM booking_events
    WHERE business_id = :business AND booking_id = :hold AND facts -> 'choice' IS NOT NULL
    ORDER BY seq DESC LIMIT 1),
wanted AS (
    SELECT CAST(pair ->> 0 AS bigint) AS resource, CAST(pair ->> 1 AS int) AS seat,
        tstzrange(CAST(blocked ->> 0 AS timestamptz), CAST(blocked ->> 1 AS timestamptz)) AS during
    FROM given, jsonb_array_elements(choice) AS c(pair))
"""
_FREE_BOTH = text(f"""
WITH {_GIVEN},
had AS (
    SELECT resource_id, seat, range_agg(during) AS during FROM allocations
    WHERE business_id = :business AND booking_id = ANY(:ids) AND active GROUP BY 1, 2),
whole AS (
    SELECT bool_and(coalesce(h.during @> w.during, false)) AS held
    FROM wanted w LEFT JOIN had h ON (h.resource_id, h.seat) = (w.resource, w.seat))
UPDATE allocations SET active = false FROM whole
WHERE business_id = :business AND booking_id = ANY(:ids) AND active AND whole.held
""")
_RETAKE = text(f"""
WITH {_GIVEN}
INSERT INTO allocations (business_id, booking_id, resource_id, seat, during, slot_start)
SELECT :business, :booking, resource, seat, during, lower(during) FROM wanted
ORDER BY resource, seat
""")
_COPY = text(f"""
WITH {_GIVEN},
done AS (
    UPDATE bookings b SET service_id = n.service_id, session_id = n.session_id, party = n.party,
        starts_at = n.starts_at, ends_at = n.ends_at, wall = n.wall, zone = n.zone,
        price = n.price, policy = n.policy, extras = n.extras, turn_id = n.turn_id,
        version = b.version + 1, events = b.events + 1,
        expires_at = CASE WHEN b.status = 'confirmed' THEN NULL ELSE n.expires_at END
    FROM bookings n
    WHERE b.business_id = :business AND b.id = :booking
      AND n.business_id = :business AND n.id = :hold
    RETURNING b.id, b.events, b.version, b.status, b.ends_at, b.expires_at),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
    SELECT :business, d.id, d.events, 'moved', :actor, :message, :now,
        jsonb_strip_nulls(jsonb_build_object('from', o.starts_at, 'to', n.starts_at,
            'version', d.version, 'choice', g.choice, 'blocked', g.blocked, 'because', g.because))
    FROM given g, done d, bookings o, bookings n
    WHERE o.business_id = :business AND o.id = d.id
      AND n.business_id = :business AND n.id = :hold),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, CASE WHEN status = 'confirmed' THEN 'complete' ELSE 'lapse' END, id,
        'moved:' || id || ':' || events, coalesce(expires_at, ends_at) FROM done),
gone AS (
    UPDATE bookings SET status = 'released', expires_at = NULL, events = events + 1
    WHERE business_id = :business AND id = :hold RETURNING id, events),
gone_noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at)
    SELECT :business, id, events, 'released', :actor, :message, :now FROM gone)
SELECT id FROM done
""")


def swap(session: Session, *, booking: int, hold: int, by: By, now: datetime) -> Refusal | None:
    """Give a booking the time, service and party of a hold made in its stead; free its old time.

    The new time is already taken when the old is freed, all in this transaction: whoever waits at
    the constraint meets either the old book or the new one. The booking keeps its row and its ref.
    Refused with GONE where either is over, or where the booking was moved by another hold since,
    so that the two no longer have all of the new time; with TOO_LATE where its customer asks after
    the latest moment for it.
    """
    who = {
        "business": session.business,
        "booking": booking,
        "hold": hold,
        "ids": sorted((booking, hold)),
    }
    rows = {row.id: row for row in session.execute(_LOCK_BOTH, who)}
    old, new = rows.get(booking), rows.get(hold)
    if old is None or new is None or new.for_id != booking:
        return Refusal(Reason.GONE)
    late = too_late(old, by)
    if late is not None:
        return late
    alive = all(r.expires_at is None or r.expires_at > now for r in (old, new))
    if not alive or old.status not in _STANDING or new.status not in _PENDING:
        return Refusal(Reason.GONE)
    if session.execute(_FREE_BOTH, who).rowcount == 0:
        return Refusal(Reason.GONE)
    session.execute(_RETAKE, who)
    session.execute(_COPY, who | {"actor": by.actor, "message": by.message, "now": now})
    due.wake_for_freed(session)
    return None
