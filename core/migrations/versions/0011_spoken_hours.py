"""Hours of one day: whether the business file said them or a provider did, in chat."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add a column with a constant default; what chat set until now bears its mark as a reason."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(
        "ALTER TABLE exceptions ADD COLUMN source TEXT DEFAULT 'file' NOT NULL"
        " CONSTRAINT exceptions_source_check CHECK (source IN ('file', 'hand'))"
    )
    op.execute("ALTER TABLE exceptions NO FORCE ROW LEVEL SECURITY")  # for the owner, until below
    op.execute("UPDATE exceptions SET source = 'hand', reason = '' WHERE reason = 'hand'")
    op.execute("ALTER TABLE exceptions FORCE ROW LEVEL SECURITY")
