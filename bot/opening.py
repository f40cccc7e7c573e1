"""The database that a command works on: DATABASE_URL's, or the embedded server's; migrated."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, OperationalError

from bot.embedded import EmbeddedPostgres, EmbeddedPostgresError, default_home
from core.db import Database, database_url, migrate

UNUSABLE = (EmbeddedPostgresError, OperationalError, ArgumentError)  # what opening may raise


def unusable(error: Exception) -> str:
    """Say in a line why the database cannot be used; what a server's own log says, in more."""
    said = str(error)
    if not isinstance(error, EmbeddedPostgresError):
        said = said.partition("\n")[0].removeprefix("(psycopg.OperationalError) ")
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
    """Give the URL of DATABASE_URL's server, or of the embedded one, started where it is not."""
    url = url or os.environ.get("DATABASE_URL")
    if url:
        yield database_url(url)
        return
    with EmbeddedPostgres(data or default_home()) as embedded:
        yield database_url(embedded.url)


def _migrated(url: str, size: int) -> Iterator[Database]:
    database = Database(url, size=size)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
