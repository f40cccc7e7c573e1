"""Find whatever is due, expired or forgotten, and have it looked at.

The loop asks the rows twice a second, so a wake may be lost anywhere: of a killed process, of a
flushed or absent Redis. Several loops at once are harmless, since a job that finds nothing to do
ends at once. Where nobody takes the wakes, the loop does the work itself.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event
from types import MappingProxyType
from typing import Self

import structlog

from core.db import Database, Wake, away
from core.due import FORGOTTEN, NEXT
from workers.jobs import JOBS, attempt
from workers.runtime import Runtime

BATCH = 200
EVERY = 0.5  # seconds between two looks
AGAIN = 2.0  # seconds until the same thing, still there, is woken for again, doubling
_LONGEST_PAUSE = 30.0  # seconds
_AT_ONCE = 0.02  # seconds, where something is due within moments
_BEHIND = 0.1  # seconds, where a batch was full
_LONGEST_WAIT = 2.0  # seconds between two tries while the database is away
_OWN_THREADS = 4

Send = Callable[[Sequence[Wake]], bool]

_log = structlog.get_logger()


def forgotten(
    database: Database,
    *,
    now: datetime,
    limit: int = BATCH,
    beyond: Mapping[str, int] = MappingProxyType({}),
) -> list[Wake]:
    """Return what is due by now and not done, each address or piece of work once.

    At most `limit` of each kind; `beyond` says how many of a kind to pass over.
    """
    facts = {"now": now, "limit": limit} | {kind: beyond.get(kind, 0) for kind in JOBS}
    rows = database.route(FORGOTTEN, facts)
    return list(dict.fromkeys(Wake(r.kind, r.business_id, r.subject) for r in rows))


def next_due(database: Database, *, after: datetime | None = None) -> datetime | None:
    """Return the instant of the earliest thing that is not done yet: of all, or after a moment."""
    found: datetime | None = database.route(NEXT, {"after": after})[0][0]
    return found


def drain(runtime: Runtime) -> int:
    """Do here and now all that is due at this instant; return how many pieces that was."""
    count = 0
    while found := forgotten(runtime.database, now=runtime.database.now()):
        for wake in found:
            JOBS[wake.kind](runtime, wake.business, wake.subject)
        count += len(found)
    return count


class Recent:
    """What was woken for a moment ago, so that what still waits is not woken for at every look.

    What goes on waiting is woken for less and less often, down to twice a minute; what is no longer
    there is forgotten, so that the next message of the same address is woken for at once. `beyond`
    is where the next look begins: behind a full batch, so that it hides nothing, else at the
    beginning.
    """

    def __init__(self, seconds: float = AGAIN) -> None:
        self._seconds = seconds
        self._until: dict[Wake, tuple[float, float]] = {}  # when again, and the pause before that
        self.beyond: dict[str, int] = {}

    def new(self, found: Sequence[Wake], *, at: float) -> list[Wake]:
        """Return what was not returned for some seconds; `at` is a monotonic time."""
        there, part = set(found), {*self.beyond, *_full(found)}  # kinds of which more may be there
        self._until = {
            w: (again, p)
            for w, (again, p) in self._until.items()
            if again + p > at and (w in there or w.kind in part)
        }
        fresh = [wake for wake in found if self._until.get(wake, (at, 0.0))[0] <= at]
        for wake in fresh:
            before = self._until.get(wake)
            pause = min(before[1] * 2, _LONGEST_PAUSE) if before else self._seconds
            self._until[wake] = at + pause, pause
        return fresh

    def full(self, found: Sequence[Wake]) -> bool:
        """Move on behind every kind of which a whole batch was found; say whether there was one."""
        self.beyond = {kind: self.beyond.get(kind, 0) + BATCH for kind in _full(found)}
        return bool(self.beyond)


def _full(found: Sequence[Wake]) -> list[str]:
    """Return the kinds of which a whole batch was found."""
    counts = Counter(wake.kind for wake in found)
    return [kind for kind, number in counts.items() if number >= BATCH]


def run(runtime: Runtime, send: Send, ending: Event, *, every: float = EVERY) -> None:
    """Look until `ending` is set; an absent database is waited for, and said once."""
    recent, wait, lost = Recent(), 0.0, 0
    with _OwnHands(runtime) as own:
        while not ending.wait(wait):
            try:
                wait = look(runtime.database, recent, send, own.do, every=every)
            except Exception as error:  # noqa: BLE001 - the loop must outlive whatever happens
                if not away(error):
                    _log.exception("the tick broke")
                elif not lost:
                    _log.warning("database away", error=str(error).partition("\n")[0])
                wait = min(every * 2**lost, _LONGEST_WAIT)
                lost = min(lost + 1, 10)
                continue
            if lost:
                _log.info("database back")
            lost = 0


def look(
    database: Database, recent: Recent, send: Send, do: Send, *, every: float = EVERY
) -> float:
    """Wake for what is there, by `send` or else by `do`; return the seconds until the next look.

    Where a batch was full more lies behind it, which is looked for after as long again as this look
    took, so that looking is never more than half of the time.
    """
    begun = time.monotonic()
    now = database.now()
    found = forgotten(database, now=now, beyond=recent.beyond)
    fresh = recent.new(found, at=time.monotonic())
    if fresh and not send(fresh):
        do(fresh)
    if recent.full(found):
        return min(every, max(time.monotonic() - begun, _BEHIND))
    ahead = next_due(database, after=now)
    return min(every, max((ahead - now).total_seconds(), _AT_ONCE)) if ahead else every


class _OwnHands:
    """A few threads of the tick's own, for what nobody else takes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._pool = ThreadPoolExecutor(_OWN_THREADS, thread_name_prefix="tick")
        self._begun: set[Wake] = set()

    def do(self, wakes: Sequence[Wake]) -> bool:
        """Do the jobs as threads come free, none twice at a time."""
        for wake in wakes:
            if wake not in self._begun:
                self._begun.add(wake)
                self._pool.submit(self._do, wake)
        return True

    def _do(self, wake: Wake) -> None:
        attempt(self._runtime, wake)
        self._begun.discard(wake)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
