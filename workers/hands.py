"""Who sends: the caller's own thread, or threads of each channel's own.

So a slow vendor delays nobody else's messages. What waits in a pool is only a name of an address:
nothing is claimed before a thread is free, so no lease runs out in a queue, and what a killed
process had queued is found by the tick.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Protocol

import structlog

from core.db import away

HANDS = 32  # messages of one channel under way at once, in one process

Name = tuple[int, int]  # a business and an address

_log = structlog.get_logger()


class Hands(Protocol):
    """Has an address's letters sent."""

    def take(self, name: Name, channel: Callable[[], str], work: Callable[[], None]) -> None:
        """Do `work` now or soon; `channel` says by which channel that address is reached."""


class OwnHands:
    """Sends in the caller's thread, before `take` returns."""

    def take(self, name: Name, channel: Callable[[], str], work: Callable[[], None]) -> None:
        """Do the work."""
        del name, channel
        work()


class Pools:
    """A pool of threads for each channel; an address that waits already is not queued again."""

    def __init__(self, threads: int = HANDS) -> None:
        self._threads = threads
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._channels: dict[Name, str] = {}  # an address never changes its channel
        self._waiting: set[Name] = set()
        self._lock = Lock()

    def take(self, name: Name, channel: Callable[[], str], work: Callable[[], None]) -> None:
        """Queue the work with the threads of its channel."""
        known = self._channels.get(name) or channel()
        with self._lock:
            self._channels[name] = known
            if name in self._waiting:
                return
            self._waiting.add(name)
            pool = self._pools.get(known)
            if pool is None:
                pool = ThreadPoolExecutor(self._threads, thread_name_prefix=f"send-{known}")
                self._pools[known] = pool
            pool.submit(self._do, name, work)

    def _do(self, name: Name, work: Callable[[], None]) -> None:
        with self._lock:  # what is posted from here on is queued again
            self._waiting.discard(name)
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the rows stay open, and the tick finds them
            if not away(error):
                _log.error("not sent", business=name[0], address=name[1], exc_info=error)

    def stop(self) -> None:
        """Finish what is under way; what only waits is left to the tick of another process."""
        for pool in self._pools.values():
            pool.shutdown(cancel_futures=True)
