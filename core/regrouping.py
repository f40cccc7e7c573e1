"""Groups of bookings that go to another time all at once: all is freed, then all is taken anew.

One after the other they would be in each other's way. The caller holds the locks of the rows and of
all days, and knows that there is room (see core.retiming).
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Row, text

from core.db import Session
from core.span import Span
from core.taking import Piece

Seat: TypeAlias = tuple[int, int]  # a resource and one of its seats


@dataclass(frozen=True, slots=True)
class Group:
    """What moves together or not at all: a booking with what is held to move it, or a class."""

    rows: tuple[Row[Any], ...]
    by: timedelta
    session: int | None = None
    wants: tuple[Piece, ...] = ()  # of the class
    takes: tuple[tuple[int, Piece], ...] = ()  # of its bookings, each with the booking's id

    @property
    def pieces(self) -> list[Piece]:
        """All that it needs at its new time."""
        return [*self.wants, *(piece for _, piece in self.takes)]


@dataclass(frozen=True, slots=True)
class Class:
    """A class to come: what it occupies by itself, and whether anybody has booked it."""

    service: int
    start: datetime
    booked: bool
    has: tuple[Piece, ...] = ()


_FREE = text(
    "UPDATE allocations SET active = false WHERE business_id = :business AND active"
    " AND (booking_id = ANY(:bookings) OR session_id = ANY(:sessions))"
)
_DROP = text(
    "UPDATE sessions SET active = false WHERE business_id = :business AND id = ANY(:sessions)"
)
_SESSION = text(
    "INSERT INTO sessions (business_id, service_id, starts_at, ends_at)"
    " VALUES (:business, :service, :start, :end)"
    " ON CONFLICT (business_id, service_id, starts_at)"
    " DO UPDATE SET active = true, ends_at = excluded.ends_at RETURNING id"
)
_TAKE = text("""
INSERT INTO allocations (business_id, booking_id, session_id, resource_id, seat, during, slot_start)
SELECT :business, booking, session, resource, seat, tstzrange(since, until), since
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS p(booking bigint, session bigint,
    resource bigint, seat int, since timestamptz, until timestamptz)
ORDER BY resource, seat, since
""")
_MOVE = text("""
WITH given AS (
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS g(id bigint, session bigint,
        start timestamptz, until timestamptz, choice jsonb, blocked jsonb)),
done AS (
    UPDATE bookings b SET starts_at = g.start, ends_at = g.until, session_id = g.session,
        version = b.version + 1, events = b.events + 1,
        expires_at = CASE WHEN b.expires_at > g.start THEN g.start ELSE b.expires_at END
    FROM given g, bookings o
    WHERE b.business_id = :business AND b.id = g.id AND o.business_id = :business AND o.id = b.id
    RETURNING b.id, b.events, b.version, b.status, b.ends_at, b.expires_at, b.starts_at,
        o.starts_at AS was),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, at, facts)
    SELECT :business, id, events, 'moved', 'clock', :now,
        jsonb_build_object('from', was, 'to', starts_at, 'version', version,
            'choice', choice, 'blocked', blocked, 'why', 'clock rules')
    FROM done JOIN given USING (id))
INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
SELECT :business, CASE WHEN status = 'confirmed' THEN 'complete' ELSE 'lapse' END, id,
    'moved:' || id || ':' || events, coalesce(expires_at, ends_at) FROM done
""")


def write(
    session: Session, groups: Sequence[Group], classes: dict[int, Class], now: datetime
) -> None:
    """Free everything that moves, then take it anew; the constraint has the last word."""
    here: dict[str, Any] = {"business": session.business}
    sessions = sorted({g.session for g in groups if g.session} | _in_the_way(groups, classes))
    bookings = sorted(row.id for group in groups for row in group.rows)
    session.execute(_FREE, here | {"bookings": bookings, "sessions": sessions})
    session.execute(_DROP, here | {"sessions": sessions})
    taken: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    for group in groups:
        held = _session(session, group) if group.session else None
        taken += [_columns(piece, booking=booking) for booking, piece in group.takes]
        taken += [_columns(piece, session=held) for piece in group.wants]
        moved += [_moved(row, group.by, held) for row in group.rows]
    session.execute(_TAKE, here | {"rows": json.dumps(taken, default=str)})
    session.execute(_MOVE, here | {"rows": json.dumps(moved, default=str), "now": now})


def _in_the_way(groups: Sequence[Group], classes: dict[int, Class]) -> set[int]:
    """Return the classes that nobody has booked and that have what somebody moves to."""
    wanted: dict[Seat, list[Span]] = defaultdict(list)
    for piece in (piece for group in groups for piece in group.pieces):
        wanted[piece.resource, piece.seat].append(piece.blocked)
    return {
        number
        for number, one in classes.items()
        if not one.booked
        for piece in one.has
        if any(piece.blocked.overlaps(span) for span in wanted[piece.resource, piece.seat])
    }


def _session(session: Session, group: Group) -> int:
    """Return the class at the new time: made, or the one that was laid out there already."""
    row = group.rows[0]
    facts = {
        "business": session.business,
        "service": row.service_id,
        "start": row.starts_at + group.by,
        "end": row.ends_at + group.by,
    }
    return int(session.execute(_SESSION, facts).scalar_one())


def _columns(
    piece: Piece, *, booking: int | None = None, session: int | None = None
) -> dict[str, Any]:
    return {
        "booking": booking,
        "session": session,
        "resource": piece.resource,
        "seat": piece.seat,
        "since": piece.blocked.start,
        "until": piece.blocked.end,
    }


def _moved(row: Row[Any], by: timedelta, session: int | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "session": session,
        "start": row.starts_at + by,
        "until": row.ends_at + by,
        "choice": row.choice,
        "blocked": [row.since + by, row.until + by],
    }
