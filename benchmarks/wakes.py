"""Wakes over Redis: to a worker that idles, and past a worker that was killed with a message.

Both are measured by what the tests measure with (tests/support/wakes.py), between processes.
"""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
from world import FULL, Bench, Figure, at_most

from support.processes import KEY, Crew, free_port, simulated, until_up
from support.shop import open_shop
from support.texting import Phones
from support.valkey import EmbeddedValkey
from support.wakes import latencies, take_up

IDLE = 100 if FULL else 40
KILLS = 10 if FULL else 3
_ADDRESS = "+12125550177"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time from an idle send to the start, and until a killed worker's is taken up."""
    valkey = EmbeddedValkey()
    valkey.start()
    try:
        idle = statistics.median(latencies(valkey.url, IDLE)) * 1000
        yield at_most("message to actor start over Redis when idle, p50", idle, 5, unit="ms")
        name = "bench_wakes"
        with bench.admin() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        open_shop(bench.url(name))
        seconds = sorted(_killed(bench.url(name), valkey.url) for _ in range(KILLS))
        with bench.admin() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        yield at_most(f"kill -9 to taken up, the longest of {KILLS}", seconds[-1], 3, unit="s")
    finally:
        valkey.close()


def _killed(url: str, redis: str) -> float:
    """Start a door, two workers and a tick; kill the worker that has the message."""
    with tempfile.TemporaryDirectory() as folder, Crew(Path(folder)) as crew:
        env = simulated(Path(folder), database=url, redis=redis)
        port = free_port()
        crew.start("serve", "serve", env | {"SLOTKEEPER_PORT": str(port)})
        for name in ("work-1", "work-2", "tick-1"):
            crew.start(name, name.partition("-")[0], env)
        until_up(f"http://127.0.0.1:{port}/readyz")
        for name, word in (("work-1", "working"), ("work-2", "working"), ("tick-1", "ticking")):
            crew.says(name, word)
        phones = Phones(Path(folder) / "phones.jsonl")
        heard = phones.heard(_ADDRESS)

        def say(message: str) -> None:
            said = {"channel": "sms", "from": _ADDRESS, "message": message, "text": "hi"}
            httpx.post(
                f"http://127.0.0.1:{port}/simulator/juniper",
                json=said,
                headers={"Authorization": f"Bearer {KEY}"},
                timeout=30,
            ).raise_for_status()

        say(f"first-{port}")
        while phones.heard(_ADDRESS) <= heard:
            pass
        return take_up(crew, url, say=lambda: say(f"second-{port}"), address=_ADDRESS)
