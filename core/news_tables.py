"""The schema's rows of what vendors of money told, as it came."""

from sqlalchemy import Column, Text, UniqueConstraint

from core.columns import created, facts, instant, tenant

payment_events = tenant(  # each piece of news once, settled by work of its own
    "payment_events",
    Column("vendor_event", Text, nullable=False),
    Column("kind", Text, nullable=False),
    facts(),  # ids and amounts: nothing of who paid, and with what
    created(),
    instant("settled_at"),
    UniqueConstraint("business_id", "vendor_event"),
)
