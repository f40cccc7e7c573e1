"""Juniper with a bot of its own: the real door, workers and channel, and the fake vendor.

Nothing is between them but HTTP. The clock stands on a Tuesday morning.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot import web
from bot.wiring import simulated
from channels.telegram.config import Config
from channels.telegram.party import Telegram
from core.db import Database
from fakes.telegram import FakeTelegram
from fakes.telegram_bots import Account
from fakes.telegram_phone import Phone
from support.postgres import connected
from support.serving import served
from support.shop import open_shop
from workers import broker
from workers.runtime import Runtime

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)  # ten in the morning at Juniper
BOT = "JuniperBot"
PUBLIC = "https://bot.example"


@dataclass
class Shop:
    """All of it; `business` is Juniper's number."""

    telegram: FakeTelegram
    bot: Account
    party: Telegram
    database: Database
    business: int
    store: web.Store

    def phone(self, **profile: str) -> Phone:
        """Give a new person a phone."""
        return Phone(self.telegram, self.bot, self.telegram.person(**profile))

    def count(self, what: str) -> int:
        """Count rows: a table, and where asked for a condition."""
        with self.database.owner.connect() as connection:
            found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one()
            return found

    def read(self, statement: str) -> list[tuple[object, ...]]:
        """Return the rows of a statement."""
        with self.database.owner.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


def config(
    telegram: FakeTelegram,
    bot: Account,
    *,
    mode: Literal["webhook", "poll"] = "webhook",
    timeout: float = 3.0,
) -> Config:
    """Return what leads the channel to the fake."""
    return Config(
        {bot.username: bot.token},
        mode=mode,
        public_url=PUBLIC,
        base_url=telegram.base_url,
        base_file_url=telegram.base_file_url,
        timeout=timeout,
    )


@contextmanager
def opened(url: str, *, mode: Literal["webhook", "poll"] = "webhook") -> Iterator[Shop]:
    """Open Juniper on an empty database; updates come to nobody yet."""
    business = open_shop(url)
    with connected(url) as database, FakeTelegram() as telegram:
        database.set_clock(frozen=NOW)
        bot = telegram.add_bot(BOT)
        with Telegram(config(telegram, bot, mode=mode)) as party:
            runtime = Runtime(database, {**simulated(database).channels, **party.channels})
            store = web.Store(database, PUBLIC)
            with broker.local(runtime, threads=2):
                yield Shop(telegram, bot, party, database, business, store)


@contextmanager
def hooked(shop: Shop) -> Iterator[None]:
    """Serve the door, and have Telegram call there."""
    with served(web.app(shop.database, shop.party.doors)) as local:
        shop.telegram.reach[PUBLIC] = local
        assert all(found.good for found in shop.party.register())
        yield
        shop.telegram.unhook(shop.bot)
