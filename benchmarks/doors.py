"""The doors under load, and what one worker process sends through a vendor that takes its time.

Real processes over HTTP: `serve` and `work` beside a fake Twilio, PostgreSQL and Redis. The signed
calls come in at a fixed pace, whether or not the ones before were answered; nobody works meanwhile,
so that what is measured is the door.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from sqlalchemy import text
from world import FULL, Bench, Figure, at_least, at_most

from bot.acting import Who, meet
from core.db import Database
from fakes.twilio import FakeTwilio
from support.processes import Crew, environment, free_port, until_up
from support.shop import open_shop
from support.valkey import EmbeddedValkey
from support.vendors import PUBLIC, Post

PACE = 100  # calls a second
SECONDS = 30 if FULL else 8
LETTERS = 3000 if FULL else 1000
STARTED = 3  # seconds in which a new process reads its languages
SLOW = 0.1  # seconds that the vendor takes for a message
_POST = text(
    "INSERT INTO outbox (business_id, address_id, note, facts, locale, due_at, created_at)"
    " SELECT :business, a.id, 'thanks', '{}', 'en', :now, :now FROM addresses a"
    " WHERE a.business_id = :business AND a.channel = 'sms'"
)
_LEFT = "SELECT count(*) FROM outbox WHERE status = 'pending'"
_OPEN = "SELECT count(*) FROM inbox WHERE answered_at IS NULL"


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the 99th percentile of the door's answers, and the rate of messages sent."""
    name = "bench_doors"
    with bench.admin() as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = bench.url(name)
    juniper = open_shop(url)
    valkey = EmbeddedValkey()
    valkey.start()
    twilio = FakeTwilio()
    try:
        with house(url, valkey.url, twilio) as (door, crew, env):
            seconds, answered = asyncio.run(calls(door, twilio, seconds=SECONDS))
            if answered != {200}:
                raise RuntimeError(f"the door answered {answered}")
            yield at_most(f"a call at the door, {PACE} a second, p99", _p99(seconds), 50, unit="ms")
            yield Figure("  p50", f"{statistics.median(seconds) * 1000:.1f} ms")
            crew.end("serve")
            for command in ("work", "tick"):
                crew.start(command, command, env)
            drained(bench, name)
            twilio.pace(SLOW)
            rate = _sent(bench, name, Database(url), juniper)
        ms = SLOW * 1000
        yield at_least(f"messages sent, {ms:.0f} ms each, one worker", rate, 200, unit="/s")
    finally:
        twilio.close()
        valkey.close()
        with bench.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def house(url: str, redis: str, twilio: FakeTwilio) -> Iterator[tuple[str, Crew, dict[str, str]]]:
    """Run a door whose texts go to the fake; give it, its crew, and the environment of others."""
    port = free_port()
    env = environment(
        DATABASE_URL=url,
        REDIS_URL=redis,
        SLOTKEEPER_PORT=str(port),
        SLOTKEEPER_PUBLIC_URL=PUBLIC,
        **twilio.settings,
        SLOTKEEPER_LOG_LEVEL="error",
    )
    with tempfile.TemporaryDirectory() as folder, Crew(Path(folder)) as crew:
        crew.start("serve", "serve", env)
        door = f"http://127.0.0.1:{port}"
        until_up(f"{door}/readyz")
        time.sleep(STARTED)
        yield door, crew, env


async def calls(door: str, twilio: FakeTwilio, *, seconds: int) -> tuple[list[float], set[int]]:
    """Call at the pace; return the seconds of each call, and the statuses there were."""
    posts = [
        twilio.inbound(f"+1646555{n % 1000:04}", "hi", message=n) for n in range(PACE * seconds)
    ]
    connections = aiohttp.TCPConnector(limit=200)  # httpx's pool would be what is measured
    async with aiohttp.ClientSession(door, connector=connections) as client:

        async def call(post: Post, at: float) -> tuple[float, int]:
            await asyncio.sleep(at - time.perf_counter())
            began = time.perf_counter()
            async with client.post(post.path, data=post.body, headers=dict(post.headers)) as answer:
                await answer.read()
            return time.perf_counter() - began, answer.status

        for post in posts[:20]:  # connections, prepared statements, the first wording
            await call(post, time.perf_counter())
        start = time.perf_counter() + 0.1
        done = await asyncio.gather(
            *(call(post, start + n / PACE) for n, post in enumerate(posts[20:]))
        )
    return [took for took, _ in done], {status for _, status in done}


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[-1] * 1000


def drained(bench: Bench, name: str) -> None:
    """Wait until nothing is to be answered or sent."""
    with bench.admin(name) as connection:
        for question in (_OPEN, _LEFT):
            while (connection.execute(question).fetchone() or (0,))[0]:
                time.sleep(0.1)


def _sent(bench: Bench, name: str, database: Database, business: int) -> float:
    """Post a message for each of many addresses; return how many a second were sent."""

    def known(n: int) -> None:
        with database.transaction(business) as session:
            meet(session, Who("sms", f"+1917555{n:04}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(known, range(LETTERS)))
    with database.transaction(business) as session:
        session.execute(_POST, {"business": business, "now": session.now})
    with bench.admin(name) as connection:
        count = (connection.execute(_LEFT).fetchone() or (0,))[0]
        began = time.perf_counter()
        while (connection.execute(_LEFT).fetchone() or (0,))[0]:
            time.sleep(0.05)
        seconds = time.perf_counter() - began
    database.close()
    return float(count / seconds)
