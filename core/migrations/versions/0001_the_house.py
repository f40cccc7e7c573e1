"""The house: every table, the three roles and the row-level security between businesses."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

_ROLE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
GRANT {role} TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO {role};
"""

# The business that the transaction named; none named: no row at all.
_NAMED = "nullif(current_setting('slotkeeper.business', true), '')::bigint"

_NOW = """
INSERT INTO clock DEFAULT VALUES;
CREATE FUNCTION slotkeeper_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL RESTRICTED
    AS $$ SELECT coalesce(frozen, clock_timestamp() + ahead) FROM clock $$;
GRANT SELECT ON clock TO slotkeeper_app, slotkeeper_router;
"""

# A booking's reference: its number, scrambled one to one below 2^25, in letters and digits that
# cannot be mistaken for each other; later numbers put their overflow before it.
_REF = """
CREATE FUNCTION slotkeeper_ref(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN n < 33554432 THEN '' ELSE slotkeeper_base32(n / 33554432) END ||
           right('AAAA' || slotkeeper_base32((n * 22695477 + 12345678) % 33554432), 5)
$$;
"""
_BASE32 = """
CREATE FUNCTION slotkeeper_base32(n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(
        substr('ABCDEFGHJKLMNPQRSTUVWXYZ23456789', ((n >> (5 * i)) & 31)::int + 1, 1), ''
        ORDER BY i DESC), '')
    FROM generate_series(0, 12) AS i WHERE (n >> (5 * i)) > 0
$$;
"""

# What routing and the tick may see across businesses: which, and when; never what.
_ROUTED = {
    "businesses": "id, slug",
    "routes": "channel, address, business_id",
    "inbox": "id, business_id, address_id, due_at, answered_at",
    "outbox": "id, business_id, address_id, status, due_at, lease_until",
    "due_work": "id, business_id, due_at, done_at",
}

_TENANTS = [
    "routes",
    "resources",
    "services",
    "service_needs",
    "hours",
    "exceptions",
    "class_times",
    "sessions",
    "busy",
    "people",
    "addresses",
    "link_codes",
    "bookings",
    "allocations",
    "booking_events",
    "conversations",
    "inbox",
    "outbox",
    "due_work",
]
_REPLACED = ("hours", "exceptions", "service_needs", "class_times", "routes")


def upgrade() -> None:
    """Make the roles, the tables and the policies."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for role in ("slotkeeper_app", "slotkeeper_router"):
        op.execute(_ROLE.format(role=role))
    op.execute(Path(__file__).with_suffix(".sql").read_text())
    op.execute(_NOW)
    op.execute(_BASE32)
    op.execute(_REF)
    _keep_apart("businesses", "id")
    op.execute("GRANT SELECT, INSERT, UPDATE ON businesses TO slotkeeper_app")
    for table in _TENANTS:
        _keep_apart(table, "business_id")
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO slotkeeper_app")
    for table in _REPLACED:  # the rules of a business are replaced; facts never are
        op.execute(f"GRANT DELETE ON {table} TO slotkeeper_app")
    op.execute("REVOKE UPDATE ON booking_events FROM slotkeeper_app")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO slotkeeper_app")
    for table, columns in _ROUTED.items():
        op.execute(f"GRANT SELECT ({columns}) ON {table} TO slotkeeper_router")
        op.execute(f"CREATE POLICY routing ON {table} FOR SELECT TO slotkeeper_router USING (true)")


def _keep_apart(table: str, column: str) -> None:
    """Let a transaction see and write only the rows of the business that it named."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON {table} TO PUBLIC"
        f" USING ({column} = {_NAMED}) WITH CHECK ({column} = {_NAMED})"
    )
