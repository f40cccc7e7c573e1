"""How late due work is done while messages come in: a door, two workers and a tick as processes.

Signed texts come in at a fixed pace and are answered and sent; beside them so many pieces of work
fall due each second. Lateness is from the instant in a row to the transaction that did it.
"""

import asyncio
import time
from collections.abc import Iterator

from doors import PACE, calls, drained, house
from world import FULL, Bench, Figure, at_most

from fakes.twilio import FakeTwilio
from support.shop import open_shop
from support.valkey import EmbeddedValkey

SECONDS = 30 if FULL else 10
DUE = 20  # pieces of work a second
_POST = """
INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
SELECT %s, 'lapse', 0, 'late:' || n, clock_timestamp() + interval '1 s' + n * interval '1 s' / %s
FROM generate_series(1, %s) AS n
"""
_LATE = """
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY late), percentile_cont(0.99) WITHIN GROUP (
    ORDER BY late), count(*) FROM (
    SELECT extract(epoch FROM done_at - due_at) AS late FROM due_work WHERE key LIKE 'late:%') AS d
"""
_LEFT = "SELECT count(*) FROM due_work WHERE key LIKE 'late:%' AND done_at IS NULL"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield how late due work was done beside a steady flow of messages."""
    name = "bench_lateness"
    with bench.admin() as connection:
        connection.execute(f"CREATE DATABASE {name}")
    juniper = open_shop(bench.url(name))
    valkey, twilio = EmbeddedValkey(), FakeTwilio()
    valkey.start()
    try:
        with house(bench.url(name), valkey.url, twilio) as (door, crew, env):
            for number in (1, 2):
                crew.start(f"work-{number}", "work", env)
            crew.start("tick", "tick", env)
            time.sleep(3)
            with bench.admin(name) as connection:
                connection.execute(_POST, [juniper, DUE, DUE * SECONDS])
                began = time.perf_counter()
                _, answered = asyncio.run(calls(door, twilio, seconds=SECONDS))
                drained(bench, name)
                took = time.perf_counter() - began
                while (connection.execute(_LEFT).fetchone() or (0,))[0]:
                    time.sleep(0.1)
                p50, p99, count = connection.execute(_LATE).fetchone() or (0, 0, 0)
        if answered != {200}:
            raise RuntimeError(f"the door answered {answered}")
        yield at_most(f"due work beside {PACE} messages a second, late by p99", p99, 1.5, unit="s")
        yield Figure("  p50, of so many", f"{float(p50):.2f} s, {count}")
        yield Figure("  all answered and sent after the first, s", f"{took:.1f} of {SECONDS}")
    finally:
        twilio.close()
        valkey.close()
        with bench.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
