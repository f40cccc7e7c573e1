"""Blocked time: a calendar's events, time off, closures by hand. Busy, but no booking.

Beside it the hours of one day that a provider sets by hand, in place of the weekly ones.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from core.db import Session
from core.locks import lock_days
from core.rules import Business
from core.span import DAY, Span, local_days

_ADD = text(
    "INSERT INTO busy (business_id, resource_id, starts_at, ends_at, source, title, created_at)"
    " VALUES (:business, :resource, :start, :end, :source, :title, :now) RETURNING id"
)
_LIFT = text(
    "UPDATE busy SET active = false WHERE business_id = :business AND resource_id = :resource"
    " AND source = :source AND title = :title AND active RETURNING id"
)


def block(
    session: Session,
    *,
    business: Business,
    resource: int,
    span: Span,
    source: str,
    now: datetime,
    title: str = "",
) -> int:
    """Block a resource for a span; what is booked in it stays, and nothing new is taken there.

    The exclusive lock of its days waits for holds that are being taken, and makes later ones see
    the block.
    """
    days = local_days(span, business.zone)
    lock_days(session, resources=[resource], days=days, exclusive=True)
    row = session.execute(
        _ADD,
        {
            "business": session.business,
            "resource": resource,
            "start": span.start,
            "end": span.end,
            "source": source,
            "title": title,
            "now": now,
        },
    )
    return int(row.scalar_one())


def lift(session: Session, *, resource: int, source: str, title: str) -> Sequence[int]:
    """Lift the blocks of that title; return their ids, none where there was none."""
    facts = {
        "business": session.business,
        "resource": resource,
        "source": source,
        "title": title,
    }
    return [row.id for row in session.execute(_LIFT, facts)]


_BLOCKS = text(
    "SELECT id, starts_at, ends_at, source, title FROM busy WHERE business_id = :business"
    " AND resource_id = :resource AND active AND ends_at > :start AND starts_at < :end"
    " ORDER BY starts_at, id"
)
_SWITCH = text(
    "UPDATE busy SET active = :active WHERE business_id = :business AND id = ANY(:ids)"
    " AND active <> :active RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One span in which a resource is busy; `source` says by whose word ("hand": by chat)."""

    id: int
    span: Span
    source: str
    title: str


def blocks(session: Session, *, resource: int, span: Span) -> list[Block]:
    """Return the blocks of a resource that touch a span, in order."""
    facts = {
        "business": session.business,
        "resource": resource,
        "start": span.start,
        "end": span.end,
    }
    rows = session.execute(_BLOCKS, facts)
    return [Block(r.id, Span(r.starts_at, r.ends_at), r.source, r.title) for r in rows]


def switch(session: Session, ids: Sequence[int], *, active: bool) -> list[int]:
    """Lift blocks by their ids, or put lifted ones back; return those that were changed."""
    facts = {"business": session.business, "ids": list(ids), "active": active}
    return [row.id for row in session.execute(_SWITCH, facts)]


_PROPOSALS = (
    "SELECT b.id FROM bookings b"
    " WHERE b.business_id = :business AND b.status = 'held' AND b.expires_at > :now"
    " AND b.ends_at > :start AND b.starts_at < :end"
    " AND EXISTS (SELECT 1 FROM allocations a WHERE a.business_id = b.business_id"
    " AND a.booking_id = b.id AND a.resource_id = :resource AND a.active"
    " AND a.slot_start > :past) ORDER BY b.id"
)
_ALL_PROPOSALS = text(_PROPOSALS)
_FREE_PROPOSALS = text(f"{_PROPOSALS} FOR NO KEY UPDATE OF b SKIP LOCKED")


def proposals(
    session: Session, *, resource: int, span: Span, now: datetime, free: bool = False
) -> list[int]:
    """Return the living holds that nobody has said yes to and that touch a blocked span.

    `free`: only those that nobody is just changing, locked.
    """
    facts = {
        "business": session.business,
        "resource": resource,
        "start": span.start,
        "end": span.end,
        "past": span.start - 2 * DAY,
        "now": now,
    }
    wanted = _FREE_PROPOSALS if free else _ALL_PROPOSALS
    return [row.id for row in session.execute(wanted, facts)]


Hours = list[list[str]]  # of one day, wall times of the place: [["12:00", "16:00"]]

_DAY = text(
    "SELECT spans, reason FROM exceptions WHERE business_id = :business"
    " AND resource_id = :resource AND day = :day AND source = 'hand' ORDER BY id LIMIT 1"
)
_NO_DAY = text(
    "DELETE FROM exceptions WHERE business_id = :business AND resource_id = :resource"
    " AND day = :day AND source = 'hand'"
)
_NEW_DAY = text(
    "INSERT INTO exceptions (business_id, resource_id, day, spans, reason, source)"
    " VALUES (:business, :resource, :day, CAST(:spans AS jsonb), :reason, 'hand')"
)


def day_hours(session: Session, *, resource: int, day: date) -> tuple[Hours, str] | None:
    """Return the hours set in chat that a resource has on one date alone, and why, else None."""
    facts = {"business": session.business, "resource": resource, "day": day}
    row = session.execute(_DAY, facts).one_or_none()
    return (row.spans, row.reason) if row else None


def set_day_hours(
    session: Session, *, resource: int, day: date, hours: Hours | None, reason: str = ""
) -> None:
    """Give a resource hours of its own on one date, None: what the business file says again.

    The caller has raised the revision of the business first, which others that change rules wait
    at; holds that were judged by the old rules, and wait here for the day, are refused then.
    """
    lock_days(session, resources=[resource], days=[day], exclusive=True)
    facts: dict[str, Any] = {"business": session.business, "resource": resource, "day": day}
    session.execute(_NO_DAY, facts)
    if hours is not None:
        session.execute(_NEW_DAY, facts | {"spans": json.dumps(hours), "reason": reason})
