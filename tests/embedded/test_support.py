"""The tests' own ground: databases appear quickly, empty and apart from each other."""

from collections.abc import Callable

import psycopg

from support.postgres import Databases, libpq
from support.valkey import EmbeddedValkey


def test_a_fresh_database_is_empty_and_apart(fresh_database: Callable[[], str]) -> None:
    """What one database is told, another of the same test does not know."""
    first, second = fresh_database(), fresh_database()
    with psycopg.connect(libpq(first)) as connection:
        connection.execute("CREATE TABLE seen_only_here (id int)")
    with psycopg.connect(libpq(second)) as connection:
        found = connection.execute("SELECT to_regclass('seen_only_here')").fetchone()
    assert found == (None,)


def test_a_database_is_dropped_under_its_users(databases: Databases) -> None:
    """A connection left open by a killed process keeps no database alive."""
    url = databases.blank()
    with psycopg.connect(libpq(url)):
        databases.drop(url)
    with psycopg.connect(libpq(databases.url.render_as_string(hide_password=False))) as connection:
        name = url.split("/")[-1].split("?")[0]
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        assert found.fetchone() is None


def test_valkey_keeps_what_it_was_told_in_order(valkey: EmbeddedValkey) -> None:
    """A Redis server that was stopped and started again still has its keys."""
    with valkey.client() as client:
        client.set("kept", "yes")
    valkey.stop()
    valkey.start()
    with valkey.client() as client:
        assert client.get("kept") == b"yes"
