"""Databases for tests: a throwaway server, and migrated databases on it within milliseconds."""

import itertools
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.embedded import EmbeddedPostgres
from core.db import Database

THROWAWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder within is made by mkdtemp
_ROOM = 4 * 2**30  # bytes that must be free there; a container often has 64 MiB


@contextmanager
def temporary_home(*, in_memory: bool = False) -> Iterator[Path]:
    """Make a folder for one server, reachable for whatever account root's server runs as.

    Where files lie in memory a database is made in 25 ms; on a disk in up to 400.
    """
    memory = in_memory and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="slotkeeper-", dir=_MEMORY if memory else None))
    folder.chmod(0o711)
    try:
        yield folder / "postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_server() -> Iterator[EmbeddedPostgres]:
    """Run a server of its own, on disk and with fsync, for a test that kills it."""
    with temporary_home() as home, EmbeddedPostgres(home) as server:
        yield server


@contextmanager
def throwaway_server() -> Iterator[EmbeddedPostgres]:
    """Run a fast server whose data nobody will miss."""
    with temporary_home(in_memory=True) as home, EmbeddedPostgres(home, settings=THROWAWAY) as it:
        yield it


def libpq(url: str) -> str:
    """Give a SQLAlchemy URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


_opened: dict[tuple[str, int], Database] = {}


@contextmanager
def connected(url: str, *, size: int = 10) -> Iterator[Database]:
    """Open a database for one user of this size; when opened again its statements are compiled."""
    database = _opened.setdefault((url, size), Database(url, size=size))
    try:
        yield database
    finally:
        database.wake = lambda _wakes: None
        database.close()


# What the schema of a database consists of: a test that alters it leaves no database to another.
_SCHEMA = """
SELECT md5(string_agg(fact, ' ' ORDER BY fact)) FROM (
    SELECT concat('class', oid, relname, relkind, relrowsecurity, relacl) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat('column', attrelid, attname, attnotnull) FROM pg_attribute
    WHERE attrelid >= 16384 AND attnum > 0
    UNION ALL SELECT concat('constraint', conname, convalidated) FROM pg_constraint
    UNION ALL SELECT concat('policy', polname) FROM pg_policy
    UNION ALL SELECT concat('trigger', tgname, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat('function', proname, prosrc) FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT concat('setting', setconfig) FROM pg_db_role_setting s
    JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database()
    UNION ALL SELECT concat('revision', version_num) FROM alembic_version
) AS facts (fact)
"""
_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid()
"""
_TABLES = """
SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
AND relkind = 'r' AND relname <> 'alembic_version' ORDER BY relname
"""
_FROM_ONE = """
SELECT setval(seqrelid, seqstart, false) FROM pg_sequence
JOIN pg_class ON oid = seqrelid AND relnamespace = 'public'::regnamespace
"""
_USES = 40  # then a database has so many dead rows that a new one is quicker


class Databases:
    """Makes migrated databases on the server of `url`, the URL of a role that may do so.

    One that is given back is emptied and given again, as long as its schema is what it was: that
    takes a fifth of the time of making another.
    """

    def __init__(self, url: str, migrate: Callable[[str], None]) -> None:
        self.url = make_url(url)
        self._migrate = migrate
        self._template: str | None = None
        self._schema = ""
        self._empty = ""  # the statements that leave no row
        self._numbers = itertools.count(1)
        self._made: set[str] = set()
        self._uses: Counter[str] = Counter()
        self._kept: list[str] = []

    def fresh(self) -> str:
        """Give the owner's URL of a database that is migrated and empty."""
        if self._template is None:
            self._template = self._make_template()
        name = self._kept.pop() if self._kept else self._create(self._template)
        self._uses[name] += 1
        return self._url_of(name)

    def blank(self) -> str:
        """Make a database without any schema and give its owner's URL."""
        return self._url_of(self._create("template0"))

    def drop(self, url: str, *, gone: bool = False) -> None:
        """Take a database back that was given here, whoever is still connected to it.

        `gone`: nobody gets it again, for what is connected there goes on living.
        """
        name = make_url(url).database or ""
        if not gone and 0 < self._uses[name] < _USES and self._emptied(name):
            self._kept.append(name)
        else:
            self._drop(name)

    def close(self) -> None:
        """Drop everything that was made here."""
        for name in list(self._made):
            self._drop(name)

    def _emptied(self, name: str) -> bool:
        """Empty a database; whether it is as good as new."""
        try:
            with self._admin(name) as connection:
                connection.execute(_OTHERS, [name])
                if connection.execute(_SCHEMA).fetchone() != (self._schema,):
                    return False
                connection.execute("SET session_replication_role = replica")  # in any order
                connection.execute(self._empty)
                return True
        except psycopg.Error:
            return False

    def _make_template(self) -> str:
        name = self._create("template0")
        self._migrate(self._url_of(name))
        with self._admin(name) as connection:
            (self._schema,) = connection.execute(_SCHEMA).fetchone() or ("",)
            tables = [table for (table,) in connection.execute(_TABLES)]
            self._empty = "".join(map(partial(_as_made, connection), tables)) + _FROM_ONE
        with self._admin() as connection:  # a template must be connected to by nobody
            connection.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name))
            )
            connection.execute(_OTHERS, [name])
        return name

    def _create(self, template: str) -> str:
        name = f"slotkeeper_test_{os.getpid()}_{next(self._numbers)}"
        with self._admin() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        self._made.add(name)
        return name

    def _drop(self, name: str) -> None:
        self._made.discard(name)
        with suppress(psycopg.OperationalError), self._admin() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _url_of(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    def _admin(self, name: str | None = None) -> psycopg.Connection:
        url = self.url.set(database=name) if name else self.url
        return psycopg.connect(libpq(url.render_as_string(hide_password=False)), autocommit=True)


def _as_made(connection: psycopg.Connection, table: str) -> str:
    """Return the statements that leave the rows in a table which it has now."""
    query = sql.SQL("SELECT json_agg(t) FROM {} AS t").format(sql.SQL(table))
    (rows,) = connection.execute(query).fetchone() or (None,)
    kept = sql.Literal(json.dumps(rows)).as_string(connection) if rows else ""
    insert = f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {kept});"
    return f"DELETE FROM {table};{insert if rows else ''}"
