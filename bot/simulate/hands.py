"""Who does the work of the town: this process alone, or processes that are killed at it.

Alone, each wake is done as it comes: the same order every time. A crew takes wakes over pipes, two
at once; every so often one of them is killed in the middle of a job, or its database connection is,
and whatever it had in hand is found again by looking at the rows, as the tick does.
"""

import multiprocessing
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

from sqlalchemy import text

from bot import logs
from bot.simulate.post import Letter, Post, Trouble
from bot.wiring import CHANNELS
from channels.console import Console
from core.db import Database, Wake
from workers.jobs import attempt
from workers.runtime import Runtime
from workers.tick import forgotten

_TRIES = 3  # at one thing at one moment; what needs time is found later
_FORK = multiprocessing.get_context("forkserver")
_BACKEND = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'slotkeeper slotkeeper_app%'"
    " AND state <> 'idle' LIMIT 1"
)


def joined(
    database: Database, bag: list[Letter], file: Path | None = None, trouble: Trouble | None = None
) -> Runtime:
    """Join the product with the town's post."""
    posts = {name: Post(name, bag, file, trouble) for name in CHANNELS}
    return Runtime(database, {**posts, "console": Console()})


@dataclass
class Alone:
    """Does the work in this process, one thing after the other."""

    runtime: Runtime
    _wakes: deque[Wake] = field(default_factory=deque)
    kills: Counter[str] = field(default_factory=Counter)
    struck: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.runtime.database.wake = self._wakes.extend

    def work(self, *, look: bool) -> None:
        """Do what was woken for, and with `look` all that is due and was not."""
        self._drain()
        tried: Counter[Wake] = Counter()
        while look:
            database = self.runtime.database
            found = [w for w in forgotten(database, now=database.now()) if tried[w] < _TRIES]
            if not found:
                return
            tried.update(found)
            self._wakes.extend(found)
            self._drain()

    def _drain(self) -> None:
        while self._wakes:
            attempt(self.runtime, self._wakes.popleft())

    def close(self) -> None:
        """End the work."""


def _labour(pipe: Connection, url: str, file: Path, trouble: Trouble) -> None:
    """Do what comes over a pipe, and say what it woke for; until the pipe is closed."""
    logs.set_up(level="error")
    database = Database(url, size=1)
    wakes: list[Wake] = []
    database.wake = wakes.extend
    runtime = joined(database, [], file, trouble)
    while True:
        try:
            wake = Wake(*pipe.recv())
        except EOFError:
            return
        wakes.clear()
        attempt(runtime, wake)
        pipe.send([tuple(wake) for wake in wakes])


@dataclass
class _Hand:
    """One process at work, and what it has in hand."""

    process: BaseProcess
    pipe: Connection
    wake: Wake | None = None


@dataclass
class Crew:
    """Several processes do the work; `blows` are the jobs, counted from 1, at which one is hit."""

    database: Database
    file: Path
    trouble: Trouble
    chance: Random
    blows: frozenset[int]
    size: int = 2
    kills: Counter[str] = field(default_factory=Counter)
    struck: set[tuple[int, int]] = field(default_factory=set)  # whose letter was in hand then
    _wakes: dict[Wake, None] = field(default_factory=dict)
    _hands: list[_Hand] = field(default_factory=list)
    _jobs: int = 0

    def __post_init__(self) -> None:
        _FORK.set_forkserver_preload(["bot.simulate.hands"])
        self.database.wake = self._woken
        self._hands = [self._hired() for _ in range(self.size)]

    def _woken(self, wakes: Sequence[Wake]) -> None:
        self._wakes.update(dict.fromkeys(wakes))

    def _hired(self) -> _Hand:
        ours, theirs = _FORK.Pipe()
        url = self.database.url.render_as_string(hide_password=False)
        facts = (theirs, url, self.file, self.trouble)
        process = _FORK.Process(target=_labour, args=facts, daemon=True)
        process.start()
        theirs.close()
        return _Hand(process, ours)

    def work(self, *, look: bool) -> None:
        """Do what was woken for, and with `look` all that is due and was not."""
        tried: Counter[Wake] = Counter()
        killed = sum(self.kills.values())
        while True:
            self._drain()
            if not look and killed == sum(self.kills.values()):
                return
            found = forgotten(self.database, now=self.database.now())
            again = [wake for wake in found if tried[wake] < _TRIES]
            if not again:
                return
            tried.update(again)
            self._woken(again)

    def _drain(self) -> None:
        while self._wakes or any(hand.wake for hand in self._hands):
            for hand in tuple(self._hands):
                if hand.wake is None and (wake := self._next()):
                    self._give(hand, wake)
            busy = {hand.pipe: hand for hand in self._hands if hand.wake}
            for ready in wait(list(busy)) if busy else ():
                self._done(busy[ready])  # type: ignore[index]  # only pipes were waited for

    def _next(self) -> Wake | None:
        """Return what may be begun: nothing that somebody has in hand."""
        held = {hand.wake for hand in self._hands}
        free = next((wake for wake in self._wakes if wake not in held), None)
        if free is not None:
            del self._wakes[free]
        return free

    def _give(self, hand: _Hand, wake: Wake) -> None:
        try:
            hand.pipe.send(tuple(wake))
        except ConnectionError:  # killed just after it had finished
            self._replaced(hand)
            self._wakes[wake] = None
            return
        hand.wake = wake
        self._jobs += 1
        if self._jobs in self.blows:
            time.sleep(self.chance.uniform(0, 0.012))
            self._strike(hand)

    def _strike(self, hand: _Hand) -> None:
        """Kill whoever works, or the database's process that works for one of them."""
        hit = [one.wake for one in self._hands if one.wake is not None]
        self.struck |= {(w.business, w.subject) for w in hit if w.kind == "deliver"}
        if self.chance.random() < 0.25:
            with self.database.owner.begin() as connection:
                connection.execute(_BACKEND)
            self.kills["backend"] += 1
        else:
            hand.process.kill()
            self.kills["worker"] += 1

    def _done(self, hand: _Hand) -> None:
        try:
            self._woken([Wake(*wake) for wake in hand.pipe.recv()])
            hand.wake = None
        except (EOFError, ConnectionError):
            self._replaced(hand)

    def _replaced(self, hand: _Hand) -> None:
        hand.process.join()
        hand.pipe.close()
        self._hands[self._hands.index(hand)] = self._hired()

    def close(self) -> None:
        """Let them go."""
        for hand in self._hands:
            hand.pipe.close()
            hand.process.join(10)


Hands = Alone | Crew
