"""Engines, the transaction and its one opening statement, and the migrations.

A transaction names its business and takes the time in its opening statement. That `now` is passed
on as an argument; nothing else asks what time it is. Three roles connect: the owner (migrates,
applies, moves the demo's clock), the application (sees one business at a time) and the router
(sees which business has something to do, never what).
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Executable,
    TextClause,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core import sending
from core.sending import Result

APP, ROUTER = "slotkeeper_app", "slotkeeper_router"
_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = 0x510753EE  # the advisory lock's key
_SETTINGS = {
    "lock_timeout": "3s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}


# SQLSTATE classes: connection exception; shutting down, crashed, starting up; too many connections.
_GONE = ("08", "57P", "53300")


class Wake(NamedTuple):
    """Something to look at once the transaction is committed; losing one loses nothing."""

    kind: str  # "answer" an address, "deliver" to an address, "due" work
    business: int
    subject: int


@dataclass
class Session:
    """One transaction of one business. `now` is its time, aware, in UTC."""

    connection: Connection
    business: int
    now: datetime
    wakes: dict[Wake, None] = field(default_factory=dict)  # a set that keeps its order

    def execute(self, statement: Executable, facts: Any = None) -> Result:  # noqa: ANN401 - SQLAlchemy's own parameters
        """Run a statement in this transaction; text goes the short way (see core/sending.py)."""
        if isinstance(statement, TextClause):
            return sending.send(self.connection, statement.text, facts or {})
        return self.connection.execute(statement, facts)

    def wake(self, kind: str, subject: int) -> None:
        """Ask for a look at something after the commit."""
        self.wakes[Wake(kind, self.business, subject)] = None

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Open a savepoint: an error inside undoes what was done inside, and bubbles up."""
        with self.connection.begin_nested():
            yield


def _engine(url: URL, role: str | None, size: int) -> Engine:
    settings = _SETTINGS | ({"role": role} if role else {})
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    given = url.query.get("options")
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT" if role else None,  # `sending` begins and commits by itself
        pool_size=2 * size,
        max_overflow=0,  # what overflows would be opened and closed again and again
        pool_timeout=10,
        pool_pre_ping=False,
        hide_parameters=True,  # an error's text never carries what people wrote, or their numbers
        connect_args={
            "options": f"{given} {options}" if given else options,
            "connect_timeout": 10,
            # A server that vanished without a word is given up after 15 s, not after minutes.
            "keepalives_idle": 5,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 15_000,
            "application_name": f"slotkeeper {role or 'owner'}",
            "prepare_threshold": None,  # what the driver prepared it forgets at every rollback
        },
    )
    if role == APP:
        event.listen(engine, "connect", sending.prepare)
    return engine


def away(error: BaseException) -> bool:
    """Whether an error says that the database cannot be reached or went away, not what it did.

    A lock or a statement that took too long is no such error: the server itself answered.
    """
    if isinstance(error, PoolTimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or (state or "").startswith(_GONE):
        return True
    return isinstance(error, OperationalError) and state is None


_MEETING = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available


def passing(error: BaseException) -> bool:
    """Whether an error says nothing of what was tried: away, or in another transaction's way."""
    met = isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _MEETING
    return met or away(error)


def database_url(url: str) -> URL:
    """Return a URL as SQLAlchemy needs it: the driver is psycopg, whichever way it is written.

    Raises ArgumentError where it is none, or of another kind of server; never says what it holds.
    """
    try:
        parsed = make_url(url)
    except ValueError:  # a port that is no number
        raise ArgumentError("the URL has a port that is no number") from None
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "postgresql+psycopg":
        raise ArgumentError("the URL is not of PostgreSQL")
    return parsed


class Database:
    """The engines of one database; `wake` hears, after each commit, what is to be looked at."""

    def __init__(self, url: str, *, size: int = 10) -> None:
        parsed = self.url = database_url(url)
        self.app = _engine(parsed, APP, size)
        self.router = _engine(parsed, ROUTER, 2)
        self.owner = _engine(parsed, None, 1)
        self.wake: Callable[[Sequence[Wake]], object] = lambda _wakes: None

    @contextlib.contextmanager
    def transaction(self, business: int) -> Iterator[Session]:
        """Run one transaction of a business; wake what it posted once it is committed."""
        with self.app.connect() as connection, connection.begin():
            session = Session(connection, business, sending.begin(connection, business))
            yield session
            sending.commit(connection)
        if session.wakes:
            self.wake(tuple(session.wakes))

    def route(self, statement: Executable, facts: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Read, as the router, what may be seen across businesses."""
        with self.router.connect() as connection:
            if isinstance(statement, TextClause):
                return sending.send(connection, statement.text, facts or {}).all()
            return connection.execute(statement, facts or {}).all()

    def now(self) -> datetime:
        """Return the time of the one clock."""
        now: datetime = self.route(text("SELECT slotkeeper_now() AS now"))[0].now
        return now

    def set_clock(self, *, ahead: timedelta = timedelta(0), frozen: datetime | None = None) -> None:
        """Move the clock: so far ahead of the server's, or standing still at an instant."""
        with self.owner.begin() as connection:
            connection.execute(
                text("UPDATE clock SET ahead = :ahead, frozen = :frozen"),
                {"ahead": ahead, "frozen": frozen},
            )

    def close(self) -> None:
        """Close every connection of every pool."""
        for engine in (self.app, self.router, self.owner):
            engine.dispose()


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision; of several starters, one does it and all wait."""
    with database.owner.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATING})
        connection.commit()
        try:
            if schema_revision(connection) != newest_revision():
                _upgrade(connection)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATING})
            connection.commit()


def newest_revision() -> str:
    """Return the revision that this program's migrations end at."""
    return max(p.stem.split("_")[0] for p in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def schema_revision(connection: Connection) -> str | None:
    """Return the revision of a database, None where it is empty."""
    try:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except ProgrammingError:
        connection.rollback()
        return None
    connection.commit()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 150 ms that a start without migrations saves
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    connection.execute(text("SET lock_timeout = '60s'"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.commit()
    command.upgrade(config, "head")
    connection.commit()
