"""The hot path to the server: each text statement is prepared once and sent without a detour.

What SQLAlchemy and the driver's cursor do around a statement costs more processor time than most
statements cost the server. Here a statement written as `text("... :name ...")` goes straight to
libpq, as a prepared statement whose values carry the types they have in Python (an int is a bigint,
always: a narrower one would keep an index from being used). Errors are SQLAlchemy's, as elsewhere.
A wait for the server gives way to the other threads.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, Protocol, TypeAlias

import psycopg
from psycopg import abc
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?![:\w])")  # as SQLAlchemy finds them
_OPENING = (
    b"PREPARE slotkeeper_opening(bigint) AS"
    b" SELECT set_config('slotkeeper.business', $1::text, true), slotkeeper_now()"
)
_BINARY = 1

Row: TypeAlias = Any  # a named tuple of the statement's columns


class Result(Protocol):
    """What both kinds of statement return, ours and SQLAlchemy's."""

    @property
    def rowcount(self) -> int: ...
    def __iter__(self) -> Iterator[Row]: ...
    def all(self) -> Sequence[Row]: ...
    def one(self) -> Row: ...
    def one_or_none(self) -> Row | None: ...
    def first(self) -> Row | None: ...
    def scalar(self) -> Any: ...  # noqa: ANN401 - a column's type is the statement's own
    def scalar_one(self) -> Any: ...  # noqa: ANN401 - likewise
    def scalar_one_or_none(self) -> Any: ...  # noqa: ANN401 - likewise
    def scalars(self) -> Iterable[Any]: ...


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement returned, read as SQLAlchemy's results are; `rowcount`: rows changed."""

    rows: Sequence[Row]
    rowcount: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def all(self) -> Sequence[Row]:
        return self.rows

    def one(self) -> Row:
        """Return the only row; NoResultFound or MultipleResultsFound where there is not one."""
        if not self.rows:
            raise NoResultFound("no row was found")
        if len(self.rows) > 1:
            raise MultipleResultsFound("more than one row was found")
        return self.rows[0]

    def one_or_none(self) -> Row | None:
        """Return the only row, None where there is none; MultipleResultsFound for several."""
        return self.one() if self.rows else None

    def first(self) -> Row | None:
        return self.rows[0] if self.rows else None

    def scalar(self) -> Any:  # noqa: ANN401 - a column's type is the statement's own
        """Return the first column of the first row, None where there is no row."""
        return self.rows[0][0] if self.rows else None

    def scalar_one(self) -> Any:  # noqa: ANN401 - likewise
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:  # noqa: ANN401 - likewise
        return self.one()[0] if self.rows else None

    def scalars(self) -> Sequence[Any]:
        """Return the first column of every row."""
        return [row[0] for row in self.rows]


@dataclass(frozen=True, slots=True)
class _Compiled:
    number: int
    sql: bytes
    names: tuple[str, ...]  # of $1, $2 …


@dataclass(slots=True)
class _Prepared:
    """A statement as one connection knows it, with what reads its rows."""

    name: bytes
    transformer: abc.Transformer
    row: Callable[[Sequence[Any]], Row] | None = None

    def read(self, result: PGresult) -> Sequence[Row]:
        """Return the rows of a result; what reads them is made for the first."""
        self.transformer.set_pgresult(result, set_loaders=self.row is None)
        if self.row is None:
            names = [(result.fname(n) or b"").decode() for n in range(result.nfields)]
            make: Any = namedtuple  # noqa: PYI024 - the names are known only now
            self.row = make("Row", names, rename=True)._make
        rows: Sequence[Row] = self.transformer.load_rows(0, result.ntuples, self.row)
        return rows


_numbers = count(1)


@lru_cache(maxsize=2000)
def _compiled(statement: str) -> _Compiled:
    names: dict[str, int] = {}
    sql = _BIND.sub(lambda m: f"${names.setdefault(m[1], len(names) + 1)}", statement)
    return _Compiled(next(_numbers), sql.replace("\\:", ":").encode(), tuple(names))


def prepare(driver: psycopg.Connection[Any], _record: object = None) -> None:
    """Make a new connection ready for `begin`: what SQLAlchemy's pool calls on "connect"."""
    driver.execute(_OPENING)


def begin(connection: Connection, business: int) -> datetime:
    """Begin a transaction that names its business, in one round trip; return its time."""
    pgconn = _pgconn(connection)
    sql = b"BEGIN; EXECUTE slotkeeper_opening(%d)" % business
    result = _checked(connection, "BEGIN", lambda: pgconn.exec_(sql))
    return datetime.fromisoformat((result.get_value(0, 1) or b"").decode())


def commit(connection: Connection) -> None:
    """Commit; an error where the transaction had failed and somebody went on all the same."""
    pgconn = _pgconn(connection)
    if pgconn.transaction_status == TransactionStatus.INERROR:
        error = psycopg.errors.InFailedSqlTransaction("an error was passed over; nothing is kept")
        raise _translated("COMMIT", error, lost=False) from error
    _checked(connection, "COMMIT", lambda: pgconn.exec_(b"COMMIT"))


def send(connection: Connection, statement: str, facts: Mapping[str, Any]) -> Rows:
    """Run a statement whose values are named `:so` on a connection, and return its rows."""
    compiled = _compiled(statement)
    values: list[Any] = []  # bytes, or None for NULL
    types: list[int] = []
    try:
        for name in compiled.names:
            value, oid = _dumped(facts[name])
            values.append(value)
            types.append(oid)
    except psycopg.DataError as error:
        raise _translated(statement, error, lost=False) from error
    pgconn = _pgconn(connection)
    known: dict[tuple[int, ...], _Prepared] = connection.info.setdefault("prepared", {})
    key = (compiled.number, *types)
    prepared = known.get(key)
    if prepared is None:
        called = b"slotkeeper_%d" % len(known)
        _checked(connection, statement, lambda: pgconn.prepare(called, compiled.sql, types))
        driver: Any = connection.connection.driver_connection
        prepared = known[key] = _Prepared(called, Transformer(driver))
    result = _checked(
        connection,
        statement,
        lambda: pgconn.exec_prepared(prepared.name, values, None, _BINARY),
    )
    return Rows(prepared.read(result), result.command_tuples or 0)


def _pgconn(connection: Connection) -> PGconn:
    driver: Any = connection.connection.driver_connection
    found: PGconn = driver.pgconn
    return found


def _checked(connection: Connection, statement: str, work: Callable[[], PGresult]) -> PGresult:
    """Return a result that is none of an error; raise SQLAlchemy's error for it otherwise."""
    try:
        result = work()
    except psycopg.Error as error:
        raise _failed(connection, statement, error) from error
    if result.status in _GOOD:
        return result
    refused = psycopg.errors.error_from_result(result, encoding="utf-8")
    raise _failed(connection, statement, refused) from refused


def _failed(connection: Connection, statement: str, error: psycopg.Error) -> BaseException:
    """Give up a connection that was lost, and with it all others of the pool.

    An error without a SQLSTATE is libpq's own: where a write failed it tells of a lost server,
    while the connection still looks sound.
    """
    lost = error.sqlstate is None or _pgconn(connection).status != ConnStatus.OK
    if lost:
        if error.sqlstate is None:
            error = psycopg.OperationalError(str(error))
        connection.invalidate(error)
        connection.engine.dispose()
    return _translated(statement, error, lost=lost)


def _translated(statement: str, error: psycopg.Error, *, lost: bool) -> BaseException:
    return DBAPIError.instance(
        statement,
        None,
        error,
        psycopg.Error,
        hide_parameters=True,
        connection_invalidated=lost,
    )


def _dumped(value: Any) -> tuple[bytes | None, int]:  # noqa: ANN401 - whatever a statement takes
    """Return a value as PostgreSQL reads it, and the oid of its type; 0: the server decides."""
    if value is None:
        return None, 0
    if isinstance(value, list | tuple):
        return _array(value)
    found = _TYPES.get(type(value)) or _inherited(value)
    if found is not None:
        return found.write(value).encode(), found.oid
    raise TypeError(f"a statement cannot take {type(value).__name__}")


def _array(values: Sequence[Any]) -> tuple[bytes, int]:
    if not values:
        return b"{}", 0
    found = _TYPES.get(type(values[0])) or _inherited(values[0])
    if found is None:
        raise TypeError(f"a statement cannot take a list of {type(values[0]).__name__}")
    written = [found.write(v) for v in values]
    if found.quoted:
        written = ['"' + w.replace("\\", "\\\\").replace('"', '\\"') + '"' for w in written]
    return ("{" + ",".join(written) + "}").encode(), found.array


def _inherited(value: object) -> "_Type | None":
    """Return the type of what is written as its parent is: a StrEnum as a str."""
    return next((_TYPES[kind] for kind in type(value).__mro__ if kind in _TYPES), None)


class _Type(NamedTuple):
    oid: int
    array: int
    write: Callable[[Any], str]
    quoted: bool = True  # in an array


def _text(value: str) -> str:
    if "\0" in value:
        raise psycopg.DataError("PostgreSQL text cannot hold a NUL character")
    return value


def _interval(value: timedelta) -> str:
    return f"{value.days} days {value.seconds}.{value.microseconds:06} seconds"


_TYPES: dict[type, _Type] = {  # the oids are PostgreSQL's own, the same on every server
    bool: _Type(16, 1000, lambda v: "t" if v else "f"),
    bytes: _Type(17, 1001, lambda v: "\\x" + v.hex()),
    int: _Type(20, 1016, str, quoted=False),
    str: _Type(0, 1009, _text),
    float: _Type(701, 1022, repr),
    datetime: _Type(1184, 1185, datetime.isoformat),
    date: _Type(1082, 1182, date.isoformat),
    time: _Type(1083, 1183, time.isoformat),
    timedelta: _Type(1186, 1187, _interval),
}
_GOOD = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
