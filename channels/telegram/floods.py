"""When a bot says too much: Telegram's flood control, obeyed before it has to be repeated."""

from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic


class Floods:
    """Remembers which chats of which bot Telegram closed, and until when.

    One chat that is closed has had too much itself, and its own letters wait in the outbox. Where
    two are closed at once the bot as a whole has said too much, and nothing more is sent by it.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._closed: dict[Hashable, dict[str, float]] = {}

    def met(self, bot: Hashable, chat: str, seconds: float) -> None:
        """Remember that a chat is closed for so many seconds."""
        with self._lock:
            self._closed.setdefault(bot, {})[chat] = self._clock() + seconds

    def wait(self, bot: Hashable) -> float:
        """Return for how many seconds nothing should be sent by a bot; 0 where it may speak."""
        with self._lock:
            closed = self._closed.get(bot)
            if not closed:
                return 0.0
            now = self._clock()
            open_again = [chat for chat, until in closed.items() if until <= now]
            for chat in open_again:
                del closed[chat]
            return min(closed.values()) - now if len(closed) > 1 else 0.0
