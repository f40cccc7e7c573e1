"""The product with one real channel, joined to its vendor's fake, at a time that stands still."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from bot import web
from bot.acting import Who, meet
from bot.wiring import simulated
from core import businesses, outbox
from core.db import Database
from support.vendors import PUBLIC, Adapter, Caller, Heard, Post
from workers.runtime import Runtime
from workers.tick import drain

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)  # a Tuesday, ten in the morning at Juniper
_PENDING = text("SELECT count(*) FROM outbox WHERE business_id = :b AND status = 'pending'")


@dataclass
class Bot:
    """The product with one real channel, at an instant that only the test moves."""

    adapter: Adapter
    database: Database
    business: int
    runtime: Runtime = field(init=False)
    caller: Caller = field(init=False)
    now: datetime = NOW
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        party = self.adapter.party
        real = {**simulated(self.database).channels, **party.channels}
        self.runtime = Runtime(self.database, real)
        store = web.Store(self.database, PUBLIC)
        self.caller = Caller(web.app(self.database, party.doors, store=store))
        self.database.set_clock(frozen=self.now)

    def say(self, words: str) -> None:
        """Have the customer write, and the bot answer."""
        self.post(self.adapter.text(words, message=next(self.numbers)))

    def choose(self, heard: Heard, index: int) -> None:
        """Have the customer choose, and the bot answer."""
        self.post(self.adapter.choose(heard, index, message=next(self.numbers)))

    def post(self, post: Post) -> None:
        """Have the vendor hand something over, and do what is due then."""
        assert self.caller.post(post).status_code == 200
        drain(self.runtime)

    def last(self) -> Heard:
        """Return what the customer was told last."""
        return self.adapter.heard()[-1]

    def count(self, what: str) -> int:
        """Count rows: a table, and where asked for a condition."""
        with self.database.owner.connect() as connection:
            found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one()
            return found

    def letter(self, words: str, to: str = "") -> None:
        """Post a letter with these words in it."""
        facts = {"name": "Zoe", "address": "nowhere", "text": words}
        self._letter("undelivered", facts, to or self.adapter.sender)

    def agenda(self) -> None:
        """Post a letter with Ana's day, of which an hour is blocked."""
        with self.database.transaction(self.business) as session:
            ana = businesses.load(session).provider_named("ana")
        day = self.now.date().isoformat()
        hour = {"start": f"{day}T21:00:00+00:00", "end": f"{day}T22:00:00+00:00", "day": day}
        facts = {"day": day, "days": 1, "provider": ana.id, "bookings": [], "requests": 0}
        blocks = [hour | {"whole": False, "reason": ""}]
        self._letter("agenda", facts | {"blocks": blocks}, self.adapter.sender)

    def _letter(self, note: str, facts: dict[str, Any], to: str) -> None:
        with self.database.transaction(self.business) as session:
            address = meet(session, Who(self.adapter.channel, to, name="Maya")).address
            now = session.now
            outbox.post(session, address=address, note=note, facts=facts, locale="en", now=now)

    def pending(self) -> int:
        """Return how many letters still wait."""
        with self.database.transaction(self.business) as session:
            found: int = session.execute(_PENDING, {"b": self.business}).scalar_one()
            return found

    def wait(self, seconds: float) -> None:
        """Let time pass, and do what is due then."""
        self.now += timedelta(seconds=seconds)
        self.database.set_clock(frozen=self.now)
        drain(self.runtime)

    def settle(self) -> None:
        """Let time pass until every letter is sent or given up."""
        drain(self.runtime)
        until = self.now + timedelta(minutes=30)
        while self.pending():
            assert self.now < until, "letters are stuck"
            self.wait(5)
