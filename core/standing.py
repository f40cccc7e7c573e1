"""Which bookings still stand: what a change of the rules must not take away."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from core.tables import PENDING, bookings


def standing(now: datetime) -> ColumnElement[bool]:
    """Return the condition: confirmed, or pending and not yet expired, whether swept or not."""
    row = bookings.c
    return or_(
        row.status == "confirmed",
        and_(row.status.in_(PENDING), row.expires_at > now),
    )
