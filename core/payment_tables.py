"""The schema's rows of money: what somebody was asked to pay, what came, what goes back."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)

from core.columns import created, instant, tenant, to

checkouts = tenant(  # a page to pay at, for a hold that needs money
    "checkouts",
    Column("booking_id", BigInteger, nullable=False),
    Column("amount", Integer, nullable=False),  # in minor units
    Column("currency", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("status", Text, nullable=False, server_default=text("'opening'")),
    Column("vendor_id", Text),  # of the page
    Column("url", Text),
    Column("payment", Text),  # the vendor's id of what was paid there
    instant("expires_at"),
    Column("key", Text, nullable=False),
    created(),
    to("bookings", "booking_id"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("purpose IN ('advance', 'difference')", name="purpose"),
    CheckConstraint("status IN ('opening', 'open', 'paid', 'expired', 'failed')", name="status"),
    Index("checkouts_booking", "business_id", "booking_id", "id"),
    Index("checkouts_payment", "business_id", "payment"),
    fillfactor=85,
)

ledger = tenant(  # what moved, for ever: a row is never changed, and none is taken away
    "ledger",
    Column("booking_id", BigInteger, nullable=False),
    Column("checkout_id", BigInteger, nullable=False),  # whose payment it is of
    Column("kind", Text, nullable=False),
    Column("amount", Integer, nullable=False),  # in minor units; what left us is negative
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tier", Text, nullable=False, server_default=text("''")),
    Column("vendor_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    created(),
    to("bookings", "booking_id"),
    to("checkouts", "checkout_id"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("kind IN ('charge', 'refund', 'transfer', 'dispute')", name="kind"),
    CheckConstraint("amount <> 0 AND (kind <> 'charge' OR amount > 0)", name="amount"),
    Index("ledger_booking", "business_id", "booking_id", "id"),
    Index("ledger_checkout", "business_id", "checkout_id", "id"),
)

refunds = tenant(  # money that goes back
    "refunds",
    Column("booking_id", BigInteger, nullable=False),
    Column("checkout_id", BigInteger, nullable=False),
    Column("amount", Integer, nullable=False),  # in minor units
    Column("currency", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why: "cancelled", "late" …
    Column("tier", Text, nullable=False),  # by which part of the policy
    Column("status", Text, nullable=False, server_default=text("'pending'")),
    Column("vendor_id", Text),
    Column("error", Text),
    Column("key", Text, nullable=False),
    created(),
    to("bookings", "booking_id"),
    to("checkouts", "checkout_id"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("status IN ('pending', 'done', 'failed')", name="status"),
    Index("refunds_checkout", "business_id", "checkout_id", "id"),
    fillfactor=85,
)
