"""An empty migrated database for a while, beside the real one on the same server."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, create_engine, text

from core.db import Database, migrate, newest_revision


@contextmanager
def scratch(server: URL) -> Iterator[Database]:
    """Give a database of its own, copied from a migrated blank one, and drop it afterwards.

    Its commits need not reach the disk: what it holds is not kept anyway.
    """
    name = f"slotkeeper_scratch_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1)
    blank = _blank(server)
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{blank}"'))
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    database = Database(server.set(database=name).render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.close()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def _blank(server: URL) -> str:
    """Return the name of the server's blank database at the newest revision, made where missing."""
    name = f"slotkeeper_blank_{newest_revision()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1)
    with admin.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext(:name))"), {"name": name})
        exists = text("SELECT 1 FROM pg_database WHERE datname = :name AND datistemplate")
        if connection.execute(exists, {"name": name}).one_or_none() is None:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            database = Database(server.set(database=name).render_as_string(hide_password=False))
            migrate(database)
            database.close()
            connection.execute(text(f'ALTER DATABASE "{name}" IS_TEMPLATE true'))
        connection.execute(text("SELECT pg_advisory_unlock(hashtext(:name))"), {"name": name})
    admin.dispose()
    return name
