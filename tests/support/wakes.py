"""How long a wake takes over Redis: to a worker that idles, and past a worker that was killed.

Both are measured between processes of their own, on the clock that all of them share.
"""

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import LiteralString

import dramatiq
import psycopg

from core.db import Wake
from support.postgres import libpq
from support.processes import Crew
from workers.broker import RedisWakes, WakingBroker, Workers, client
from workers.hands import Pools

_TURN = 10.0  # seconds that anything here may take


def latencies(redis_url: str, rounds: int) -> list[float]:
    """Return the seconds from each send to its actor's first line, the worker idle before."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=_work, args=(redis_url, theirs), daemon=True)
    worker.start()
    try:
        theirs.close()  # so that a worker that died is heard of
        ours.recv()
        wakes = RedisWakes(redis_url, patience=_TURN)
        return [_once(wakes, ours) for _ in range(rounds)]
    finally:
        worker.terminate()
        worker.join()


def _once(wakes: RedisWakes, started: Connection) -> float:
    time.sleep(random.uniform(0.05, 0.15))
    sent = time.perf_counter()
    if not wakes.send([Wake("answer", 1, 1)]) or not started.poll(_TURN):
        raise TimeoutError("the wake was lost")
    at: float = started.recv()
    return at - sent


def _work(redis_url: str, started: Connection) -> None:
    broker = WakingBroker(client=client(redis_url, patience=5.0))

    def act(_business: int, _subject: int) -> None:
        started.send(time.perf_counter())

    dramatiq.actor(actor_name="answer", queue_name="answer", broker=broker)(act)
    Workers(broker, Pools(), threads=4, idle=1000)
    time.sleep(0.5)
    started.send(0.0)
    time.sleep(3600)


def take_up(crew: Crew, url: str, *, say: Callable[[], None], address: str) -> float:
    """Kill a worker with a message in hand; return the seconds until the other has answered it.

    `crew` has the processes "work-1" and "work-2" and a tick; `say` stores a message of `address`,
    which has written before. The second stands still while the first takes the message, and the
    first is kept at it by the lock on the conversation.
    """
    with psycopg.connect(libpq(url)) as keeper, psycopg.connect(libpq(url), autocommit=True) as eye:
        crew.signal("work-2", signal.SIGSTOP)
        keeper.execute(
            "SELECT 1 FROM conversations c JOIN addresses a ON a.business_id = c.business_id"
            " AND a.id = c.address_id WHERE a.address = %s FOR UPDATE OF c",
            [address],
        )
        say()
        _until(eye, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        time.sleep(random.uniform(0, 2))  # at any moment between two looks of the tick
        crew.signal("work-2", signal.SIGCONT)
        crew.kill("work-1")
        keeper.rollback()
        killed = time.perf_counter()
        _until(eye, "SELECT count(*) = 0 FROM inbox WHERE answered_at IS NULL")
        return time.perf_counter() - killed


def _until(connection: psycopg.Connection, question: LiteralString) -> None:
    late = time.monotonic() + _TURN
    while (row := connection.execute(question).fetchone()) is None or not row[0]:
        if time.monotonic() > late:
            raise TimeoutError(question)
        time.sleep(0.005)
