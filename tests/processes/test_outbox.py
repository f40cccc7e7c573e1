"""A full outbox: thousands of letters for one address hold up nobody else's."""

import sys
import time
from collections.abc import Iterator
from threading import Event

import pytest
from sqlalchemy import text

from bot.acting import Who, meet
from bot.wiring import simulated
from channels.message import Outbound, SendError
from core import outbox
from core.db import Database
from support.counts import count
from support.shop import open_shop
from workers import broker
from workers.hands import HANDS
from workers.runtime import Runtime
from workers.tick import forgotten

BACKLOG = count(10_000, 18_000)  # letters that wait for one address: a look sees past 20,000
OTHERS = 50  # addresses with one letter each
_POSTED = text(
    "INSERT INTO outbox (business_id, address_id, note, facts, locale, due_at, created_at)"
    " SELECT :business, :address, 'thanks', '{}', 'en', :now, :now FROM generate_series(1, :count)"
)

_PEOPLE = text("""
WITH person AS (
  INSERT INTO people (business_id, name, created_at)
  SELECT :business, '', now() FROM generate_series(1, :count) RETURNING id)
INSERT INTO addresses (business_id, person_id, channel, address, created_at)
SELECT :business, id, :channel, :channel || id, now() FROM person
""")
_ONE_EACH = text("""
INSERT INTO outbox (business_id, address_id, note, facts, locale, due_at, created_at)
SELECT :business, id, 'thanks', '{}', 'en', CAST(:now AS timestamptz) - CAST(:kept AS interval),
  :now FROM addresses WHERE business_id = :business AND channel = :channel
  AND address LIKE :channel || '%'
""")


class Slow:
    """A vendor that takes a while, and refuses one address for good."""

    def __init__(self, refused: str) -> None:
        self.refused = refused
        self.taken: dict[str, float] = {}

    def render(self, outbound: Outbound) -> str:
        """Show the text alone."""
        return outbound.text

    def send(self, outbound: Outbound) -> str | None:
        """Take a millisecond for it."""
        time.sleep(0.001)
        if outbound.to == self.refused:
            raise SendError("no such address", permanent=True)
        self.taken.setdefault(outbound.to, time.monotonic())
        return None


@pytest.fixture
def full(database_url: str) -> Iterator[tuple[Database, int]]:
    """Give a database whose outbox is full, and its business: nobody was woken for any of it."""
    juniper = open_shop(database_url)
    database = Database(database_url)
    with database.transaction(juniper) as session:
        for to, letters in (
            ("+12125550001", BACKLOG),
            ("+12125550002", BACKLOG // 100),
            *((f"+1212556{n:04}", 1) for n in range(OTHERS)),
        ):
            address = meet(session, Who("sms", to)).address
            facts = {"business": juniper, "address": address, "count": letters}
            session.execute(_POSTED, facts | {"now": session.now})
    yield database, juniper
    database.close()


def test_the_look_sees_past_thousands_of_letters(full: tuple[Database, int]) -> None:
    """Each address is found once, however many letters lie before its own."""
    database, _ = full
    now = database.now()
    begun = time.perf_counter()
    found = forgotten(database, now=now)
    assert len({wake.subject for wake in found if wake.kind == "deliver"}) == OTHERS + 2
    assert time.perf_counter() - begun < 2


def test_a_full_outbox_holds_up_nobody_else(full: tuple[Database, int]) -> None:
    """Others get theirs within seconds; of the dead address the human hears once."""
    database, juniper = full
    vendor = Slow(refused="+12125550002")
    runtime = Runtime(database, {**simulated(database).channels, "sms": vendor})
    begun = time.monotonic()
    with broker.local(runtime, threads=4):
        while sum(to.startswith("+1212556") for to in vendor.taken) < OTHERS:
            assert time.monotonic() - begun < 30
            time.sleep(0.05)
        with database.transaction(juniper) as session:
            left = session.execute(
                text(
                    "SELECT count(*) AS n FROM outbox WHERE business_id = :b AND status = 'pending'"
                ),
                {"b": juniper},
            ).scalar()
        assert left > BACKLOG / 4
        while True:
            with database.transaction(juniper) as session:
                rows = session.execute(
                    text(
                        "SELECT o.status, o.note, count(*) AS n FROM outbox o JOIN addresses a"
                        " ON a.business_id = o.business_id AND a.id = o.address_id"
                        " WHERE o.business_id = :b AND (a.address = '+12125550002'"
                        " OR o.note = 'undelivered') GROUP BY 1, 2"
                    ),
                    {"b": juniper},
                ).all()
            counts = {(row.status, row.note): row.n for row in rows}
            if ("pending", "thanks") not in counts:
                break
            assert time.monotonic() - begun < 60
            time.sleep(0.1)
    assert counts["failed", "thanks"] == BACKLOG // 100
    assert sum(n for (_, note), n in counts.items() if note == "undelivered") == 1


class Paced:
    """A vendor that takes so many seconds for each message."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ending = Event()
        self.taken: list[float] = []

    def render(self, outbound: Outbound) -> str:
        """Show the text alone."""
        return outbound.text

    def send(self, outbound: Outbound) -> str | None:
        """Take the time for it, or as long as the test lasts."""
        del outbound
        self.ending.wait(self.seconds)
        self.taken.append(time.monotonic())
        return None


def test_the_end_waits_for_what_is_under_way_alone(full: tuple[Database, int]) -> None:
    """Told to end, a process finishes the letter that each thread has in hand, and begins none."""
    database, _ = full
    vendor = Paced(1.0)
    with broker.local(Runtime(database, {**simulated(database).channels, "sms": vendor})):
        begun = time.monotonic()
        while len(vendor.taken) < HANDS:  # now each is at the next one
            assert time.monotonic() - begun < 30
            time.sleep(0.01)
        ending = time.monotonic()
    assert time.monotonic() - ending < 5  # else those of one address would take fifty seconds
    known = len(vendor.taken)
    with database.owner.connect() as connection:
        sent = "SELECT count(*) FROM outbox WHERE status = 'sent'"
        assert connection.exec_driver_sql(sent).scalar_one() == known
        leased = "SELECT count(*) FROM outbox WHERE lease_until IS NOT NULL"
        assert connection.exec_driver_sql(leased).scalar_one() == 0


def test_a_vendor_that_always_asks_for_a_second_is_outlasted(full: tuple[Database, int]) -> None:
    """All tries of a letter last for more than an hour, and the first of them come soon."""
    database, juniper = full
    with database.transaction(juniper) as session:
        address = meet(session, Who("sms", "+12125550001")).address
        now = session.now
        waits: list[float] = []
        for _ in range(outbox.PATIENCE):
            letter = outbox.claim(session, address=address, now=now)
            assert letter is not None
            due = outbox.later(session, letter, error="429", now=now, wait=1.0)
            waits.append((due - now).total_seconds())
            now = due
    assert waits[:4] == [1, 1, 1, 2]
    assert max(waits) == 60
    assert sum(waits) > 3600


def test_a_slow_vendor_delays_no_other(database_url: str) -> None:
    """A thousand letters wait for one that takes ten seconds each; the other's go at their pace.

    Nobody was woken for any of them, and the slow vendor's have been due for longer.
    """
    juniper = open_shop(database_url)
    database = Database(database_url)
    with database.transaction(juniper) as session:
        for channel, number, kept in (("sms", 1000, "1 minute"), ("telegram", 200, "0")):
            session.execute(_PEOPLE, {"business": juniper, "channel": channel, "count": number})
            facts = {"business": juniper, "channel": channel, "kept": kept, "now": session.now}
            session.execute(_ONE_EACH, facts)
    slow, quick = Paced(10.0), Paced(0.1)
    vendors = {**simulated(database).channels, "sms": slow, "telegram": quick}
    begun = time.monotonic()
    try:
        with broker.local(Runtime(database, vendors), threads=4):
            while len(quick.taken) < 200:
                assert time.monotonic() - begun < 30, f"only {len(quick.taken)} were taken"
                time.sleep(0.05)
            hung = len(slow.taken)
            slow.ending.set()
    finally:
        database.close()
    assert hung <= HANDS  # at ten seconds a call
    rate = 199 / (quick.taken[-1] - quick.taken[0])
    sys.stdout.write(f"{rate:.0f} messages a second, beside {hung} of the slow vendor's\n")
    assert rate >= 40  # 48 hands at 0.1 s make 480, on a machine of any speed
