"""The one thread on which the library's event loop runs, and the bots that speak through it."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from datetime import timedelta
from typing import Any, TypeVar, cast

from telegram import Bot
from telegram.error import RetryAfter

from channels.telegram.config import Config, bare
from channels.telegram.pools import Pools

CONNECTIONS = 64  # to Telegram, of one process: 48 threads send, and presses are acknowledged

# The library's own switch: without it every refusal for flooding warns of a change of types.
os.environ["PTB_TIMEDELTA"] = "true"

T = TypeVar("T")


def asked_to_wait(error: RetryAfter) -> float:
    """Return after how many seconds Telegram wants to be asked again."""
    return cast(timedelta, error.retry_after).total_seconds()


class Line:
    """Runs coroutines for threads that wait. The thread starts when it is first needed.

    `bots` leads from a username, as `bare` gives it, to a bot. No bot is asked who it is.
    """

    def __init__(self, config: Config) -> None:
        self._request = Pools(CONNECTIONS, timeout=config.timeout)
        # Long polling keeps a connection for each bot: it takes none from those who send.
        self._polls = Pools(len(config.bots), timeout=config.timeout)
        self.bots = _bots(config, self._request)
        self.pollers = _bots(config, self._polls)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop; return its future, which any thread may wait for."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._running())

    def run(self, coroutine: Coroutine[Any, Any, T], *, within: float) -> T:
        """Wait for a coroutine. Raises TimeoutError after so many seconds, having stopped it."""
        future = asyncio.run_coroutine_threadsafe(_limited(coroutine, within), self._running())
        try:
            return future.result()
        except CancelledError:  # the line was closed meanwhile
            raise TimeoutError from None

    def close(self) -> None:
        """Close the connections and end the thread; nothing can be sent after it."""
        with self._lock:
            loop, thread = self._loop, self._thread
            if loop is None or thread is None:
                loop = asyncio.new_event_loop()
                loop.run_until_complete(self._closed())
                loop.close()
                return
            asyncio.run_coroutine_threadsafe(self._ended(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="telegram", daemon=True
                )
                self._thread.start()
            return self._loop

    async def _ended(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._closed()

    async def _closed(self) -> None:
        for request in (self._request, self._polls):
            with contextlib.suppress(RuntimeError):  # it was closed before
                await request.shutdown()


async def _limited(coroutine: Coroutine[Any, Any, T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await coroutine


def _bots(config: Config, request: Pools) -> dict[str, Bot]:
    """Return the bots by name; one request object serves all, whose connections they share."""
    return {
        bare(username): Bot(
            token,
            base_url=config.base_url,
            base_file_url=config.base_file_url,
            request=request,
            get_updates_request=request,
        )
        for username, token in config.bots.items()
    }
