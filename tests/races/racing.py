"""Sixty-four clients in eight processes, each client a thread with a connection of its own.

What they do is a function named `module:function`; all of them start at one barrier. The processes
live as long as the run, so that a race costs its own time and not that of eight starts.
"""

import importlib
import multiprocessing
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any, TypeAlias

from core.db import Database

PROCESSES, THREADS = 8, 8
CLIENTS = PROCESSES * THREADS
_PATIENCE = 240.0  # seconds for one race

Answers: TypeAlias = list[str]  # one word for each attempt: "held", "refused taken" …


@dataclass
class Client:
    """One of the sixty-four: what it races with, and chance of its own that a seed repeats."""

    number: int
    database: Database
    business: int
    facts: dict[str, Any]
    chance: Random
    barrier: Barrier

    def meet(self) -> None:
        """Wait until every client is here."""
        self.barrier.wait(_PATIENCE)


@dataclass(frozen=True)
class _Order:
    url: str
    business: int
    job: str
    facts: dict[str, Any]
    seed: int


@dataclass
class Result:
    """What all clients were answered, and the errors that reached a caller: there must be none."""

    answers: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    @property
    def attempts(self) -> int:
        return self.answers.total()

    def of(self, *words: str) -> int:
        """Return how many attempts were answered with one of the words."""
        return sum(self.answers[word] for word in words)


class Crowd:
    """The processes; `race` lets them all do one thing at once."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._barrier = barrier = context.Barrier(CLIENTS)  # it is gone where nobody keeps it
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        self.attempts: list[int] = []  # of each race
        for number in range(PROCESSES):
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(number, there, barrier), daemon=True)
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)

    def race(
        self,
        url: str,
        business: int,
        job: Callable[[Client], Answers],
        *,
        seed: int,
        **facts: Any,  # noqa: ANN401 - what each race needs
    ) -> Result:
        """Let every client do a job; it is found again by its name in the other processes."""
        named = f"{job.__module__}:{job.__qualname__}"
        self._barrier.reset()
        for pipe in self._pipes:
            pipe.send(_Order(url, business, named, facts, seed))
        result = Result()
        for pipe in self._pipes:
            if not pipe.poll(_PATIENCE):
                raise TimeoutError(f"{named} has not ended")
            answers, errors = pipe.recv()
            result.answers.update(answers)
            result.errors.extend(errors)
        self.attempts.append(result.attempts)
        return result

    def close(self) -> None:
        """Let the processes end."""
        for pipe in self._pipes:
            pipe.send(None)
        for process in self._processes:
            process.join(10)
            if process.is_alive():
                process.kill()


def _work(number: int, pipe: "Connection[Any, Any]", barrier: Barrier) -> None:
    """Do what is ordered until nothing more is, each thread as one client."""
    kept: tuple[str, Database] | None = None
    while (order := pipe.recv()) is not None:
        if kept is None or kept[0] != order.url:
            if kept is not None:
                kept[1].close()
            kept = (order.url, Database(order.url, size=THREADS))
        pipe.send(_race(number, order, kept[1], barrier))
    if kept is not None:
        kept[1].close()


def _race(
    number: int, order: _Order, database: Database, barrier: Barrier
) -> tuple[list[str], list[str]]:
    module, name = order.job.split(":")
    job = getattr(importlib.import_module(module), name)
    answers: list[str] = []
    errors: list[str] = []

    def run(client: Client) -> None:
        try:
            with database.transaction(order.business):
                pass  # the connection is there before the start
            barrier.wait(_PATIENCE)
            answers.extend(job(client))
        except Exception:  # noqa: BLE001 - whatever it is, the test must see it
            errors.append(traceback.format_exc())
            barrier.abort()  # nobody waits for this one any more

    threads = [
        threading.Thread(
            target=run,
            args=(
                Client(
                    at,
                    database,
                    order.business,
                    order.facts,
                    Random(f"{order.seed}:{at}"),
                    barrier,
                ),
            ),
        )
        for at in range(number * THREADS, (number + 1) * THREADS)
    ]
    _all(threads, threading.Thread.start)
    _all(threads, threading.Thread.join)
    return answers, errors


def _all(threads: Iterable[threading.Thread], what: Callable[[threading.Thread], None]) -> None:
    for thread in threads:
        what(thread)
