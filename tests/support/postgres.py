"""Databases for tests: a throwaway server, and migrated databases on it within milliseconds."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bot.embedded import EmbeddedPostgres

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


class Databases:
    """Makes and drops databases on the server of `url`, the URL of a role that may do so."""

    def __init__(self, url: str, migrate: Callable[[str], None]) -> None:
        self.url = make_url(url)
        self._migrate = migrate
        self._template: str | None = None
        self._numbers = itertools.count(1)
        self._made: set[str] = set()

    def fresh(self) -> str:
        """Make an empty, migrated database and give its owner's URL."""
        if self._template is None:
            self._template = self._make_template()
        return self._url_of(self._create(self._template))

    def blank(self) -> str:
        """Make a database without any schema and give its owner's URL."""
        return self._url_of(self._create("template0"))

    def drop(self, url: str) -> None:
        """Drop a database made here, whoever is still connected to it."""
        self._drop(make_url(url).database or "")

    def close(self) -> None:
        """Drop everything that was made here."""
        for name in list(self._made):
            self._drop(name)

    def _make_template(self) -> str:
        name = self._create("template0")
        self._migrate(self._url_of(name))
        with self._admin() as connection:  # a template must be connected to by nobody
            connection.execute(
                sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name))
            )
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )
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

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(
            libpq(self.url.render_as_string(hide_password=False)), autocommit=True
        )
