"""The schema's rows of a provider's own hand: what they planned by chat, and notes on people."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Text, text

from core.columns import created, facts, instant, tenant, to

plans = tenant(  # what a provider wants done: previewed, carried out, taken back
    "plans",
    Column("resource_id", BigInteger, nullable=False),  # whose book it is about
    Column("address_id", BigInteger, nullable=False),  # where it was said
    Column("message_id", BigInteger),  # the inbox row that said it
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    facts(),
    created(),
    instant("changed_at", null=False),
    to("resources", "resource_id"),
    to("addresses", "address_id"),
    CheckConstraint("status IN ('asked', 'staged', 'done', 'undone', 'dropped')", name="status"),
    Index("plans_address", "business_id", "address_id", "id"),
    Index("plans_kept", "business_id", "kind", "id", postgresql_where=text("status = 'done'")),
)

person_notes = tenant(  # what a provider wants to remember of somebody
    "person_notes",
    Column("person_id", BigInteger, nullable=False),
    Column("resource_id", BigInteger, nullable=False),  # who noted it
    Column("body", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    created(),
    to("people", "person_id"),
    to("resources", "resource_id"),
    Index("person_notes_person", "business_id", "person_id", "id"),
)
