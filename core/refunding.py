"""Money that goes back: written down first, given by work, entered into the ledger when it went.

The sum of what goes back never exceeds what came: it is counted under the booking's lock, what is
under way included.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core import due, payments
from core.db import Session
from core.payment_events import Told
from core.payments import Checkout

_COLUMNS = "id, booking_id, checkout_id, amount, currency, reason, tier, status, vendor_id"
_LOCK = text(
    "SELECT 1 FROM bookings WHERE business_id = :business AND id = :booking FOR NO KEY UPDATE"
)
_WRITE = text("""
INSERT INTO refunds (business_id, booking_id, checkout_id, amount, currency, reason, tier, key,
    created_at)
VALUES (:business, :booking, :checkout, :amount, :currency, :reason, :tier, :key, :now)
ON CONFLICT (business_id, key) DO NOTHING RETURNING id
""")
_ONE = text(f"SELECT {_COLUMNS} FROM refunds WHERE business_id = :business AND id = :id")
_BY_VENDOR = text(
    f"SELECT {_COLUMNS} FROM refunds WHERE business_id = :business AND vendor_id = :vendor"
)
_PAID_BY = text(
    "SELECT id FROM checkouts WHERE business_id = :business AND payment = :payment LIMIT 1"
)
_BECAME = text(
    "UPDATE refunds SET status = :status, vendor_id = coalesce(:vendor, vendor_id), error = :error"
    " WHERE business_id = :business AND id = :id AND status <> :status RETURNING id"
)
_TOOK = text("UPDATE refunds SET vendor_id = :vendor WHERE business_id = :business AND id = :id")
_KNOWN = text("SELECT 1 FROM refunds WHERE business_id = :business AND key LIKE :key || ':%'")


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that goes back of one checkout, in minor units; `vendor` is the vendor's id of it.

    `status`: "pending" until the vendor says more, "done" or "failed".
    """

    id: int
    booking: int
    checkout: int
    amount: int
    currency: str
    reason: str
    tier: str
    status: str
    vendor: str | None


class OverRefundError(ValueError):
    """More was to go back than came."""


def refund(
    session: Session,
    *,
    booking: int,
    amount: int,
    reason: str,
    tier: str,
    key: str,
    now: datetime,
) -> int:
    """Have so many minor units of a booking's money go back, once for the key; return how many.

    Of several payments the newest goes back first. Raises OverRefundError where more is asked than
    is left of what came.
    """
    session.execute(_LOCK, {"business": session.business, "booking": booking})
    if session.execute(_KNOWN, {"business": session.business, "key": key}).first() is not None:
        return amount
    parts = payments.left(session, booking)
    if amount > sum(left for _, left in parts):
        raise OverRefundError(f"booking {booking} has no {amount} left to give back")
    open_still = amount
    for checkout, left in parts:
        part = min(left, open_still)
        if part > 0:
            _write(session, checkout, booking, part, reason=reason, tier=tier, key=key, now=now)
            open_still -= part
    return amount


def _write(
    session: Session,
    checkout: Checkout,
    booking: int,
    amount: int,
    *,
    reason: str,
    tier: str,
    key: str,
    now: datetime,
) -> None:
    facts = {
        "business": session.business,
        "booking": booking,
        "checkout": checkout.id,
        "amount": amount,
        "currency": checkout.currency,
        "reason": reason,
        "tier": tier,
        "key": f"{key}:{checkout.id}",
        "now": now,
    }
    row = session.execute(_WRITE, facts).one_or_none()
    if row is not None:
        due.post(session, kind="refund", subject=row.id, key=f"refund:{row.id}", due=now)


def one(session: Session, number: int) -> Refund | None:
    """Return a refund; None where there is no such."""
    row = session.execute(_ONE, {"business": session.business, "id": number}).one_or_none()
    return Refund(*list(row)) if row else None


def became(
    session: Session,
    number: int,
    *,
    state: str,
    vendor: str | None,
    now: datetime,
    error: str | None = None,
) -> Refund | None:
    """Keep what a vendor says of a refund: "done", "pending" or "failed"; in any order.

    What went is entered into the ledger once, and taken back there where it came back to us.
    Returns the refund where it became something else by this.
    """
    found = one(session, number)
    if found is None:
        return None
    session.execute(_LOCK, {"business": session.business, "booking": found.booking})
    facts = {"business": session.business, "id": number, "vendor": vendor}
    if state == "pending":
        if vendor:
            session.execute(_TOOK, facts)
        return None
    was = one(session, number)
    if was is None or (was.status == "failed" and state == "done"):
        return None  # a refund that failed never succeeds later: that news was overtaken
    if session.execute(_BECAME, facts | {"status": state, "error": error}).one_or_none() is None:
        return None
    if state == "done" or was.status == "done":
        _enter(session, was, state=state, vendor=vendor or was.vendor or "", now=now)
    return one(session, number)


def _enter(session: Session, refund: Refund, *, state: str, vendor: str, now: datetime) -> None:
    checkout = payments.one(session, refund.checkout)
    if checkout is not None:
        payments.enter(
            session,
            checkout,
            kind="refund",
            amount=-refund.amount if state == "done" else refund.amount,
            reason=refund.reason if state == "done" else "it could not be given back",
            tier=refund.tier,
            vendor=vendor,
            key=f"refund:{refund.id}:{state}",
            now=now,
            booking=refund.booking,
        )


def heard(session: Session, *, told: Told, now: datetime) -> Refund | None:
    """Keep news of a refund, ours or one made by hand; return it where it became something else."""
    number = told.number if told.number is not None else _number(session, told)
    if number is None and told.state != "failed":
        number = _by_hand(session, told, now=now)
    if number is None:
        return None
    return became(session, number, state=told.state, vendor=told.refund, now=now)


def _number(session: Session, told: Told) -> int | None:
    facts = {"business": session.business, "vendor": told.refund}
    row = session.execute(_BY_VENDOR, facts).first()
    return row.id if row else None


def _by_hand(session: Session, told: Told, *, now: datetime) -> int | None:
    """Write down a refund that somebody made at the vendor's; None where it is not of our money."""
    facts = {"business": session.business, "payment": told.payment}
    row = session.execute(_PAID_BY, facts).one_or_none() if told.payment else None
    checkout = payments.one(session, row.id) if row else None
    if checkout is None:
        return None
    session.execute(_LOCK, {"business": session.business, "booking": checkout.booking})
    written = {
        "business": session.business,
        "booking": checkout.booking,
        "checkout": checkout.id,
        "amount": told.amount,
        "currency": checkout.currency,
        "reason": "by hand",
        "tier": "by hand",
        "key": f"by hand:{told.refund}",
        "now": now,
    }
    made = session.execute(_WRITE, written).one_or_none()
    return made.id if made else None


def disputed(session: Session, *, told: Told, now: datetime) -> Checkout | None:
    """Enter what a customer's bank took back, or gave back to us; return whose money it is.

    None where it is none of ours, or moves no money.
    """
    facts = {"business": session.business, "payment": told.payment}
    row = session.execute(_PAID_BY, facts).one_or_none() if told.payment else None
    checkout = payments.one(session, row.id) if row else None
    if checkout is None:
        return None
    session.execute(_LOCK, {"business": session.business, "booking": checkout.booking})
    sign = {"withdrawn": -1, "reinstated": 1}.get(told.state)
    if sign is not None:
        payments.enter(
            session,
            checkout,
            kind="dispute",
            amount=sign * told.amount,
            reason=told.state,
            vendor=told.refund,
            key=f"dispute:{told.refund}:{told.state}",
            now=now,
        )
    return checkout
