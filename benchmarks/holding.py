"""Hold and confirm through the core with 8 threads, beside pgbench with the same statements.

The statements are not copied: one attempt that books and one that is refused are recorded as the
driver sends them, and become pgbench's script. Only its values differ: pgbench computes instants
from a random number within the statement.
"""

import json
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy import Connection
from world import FULL, NOW, Bench, Figure, Rate, Tenant, at_least, fill, settle

from core import booking, sending
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database
from core.sending import Rows

THREADS = 8
ROUNDS = 5 if FULL else 3
SECONDS = 10.0 if FULL else 4.0
ROWS = 1_000_000 if FULL else 100_000
SLOT = timedelta(minutes=30)
SLOTS = 60 * 48  # half-hours of the next sixty days, from a day on


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


def anywhere(
    database: Database, tenants: Sequence[Tenant], dice: random.Random
) -> Callable[[], bool]:
    """Return an attempt on a random slot of a random provider."""

    def once() -> bool:
        tenant = dice.choice(tenants)
        return attempt(
            database,
            tenant,
            start=start_of(dice.randrange(SLOTS)),
            provider=dice.choice(tenant.providers),
            person=dice.choice(tenant.people),
        )

    return once


def start_of(slot: int) -> datetime:
    """Return the start of a half-hour of the future, counted from a day on."""
    return NOW + timedelta(days=1) + slot * SLOT


def in_threads(
    make: Callable[[random.Random], Callable[[], bool]], *, threads: int, seconds: float, seed: int
) -> tuple[Rate, int]:
    """Let so many threads attempt for so long; return the rate of attempts and the successes."""
    stop = time.perf_counter() + seconds
    counts: list[tuple[int, int]] = []

    def work(once: Callable[[], bool]) -> None:
        tried = got = 0
        while time.perf_counter() < stop:
            got += once()
            tried += 1
        counts.append((tried, got))

    began = time.perf_counter()
    workers = [
        threading.Thread(target=work, args=(make(random.Random(seed * 1000 + n)),))
        for n in range(threads)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if len(counts) != threads:
        raise RuntimeError("an attempt broke; its error stands above")
    rate = Rate(sum(t for t, _ in counts), time.perf_counter() - began)
    return rate, sum(g for _, g in counts)


Sent = tuple[str, dict[str, Any]]
OPENING = "SELECT set_config('slotkeeper.business', :business, true), slotkeeper_now()"
_BIND = re.compile(r"(?<![:\w]):(\w+)(?![:\w])")


def recorded(work: Callable[[], object]) -> list[Sent]:
    """Return the statements that some work sends, with their values."""
    sent: list[Sent] = []

    def begin(connection: Connection, business: int) -> datetime:
        sent.extend([("BEGIN", {}), (OPENING, {"business": business})])
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


def script(database: Database, tenants: Sequence[Tenant]) -> str:
    """Return pgbench's script of an attempt on a random slot of a random provider."""
    tenant, provider = tenants[0], tenants[0].providers[0]
    beyond = start_of(SLOTS)
    for n in range(12):  # so that every statement's compiled form is kept, on every connection
        attempt(
            database,
            tenant,
            start=beyond + n * SLOT,
            provider=provider,
            person=tenant.people[n],
        )

    def tried(start: datetime) -> list[Sent]:
        return recorded(
            lambda: attempt(
                database, tenant, start=start, provider=provider, person=tenant.people[0]
            )
        )

    free = beyond + 12 * SLOT
    booked, refused = tried(free), tried(free)
    take = next(n for n, (sql, _) in enumerate(booked) if "INSERT INTO allocations" in sql)
    if [sql for sql, _ in booked[: take + 1]] != [sql for sql, _ in refused[: take + 1]]:
        raise RuntimeError("a refused attempt begins otherwise than one that books")
    texts = [_line(sent, free) for sent in booked]
    otherwise = [_line(sent, free) for sent in refused[take + 1 :]]
    lines = [*_random(tenants), "\\set id 0", *(f"{line};" for line in texts[:take])]
    lines += [f"{texts[take]} \\aset", "\\if :id > 0", *(f"{t};" for t in texts[take + 1 :])]
    lines += ["\\else", *(f"{line};" for line in otherwise), "\\endif", ""]
    return "\n".join(lines)


def _random(tenants: Sequence[Tenant]) -> Iterator[str]:
    first = tenants[0]
    each, people = len(first.providers), len(first.people)
    for n, tenant in enumerate(tenants):  # what the arithmetic below takes for granted
        found = _firsts(tenant)
        if [a - b for a, b in zip(found, _firsts(first), strict=True)] != [
            n,
            n,
            n * each,
            n * people,
        ]:
            raise RuntimeError("the ids of the businesses do not follow each other")
    yield f"\\set t random(0, {len(tenants) - 1})"
    yield f"\\set b {first.business.id} + :t"
    yield f"\\set v {first.business.services[0].id} + :t"
    yield f"\\set r {first.providers[0]} + :t * {each} + random(0, {each - 1})"
    yield f"\\set p {first.people[0]} + :t * {people} + random(0, {people - 1})"
    yield f"\\set s random(0, {SLOTS - 1})"
    yield "\\set m :s * 30"
    yield "\\set d :s / 48"


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
    return f"({_FROM} + make_interval(mins => {minutes:.0f} + :m))"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else json.dumps(value)


_FROM = f"'{start_of(0).isoformat()}'::timestamptz"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the ratio of rates, and how much of an attempt is Python."""
    with bench.database("bench_holding") as database, tempfile.TemporaryDirectory() as folder:
        tenants = settle(database)
        fill(database, tenants, rows=ROWS)
        path = Path(folder) / "attempt.sql"
        path.write_text(script(database, tenants))
        rounds = [_round(bench, database, tenants, path, seed=n) for n in range(ROUNDS)]
    ours, theirs = (statistics.median(r[n].per_second for r in rounds) for n in (0, 1))
    ratio = statistics.median(r[0].per_second / r[1].per_second for r in rounds)
    processor = statistics.median(r[2] for r in rounds)
    yield at_least("hold + confirm with 8 threads, to pgbench's same statements", ratio, 0.7)
    yield Figure("  attempts a second", f"{ours:.0f} (pgbench {theirs:.0f})")
    yield Figure(
        "  of which Python computes",
        f"{processor * 1e6:.0f} us of {THREADS / ours * 1e6:.0f} us an attempt waits and works",
    )


def _round(
    bench: Bench, database: Database, tenants: Sequence[Tenant], path: Path, *, seed: int
) -> tuple[Rate, Rate, float]:
    """Measure both sides in turn; the third is Python's processor time of an attempt, seconds."""
    before = time.process_time()
    ours, _ = in_threads(
        lambda dice: anywhere(database, tenants, dice),
        threads=THREADS,
        seconds=SECONDS,
        seed=seed,
    )
    processor = (time.process_time() - before) / ours.count
    theirs = bench.pgbench("bench_holding", path, clients=THREADS, seconds=SECONDS)
    return ours, theirs, processor
