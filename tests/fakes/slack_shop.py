"""Juniper on Slack: the real application behind a real port, its workers, and a fake Slack."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot import web
from bot.home import Home
from bot.wiring import simulated
from channels.slack.config import Config
from channels.slack.party import Slack
from channels.slack.workspaces import Installations
from core.db import Database
from core.installations import Installations as Kept
from core.vault import Vault, new_key
from fakes import slack as fake
from fakes import slack_requests as sent
from fakes.slack import Message
from support.postgres import connected
from support.processes import free_port
from support.serving import served
from support.shop import open_shop
from workers import broker
from workers.runtime import Runtime

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)  # a Tuesday, ten in the morning at Juniper


@dataclass
class Shop:
    """What is open, and how people at Slack use it; messages have numbers of their own."""

    slack: fake.Slack
    party: Slack
    database: Database
    business: int
    kept: Kept
    store: web.Store
    url: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def say(self, user: str, words: str, **more: Any) -> None:  # noqa: ANN401 - of an event
        """Have somebody write to the bot."""
        self.deliver(sent.events(sent.said(user, words, number=next(self.numbers), **more)))

    def event(self, event: Mapping[str, Any]) -> None:
        """Have Slack tell of an event."""
        self.deliver(sent.events(sent.callback(event, number=next(self.numbers))))

    def press(self, message: Message, label: str) -> None:
        """Have somebody press a button."""
        labels = [button["text"]["text"] for button in message.buttons]
        index, number = labels.index(label), next(self.numbers)
        self.deliver(sent.actions(sent.pressed(self.slack, message, index, number=number)))

    def deliver(self, request: sent.Request) -> None:
        """Deliver a request, as often as Slack would."""
        assert sent.deliver(self.url, request)[-1] == 200

    def wait(self, user: str, count: int) -> list[Message]:
        """Return what somebody was told, once it is so many messages."""
        until(lambda: len(self.slack.told(user)) >= count)
        return self.slack.told(user)

    def count(self, what: str) -> int:
        """Count rows: a table, and where asked for a condition."""
        with self.database.owner.connect() as connection:
            found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one()
            return found

    def read(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows, as the owner."""
        with self.database.owner.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


@contextmanager
def opened(database_url: str, *, shared: bool = False, **chosen: Any) -> Iterator[Shop]:  # noqa: ANN401 - the fields of a Config
    """Open Juniper; `shared`: any workspace may add the app, and none did yet."""
    business = open_shop(database_url)
    held = ExitStack()
    database = held.enter_context(connected(database_url))
    database.set_clock(frozen=NOW)
    there = fake.Slack(tokens={} if shared else {fake.TOKEN: fake.TEAM})
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    kept = Kept(database, Vault([new_key()]), channel="slack")
    party = Slack(
        _config(there, url, shared=shared, **chosen),
        installations=_installations(kept) if shared else None,
        book=Home(database),
    )
    store = web.Store(database, url)
    runtime = Runtime(database, {**simulated(database).channels, **party.channels})
    try:
        with (
            broker.local(runtime, threads=2),
            served(web.app(database, party.doors, store=store), port=port),
        ):
            yield Shop(there, party, database, business, kept, store, url)
    finally:
        party.close()
        there.close()
        held.close()


def _installations(kept: Kept) -> Installations:
    """Show that what keeps tokens is what the channel asks for."""
    return kept


def _config(there: fake.Slack, url: str, *, shared: bool, **chosen: Any) -> Config:  # noqa: ANN401 - likewise
    facts: dict[str, Any] = {
        "signing_secret": fake.SECRET,
        "public_url": url,
        "base_url": there.api,
        "timeout": 2,
    }
    if shared:
        facts |= {"client_id": "1.2", "client_secret": "test-client-secret"}
    else:
        facts["bot_token"] = fake.TOKEN
    return Config(**(facts | chosen))


def until(done: Callable[[], bool], *, seconds: float = 15) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.02)
