"""The schema on one page. Every row belongs to a business; row-level security keys it there.

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
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE, ExcludeConstraint
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

NOW = text("now()")
PENDING = ("held", "awaiting_provider", "awaiting_payment")
STATUSES = (*PENDING, "confirmed", "cancelled", "expired", "released", "completed", "no_show")


def _instant(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def _created() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False)


def _json(name: str = "facts") -> Column[object]:
    return Column(name, JSONB, nullable=False, server_default=text("'{}'"))


def _to(parent: str, column: str) -> ForeignKeyConstraint:
    """Return a reference that cannot cross businesses."""
    return ForeignKeyConstraint(
        ["business_id", column], [f"{parent}.business_id", f"{parent}.id"], name=None
    )


def _business() -> ForeignKeyConstraint:
    """Return the reference that a business's first tables have; the others refer to these."""
    return ForeignKeyConstraint(["business_id"], ["businesses.id"])


def _tenant(name: str, *items: SchemaItem, fillfactor: int = 100) -> Table:
    """Make a table of a business's numbered rows; room on a page lets an update stay there."""
    return Table(
        name,
        metadata,
        Column("business_id", BigInteger, primary_key=True),
        Column("id", BigInteger, Identity(), primary_key=True),
        *items,
        postgresql_with={"fillfactor": fillfactor},
    )


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
    _json("rules"),
    _created(),
)

routes = Table(  # where a business itself is reached: its number, its bot, its team
    "routes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("business_id", BigInteger, nullable=False),
    _business(),
)

resources = _tenant(
    "resources",
    _business(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seats", Integer, nullable=False),
    Column("capacity", Integer),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _json("rules"),
    UniqueConstraint("business_id", "key"),
    CheckConstraint("kind IN ('provider', 'room', 'table', 'class')", name="kind"),
    CheckConstraint("seats BETWEEN 1 AND 1000", name="seats"),
)

services = _tenant(
    "services",
    _business(),
    Column("key", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("buffer_before", Integer, nullable=False),
    Column("buffer_after", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _json("rules"),
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
    _to("services", "service_id"),
    _to("resources", "resource_id"),
)

hours = _tenant(  # weekly hours and breaks; no resource: the business's own
    "hours",
    _business(),
    Column("resource_id", BigInteger),
    Column("kind", Text, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    _to("resources", "resource_id"),
    CheckConstraint("kind IN ('open', 'break')", name="kind"),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
)

exceptions = _tenant(  # one date's own hours; no spans: closed
    "exceptions",
    _business(),
    Column("resource_id", BigInteger),
    Column("day", Date, nullable=False),
    Column("spans", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    _to("resources", "resource_id"),
)

class_times = _tenant(
    "class_times",
    Column("service_id", BigInteger, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("starts", Time, nullable=False),
    Column("resources", ARRAY(BigInteger), nullable=False),
    _to("services", "service_id"),
)

sessions = _tenant(  # one class on one day; it occupies its room and teacher by itself
    "sessions",
    Column("service_id", BigInteger, nullable=False),
    _instant("starts_at", null=False),
    _instant("ends_at", null=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _to("services", "service_id"),
    Index("sessions_one", "business_id", "service_id", "starts_at", unique=True),
)

busy = _tenant(  # time off, blocks and external calendars: busy, but no booking
    "busy",
    Column("resource_id", BigInteger, nullable=False),
    _instant("starts_at", null=False),
    _instant("ends_at", null=False),
    Column("source", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _created(),
    _to("resources", "resource_id"),
    CheckConstraint("starts_at < ends_at", name="span"),
    Index("busy_when", "business_id", "resource_id", "ends_at", postgresql_where=text("active")),
)

people = _tenant(
    "people",
    _business(),
    Column("name", Text, nullable=False, server_default=""),
    Column("zone", Text),
    Column("zone_source", Text),
    Column("locale", Text),
    Column("provider_id", BigInteger),  # the resource that this person is, once linked
    _created(),
    _to("resources", "provider_id"),
    Index(
        "people_provider",
        "business_id",
        "provider_id",
        postgresql_where=text("provider_id IS NOT NULL"),
    ),
)

addresses = _tenant(
    "addresses",
    Column("person_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("first", Boolean, nullable=False, server_default=text("true")),
    _instant("last_used_at"),
    _instant("opted_out_at"),
    _instant("failed_at"),
    _created(),
    _to("people", "person_id"),
    UniqueConstraint("business_id", "channel", "address"),
    Index("addresses_person", "business_id", "person_id"),
)

link_codes = _tenant(  # one-time codes by which a provider's address is linked
    "link_codes",
    Column("resource_id", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    _instant("expires_at", null=False),
    _instant("used_at"),
    _to("resources", "resource_id"),
    UniqueConstraint("business_id", "digest"),
)

bookings = _tenant(
    "bookings",
    Column("ref", Text, nullable=False),
    Column("person_id", BigInteger, nullable=False),
    Column("service_id", BigInteger, nullable=False),
    Column("session_id", BigInteger),
    Column("purpose", Text, nullable=False),  # a booking, or a hold for the move of one
    Column("for_id", BigInteger),
    Column("party", Integer, nullable=False),
    _instant("starts_at", null=False),
    _instant("ends_at", null=False),
    Column("wall", DateTime(timezone=False), nullable=False),  # what the customer meant,
    Column("zone", Text, nullable=False),  # in the zone of the place
    Column("status", Text, nullable=False),
    _instant("expires_at"),
    Column("version", Integer, nullable=False),  # counts changes of time
    Column("events", Integer, nullable=False),  # counts rows of booking_events
    Column("price", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    _json("policy"),
    _created(),
    _to("people", "person_id"),
    _to("services", "service_id"),
    _to("sessions", "session_id"),
    _to("bookings", "for_id"),
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
    Index("bookings_for", "business_id", "for_id", postgresql_where=text("for_id IS NOT NULL")),
    fillfactor=85,
)

allocations = _tenant(  # what is taken, buffers inside; the constraint decides
    "allocations",
    Column("booking_id", BigInteger),
    Column("session_id", BigInteger),
    Column("resource_id", BigInteger, nullable=False),
    Column("seat", Integer, nullable=False),
    Column("during", TSTZRANGE, nullable=False),
    _instant("slot_start", null=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    _to("bookings", "booking_id"),
    _to("sessions", "session_id"),
    _to("resources", "resource_id"),
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
    _instant("at", null=False),
    _json(),
    _to("bookings", "booking_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("business_id", BigInteger, primary_key=True),
    Column("address_id", BigInteger, primary_key=True),
    Column("state", Text, nullable=False, server_default="idle"),
    _json("talk"),
    Column("locale", Text),
    _instant("updated_at"),
    _to("addresses", "address_id"),
)

inbox = _tenant(
    "inbox",
    Column("address_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message_id", Text, nullable=False),  # the sender's
    Column("kind", Text, nullable=False),  # text, press, location, carrier
    Column("body", Text, nullable=False),
    _json(),
    _instant("received_at", null=False),
    _instant("due_at", null=False),  # the next try
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _instant("answered_at"),
    Column("error", Text),
    _to("addresses", "address_id"),
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

outbox = _tenant(
    "outbox",
    Column("address_id", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    _json(),
    Column("locale", Text, nullable=False),
    Column("key", Text),  # what must be said once
    Column("cause", BigInteger),  # the inbox row it answers
    Column("urgent", Boolean, nullable=False, server_default=text("true")),
    Column("status", Text, nullable=False, server_default="pending"),
    _instant("due_at", null=False),
    _instant("lease_until"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("body", Text),
    Column("choices", ARRAY(Text)),
    Column("vendor_id", Text),
    Column("error", Text),
    _instant("sent_at"),
    _created(),
    _to("addresses", "address_id"),
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

due_work = _tenant(  # what must happen later, whether or not anybody remembers
    "due_work",
    Column("kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("key", Text, nullable=False),
    _json(),
    _instant("due_at", null=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _instant("done_at"),
    Column("error", Text),
    UniqueConstraint("business_id", "key"),
    Index("due_open", "due_at", postgresql_where=text("done_at IS NULL")),
    fillfactor=85,
)

clock = Table(  # zero in life; moved by the demo, replay, simulation and tests
    "clock",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("ahead", Interval, nullable=False, server_default=text("'0'")),
    _instant("frozen"),
    CheckConstraint("one", name="one"),
)

TENANT_TABLES = tuple(t for t in metadata.sorted_tables if "business_id" in t.c)
