"""One-time codes: a newer one is told from a used one, and codes are found by what they are."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a column and two indexes to a small table; the codes of before hold on, but shown ones.

    A provider's code and one that is shown are longer now, so those of before are not known again:
    a new one is asked for.
    """
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE join_codes ADD COLUMN voided_at TIMESTAMP WITH TIME ZONE")
    op.execute("CREATE INDEX join_codes_digest ON join_codes (business_id, digest)")
    op.execute("CREATE INDEX join_codes_created ON join_codes (business_id, created_at)")
