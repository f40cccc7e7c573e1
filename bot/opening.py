"""The database that a command works on: DATABASE_URL's, or the embedded server's; migrated."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.embedded import EmbeddedPostgres, default_home
from core.db import Database, migrate


@contextmanager
def opened(data: Path | None = None) -> Iterator[Database]:
    """Give the migrated database; `data` is the embedded server's folder where it is not default.

    A server that runs already is joined and left running. Raises EmbeddedPostgresError where it
    does not start, and SQLAlchemy's OperationalError where DATABASE_URL's cannot be reached.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        yield from _migrated(url)
        return
    with EmbeddedPostgres(data or default_home()) as server:
        yield from _migrated(server.url)


def _migrated(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        migrate(database)
        yield database
    finally:
        database.close()
