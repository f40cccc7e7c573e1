"""One attempt to book, as the core makes it and as pgbench's script.

The statements are not copied: an attempt that books and one that is refused are recorded as they
are sent, and become pgbench's script. Only its values differ: pgbench computes instants from a
random number within the statement. It sends BEGIN and the transaction's opening apart, which we
send together.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

from sqlalchemy import Connection
from world import NOW, Tenant

from core import booking, sending
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database
from core.sending import Rows

SLOT = timedelta(minutes=30)
SLOTS = 60 * 48  # half-hours of the sixty days that are booked, from a day on


def attempt(
    database: Database, tenant: Tenant, *, start: datetime, provider: int, person: int
) -> bool:
    """Hold and confirm in two transactions, as two messages of a talk do; False where refused."""
    by = By(f"person:{person}")
    business = tenant.business
    with database.transaction(business.id) as session:
        got = booking.hold(
            session,
            business=business,
            wanted=Wanted(business.services[0], start, 1, provider),
            person=person,
            until=session.now + timedelta(minutes=5),
            by=by,
            now=session.now,
        )
    if not isinstance(got, Held):
        return False
    with database.transaction(business.id) as session:
        return booking.confirm(session, booking=got.id, by=by, now=session.now) is None


def start_of(slot: int) -> datetime:
    """Return the start of a half-hour of the future, counted from a day on."""
    return NOW + timedelta(days=1) + slot * SLOT


Sent = tuple[str, dict[str, Any]]
_OPENING = "SELECT set_config('slotkeeper.business', :business, true), slotkeeper_now()"
_BIND = re.compile(r"(?<![:\w]):(\w+)(?![:\w])")


def recorded(work: Callable[[], object]) -> list[Sent]:
    """Return the statements that some work sends, with their values."""
    sent: list[Sent] = []

    def begin(connection: Connection, business: int) -> datetime:
        sent.extend([("BEGIN", {}), (_OPENING, {"business": business})])
        return sending_begin(connection, business)

    def send(connection: Connection, statement: str, facts: Mapping[str, Any]) -> Rows:
        sent.append((statement, dict(facts)))
        return sending_send(connection, statement, facts)

    def commit(connection: Connection) -> None:
        sent.append(("COMMIT", {}))
        sending_commit(connection)

    sending_begin, sending_send, sending_commit = sending.begin, sending.send, sending.commit
    with mock.patch.multiple(sending, begin=begin, send=send, commit=commit):
        work()
    return sent


@dataclass(frozen=True, slots=True)
class Script:
    """An attempt in pgbench's language: what comes before the slot is taken, and after."""

    before: tuple[str, ...]
    take: str
    booked: tuple[str, ...]
    refused: tuple[str, ...]

    def text(self, variables: Sequence[str]) -> str:
        """Return the script; `variables` set t, p, r and s (tenant, person, provider, slot)."""
        lines = [*variables, "\\set m :s * 30", "\\set d :s / 48", "\\set id 0"]
        lines += [f"{line};" for line in self.before]
        lines += [f"{self.take} \\aset", "\\if :id > 0", *(f"{line};" for line in self.booked)]
        lines += ["\\else", *(f"{line};" for line in self.refused), "\\endif", ""]
        return "\n".join(lines)


def script(database: Database, tenant: Tenant) -> Script:
    """Record an attempt that books, and the one after it for the same slot."""
    start = start_of(SLOTS + 48)

    def tried() -> list[Sent]:
        provider, person = tenant.providers[0], tenant.people[0]
        return recorded(
            lambda: attempt(database, tenant, start=start, provider=provider, person=person)
        )

    booked, refused = tried(), tried()
    take = next(n for n, (sql, _) in enumerate(booked) if "INSERT INTO allocations" in sql)
    if [sql for sql, _ in booked[: take + 1]] != [sql for sql, _ in refused[: take + 1]]:
        raise RuntimeError("a refused attempt begins otherwise than one that books")
    texts = [_line(sent, start) for sent in booked]
    otherwise = [_line(sent, start) for sent in refused[take + 1 :]]
    return Script(tuple(texts[:take]), texts[take], tuple(texts[take + 1 :]), tuple(otherwise))


def anywhere(tenants: Sequence[Tenant]) -> list[str]:
    """Return pgbench's variables for a random slot of a random provider of any business."""
    first, each = tenants[0].providers[0], len(tenants[0].providers)
    return [
        *_ids(tenants),
        f"\\set r {first} + :t * {each} + random(0, {each - 1})",
        f"\\set s random(0, {SLOTS - 1})",
    ]


def hot(tenants: Sequence[Tenant], slot: str) -> list[str]:
    """Return pgbench's variables for the first provider of all, and a slot as they set it."""
    return [*_ids(tenants[:1]), f"\\set r {tenants[0].providers[0]}", slot]


def _ids(tenants: Sequence[Tenant]) -> Iterator[str]:
    first = tenants[0]
    each, people = len(first.providers), len(first.people)
    for n, tenant in enumerate(tenants):  # what the arithmetic takes for granted
        steps = [a - b for a, b in zip(_firsts(tenant), _firsts(first), strict=True)]
        if steps != [n, n, n * each, n * people]:
            raise RuntimeError("the ids of the businesses do not follow each other")
    yield f"\\set t random(0, {len(tenants) - 1})"
    yield f"\\set b {first.business.id} + :t"
    yield f"\\set v {first.business.services[0].id} + :t"
    yield f"\\set p {first.people[0]} + :t * {people} + random(0, {people - 1})"


def _firsts(tenant: Tenant) -> tuple[int, int, int, int]:
    business = tenant.business
    return business.id, business.services[0].id, tenant.providers[0], tenant.people[0]


def _line(sent: Sent, start: datetime) -> str:
    """Write a statement on one line, its values taken from pgbench's variables."""
    sql, facts = sent
    whole = _BIND.sub(lambda m: _value(m[1], facts[m[1]], start), sql)
    return " ".join(whole.split())


_IDS = {"business": ":b", "person": ":p", "service": ":v", "booking": ":id"}


def _value(name: str, value: object, start: datetime) -> str:
    """Write a value in SQL: from pgbench's variables where it differs from attempt to attempt."""
    if name in _IDS:
        return _IDS[name]
    if name in {"resources", "among"}:
        return "ARRAY[:r]::bigint[]"
    if name == "days" and isinstance(value, list):
        middle = start_of(0).toordinal() - start.toordinal()
        return "ARRAY[" + ", ".join(f"{day + middle} + :d" for day in value) + "]::int[]"
    if isinstance(value, list):
        return "ARRAY[" + ", ".join(_value("", item, start) for item in value) + "]"
    return _moment(value, start) if isinstance(value, datetime) else _plain(value)


def _moment(value: datetime, start: datetime) -> str:
    if abs(value - NOW) <= timedelta(days=1):
        return f"'{value.isoformat()}'::timestamptz"
    minutes = (value - start).total_seconds() / 60
    return f"({FROM} + make_interval(mins => {minutes:.0f} + :m))"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else json.dumps(value)


FROM = f"'{start_of(0).isoformat()}'::timestamptz"
