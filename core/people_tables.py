"""The schema's people: who they are, where they are reached, what they agreed to, what is open."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from core.columns import business, created, facts, instant, metadata, tenant, to

# Lower case without accents, as PostgreSQL itself writes the expression.
FOLDED = r"regexp_replace(NORMALIZE(lower({}), NFD), '[\u0300-\u036f]'::text, ''::text, 'g'::text)"

people = tenant(
    "people",
    business(),
    Column("name", Text, nullable=False, server_default=""),
    Column("zone", Text),
    Column("zone_source", Text),
    Column("locale", Text),
    Column("provider_id", BigInteger),  # the resource that this person is, once linked
    created(),
    Column("profile_zone", Text),  # beneath one that they said
    Column("away_zone", Text),  # for a while, in place of the lasting one
    instant("away_from"),
    instant("away_until"),
    Column("prefers", Text),  # the channel on which they would rather be reached
    Column("merged_into", BigInteger),  # whom this turned out to be: nothing is theirs any more
    instant("forgotten_at"),
    Column("key", Text(collation="C"), Computed(FOLDED.format("name"), persisted=True)),
    to("resources", "provider_id"),
    to("people", "merged_into"),
    Index(
        "people_provider",
        "business_id",
        "provider_id",
        postgresql_where=text("provider_id IS NOT NULL"),
    ),
    Index("people_key", "business_id", "key"),  # row-level security lets a LIKE walk none
)

addresses = tenant(
    "addresses",
    Column("person_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("first", Boolean, nullable=False, server_default=text("true")),
    instant("last_used_at"),
    instant("opted_out_at"),
    instant("failed_at"),
    created(),
    to("people", "person_id"),
    UniqueConstraint("business_id", "channel", "address"),
    Index("addresses_person", "business_id", "person_id"),
)

link_codes = tenant(  # one-time codes by which a provider's address is linked
    "link_codes",
    Column("resource_id", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    instant("expires_at", null=False),
    instant("used_at"),
    to("resources", "resource_id"),
    UniqueConstraint("business_id", "digest"),
)

join_codes = tenant(  # one-time codes by which an address proves to be the same person's
    "join_codes",
    Column("address_id", BigInteger, nullable=False),  # asked from here,
    Column("target_id", BigInteger, nullable=False),  # sent there
    Column("digest", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("expires_at", null=False),
    instant("used_at"),
    created(),
    instant("voided_at"),  # by a newer one
    to("addresses", "address_id"),
    to("addresses", "target_id"),
    Index("join_codes_address", "business_id", "address_id", "id"),
    Index("join_codes_target", "business_id", "target_id", "id"),
    Index("join_codes_digest", "business_id", "digest"),
    Index("join_codes_created", "business_id", "created_at"),
)

consents = tenant(  # only ever added to
    "consents",
    Column("address_id", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False),  # the person's own words, or the carrier's
    Column("message_id", BigInteger),  # the inbox row that said it
    instant("at", null=False),
    to("addresses", "address_id"),
    CheckConstraint("source IN ('person', 'carrier', 'vendor')", name="source"),
    Index("consents_address", "business_id", "address_id", "id"),
)

suppressions = tenant(  # who refused before they were forgotten; the address as a keyed digest
    "suppressions",
    business(),
    Column("digest", LargeBinary, nullable=False),
    Column("source", Text, nullable=False),  # of the last refusal, as in the ledger
    instant("at", null=False),
    UniqueConstraint("business_id", "digest"),
    CheckConstraint("source IN ('person', 'carrier', 'vendor')", name="source"),
)

forgotten_messages = tenant(  # what vendors may send again, as keyed digests
    "forgotten_messages",
    business(),
    Column("digest", LargeBinary, nullable=False),
    instant("at", null=False),
    UniqueConstraint("business_id", "digest"),
)

digest_key = Table(  # one random key, padded as HMAC needs it; `slotkeeper_digest` alone reads it
    "digest_key",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("inner_pad", LargeBinary, nullable=False),
    Column("outer_pad", LargeBinary, nullable=False),
    CheckConstraint("one", name="one"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("business_id", BigInteger, primary_key=True),
    Column("address_id", BigInteger, primary_key=True),
    Column("state", Text, nullable=False, server_default="idle"),
    facts("talk"),
    Column("locale", Text),
    instant("updated_at"),
    to("addresses", "address_id"),
)
