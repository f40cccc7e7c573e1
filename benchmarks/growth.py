"""The rate of hold and confirm in a large book, beside that in a small one."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import attempts
from world import FULL, Bench, Figure, at_least, fill, settle

SMALL, LARGE = 100_000, 5_000_000 if FULL else 500_000
CLIENTS = 8
ROUNDS = 5 if FULL else 3
SECONDS = 10.0 if FULL else 3.0
_NAMES = ("bench_large", "bench_small")


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the ratio of rates: pgbench with the recorded statements on both sides."""
    with (
        bench.database(_NAMES[0]) as large,
        bench.database(_NAMES[1]) as small,
        tempfile.TemporaryDirectory() as folder,
    ):
        Path(folder).chmod(0o755)
        path = Path(folder) / "attempt.sql"
        for database, rows in ((large, LARGE), (small, SMALL)):
            tenants = settle(database)
            fill(database, tenants, rows=rows)
            script = attempts.script(database, tenants[0])
        path.write_text(script.text(attempts.anywhere(tenants)))
        for name in _NAMES:  # once each, so that neither begins with what the other left cached
            bench.pgbench(name, path, clients=CLIENTS, seconds=1)
        rounds = [
            [
                bench.pgbench(name, path, clients=CLIENTS, seconds=SECONDS).per_second
                for name in _NAMES
            ]
            for _ in range(ROUNDS)
        ]
    ratio = statistics.median(a / b for a, b in rounds)
    yield at_least(f"rate at {LARGE:,} rows, to that at {SMALL:,}", ratio, 0.8)
    seen = [statistics.median(r[n] for r in rounds) for n in (0, 1)]
    yield Figure("  attempts a second", f"{seen[0]:.0f} (small {seen[1]:.0f})")
