"""From an inbound message to its stored reply: all of the dialog, in one process and in two.

Each person books at Juniper Studio, agrees, asks for their bookings and gives thanks. A message is
stored as a channel's door stores it, and answered as a worker answers it; delivering is not part.
"""

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

import structlog
from world import FULL, Bench, Figure, at_least, at_most, median_ms

from bot.cli import settle
from bot.commands.apply import read_files
from bot.wiring import simulated
from core import businesses, inbox, people
from core.applying import applied
from core.db import Database
from core.rules import Business
from workers.answer import answer
from workers.runtime import Runtime

PROCESSES = 2
PEOPLE = 400 if FULL else 150  # in each process
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
_JUNIPER = Path(__file__).parents[1] / "examples" / "juniper.toml"
_DONE = "SELECT count(*), count(*) FILTER (WHERE answered_at IS NULL) FROM inbox"
_BOOKED = "SELECT count(*) FROM bookings WHERE status = 'confirmed'"


def talk(dice: random.Random) -> Iterator[str]:
    """Yield what a person says, one message after the other."""
    day = (NOW + timedelta(days=dice.randrange(1, 50))).strftime("%B %d")
    yield f"haircut on {day} at {dice.randrange(9, 19)}:{dice.choice(('00', '15', '30', '45'))}"
    yield "yes"
    yield "my bookings"
    yield "thanks"


_numbers = count(1)


def said(runtime: Runtime, business: Business, who: str, words: str) -> float:
    """Store one message and answer it; return the seconds."""
    began = time.perf_counter()
    with runtime.database.transaction(business.id) as session:
        reader = people.at(session, channel="sms", address=who, now=session.now)
        inbox.store(
            session,
            address=reader.address,
            channel="sms",
            message=f"{who}-{next(_numbers)}",
            kind="text",
            body=words,
            now=session.now,
        )
    answer(runtime, business.id, reader.address)
    return time.perf_counter() - began


def _work(url: str, slug: str, seed: int, pipe: Connection) -> None:
    """Talk for many people as one worker process; send the seconds of each message."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    database = Database(url)
    number = businesses.find(database, slug)
    if number is None:
        raise LookupError(slug)
    with database.transaction(number) as session:
        business = businesses.load(session)
    runtime, dice = simulated(database), random.Random(seed)
    for words in talk(dice):  # what is loaded with the first talk is loaded once in a process
        said(runtime, business, f"+1212556{seed:04}", words)
    settle()
    pipe.send(None)
    pipe.recv()
    seconds: list[float] = []
    for n in range(PEOPLE):
        who = f"+1212555{seed * 1000 + n:04}"
        seconds.extend(said(runtime, business, who, words) for words in talk(dice))
    pipe.send(seconds)
    database.close()


def _together(url: str, slug: str, processes: int, seed: int) -> tuple[list[float], float]:
    """Return the seconds of every message, and messages a second of all processes together."""
    context = multiprocessing.get_context("spawn")
    pipes: list[Connection] = []
    workers = []
    for n in range(processes):
        here, there = context.Pipe()
        workers.append(context.Process(target=_work, args=(url, slug, seed + n, there)))
        workers[-1].start()
        pipes.append(here)
    for pipe in pipes:
        pipe.recv()
    began = time.perf_counter()
    for pipe in pipes:
        pipe.send(None)
    seconds = [s for pipe in pipes for s in pipe.recv()]
    rate = len(seconds) / (time.perf_counter() - began)
    for worker in workers:
        worker.join()
    return seconds, rate


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time of one message, and the rate of two processes on this machine."""
    with bench.database("bench_messages") as database:
        database.set_clock(frozen=NOW)
        blueprints, problems = read_files([str(_JUNIPER)])
        if problems:
            raise RuntimeError(str(problems[0]))
        applied(database, blueprints[0])
        url, slug = bench.url("bench_messages"), blueprints[0].slug
        alone, one = _together(url, slug, 1, 1)
        _, two = _together(url, slug, PROCESSES, 2)
        with bench.admin("bench_messages") as raw:
            stored, unanswered = raw.execute(_DONE).fetchone() or (0, 0)
            booked = (raw.execute(_BOOKED).fetchone() or (0,))[0]
        if unanswered or booked * 3 < stored / 4:
            raise RuntimeError(f"{unanswered} of {stored} unanswered, {booked} bookings")
    yield at_most("inbound message to stored reply, p50", median_ms(alone), 10, unit="ms")
    p95 = statistics.quantiles(alone, n=20)[-1] * 1000
    yield Figure("  p95, and messages a second of one process", f"{p95:.1f} ms, {one:.0f}/s")
    yield at_least(f"messages of {PROCESSES} worker processes", two, 200, unit="/s")
