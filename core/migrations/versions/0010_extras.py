"""Add-ons: a booking and a series keep what was added to their service."""

from alembic import op

revision = "0010"
down_revision = "0009"

_COLUMN = "ADD COLUMN extras JSONB DEFAULT '[]' NOT NULL"  # a constant: no row is written anew


def upgrade() -> None:
    """Add two columns that whoever does not know them leaves empty."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(f"ALTER TABLE series {_COLUMN}")
    op.execute(f"ALTER TABLE bookings {_COLUMN}")
