"""Long polling, for hosts without a public address: every update is stored before it is let go.

Telegram keeps an update until a later one is asked for. So a process that dies, or a database that
is away, costs nothing: what was not stored is handed over again, and what was is known by its id.
One process should poll. Where two do, Telegram ends the requests of one with a 409, which is waited
out; both store before they go on, so nothing is lost or doubled.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from channels.message import RejectedError, Taken
from channels.telegram.line import Line, asked_to_wait
from channels.telegram.reading import KINDS, read
from channels.telegram.talkback import Talkback

Keep = Callable[[Taken], object]

HOLDS = 25  # seconds for which Telegram keeps a request open where there is nothing new
PAUSE = 1.0  # seconds before the second try, doubling
_DOUBLINGS = 5
_STORING = 4  # threads that store, of all bots together

_log = structlog.get_logger()


class Poller:
    """Asks for the updates of all bots and has `keep` store them, in order for each bot."""

    def __init__(
        self, line: Line, talkback: Talkback, keep: Keep, *, hold: int, pause: float
    ) -> None:
        self._line = line
        self._talkback = talkback
        self._keep = keep
        self._hold = hold
        self._pause = pause
        self._longest = pause * 2**_DOUBLINGS
        self._threads = ThreadPoolExecutor(_STORING, thread_name_prefix="telegram-poll")
        self._said: set[asyncio.Task[None]] = set()

    @contextmanager
    def running(self, names: dict[str, str]) -> Iterator[None]:
        """Poll until the block ends; `names` are the usernames, by their bare form."""
        polls = [self._line.start(self._poll(name, bare)) for bare, name in names.items()]
        try:
            yield
        finally:
            for poll in polls:
                poll.cancel()
            self._threads.shutdown()  # what is being stored is stored

    async def _poll(self, name: str, bare: str) -> None:
        bot = self._line.pollers[bare]
        await self._insist(name, bot, "DeleteWebhook", drop_pending_updates=False)
        offset: int | None = None
        while True:
            updates = await self._insist(
                name, bot, "GetUpdates", offset=offset, timeout=self._hold, allowed_updates=KINDS
            )
            # Once nothing is left no offset is needed, and after a quiet week ids may start lower.
            offset = None
            for update in updates:
                await self._store(name, bot, update)
                number = update.get("update_id") if isinstance(update, dict) else None
                offset = number + 1 if isinstance(number, int) else offset
            if updates and offset is None:
                await asyncio.sleep(self._longest)

    async def _insist(self, name: str, bot: Bot, method: str, **arguments: object) -> Any:  # noqa: ANN401 - whatever Telegram answers
        """Call until Telegram answers.

        The raw call: one update that the library cannot read must not hide the others. Telegram
        does not mind the capitals of a method, the library would want its own of that name.
        """
        pause = self._pause
        while True:
            try:
                return await bot.do_api_request(
                    method, api_kwargs=arguments, read_timeout=self._hold + 10
                )
            except (asyncio.CancelledError, RuntimeError):  # the line is closed
                raise
            except RetryAfter as error:
                pause = asked_to_wait(error)
            except TelegramError as error:
                _log.warning("not polled", bot=name, why=_why(error), again=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest)

    async def _store(self, name: str, bot: Bot, update: object) -> None:
        """Store an update, however long that takes; only then is anything said of it."""
        try:
            heard = read(update, name)
        except RejectedError as error:
            _log.warning("update not read", bot=name, why=str(error))
            return
        loop, pause = asyncio.get_running_loop(), self._pause
        while heard.messages:
            try:
                await loop.run_in_executor(self._threads, self._keep, Taken(heard.messages))
            except Exception as error:  # noqa: BLE001 - it is tried until it works
                _log.warning("update not stored", bot=name, why=type(error).__name__, again=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._longest)
            else:
                break
        for method, arguments in self._talkback.to(heard, name):
            task = asyncio.create_task(_say(bot, method, arguments))
            self._said.add(task)
            task.add_done_callback(self._said.discard)


async def _say(bot: Bot, method: str, arguments: dict[str, Any]) -> None:
    """Acknowledge a press, or answer in a group: a courtesy, tried once."""
    with suppress(TelegramError):
        await bot.do_api_request(method[0].upper() + method[1:], api_kwargs=arguments)


def _why(error: TelegramError) -> str:
    if isinstance(error, Conflict):
        return "another process polls this bot, or a webhook is set"
    if isinstance(error, InvalidToken):
        return "the token is wrong"
    return error.message
