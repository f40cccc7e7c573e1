"""The migrations make what core/tables.py says, once, whoever starts at the same time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from core.db import Database, migrate, newest_revision, schema_revision
from core.tables import metadata
from support.postgres import Databases

ROOT = Path(__file__).parents[2]


@pytest.fixture
def blank(databases: Databases) -> Iterator[str]:
    """Give the owner's URL of a database without a schema."""
    url = databases.blank()
    yield url
    databases.drop(url)


def schema(database: Database) -> dict[str, Any]:
    """Return every column, constraint, index and storage setting as PostgreSQL itself says it."""
    questions = {
        "columns": "SELECT table_name, column_name, data_type, udt_name, is_nullable,"
        " column_default, is_identity FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
        "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "storage": "SELECT relname, reloptions FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    }
    with database.owner.connect() as connection:
        return {
            what: sorted(str(tuple(row)) for row in connection.execute(text(question)))
            for what, question in questions.items()
        }


def test_the_migrations_make_the_tables(database_url: str) -> None:
    """Alembic finds nothing to add or change."""
    database = Database(database_url)
    with database.owner.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    database.close()
    assert found == []


def test_the_tables_make_the_same_schema(database_url: str, blank: str) -> None:
    """What alembic does not compare is the same too: checks, exclusions, indexes, storage."""
    migrated, created = Database(database_url), Database(blank)
    with created.owner.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS btree_gist"))
        metadata.create_all(connection)
    ours, theirs = schema(created), schema(migrated)
    for what, lines in theirs.items():
        assert [line for line in lines if "alembic_version" not in line] == ours[what], what
    created.close()
    migrated.close()


def test_many_starters_migrate_once(blank: str) -> None:
    """Six processes that start at once on an empty database all get a whole one."""
    program = (
        "import sys; from core.db import Database, migrate; database = Database(sys.argv[1]);"
        " migrate(database); print(database.now()); database.close()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, blank],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    ends = [(starter.communicate(timeout=120), starter.returncode) for starter in starters]
    assert [code for _, code in ends] == [0] * 6, ends
    database = Database(blank)
    with database.owner.connect() as connection:
        assert schema_revision(connection) == newest_revision()
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM clock")).scalar_one() == 1
    database.close()


def test_a_second_migration_does_nothing(database_url: str) -> None:
    """A start on a database that is up to date changes nothing and waits for nobody."""
    database = Database(database_url)
    before = schema(database)
    migrate(database)
    assert schema(database) == before
    database.close()
