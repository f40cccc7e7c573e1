"""A bot as the Bot API keeps it: its token, where its updates go, and what waits for it."""

import asyncio
from dataclasses import dataclass, field

from fakes.telegram_updates import Json, Numbers


@dataclass(slots=True)
class Webhook:
    """Where a bot's updates go; `proof` is the secret token."""

    url: str
    proof: str
    kinds: tuple[str, ...]
    error: str = ""
    error_at: int = 0


@dataclass(slots=True)
class Account:
    """A bot, and what waits for it."""

    id: int
    username: str
    token: str
    numbers: Numbers = field(default_factory=Numbers)
    updates: list[Json] = field(default_factory=list)
    webhook: Webhook | None = None
    kinds: tuple[str, ...] = ()
    menus: dict[str, list[Json]] = field(default_factory=dict)  # by language, "" for the others
    started: set[int] = field(default_factory=set)  # chats in which it may write
    blocked: set[int] = field(default_factory=set)
    new: asyncio.Event = field(default_factory=asyncio.Event)
    poll: int = 0  # the number of the getUpdates that waits
    confirmed: list[int] = field(default_factory=list)  # update ids that it let go
    hooked: int = 0  # calls of its webhook

    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": "Bot", "username": self.username}
