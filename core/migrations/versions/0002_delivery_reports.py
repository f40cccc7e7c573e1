"""What vendors report of a message after they took it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Keep when a message reached its reader."""
    op.execute("ALTER TABLE outbox ADD COLUMN delivered_at timestamptz")
