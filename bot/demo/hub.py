"""Who listens to the demo, and what they are told: rows are looked at while somebody listens."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

PAUSE = 0.12  # seconds between two looks at whether anything was written
FULL = 15.0  # seconds after which everything is looked at anyway: what fades, fades by time alone
QUEUE = 500  # events a listener may be behind; then its line is cut, and it asks anew

Result = TypeVar("Result")

_log = structlog.get_logger()


@dataclass(frozen=True)
class View:
    """What listeners of one business may be told of, at one moment."""

    messages: dict[str, dict[str, dict[str, Any]]]  # by phone and message id
    marks: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """Where views come from: three functions that ask the database."""

    written: Callable[[], str]  # changes whenever anything was committed
    view: Callable[[str], View]
    days: Callable[[str, View, View], list[date]]


class Hub:
    """Streams of server-sent events, one for each listener, fed by one watcher for all."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._listeners: dict[str, set[asyncio.Queue[bytes | None]]] = defaultdict(set)
        self._views: dict[str, View] = {}
        self._watcher: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def listen(self, slug: str) -> AsyncIterator[bytes]:
        """Yield the events of one business from now on, and comments that keep the line alive."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)
        async with self._turn:
            if not self._listeners[slug]:
                self._views[slug] = await run_in_threadpool(self._source.view, slug)
            self._listeners[slug].add(queue)
        if self._watcher is None or self._watcher.done():
            self._watcher = asyncio.create_task(self._watch())
        try:
            yield b": listening\n\n"
            while not self._closed:
                try:
                    event = await asyncio.wait_for(queue.get(), FULL)
                except TimeoutError:
                    event = b": still here\n\n"
                if event is None:
                    return
                yield event
        finally:
            self._listeners[slug].discard(queue)

    def tell_all(self, name: str, data: dict[str, Any]) -> None:
        """Tell every listener of every business."""
        for slug in list(self._listeners):
            self._tell(slug, name, data)

    async def exchange(self, change: Callable[[], Result]) -> Result:
        """Do what exchanges everything; nobody is told of what came or went by it."""
        async with self._turn:
            done = await run_in_threadpool(change)
            for slug in [s for s, listeners in self._listeners.items() if listeners]:
                self._views[slug] = await run_in_threadpool(self._source.view, slug)
            return done

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for queue in [q for queues in self._listeners.values() for q in queues]:
            _cut(queue)

    def _tell(self, slug: str, name: str, data: dict[str, Any]) -> None:
        event = f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
        for queue in list(self._listeners[slug]):
            try:
                queue.put_nowait(event)
            except asyncio.QueueFull:
                _cut(queue)

    async def _watch(self) -> None:
        """Look for what was written until nobody listens any more."""
        known, looked = "", 0.0
        clock = asyncio.get_running_loop().time
        while any(self._listeners.values()) and not self._closed:
            try:
                written = await run_in_threadpool(self._source.written)
                if written != known or clock() - looked > FULL:
                    await self._look()
                    known, looked = written, clock()
            except SQLAlchemyError as error:
                _log.warning("the demo cannot look", error=str(error).split("\n")[0])
                await asyncio.sleep(1)
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        async with self._turn:
            for slug in [s for s, listeners in self._listeners.items() if listeners]:
                before = self._views[slug]
                after = await run_in_threadpool(self._source.view, slug)
                days = await run_in_threadpool(self._source.days, slug, before, after)
                self._views[slug] = after
                for phone, messages in after.messages.items():
                    old = before.messages.get(phone, {})
                    for key, message in messages.items():
                        if old.get(key) != message:
                            self._tell(slug, "message", {"phone": phone, "message": message})
                for day in days:
                    self._tell(slug, "board", {"day": day.isoformat()})


def _cut(queue: asyncio.Queue[bytes | None]) -> None:
    with suppress(asyncio.QueueEmpty):
        while True:
            queue.get_nowait()
    queue.put_nowait(None)
