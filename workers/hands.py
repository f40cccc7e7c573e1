"""Who sends: the caller's own thread, or threads of each channel's own.

So a slow vendor delays nobody else's messages. What waits in a pool is only a name of an address:
nothing is claimed before a thread is free, so no lease runs out in a queue, and what a killed
process had queued is found by the tick.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Protocol

import structlog

from core.db import away

HANDS = 48  # messages of one channel under way at once, in one process

Name = tuple[int, int]  # a business and an address
Channels = Callable[[Sequence[Name]], Mapping[Name, str]]

_log = structlog.get_logger()


class Hands(Protocol):
    """Has an address's letters sent."""

    @property
    def ending(self) -> bool:
        """Whether no further letter should be begun."""

    def take(self, name: Name, channels: Channels, work: Callable[[], None]) -> None:
        """Do `work` now or soon; `channels` says by which channel addresses are reached."""


class OwnHands:
    """Sends in the caller's thread, before `take` returns."""

    ending = False

    def take(self, name: Name, channels: Channels, work: Callable[[], None]) -> None:
        """Do the work."""
        del name, channels
        work()


class Pools:
    """A pool of threads for each channel; an address that waits already is not queued again."""

    def __init__(self, threads: int = HANDS) -> None:
        self._threads = threads
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._new: dict[Name, Callable[[], None]] = {}  # their channel is not known yet
        self._waiting: set[Name] = set()
        self._lock = Lock()
        self._asking = Lock()
        self.ending = False

    def take(self, name: Name, channels: Channels, work: Callable[[], None]) -> None:
        """Queue the work with the threads of its channel.

        One caller at a time asks for channels, for all names that came meanwhile, and the others
        go on: in a flood that is one question for many.
        """
        with self._lock:
            if name in self._waiting:
                return
            self._waiting.add(name)
            self._new[name] = work
        while self._new and self._asking.acquire(blocking=False):
            try:
                self._sort(channels)
            finally:
                self._asking.release()

    def _sort(self, channels: Channels) -> None:
        with self._lock:
            new, self._new = self._new, {}
        try:
            known = channels(list(new))
        except BaseException:  # the tick finds them again
            with self._lock:
                self._waiting.difference_update(new)
            raise
        with self._lock:
            for name, work in new.items():
                if self.ending or name not in known:
                    self._waiting.discard(name)
                else:
                    self._pool(known[name]).submit(self._do, name, work)

    def _pool(self, channel: str) -> ThreadPoolExecutor:
        pool = self._pools.get(channel)
        if pool is None:
            pool = ThreadPoolExecutor(self._threads, thread_name_prefix=f"send-{channel}")
            self._pools[channel] = pool
        return pool

    def _do(self, name: Name, work: Callable[[], None]) -> None:
        with self._lock:  # what is posted from here on is queued again
            self._waiting.discard(name)
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the rows stay open, and the tick finds them
            if not away(error):
                _log.error("not sent", business=name[0], address=name[1], exc_info=error)

    def stop(self) -> None:
        """Finish the letters under way; what only waits is left to the tick of another process.

        That takes as long as a vendor may: 15 s, and the record.
        """
        with self._lock:
            self.ending = True
            pools = list(self._pools.values())
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown()
