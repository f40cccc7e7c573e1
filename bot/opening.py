"""The database that a command works on: DATABASE_URL's, or the embedded server's; migrated."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, OperationalError

from bot.embedded import EmbeddedPostgres, EmbeddedPostgresError, default_home
from core.db import Database, database_url, migrate

UNUSABLE = (EmbeddedPostgresError, OperationalError, ArgumentError)  # what opening may raise
_LOOKS = 1.0  # seconds between two looks at the embedded server

_log = structlog.get_logger()


def unusable(error: Exception) -> str:
    """Say in a line why the database cannot be used; what a server's own log says, in more."""
    if isinstance(error, ArgumentError):
        return "DATABASE_URL: that is no URL of a PostgreSQL database (postgresql://…)"
    said = str(error)
    if not isinstance(error, EmbeddedPostgresError):
        said = said.partition("\n")[0].removeprefix("(psycopg.OperationalError) ")
        said += ": see that it runs, and DATABASE_URL leads to it"
    return f"the database cannot be used: {said}"


@contextmanager
def opened(
    data: Path | None = None, *, url: str | None = None, size: int = 10
) -> Iterator[Database]:
    """Give the migrated database, with so many connections kept open.

    `url` is DATABASE_URL's where it is not given; `data` is the embedded server's folder where it
    is not the default. A server that runs already is joined and left running. Raises what UNUSABLE
    lists: EmbeddedPostgresError where it does not start, OperationalError where the URL's cannot
    be reached, ArgumentError where it is no URL.
    """
    with server(data, url=url) as where:
        yield from _migrated(where.render_as_string(hide_password=False), size)


@contextmanager
def server(data: Path | None = None, *, url: str | None = None) -> Iterator[URL]:
    """Give the URL of DATABASE_URL's server, or of the embedded one, started where it is not.

    The embedded one is started again whenever it ends, killed or stopped by whoever shared it.
    """
    url = url or os.environ.get("DATABASE_URL")
    if url:
        yield database_url(url)
        return
    with EmbeddedPostgres(data or default_home()) as embedded:
        ending = threading.Event()
        guard = threading.Thread(target=_guard, args=(embedded, ending), daemon=True)
        guard.start()
        try:
            yield database_url(embedded.url)
        finally:
            ending.set()
            guard.join()


def _guard(embedded: EmbeddedPostgres, ending: threading.Event) -> None:
    while not ending.wait(_LOOKS):
        if embedded.pid is None:
            _log.warning("the embedded server ended, starting it again")
            try:
                embedded.start()
            except EmbeddedPostgresError as error:
                _log.error("the embedded server does not start", error=str(error))


def _migrated(url: str, size: int) -> Iterator[Database]:
    database = Database(url, size=size)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
