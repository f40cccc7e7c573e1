"""What is said at once to an update, without any dialog: calls that need no answer of ours."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

from channels.message import Reply
from channels.telegram.groups import Pointers
from channels.telegram.reading import Heard

Said = tuple[str, dict[str, Any]]  # a method of Telegram's, and what it is called with


class Talkback:
    """Acknowledges presses, so that no button spins, and points groups to the private chat."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._pointers = Pointers(clock)

    def to(self, heard: Heard, bot: str) -> list[Said]:
        """Return the calls to make: at most one."""
        if heard.query is not None:
            return [("answerCallbackQuery", {"callback_query_id": heard.query})]
        pointer = self._pointers.to(heard.group, bot) if heard.group else None
        return [("sendMessage", pointer)] if pointer else []

    def reply(self, heard: Heard, bot: str) -> Reply:
        """Return the answer to a webhook's call, in which Telegram takes a call of ours."""
        for method, arguments in self.to(heard, bot):
            body = json.dumps({"method": method, **arguments}).encode()
            return Reply(body=body, media="application/json")
        return Reply()
