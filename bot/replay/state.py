"""The book as JSON: every booking, block and opt-out of a business, as the replay prints it."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from core import businesses
from core.db import Session
from core.rules import Business, Kind

_BOOKINGS = text("""
SELECT b.ref, coalesce((SELECT sum(l.amount) FROM ledger l WHERE l.business_id = b.business_id
        AND l.booking_id = b.id AND l.kind IN ('charge', 'transfer')), 0) AS paid,
    coalesce((SELECT -sum(l.amount) FROM ledger l WHERE l.business_id = b.business_id
        AND l.booking_id = b.id AND l.kind = 'refund'), 0) AS refunded,
    b.service_id, b.starts_at, b.ends_at, b.status, b.party, b.price,
    (SELECT address FROM addresses a WHERE a.business_id = b.business_id
        AND a.person_id = b.person_id ORDER BY a.id LIMIT 1) AS customer,
    coalesce((SELECT array_agg(DISTINCT a.resource_id ORDER BY a.resource_id) FROM allocations a
        WHERE a.business_id = b.business_id
          AND (a.booking_id = b.id OR a.session_id = b.session_id)
          AND (a.active OR b.status IN ('cancelled', 'expired'))
          AND a.slot_start <= b.starts_at AND upper(a.during) >= b.ends_at), '{}') AS resources,
    (SELECT f.ref FROM bookings f WHERE f.business_id = b.business_id
        AND f.series_id = b.series_id ORDER BY f.id LIMIT 1) AS series
FROM bookings b
WHERE b.business_id = :business AND b.purpose = 'booking' AND b.status <> 'released'
ORDER BY b.id
""")
_PAYMENTS = text("""
SELECT c.amount, c.currency, c.status,
    (SELECT address FROM addresses a WHERE a.business_id = b.business_id
        AND a.person_id = b.person_id ORDER BY a.id LIMIT 1) AS customer,
    coalesce((SELECT -sum(l.amount) FROM ledger l WHERE l.business_id = c.business_id
        AND l.checkout_id = c.id AND l.kind = 'refund'), 0) AS refunded
FROM checkouts c JOIN bookings b ON b.business_id = c.business_id AND b.id = c.booking_id
WHERE c.business_id = :business ORDER BY c.id
""")
_BLOCKS = text(
    "SELECT resource_id, starts_at, ends_at, source FROM busy WHERE business_id = :business"
    " AND active ORDER BY starts_at, id"
)
_OPTED_OUT = text(
    "SELECT address FROM addresses WHERE business_id = :business AND opted_out_at IS NOT NULL"
    " ORDER BY address"
)


def book(session: Session) -> dict[str, list[Any]]:
    """Return the state of one business; instants carry the place's offset."""
    business = businesses.load(session)
    here = {"business": session.business}
    return {
        "bookings": [_booking(row, business) for row in session.execute(_BOOKINGS, here)],
        "waitlist": [],
        "offers": [],
        "payments": [
            {
                "business": business.slug,
                "customer": row.customer,
                "amount": row.amount,
                "refunded": int(row.refunded),
                "currency": row.currency,
                "status": "open" if row.status == "opening" else row.status,
            }
            for row in session.execute(_PAYMENTS, here)
        ],
        "blocks": [
            {
                "business": business.slug,
                "resource": business.resource(row.resource_id).name,
                "start": local(row.starts_at, business),
                "end": local(row.ends_at, business),
                "source": row.source,
            }
            for row in session.execute(_BLOCKS, here)
        ],
        "opted_out": [row.address for row in session.execute(_OPTED_OUT, here)],
    }


def local(moment: datetime, business: Business) -> str:
    """Return an instant as ISO 8601 with the place's offset."""
    return moment.astimezone(business.zone).isoformat()


def _booking(row: Any, business: Business) -> dict[str, Any]:  # noqa: ANN401 - a row
    resources = [business.resource(r) for r in row.resources]
    staff = [r.name for r in resources if r.kind is Kind.PROVIDER]
    return {
        "business": business.slug,
        "ref": row.ref,
        "customer": row.customer,
        "service": business.service(row.service_id).name("en"),
        "provider": staff[0] if staff else None,
        "resources": [r.name for r in resources],
        "start": local(row.starts_at, business),
        "end": local(row.ends_at, business),
        "status": row.status,
        "party": row.party,
        "series": row.series,  # the ref of its first booking
        "price": row.price,
        "paid": int(row.paid),
        "refunded": int(row.refunded),
    }
