"""Every kind of process is killed at random while people book: nothing is lost, or done twice."""

import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from bot.embedded import EmbeddedPostgres
from support.counts import count
from support.postgres import libpq
from support.processes import Crew, environment, free_port, simulated, slotkeeper, until_up
from support.texting import Phones, Talk, Vendor, converse, talks
from support.valkey import EmbeddedValkey

CONVERSATIONS = count(12, 500)  # with either queue
AT_ONCE = 12  # people who text at the same time
EVERY = (count(2, 6), count(6, 24))  # messages between two blows
SETTLED = 60.0  # seconds in which everything left behind must be done, a lease of 20 s included


@pytest.mark.parametrize("queue", ["local", "redis"])
def test_every_message_is_answered_once_whatever_is_killed(
    queue: str, server: EmbeddedPostgres, shop: str, crew: Crew, tmp_path: Path
) -> None:
    """Doors, workers, ticks, PostgreSQL, its backends and Redis die at random; all is right."""
    seed = int(os.environ.get("SLOTKEEPER_SEED", "0")) or random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    with _valkey(on=queue == "redis") as valkey:
        doors = _open_doors(crew, shop, valkey, tmp_path)
        phones = Phones(tmp_path / "phones.jsonl")
        vendor = Vendor(doors, random.Random(seed + 1))
        over = threading.Event()
        blows = _blows(crew, server, valkey)
        killer = threading.Thread(target=_kill, args=(blows, over, chance, vendor.sent))
        killer.start()
        today = datetime.now(UTC).date()
        try:
            _talk_all(list(talks(chance, CONVERSATIONS, today)), vendor, phones)
        finally:
            over.set()
            killer.join()
        server.start()  # waits until it has recovered from the last blow
        _wait_until_quiet(shop)
        for name in list(crew.running):  # one that was just started may not hear yet what to do
            assert crew.end(name) in {0, -signal.SIGTERM}, crew.log(name)[-2000:]
        surprises = [line for name in crew.names for line in crew.errors(name)]
        assert surprises == []
        _check(shop, vendor, phones)
        proof = slotkeeper("verify", env=environment(DATABASE_URL=shop))
        assert proof.returncode == 0, proof.stdout + proof.stderr
        sys.stdout.write(f"kills {dict(crew.kills)}, sent again {vendor.again}\n")


@contextmanager
def _valkey(*, on: bool) -> Iterator[EmbeddedValkey | None]:
    if not on:
        yield None
        return
    server = EmbeddedValkey()
    server.start()
    try:
        yield server
    finally:
        server.close()


def _open_doors(crew: Crew, url: str, valkey: EmbeddedValkey | None, folder: Path) -> list[str]:
    """Start two of each kind of process, and return where the doors are."""
    env = simulated(folder, database=url, redis=valkey.url if valkey else "")
    if valkey is not None:
        for number in (1, 2):
            crew.start(f"work-{number}", "work", env)
            crew.start(f"tick-{number}", "tick", env)
    doors = []
    for number in (1, 2):
        port = free_port()
        crew.start(f"serve-{number}", "serve", env | {"SLOTKEEPER_PORT": str(port)})
        doors.append(f"http://127.0.0.1:{port}")
    for door in doors:
        until_up(f"{door}/healthz")
    return doors


def _talk_all(everybody: list[Talk], vendor: Vendor, phones: Phones) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        held = [pool.submit(converse, talk, vendor, phones, patience=8.0) for talk in everybody]
        for one in held:
            one.result()


def _blows(
    crew: Crew, server: EmbeddedPostgres, valkey: EmbeddedValkey | None
) -> list[Callable[[random.Random], None]]:
    """Return what can happen, each as often as it stands here."""

    def process(kind: str) -> Callable[[random.Random], None]:
        def blow(chance: random.Random) -> None:
            name = chance.choice([n for n in crew.running if n.startswith(kind)])
            crew.kill(name)
            time.sleep(chance.uniform(0, 0.3))
            crew.again(name)

        return blow

    def backend(_chance: random.Random) -> None:
        with suppress(psycopg.Error), psycopg.connect(libpq(server.url)) as connection:
            row = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'slotkeeper slot%'"
                " ORDER BY state = 'idle', random() LIMIT 1"
            ).fetchone()
            if row:
                os.kill(row[0], signal.SIGKILL)
                crew.count("backend")

    def database(chance: random.Random) -> None:
        if server.pid is not None:
            os.kill(server.pid, signal.SIGKILL)
        time.sleep(chance.uniform(0.2, 1.5))
        server.start()
        crew.count("postgres")

    blows = [database, backend, *[process("serve")] * 3]
    if valkey is None:
        return blows

    def flush(_chance: random.Random) -> None:
        with valkey.client() as client:
            client.flushall()
        crew.count("flush")

    def down(chance: random.Random) -> None:
        valkey.kill()
        time.sleep(chance.uniform(0.2, 2.0))
        valkey.start()
        crew.count("redis")

    return [*blows, flush, down, *[process("work")] * 3, *[process("tick")] * 2]


def _kill(
    blows: list[Callable[[random.Random], None]],
    over: threading.Event,
    chance: random.Random,
    sent: Sequence[object],
) -> None:
    """Deal every blow in a random order, again and again, as messages are sent, until `over`."""
    waiting: list[Callable[[random.Random], None]] = []
    while not over.is_set():
        enough = len(sent) + chance.randint(*EVERY)
        while len(sent) < enough and not over.wait(0.02):
            pass
        time.sleep(chance.uniform(0, 0.1))  # not always right after an acknowledgement
        if not waiting:
            waiting = chance.sample(blows, len(blows))
        waiting.pop()(chance)


_OPEN = """
SELECT (SELECT count(*) FROM inbox WHERE answered_at IS NULL)
     + (SELECT count(*) FROM outbox WHERE status = 'pending' AND due_at <= now())
"""


def _wait_until_quiet(url: str) -> None:
    until = time.monotonic() + SETTLED
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        while (row := connection.execute(_OPEN).fetchone()) and row[0]:
            assert time.monotonic() < until, f"{row[0]} rows were forgotten"
            time.sleep(0.2)


_OVERLAPS = """
SELECT count(*) FROM allocations a JOIN allocations b
ON a.resource_id = b.resource_id AND a.seat = b.seat AND a.id < b.id AND a.during && b.during
WHERE a.active AND b.active
"""
_DOUBLE_TURNS = """
SELECT cause, note, count(*) FROM outbox WHERE cause IS NOT NULL
GROUP BY cause, address_id, note HAVING count(*) > 1
"""
# Numbers are given before a transaction ends: of two strangers' bookings at the same moment the
# later number may be told to their provider first. Not of one talk or one booking, which are
# written one after the other, nor of what was decided seconds apart.
_OUT_OF_ORDER = """
SELECT a.note, a.facts, a.created_at, a.sent_at, b.note, b.facts, b.created_at, b.sent_at
FROM outbox a JOIN outbox b ON a.address_id = b.address_id AND a.id < b.id
LEFT JOIN inbox i ON i.id = a.cause LEFT JOIN inbox j ON j.id = b.cause
WHERE a.sent_at > b.sent_at AND a.due_at = a.created_at AND b.due_at = b.created_at
  AND (i.address_id = j.address_id OR a.facts ->> 'booking' = b.facts ->> 'booking'
    OR b.created_at > a.created_at + interval '3 s')
"""
_UNANSWERED = """
SELECT i.message_id, i.body FROM inbox i WHERE NOT EXISTS
(SELECT 1 FROM outbox o WHERE o.cause = i.id AND o.address_id = i.address_id AND o.status = 'sent')
"""


def _check(url: str, vendor: Vendor, phones: Phones) -> None:
    with psycopg.connect(libpq(url)) as connection:
        rows = connection.execute(
            "SELECT a.address, i.message_id, i.answered_at, i.error FROM inbox i"
            " JOIN addresses a ON a.id = i.address_id"
        ).fetchall()
        letters: dict[int, int] = dict(
            connection.execute("SELECT id, attempts FROM outbox").fetchall()
        )
        statuses = Counter(s for (s,) in connection.execute("SELECT status FROM outbox"))
        booked = Counter(s for (s,) in connection.execute("SELECT status FROM bookings"))
        assert connection.execute(_OVERLAPS).fetchone() == (0,)
        assert connection.execute(_DOUBLE_TURNS).fetchall() == []
        assert connection.execute(_OUT_OF_ORDER).fetchall() == []
        assert connection.execute(_UNANSWERED).fetchall() == []
    assert Counter((a, m) for a, m, _, _ in rows) == Counter(vendor.sent)
    assert [(m, e) for _, m, answered, e in rows if e or answered is None] == []
    assert set(statuses) == {"sent"}
    came = phones.letters()
    assert set(came) == set(letters)
    assert all(times <= letters[letter] for letter, times in came.items())
    twice = sum(times > 1 for times in came.values())
    sys.stdout.write(
        f"{len(rows)} messages, {len(letters)} letters, {twice} of them sent twice,"
        f" bookings {dict(booked)}\n"
    )
    assert booked["confirmed"] + booked["cancelled"] + booked["awaiting_provider"] > len(rows) / 12
