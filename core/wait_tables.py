"""The schema's rows of the waitlist: who waits for what, where they are found, what was offered.

An offer is a hold: its booking's row and the seats it takes are those of any other.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from core.columns import created, instant, metadata, tenant, to

waits = tenant(  # somebody who waits; first come by their number
    "waits",
    Column("person_id", BigInteger, nullable=False),
    Column("service_id", BigInteger, nullable=False),
    Column("provider_id", BigInteger),  # whom they wait for; nobody: anyone
    Column("party", Integer, nullable=False),
    Column("extras", JSONB, nullable=False, server_default=text("'[]'")),  # as a booking has them
    Column("for_id", BigInteger),  # their booking, for which they want an earlier time
    Column("windows", JSONB, nullable=False),  # [[from, until], …] in which a start would fit
    Column("without", JSONB, nullable=False, server_default=text("'[]'")),  # starts they saw free
    instant("until", null=False),  # the end of the last window
    Column("status", Text, nullable=False, server_default="waiting"),
    Column("booking_id", BigInteger),  # what became of it
    Column("message_id", BigInteger),  # the inbox row that asked for it
    created(),
    to("people", "person_id"),
    to("services", "service_id"),
    to("resources", "provider_id"),
    to("bookings", "for_id"),
    to("bookings", "booking_id"),
    CheckConstraint("party > 0", name="party"),
    CheckConstraint("status IN ('waiting', 'claimed', 'booked', 'left', 'over')", name="status"),
    Index(
        "waits_line",
        "business_id",
        "service_id",
        "party",
        "id",
        postgresql_where=text("status = 'waiting'"),
    ),
    Index(
        "waits_claimed",
        "business_id",
        "booking_id",
        postgresql_where=text("status = 'claimed'"),
    ),
    Index("waits_waiting", "business_id", "id", postgresql_where=text("status = 'waiting'")),
    Index("waits_person", "business_id", "person_id", "id"),
    fillfactor=85,
)

wait_cells = Table(  # where those who wait are found by time (see core/cells.py); none once over
    "wait_cells",
    metadata,
    Column("business_id", BigInteger, primary_key=True),
    Column("service_id", BigInteger, primary_key=True),
    Column("party", Integer, primary_key=True),
    Column("provider_id", BigInteger, primary_key=True),  # 0: anyone
    Column("cell", BigInteger, primary_key=True),
    Column("wait_id", BigInteger, primary_key=True),
    to("waits", "wait_id"),
    Index("wait_cells_wait", "business_id", "wait_id"),
)

offers = tenant(  # a time held for somebody who waits, until their answer
    "offers",
    Column("wait_id", BigInteger, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("booking_id", BigInteger, nullable=False),  # the hold; of several who are asked, of one
    Column("service_id", BigInteger, nullable=False),
    Column("provider_id", BigInteger),  # who would do it
    instant("starts_at", null=False),
    Column("status", Text, nullable=False, server_default="open"),
    instant("sent_at"),
    instant("answer_by"),  # counted from the sending
    instant("closed_at"),
    created(),
    to("waits", "wait_id"),
    to("people", "person_id"),
    to("bookings", "booking_id"),
    to("services", "service_id"),
    CheckConstraint(
        "status IN ('open', 'taken', 'declined', 'lapsed', 'withdrawn')", name="status"
    ),
    CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed"),
    Index("offers_wait", "business_id", "wait_id", "starts_at"),
    Index("offers_hold", "business_id", "booking_id"),
    Index("offers_person", "business_id", "person_id", "id"),
    Index("offers_start", "business_id", "service_id", "starts_at"),
    Index("offers_open", "business_id", "starts_at", postgresql_where=text("status = 'open'")),
    fillfactor=85,
)

wait_decisions = tenant(  # who was asked and who was passed over, and why
    "wait_decisions",
    Column("wait_id", BigInteger, nullable=False),
    instant("starts_at", null=False),
    Column("kind", Text, nullable=False),  # "offered", or why not
    Column("facts", JSONB, nullable=False, server_default=text("'{}'")),
    created(),
    to("waits", "wait_id"),
    UniqueConstraint("business_id", "wait_id", "starts_at", "kind"),
)
