"""Blocked time: a calendar's events, time off, closures by hand. Busy, but no booking."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from core.db import Session
from core.locks import lock_days
from core.rules import Business
from core.span import Span, local_days

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
