"""Businesses on one database never meet: asked in SQL, as the roles that the program works as."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from core import codes, inbox, outbox, people
from core.db import Database
from core.tables import TENANT_TABLES, metadata
from models.desk import MONDAY, Desk
from support.postgres import Databases

TABLES = [table.name for table in TENANT_TABLES]
GLOBAL = {"businesses", "clock", "digest_key", "installations"}
ROUTED = {
    "businesses": {"id", "slug"},
    "routes": {"channel", "address", "business_id"},
    "inbox": {"id", "business_id", "address_id", "due_at", "answered_at"},
    "outbox": {"id", "business_id", "address_id", "status", "due_at", "lease_until"},
    "due_work": {"id", "business_id", "due_at", "done_at"},
}


@pytest.fixture(scope="module")
def two(databases: Databases) -> Iterator[tuple[Desk, Desk]]:
    """Give two businesses on one database, each with people, bookings, messages and letters.

    The tests here share them: each takes back what it did.
    """
    url = databases.fresh()
    database = Database(url, size=4)
    database.set_clock(frozen=MONDAY)
    yield _filled(Desk.of(url, database, "juniper"), Desk.of(url, database, "owl"))
    database.close()
    databases.drop(url)


def _filled(*desks: Desk) -> tuple[Desk, Desk]:
    desks[0].booked("yoga", desks[0].at("18:00"))
    desks[1].booked("rehearsal", desks[1].at("19:00"))
    for desk in desks:
        with desk.session() as session:
            reader = people.at(session, channel="sms", address="+1", now=session.now)
            provider = desk.business.providers[0].id
            codes.for_provider(session, provider, now=session.now)
            facts: dict[str, Any] = {"channel": "sms", "message": "1", "kind": "text", "body": "hi"}
            inbox.store(session, address=reader.address, now=session.now, **facts)
            outbox.post(
                session, address=reader.address, note="n", facts={}, locale="en", now=session.now
            )
            session.execute(
                text(
                    "INSERT INTO busy (business_id, resource_id, starts_at, ends_at, source,"
                    " created_at) VALUES (:business, :who, :now, :now + interval '1 h', 'x', :now)"
                ),
                {"business": desk.number, "who": provider, "now": session.now},
            )
    return desks[0], desks[1]


@pytest.fixture
def app(two: tuple[Desk, Desk]) -> Iterator[Connection]:
    """Give a connection of the application's role, in a transaction that named no business."""
    with _transactional(two[0].database.app) as connection:
        yield connection


def _transactional(engine: Engine) -> Connection:
    """Connect so that a transaction begins with the first statement, as SQLAlchemy does it."""
    return engine.connect().execution_options(isolation_level="READ COMMITTED")


def name(connection: Connection, business: int) -> None:
    """Name a business, as a transaction's opening statement does."""
    connection.execute(
        text("SELECT set_config('slotkeeper.business', :business, true)"),
        {"business": str(business)},
    )


def test_every_table_is_kept_apart(two: tuple[Desk, Desk]) -> None:
    """Row-level security is on and forced on each table but the clock and the key of digests."""
    rows = two[0].ask(
        "SELECT relname, relrowsecurity AND relforcerowsecurity AS kept,"
        " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid AND polname = 'tenant') AS named"
        " FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname <> 'alembic_version'"
    )
    assert {row.relname for row in rows} == set(metadata.tables)
    apart = {row.relname for row in rows if row.kept and row.named == 1}
    assert apart == set(metadata.tables) - {"clock", "digest_key"}


def test_the_roles_are_plain(two: tuple[Desk, Desk]) -> None:
    """Neither role is a superuser, owns a table, or may look past the policies."""
    rows = two[0].ask(
        "SELECT rolname, rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole AS strong,"
        " EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid) AS owns"
        " FROM pg_roles r WHERE rolname IN ('slotkeeper_app', 'slotkeeper_router')"
    )
    assert [(row.strong, row.owns) for row in rows] == [(False, False)] * 2


@pytest.mark.parametrize("nobody", ["", "0", "999"])
def test_no_business_named_shows_nothing(app: Connection, nobody: str) -> None:
    """A transaction that names no business, or none that is there, sees no row of any table."""
    if nobody:
        name(app, int(nobody))
    for table in [*TABLES, "businesses", "installations"]:
        assert app.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table


def test_rows_of_another_business_are_not_seen(two: tuple[Desk, Desk], app: Connection) -> None:
    """Each table shows the rows of the named business only, though both have some in it."""
    one, other = two
    for mine, theirs in ((one, other), (other, one)):
        name(app, mine.number)
        for table in TABLES:
            ids = app.execute(text(f"SELECT DISTINCT business_id FROM {table}")).scalars().all()
            assert theirs.number not in ids, table
        assert app.execute(text("SELECT id FROM businesses")).scalars().all() == [mine.number]
    both = {"resources", "services", "people", "addresses", "bookings", "allocations", "inbox"}
    for table in both | {"outbox", "due_work", "booking_events", "busy", "link_codes", "hours"}:
        rows = one.ask(f"SELECT DISTINCT business_id FROM {table}")
        assert len(rows) == 2, table


def test_rows_of_another_business_are_not_changed(two: tuple[Desk, Desk], app: Connection) -> None:
    """An UPDATE or DELETE of everything touches nothing of the other business."""
    one, other = two
    before = _digests(app, other)
    name(app, one.number)
    for table in TABLES:
        for statement in (
            f"UPDATE {table} SET business_id = business_id",
            f"DELETE FROM {table}",
            f"UPDATE {table} SET business_id = {other.number}",
            f"INSERT INTO {table} SELECT * FROM {table}",
        ):
            try:
                with app.begin_nested():
                    app.execute(text(statement))
            except DBAPIError:
                continue  # no right to it at all, or a row that would not be of this business
    assert _digests(app, other) == before


def _digests(app: Connection, desk: Desk) -> dict[str, str]:
    """Return a digest of everything a business has, as its own transaction sees it."""
    name(app, desk.number)
    digest = "SELECT count(*) || ' ' || md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {} t"
    return {table: app.execute(text(digest.format(table))).scalar_one() for table in TABLES}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO people (business_id, created_at) VALUES (:other, now())",
        (
            "INSERT INTO due_work (business_id, kind, subject_id, key, due_at)"
            " VALUES (:other, 'lapse', 1, 'x', now())"
        ),
        "UPDATE people SET business_id = :other",
        "INSERT INTO routes (channel, address, business_id) VALUES ('sms', '+9', :other)",
        (
            "INSERT INTO businesses (slug, name, zone, currency, languages, created_at)"
            " VALUES ('x', 'x', 'UTC', 'EUR', '{en}', now())"
        ),
    ],
)
def test_rows_cannot_be_given_to_another_business(
    two: tuple[Desk, Desk], app: Connection, statement: str
) -> None:
    """A row that would belong to another business is refused by the policy."""
    one, other = two
    name(app, one.number)
    with pytest.raises(ProgrammingError, match="row-level security"):
        app.execute(text(statement), {"other": other.number})


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("addresses", "person_id, channel, address, created_at", "{people}, 'sms', '+5', now()"),
        ("conversations", "address_id", "{addresses}"),
        ("people", "provider_id, created_at", "{resources}, now()"),
        (
            "busy",
            "resource_id, starts_at, ends_at, source, created_at",
            "{resources}, now(), now() + interval '1 h', 'x', now()",
        ),
        (
            "allocations",
            "booking_id, resource_id, seat, during, slot_start",
            "{bookings}, {resources}, 1, tstzrange('2030-01-01', '2030-01-02'), '2030-01-01'",
        ),
        ("booking_events", "booking_id, seq, kind, actor, at", "{bookings}, 99, 'x', 'x', now()"),
        ("sessions", "service_id, starts_at, ends_at", "{services}, now(), now()"),
    ],
)
def test_rows_of_another_business_cannot_be_referred_to(
    two: tuple[Desk, Desk], app: Connection, table: str, columns: str, values: str
) -> None:
    """A reference to another business's row is refused although the row is there."""
    one, other = two
    kinds = ("people", "addresses", "resources", "bookings", "services")
    theirs = {
        kind: other.ask(f"SELECT min(id) FROM {kind} WHERE business_id = :id", id=other.number)[0][
            0
        ]
        for kind in kinds
    }
    name(app, one.number)
    with pytest.raises(IntegrityError, match="violates foreign key constraint"):
        app.execute(
            text(
                f"INSERT INTO {table} (business_id, {columns})"
                f" VALUES ({one.number}, {values.format(**theirs)})"
            )
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE booking_events SET kind = 'x'",
        "DELETE FROM booking_events",
        "DELETE FROM bookings",
        "DELETE FROM allocations",
        "DELETE FROM people",
        "DELETE FROM inbox",
        "DELETE FROM outbox",
        "DELETE FROM due_work",
        "SELECT * FROM digest_key",
        "UPDATE suppressions SET at = now()",
        "UPDATE clock SET ahead = '1 day'",
        "TRUNCATE bookings CASCADE",
        "ALTER TABLE bookings DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON bookings",
        "CREATE TABLE mine (id int)",
        "SELECT * FROM alembic_version",
    ],
)
def test_what_the_application_may_never_do(
    two: tuple[Desk, Desk], app: Connection, statement: str
) -> None:
    """No row that tells what happened is changed or deleted, and no rule of the house."""
    name(app, two[0].number)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        app.execute(text(statement))


def test_row_security_cannot_be_switched_off(two: tuple[Desk, Desk], app: Connection) -> None:
    """With row_security off a query is refused, not answered without the policies."""
    name(app, two[0].number)
    app.execute(text("SET LOCAL row_security = off"))
    with pytest.raises(ProgrammingError, match="row-level security"):
        app.execute(text("SELECT * FROM bookings"))


def test_the_name_ends_with_the_transaction(two: tuple[Desk, Desk]) -> None:
    """A connection that goes back to the pool names nobody any more."""
    database = Database(two[0].url, size=1)
    with database.transaction(two[0].number) as session:
        assert session.execute(text("SELECT count(*) FROM people")).scalar_one()
    with database.app.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM people")).scalar_one() == 0
    database.close()


def test_the_router_sees_its_columns_only(two: tuple[Desk, Desk]) -> None:
    """The router reads which business and when, of all businesses; never what, and never writes."""
    columns = {table.name: set(table.c.keys()) for table in metadata.sorted_tables}
    written = {t.name: {c.name for c in t.c if c.computed is None} for t in metadata.sorted_tables}
    with _transactional(two[0].database.router) as connection:
        for table, names in columns.items():
            for column in names:
                allowed = column in ROUTED.get(table, set()) or table == "clock"
                try:
                    with connection.begin_nested():
                        connection.execute(text(f"SELECT {column} FROM {table}"))
                        assert allowed, (table, column)
                except ProgrammingError:
                    assert not allowed, (table, column)
            updates = (f"UPDATE {table} SET {column} = NULL" for column in written[table])
            for statement in (f"DELETE FROM {table}", *updates):
                with (
                    pytest.raises(ProgrammingError, match="permission denied"),
                    connection.begin_nested(),
                ):
                    connection.execute(text(statement))
        for table in ROUTED.keys() - {"businesses"}:
            rows = connection.execute(text(f"SELECT DISTINCT business_id FROM {table}"))
            assert set(rows.scalars()) == {desk.number for desk in two}, table


def test_a_seat_of_one_business_never_hinders_another(open_desk: Callable[..., Desk]) -> None:
    """The constraint spans businesses, but their resources have numbers of their own."""
    desk, _ = open_desk("juniper"), open_desk("aurora")
    rows = desk.ask("SELECT count(*) AS all, count(DISTINCT id) AS one FROM resources")
    assert rows[0].all == rows[0].one


def test_global_tables_are_the_known_ones() -> None:
    """A new table without a business must be thought about here."""
    assert set(metadata.tables) - set(TABLES) == GLOBAL
