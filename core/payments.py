"""Money in advance: a hold that waits for it, the page where it is paid, and what came of it.

The ledger says what moved, and only grows: each row is written under a key that says what must be
counted once. What a vendor tells is taken in any order, and any number of times. Whoever moves
money locks the booking first.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core import due
from core.booking import By
from core.db import Session
from core.payment_events import Told
from core.refusals import Reason, Refusal
from core.sending import Row
from core.span import MINUTE

LINK = 31 * MINUTE  # a page lives so long from its creation: Stripe allows no less than 30
AFTER = 2 * MINUTE  # and the hold so much longer


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page to pay at. `amount` is in minor units; `page` and `payment` are the vendor's ids.

    `status`: "opening" (the vendor was not asked yet, or did not answer), "open", "paid",
    "expired" or "failed". `until` is when the page closes, aware in UTC, once that is known.
    """

    id: int
    booking: int
    amount: int
    currency: str
    purpose: str
    status: str
    page: str | None
    url: str | None
    payment: str | None
    until: datetime | None


_COLUMNS = "id, booking_id, amount, currency, purpose, status, vendor_id, url, payment, expires_at"
_ASK = text("""
WITH done AS (
    UPDATE bookings SET status = 'awaiting_payment', events = events + 1,
        expires_at = least(CAST(:until AS timestamptz), starts_at)
    WHERE business_id = :business AND id = :booking AND starts_at > :now AND expires_at > :now
      AND status IN ('held', 'awaiting_provider', 'awaiting_payment')
    RETURNING id, events, expires_at, currency),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at)
    SELECT :business, id, events, 'awaiting_payment', :actor, :message, :now FROM done),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, 'lapse', id, 'lapse:' || id || ':' || events, expires_at FROM done)
INSERT INTO checkouts (business_id, booking_id, amount, currency, purpose, key, created_at)
SELECT :business, id, :amount, currency, :purpose, id || ':' || events, :now FROM done
RETURNING id
""")
_ONE = text(f"SELECT {_COLUMNS} FROM checkouts WHERE business_id = :business AND id = :id")
_OF_BOOKING = text(
    f"SELECT {_COLUMNS} FROM checkouts WHERE business_id = :business AND booking_id = :booking"
    " ORDER BY id"
)


def ask(
    session: Session,
    *,
    booking: int,
    amount: int,
    by: By,
    now: datetime,
    purpose: str = "advance",
) -> Checkout | Refusal:
    """Have a hold, or a request that was agreed to, wait for money; the page is opened by work.

    It waits until two minutes after the page closes, never past its start. `amount` is in minor
    units. Refused with GONE where the hold is over.
    """
    row = session.execute(
        _ASK,
        {
            "business": session.business,
            "booking": booking,
            "amount": amount,
            "purpose": purpose,
            "until": now + LINK + AFTER,
            "actor": by.actor,
            "message": by.message,
            "now": now,
        },
    ).one_or_none()
    if row is None:
        return Refusal(Reason.GONE)
    for earlier in of_booking(session, booking):  # of what it was before it was changed
        if earlier.id != row.id and earlier.status in {"opening", "open"}:
            key = f"checkout_expire:{earlier.id}"
            due.post(session, kind="checkout_expire", subject=earlier.id, key=key, due=now)
    due.post(session, kind="checkout", subject=row.id, key=f"checkout:{row.id}", due=now)
    return _known(session, row.id)


_NEEDS = text(
    "UPDATE bookings SET policy = policy || jsonb_build_object('due', CAST(:amount AS int))"
    " WHERE business_id = :business AND id = :booking"
)


def needs(session: Session, *, booking: int, amount: int) -> None:
    """Say of the first booking of a series what it needs for all of them, in minor units."""
    facts = {"business": session.business, "booking": booking, "amount": amount}
    session.execute(_NEEDS, facts)


def one(session: Session, checkout: int) -> Checkout | None:
    """Return a checkout; None where there is no such."""
    row = session.execute(_ONE, {"business": session.business, "id": checkout}).one_or_none()
    return Checkout(*list(row)) if row else None


def of_booking(session: Session, booking: int) -> list[Checkout]:
    """Return what was asked for a booking, the oldest first."""
    facts = {"business": session.business, "booking": booking}
    return [Checkout(*list(row)) for row in session.execute(_OF_BOOKING, facts)]


def _known(session: Session, checkout: int) -> Checkout:
    return Checkout(
        *list(session.execute(_ONE, {"business": session.business, "id": checkout}).one())
    )


_LOCK = text(
    "SELECT b.id, b.status, b.expires_at FROM bookings b JOIN checkouts c"
    " ON c.business_id = b.business_id AND c.booking_id = b.id"
    " WHERE b.business_id = :business AND c.id = :id FOR NO KEY UPDATE OF b"
)
_OPENED = text(
    "UPDATE checkouts SET vendor_id = :page, url = :url, expires_at = :until,"
    " status = CASE status WHEN 'opening' THEN 'open' ELSE status END"
    " WHERE business_id = :business AND id = :id"
)
_CLOSE_PAGE = text(
    "UPDATE due_work SET done_at = NULL, due_at = :now WHERE business_id = :business AND key = :key"
    " RETURNING id"
)


def _lock(session: Session, checkout: int) -> Row | None:
    """Lock the booking of a checkout."""
    facts = {"business": session.business, "id": checkout}
    return session.execute(_LOCK, facts).one_or_none()


def opened(
    session: Session, *, checkout: int, page: str, url: str, until: datetime, now: datetime
) -> bool:
    """Keep the page that a vendor opened; say whether its hold still waits for the money.

    Where it does not, the page is closed again: it was not known to whoever let the hold go.
    """
    held = _lock(session, checkout)
    facts = {"business": session.business, "id": checkout, "page": page, "url": url}
    session.execute(_OPENED, facts | {"until": until})
    if held is not None and held.status == "awaiting_payment" and held.expires_at > now:
        return True
    key = f"checkout_expire:{checkout}"
    due.post(session, kind="checkout_expire", subject=checkout, key=key, due=now)
    known = {"business": session.business, "key": key, "now": now}
    for row in session.execute(_CLOSE_PAGE, known):
        session.wake("due", row.id)
    return False


_ENDED = text(
    "UPDATE checkouts SET status = :status"
    " WHERE business_id = :business AND id = :id AND status IN ('opening', 'open') RETURNING id"
)


def ended(session: Session, *, checkout: int, status: str) -> bool:
    """Say that nobody can pay at a page any more ("expired") or that paying failed ("failed").

    Says whether it was open until now: what was paid stays paid, whatever is told later.
    """
    _lock(session, checkout)
    facts = {"business": session.business, "id": checkout, "status": status}
    return session.execute(_ENDED, facts).one_or_none() is not None


_PAID = text(
    "UPDATE checkouts SET status = 'paid', payment = :payment, vendor_id = :page"
    " WHERE business_id = :business AND id = :id AND status <> 'paid' RETURNING id"
)
_ENTER = text("""
INSERT INTO ledger (business_id, booking_id, checkout_id, kind, amount, currency, reason, tier,
    vendor_id, key, created_at)
VALUES (:business, :booking, :checkout, :kind, :amount, :currency, :reason, :tier, :vendor, :key,
    :now)
ON CONFLICT (business_id, key) DO NOTHING RETURNING id
""")


def enter(
    session: Session,
    checkout: Checkout,
    *,
    kind: str,
    amount: int,
    reason: str,
    vendor: str,
    key: str,
    now: datetime,
    tier: str = "",
    booking: int | None = None,
) -> bool:
    """Write a movement into the ledger, once for its key; say whether it is new.

    What leaves us is negative. `booking` is whose money it is, where not the checkout's own.
    """
    facts = {
        "business": session.business,
        "booking": booking or checkout.booking,
        "checkout": checkout.id,
        "kind": kind,
        "amount": amount,
        "currency": checkout.currency,
        "reason": reason,
        "tier": tier,
        "vendor": vendor,
        "key": key,
        "now": now,
    }
    return session.execute(_ENTER, facts).one_or_none() is not None


def paid(session: Session, *, told: Told, now: datetime) -> Checkout | None:
    """Enter what was paid at a page; None where that is known, or the page is none of ours.

    Its booking is locked: whoever settles this looks at what the hold has become.
    """
    if told.checkout is None or _lock(session, told.checkout) is None:
        return None
    facts = {"business": session.business, "id": told.checkout}
    row = session.execute(_PAID, facts | {"payment": told.payment, "page": told.page}).one_or_none()
    if row is None:
        return None
    checkout = _known(session, told.checkout)
    enter(
        session,
        checkout,
        kind="charge",
        amount=told.amount,
        reason=checkout.purpose,
        vendor=told.payment,
        key=f"charge:{checkout.id}",
        now=now,
    )
    return checkout


def transfer(session: Session, *, checkout: Checkout, to: int, now: datetime) -> None:
    """Have what was paid for one booking count for another: the time was taken anew for it."""
    amount = _left(session, checkout)
    for booking, sign in ((checkout.booking, -1), (to, 1)):
        if amount:
            enter(
                session,
                checkout,
                kind="transfer",
                amount=sign * amount,
                reason="taken anew",
                vendor="",
                key=f"transfer:{checkout.id}:{booking}:{to}",
                now=now,
                booking=booking,
            )


_KEPT = text(
    "SELECT coalesce(sum(amount), 0) AS kept FROM ledger"
    " WHERE business_id = :business AND booking_id = :booking"
)
_LEFT = text("""
SELECT coalesce((SELECT sum(amount) FROM ledger
    WHERE business_id = :business AND checkout_id = :checkout AND kind <> 'transfer'), 0)
  - coalesce((SELECT sum(amount) FROM refunds
    WHERE business_id = :business AND checkout_id = :checkout AND status = 'pending'), 0) AS left
""")


def kept(session: Session, booking: int) -> int:
    """Return what is kept of a booking's money, in minor units: what came less what went back."""
    facts = {"business": session.business, "booking": booking}
    return int(session.execute(_KEPT, facts).scalar_one())


def _left(session: Session, checkout: Checkout) -> int:
    """Return what can still go back of a checkout's money."""
    facts = {"business": session.business, "checkout": checkout.id}
    return max(int(session.execute(_LEFT, facts).scalar_one()), 0)


def left(session: Session, booking: int) -> list[tuple[Checkout, int]]:
    """Return the checkouts whose money counts for a booking, and what can still go back of each."""
    facts = {"business": session.business, "booking": booking}
    found = [Checkout(*list(row)) for row in session.execute(_COUNTS_FOR, facts)]
    return [(checkout, _left(session, checkout)) for checkout in found]


# Of several payments the newest goes back first.
_COUNTS_FOR = text(
    f"SELECT {_COLUMNS} FROM checkouts WHERE business_id = :business AND id IN ("
    " SELECT checkout_id FROM ledger WHERE business_id = :business AND booking_id = :booking"
    " GROUP BY checkout_id HAVING sum(amount) > 0) ORDER BY id DESC"
)


_WHOSE = text(
    "SELECT booking_id FROM ledger WHERE business_id = :business AND checkout_id = :checkout"
    " AND kind IN ('charge', 'transfer') GROUP BY booking_id HAVING sum(amount) > 0 LIMIT 1"
)
_GOES_BACK = text(
    "SELECT coalesce(sum(amount), 0) FROM refunds"
    " WHERE business_id = :business AND checkout_id = :checkout AND status <> 'failed'"
)


def whose(session: Session, checkout: Checkout) -> int:
    """Return the booking that a checkout's money counts for; its own until that was taken anew."""
    facts = {"business": session.business, "checkout": checkout.id}
    row = session.execute(_WHOSE, facts).one_or_none()
    return int(row.booking_id) if row else checkout.booking


def going_back(session: Session, checkout: Checkout) -> int:
    """Return how many minor units of a checkout's money went back, or are on their way."""
    facts = {"business": session.business, "checkout": checkout.id}
    return int(session.execute(_GOES_BACK, facts).scalar_one())
