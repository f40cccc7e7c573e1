"""The tokens of the workspaces that added the bot."""

from alembic import op

revision = "0004"
down_revision = "0003"

# A business sees the rows of its own addresses; nobody but these two functions writes one.
_TABLE = """
CREATE TABLE installations (
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    token BYTEA NOT NULL,
    facts JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT installations_pkey PRIMARY KEY (channel, address)
);
ALTER TABLE installations ENABLE ROW LEVEL SECURITY;
ALTER TABLE installations FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON installations FOR SELECT TO slotkeeper_app USING (
    EXISTS (
        SELECT 1 FROM routes r
        WHERE r.channel = installations.channel AND r.address = installations.address
          AND r.business_id = nullif(current_setting('slotkeeper.business', true), '')::bigint
    )
);
CREATE POLICY installing ON installations TO CURRENT_USER USING (true) WITH CHECK (true);
GRANT SELECT ON installations TO slotkeeper_app;
"""
_FUNCTIONS = """
CREATE FUNCTION slotkeeper_install(
    the_channel text, the_address text, the_token bytea, the_facts jsonb
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO installations (channel, address, token, facts, created_at)
    VALUES (the_channel, the_address, the_token, the_facts, slotkeeper_now())
    ON CONFLICT (channel, address) DO UPDATE
    SET token = excluded.token, facts = excluded.facts, created_at = excluded.created_at
$$;
CREATE FUNCTION slotkeeper_uninstall(the_channel text, the_address text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM installations WHERE channel = the_channel AND address = the_address
$$;
REVOKE ALL ON FUNCTION slotkeeper_install(text, text, bytea, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION slotkeeper_uninstall(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION slotkeeper_install(text, text, bytea, jsonb) TO slotkeeper_router;
GRANT EXECUTE ON FUNCTION slotkeeper_uninstall(text, text) TO slotkeeper_router;
"""


def upgrade() -> None:
    """Make the table and the two functions that write it; nothing that is there changes."""
    op.execute(_TABLE)
    op.execute(_FUNCTIONS)
