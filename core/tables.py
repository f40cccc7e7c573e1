"""The schema on one page, but for people, plans and the waitlist (*_tables.py beside it).

Every row belongs to a business; row-level security keys it there.

Primary keys start with the business, so that the book can be sharded by it. Rows are never deleted
to cancel something: they change their status, and `booking_events` keeps each change.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint

from core import hand_tables, news_tables, payment_tables, people_tables, wait_tables
from core.columns import business, created, facts, instant, metadata, tenant, to

people = people_tables.people
plans = hand_tables.plans
waits = wait_tables.waits
payment_events = news_tables.payment_events
checkouts = payment_tables.checkouts

PENDING = ("held", "awaiting_provider", "awaiting_payment")
STATUSES = (*PENDING, "confirmed", "cancelled", "expired", "released", "completed", "no_show")

businesses = Table(
    "businesses",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("languages", ARRAY(Text), nullable=False),
    Column("revision", Integer, nullable=False, server_default=text("1")),
    facts("rules"),
    created(),
)

routes = Table(  # where a business itself is reached: its number, its bot, its team
    "routes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("business_id", BigInteger, nullable=False),
    business(),
)

resources = tenant(
    "resources",
    business(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("capacity", Integer),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    facts("rules"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("kind IN ('provider', 'room', 'table', 'class')", name="kind"),
    CheckConstraint("seats BETWEEN 1 AND 1000", name="seats"),
)

services = tenant(
    "services",
    business(),
    Column("key", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("buffer_before", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    facts("rules"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("minutes > 0 AND buffer_before >= 0 AND buffer_after >= 0", name="minutes"),
    CheckConstraint("buffer_before + minutes + buffer_after <= 1440", name="day"),
)

service_needs = Table(
    "service_needs",
    metadata,
    Column("business_id", BigInteger, primary_key=True),
    Column("service_id", BigInteger, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("resource_id", BigInteger, primary_key=True),
    Column("rank", Integer, nullable=False),
    to("services", "service_id"),
    to("resources", "resource_id"),
)

hours = tenant(  # weekly hours and breaks; no resource: the business's own
    "hours",
    business(),
    Column("resource_id", BigInteger),
    Column("kind", Text, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    to("resources", "resource_id"),
    CheckConstraint("kind IN ('open', 'break')", name="kind"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

exceptions = tenant(  # one date's own hours; no spans: closed. Set in chat they hide the file's
    "exceptions",
    business(),
    Column("resource_id", BigInteger),
    Column("day", Date, nullable=False),
    Column("spans", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text, nullable=False, server_default="file"),
    to("resources", "resource_id"),
    CheckConstraint("source IN ('file', 'hand')", name="source"),
)

class_times = tenant(
    "class_times",
    Column("service_id", BigInteger, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("starts", Time, nullable=False),
    Column("resources", ARRAY(BigInteger), nullable=False),
    to("services", "service_id"),
)

sessions = tenant(  # one class on one day; it occupies its room and teacher by itself
    "sessions",
    Column("service_id", BigInteger, nullable=False),
    instant("starts_at", null=False),
    instant("ends_at", null=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    to("services", "service_id"),
    Index("sessions_one", "business_id", "service_id", "starts_at", unique=True),
)

busy = tenant(  # time off, blocks and external calendars: busy, but no booking
    "busy",
    Column("resource_id", BigInteger, nullable=False),
    instant("starts_at", null=False),
    instant("ends_at", null=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    created(),
    to("resources", "resource_id"),
    CheckConstraint("starts_at < ends_at", name="span"),
    Index("busy_when", "business_id", "resource_id", "ends_at", postgresql_where=text("active")),
)

series = tenant(  # bookings that recur by a rule, in the wall time of the place
    "series",
    Column("person_id", BigInteger, nullable=False),
    Column("service_id", BigInteger, nullable=False),
    Column("provider_id", BigInteger),  # whom the person asked for
    Column("party", Integer, nullable=False),
    Column("rule", Text, nullable=False),  # RRULE without DTSTART
    Column("but", Text),  # the rule of the days left out
    Column("without", ARRAY(Date), nullable=False, server_default=text("'{}'")),
    Column("first", Date, nullable=False),
    Column("clock", Time, nullable=False),
    Column("status", Text, nullable=False),
    Column("laid_until", Date, nullable=False),  # the last day that was looked at
    Column("extras", JSONB, nullable=False, server_default=text("'[]'")),  # as a booking has them
    created(),
    to("people", "person_id"),
    to("services", "service_id"),
    to("resources", "provider_id"),
    CheckConstraint("status IN ('held', 'standing', 'ended')", name="status"),
    CheckConstraint("party > 0", name="party"),
)

bookings = tenant(
    "bookings",
    Column("ref", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("service_id", BigInteger, nullable=False),
    Column("session_id", BigInteger),
    Column("series_id", BigInteger),
    Column("purpose", Text, nullable=False),  # a booking, or a hold for the move of one
    Column("for_id", BigInteger),
    Column("party", Integer, nullable=False),
    instant("starts_at", null=False),
    instant("ends_at", null=False),
    Column("wall", DateTime(timezone=False), nullable=False),  # what the customer meant,
    Column("zone", Text, nullable=False),  # in the zone of the place
    Column("status", Text, nullable=False),
    instant("expires_at"),
    Column("version", Integer, nullable=False),  # counts changes of time
    Column("events", Integer, nullable=False),  # counts rows of booking_events
    Column("price", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    facts("policy"),
    Column("extras", JSONB, nullable=False, server_default=text("'[]'")),  # what was added, as then
    created(),
    Column("turn_id", BigInteger),  # who was chosen for whoever named nobody: whose turn it was
    to("people", "person_id"),
    to("services", "service_id"),
    to("sessions", "session_id"),
    to("series", "series_id"),
    to("bookings", "for_id"),
    UniqueConstraint("business_id", "ref"),
    CheckConstraint("starts_at < ends_at", name="span"),
    CheckConstraint("party > 0", name="party"),
    CheckConstraint("purpose IN ('booking', 'move')", name="purpose"),
    CheckConstraint("status IN ({})".format(", ".join(f"'{s}'" for s in STATUSES)), name="status"),
    CheckConstraint(
        "(expires_at IS NOT NULL) = (status IN ({}))".format(", ".join(f"'{s}'" for s in PENDING)),
        name="pending_expires",
    ),
    Index("bookings_person", "business_id", "person_id", "starts_at"),
    Index("bookings_start", "business_id", "starts_at"),
    Index(
        "bookings_series",
        "business_id",
        "series_id",
        "starts_at",
        postgresql_where=text("series_id IS NOT NULL"),
    ),
    Index("bookings_for", "business_id", "for_id", postgresql_where=text("for_id IS NOT NULL")),
    Index(
        "bookings_turn",
        *("business_id", "service_id", "turn_id", "id"),
        postgresql_where=text("turn_id IS NOT NULL"),
    ),
    fillfactor=85,
)

allocations = tenant(  # what is taken, buffers inside; the constraint decides
    "allocations",
    Column("booking_id", BigInteger),
    Column("session_id", BigInteger),
    Column("resource_id", BigInteger, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    instant("slot_start", null=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    to("bookings", "booking_id"),
    to("sessions", "session_id"),
    to("resources", "resource_id"),
    CheckConstraint("num_nonnulls(booking_id, session_id) = 1", name="owner"),
    CheckConstraint("slot_start = lower(during) AND NOT isempty(during)", name="start"),
    CheckConstraint("upper(during) <= lower(during) + interval '1 day'", name="day"),
    ExcludeConstraint(
        ("resource_id", "="),
        ("seat", "="),
        ("during", "&&"),
        using="gist",
        where=text("active"),
        name="allocations_never_overlap",
    ),
    Index(
        "allocations_when",  # row-level security adds the business to whatever is asked
        "business_id",
        "resource_id",
        "slot_start",
        postgresql_include=["seat", "during", "booking_id"],
        postgresql_where=text("active"),
    ),
    Index("allocations_booking", "business_id", "booking_id"),
    Index(
        "allocations_session",
        "business_id",
        "session_id",
        postgresql_where=text("session_id IS NOT NULL"),
    ),
    fillfactor=85,
)

booking_events = Table(
    "booking_events",
    metadata,
    Column("business_id", BigInteger, primary_key=True),
    Column("booking_id", BigInteger, primary_key=True),
    Column("seq", Integer, primary_key=True),  # 1, 2, 3 …: a gap would show
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),  # "person:12", "provider:3", "clock"
    Column("message_id", BigInteger),  # the inbox row that asked for it
    instant("at", null=False),
    facts(),
    to("bookings", "booking_id"),
)

inbox = tenant(
    "inbox",
    Column("address_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message_id", Text, nullable=False),  # the sender's
    Column("kind", Text, nullable=False),  # text, press, location, carrier
    Column("body", Text, nullable=False),
    facts(),
    instant("received_at", null=False),
    instant("due_at", null=False),  # the next try
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("answered_at"),
    Column("error", Text),
    to("addresses", "address_id"),
    UniqueConstraint("business_id", "channel", "address_id", "message_id"),
    Index("inbox_open", "due_at", postgresql_where=text("answered_at IS NULL")),
    Index(
        "inbox_order",
        "business_id",
        "address_id",
        "id",
        postgresql_where=text("answered_at IS NULL"),
    ),
)

outbox = tenant(
    "outbox",
    Column("address_id", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    facts(),
    Column("locale", Text, nullable=False),
    Column("key", Text),  # what must be said once
    Column("cause", BigInteger),  # the inbox row it answers
    Column("urgent", Boolean, nullable=False, server_default=text("true")),
    Column("status", Text, nullable=False, server_default="pending"),
    instant("due_at", null=False),
    instant("lease_until"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("body", Text),
    Column("choices", ARRAY(Text)),
    Column("vendor_id", Text),
    Column("error", Text),
    instant("sent_at"),
    created(),
    instant("delivered_at"),  # where the vendor reports it
    to("addresses", "address_id"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("status IN ('pending', 'sent', 'failed')", name="status"),
    Index("outbox_open", "due_at", postgresql_where=text("status = 'pending'")),
    Index(
        "outbox_order",
        "business_id",
        "address_id",
        "id",
        postgresql_where=text("status = 'pending'"),
    ),
    Index("outbox_address", "business_id", "address_id", "id"),
)

due_work = tenant(  # what must happen later, whether or not anybody remembers
    "due_work",
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    facts(),
    instant("due_at", null=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("done_at"),
    Column("error", Text),
    UniqueConstraint("business_id", "key"),
    Index("due_open", "due_at", postgresql_where=text("done_at IS NULL")),
    fillfactor=85,
)

installations = Table(  # tokens of the workspaces that added the bot: before a business names them
    "installations",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("token", LargeBinary, nullable=False),  # encrypted
    facts(),
    created(),
)

clock = Table(  # zero in life; moved by the demo, replay, simulation and tests
    "clock",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("ahead", Interval, nullable=False, server_default=text("'0'")),
    instant("frozen"),
    CheckConstraint("one", name="one"),
)

TENANT_TABLES = tuple(t for t in metadata.sorted_tables if "business_id" in t.c)

__all__ = [  # what the migrations and their test compare with the database
    "PENDING",
    "STATUSES",
    "TENANT_TABLES",
    "metadata",
]
