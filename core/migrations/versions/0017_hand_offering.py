"""A provider's word on what is offered: what they hold back, and what is offered when."""

from alembic import op

revision = "0017"
down_revision = "0016"

_INDEXES = (
    "CREATE INDEX offers_start ON offers (business_id, service_id, starts_at)",
    "CREATE INDEX offers_open ON offers (business_id, starts_at) WHERE status = 'open'",
    "CREATE INDEX plans_kept ON plans (business_id, kind, id) WHERE status = 'done'",
)


def upgrade() -> None:
    """Add the indexes of three questions; the rows stay as they are."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    for index in _INDEXES:
        op.execute(index)
