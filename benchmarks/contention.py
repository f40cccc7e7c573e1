"""Many clients on one slot, and on one provider, beside the plain row lock on the resource.

Both sides are pgbench, the plain role with row-level security, and write the same rows. The plain
way locks the provider's row with FOR UPDATE, looks whether the time is free, inserts, and needs no
exclusion constraint: its database has none.
"""

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import attempts
from attempts import Script
from world import FULL, Bench, Figure, Tenant, at_least, fill, settle

ROUNDS = 5 if FULL else 3
SECONDS = 10.0 if FULL else 5.0
ROWS = 1_000_000 if FULL else 50_000
_NAMES = ("bench_constraint", "bench_row_lock")
_CASES = (
    # Each client goes through the slots in order, so that all want the same one at about a time.
    ("hot slot, 64 clients, to the plain row lock", 64, 4.0, "\\set s :i"),
    ("hot resource, 32 clients, to the plain row lock", 32, 2.5, "\\set s random(5000, 290000)"),
)


def plain(script: Script) -> Script:
    """Return the same attempt with a row lock and a look in place of the constraint."""
    lock = "SELECT 1 FROM resources WHERE business_id = :b AND id = :r FOR UPDATE"
    before = [lock if "pg_advisory_xact_lock" in line else line for line in script.before]
    taken = "SELECT 1 FROM busy u"
    since, start, end = (
        f"({attempts.FROM} + make_interval(mins => {n} + :m))" for n in (-1440, 0, 30)
    )
    look = (
        "NOT EXISTS (SELECT 1 FROM allocations x WHERE x.resource_id = :r AND x.seat = 1"
        f" AND x.active AND x.slot_start < {end} AND x.slot_start > {since}"
        f" AND upper(x.during) > {start}) AND NOT EXISTS ( {taken}"
    )
    take = script.take.replace(f"NOT EXISTS ( {taken}", look).replace("ON CONFLICT DO NOTHING", "")
    if lock not in before or look not in take or "ON CONFLICT" in take:
        raise RuntimeError("the statements have changed: the plain way must follow them")
    return replace(script, before=tuple(before), take=take)


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the ratio of rates for each case."""
    with (
        bench.database(_NAMES[0]) as ours,
        bench.database(_NAMES[1]) as theirs,
        tempfile.TemporaryDirectory() as folder,
    ):
        Path(folder).chmod(0o755)
        worlds: list[list[Tenant]] = []
        for database in (ours, theirs):
            worlds.append(settle(database))
            fill(database, worlds[-1], rows=ROWS)
        script = attempts.script(ours, worlds[0][0])
        with bench.admin(_NAMES[1]) as connection:
            connection.execute("ALTER TABLE allocations DROP CONSTRAINT allocations_never_overlap")
        for number, (name, clients, aim, slot) in enumerate(_CASES):
            paths: list[Path] = []
            for way, world in zip((script, plain(script)), worlds, strict=True):
                variables = attempts.hot(world, slot)
                if ":i" in slot:
                    variables.insert(0, "\\set i :i + 1")
                paths.append(Path(folder) / f"{number}_{len(paths)}.sql")
                paths[-1].write_text(way.text(variables))
            yield from _case(bench, name, paths, clients=clients, aim=aim)


def _case(
    bench: Bench, name: str, paths: Sequence[Path], *, clients: int, aim: float
) -> Iterator[Figure]:
    rounds: list[list[float]] = []
    for n in range(ROUNDS):
        begin = {"i": 10_000 + n * 50_000}  # slots that no round before has seen
        rounds.append(
            [
                bench.pgbench(
                    database, path, clients=clients, seconds=SECONDS, variables=begin
                ).per_second
                for database, path in zip(_NAMES, paths, strict=True)
            ]
        )
    yield at_least(name, statistics.median(a / b for a, b in rounds), aim)
    seen = [statistics.median(r[n] for r in rounds) for n in (0, 1)]
    yield Figure("  attempts a second", f"{seen[0]:.0f} (row lock {seen[1]:.0f})")
