"""The outside party Telegram: its channel, its door, its set-up, and long polling."""

import hmac
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Self

from channels.message import Call, Channel, Door, Finding, RejectedError, Taken
from channels.telegram import setup
from channels.telegram.config import Config, bare, proof
from channels.telegram.line import Line
from channels.telegram.polling import HOLDS, PAUSE, Poller
from channels.telegram.reading import CHANNEL, read
from channels.telegram.sending import Sender
from channels.telegram.talkback import Talkback

_PROOF = "x-telegram-bot-api-secret-token"


class Telegram:
    """Fulfils `channels.message.Party` for all bots of one configuration."""

    def __init__(self, config: Config) -> None:
        named = {name.removeprefix("@"): token for name, token in config.bots.items()}
        menus = {name.removeprefix("@"): menu for name, menu in config.menus.items()}
        self._config = config = replace(config, bots=named, menus=menus)
        self._line = Line(config)
        self._talkback = Talkback()
        self.channels: Mapping[str, Channel] = {CHANNEL: Sender(self._line)}
        self.doors: tuple[Door, ...] = (Door("/telegram/{bot}", self.receive),)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; nothing can be sent after it."""
        self._line.close()

    def receive(self, call: Call) -> Taken:
        """Read an update that Telegram hands over, for the bot in the path.

        A press is acknowledged, and a group answered, in the reply itself. Raises RejectedError.
        """
        bot = call.path["bot"]
        given = call.headers.get(_PROOF, "")
        known = bot in self._config.bots
        wanted = proof(self._config, bot) if known else ""
        if not known or not hmac.compare_digest(given.encode(), wanted.encode()):
            raise RejectedError(403, "the secret token is missing or wrong")
        try:
            data = json.loads(call.body)
        except (ValueError, RecursionError):
            raise RejectedError(400, "the body is no JSON") from None
        heard = read(data, bot)
        return Taken(heard.messages, reply=self._talkback.reply(heard, bot))

    def listening(
        self, keep: Callable[[Taken], object], *, hold: int = HOLDS, pause: float = PAUSE
    ) -> AbstractContextManager[None]:
        """Return a block within which updates are asked for, and stored by `keep`.

        `keep` is called in threads, and again until it does not raise. `hold` is for how many
        seconds a request stays open where nothing is new, `pause` is before a second try, growing.
        Where Telegram calls us, nothing is done.
        """
        names = {bare(name): name for name in self._config.bots}
        asked = names if self._config.mode == "poll" else {}
        return Poller(self._line, self._talkback, keep, hold=hold, pause=pause).running(asked)

    def check(self) -> list[Finding]:
        """Ask Telegram whether the tokens work and updates would reach us; never raises."""
        return setup.check(self._config, self._line)

    def register(self) -> list[Finding]:
        """Tell Telegram where to call us, or that we ask, and what the bots can be told."""
        return setup.register(self._config, self._line)
