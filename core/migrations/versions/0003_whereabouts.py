"""Where a person is for a while, and what their profile says beneath what they said."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what nobody reads yet: no row is touched, so the lock is short."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        "ALTER TABLE people ADD COLUMN profile_zone text, ADD COLUMN away_zone text,"
        " ADD COLUMN away_from timestamptz, ADD COLUMN away_until timestamptz"
    )
