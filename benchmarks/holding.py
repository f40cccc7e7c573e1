"""Hold and confirm through the core with 8 threads, beside pgbench with the same statements."""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attempts
from world import FULL, Bench, Figure, Rate, Tenant, at_least, fill, settle

from core.db import Database

THREADS = 8
ROUNDS = 5 if FULL else 3
SECONDS = 10.0 if FULL else 4.0
ROWS = 1_000_000 if FULL else 100_000


def anywhere(
    database: Database, tenants: Sequence[Tenant], dice: random.Random
) -> Callable[[], bool]:
    """Return an attempt on a random slot of a random provider."""

    def once() -> bool:
        tenant = dice.choice(tenants)
        return attempts.attempt(
            database,
            tenant,
            start=attempts.start_of(dice.randrange(attempts.SLOTS)),
            provider=dice.choice(tenant.providers),
            person=dice.choice(tenant.people),
        )

    return once


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


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the ratio of rates, and how much of an attempt is Python."""
    with bench.database("bench_holding") as database, tempfile.TemporaryDirectory() as folder:
        tenants = settle(database)
        fill(database, tenants, rows=ROWS)
        path = Path(folder) / "attempt.sql"
        whole = attempts.script(database, tenants[0])
        path.write_text(whole.text(attempts.anywhere(tenants)))
        rounds = [_round(bench, database, tenants, path, seed=n) for n in range(ROUNDS)]
    ours = statistics.median(r[0].per_second for r in rounds)
    theirs = statistics.median(r[1].per_second for r in rounds)
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
