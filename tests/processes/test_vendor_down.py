"""A vendor in trouble of every kind, one after the other: all arrives afterwards, in its order."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

import httpx
import psycopg
import pytest

from bot.acting import Who, meet
from core import outbox
from core.db import Database
from fakes.twilio import FakeTwilio
from support.counts import count
from support.postgres import libpq
from support.processes import Crew, environment, free_port, slotkeeper, until_up
from support.vendors import PUBLIC, Trouble

EACH = count(4, 150)  # seconds of each kind of trouble: ten minutes in all
STALL = count(2, 14)  # seconds until a request that is not answered is hung up: we wait for 12
PEOPLE = count(4, 8)
PACE = count(1, 4)  # seconds between two letters of ours to each
LOUD = count(4, 5)  # every so many of these somebody writes, too
BOUND = 75.0  # seconds until all arrived: a minute between two tries, and the work itself
_KINDS: tuple[Trouble, ...] = ("drop", "429", "500", "timeout")
_SAYS = ("what are your hours?", "my bookings", "help")
_OPEN = (
    "SELECT (SELECT count(*) FROM inbox WHERE answered_at IS NULL)"
    " + (SELECT count(*) FROM outbox WHERE status = 'pending')"
)
_LETTERS = (
    "SELECT a.address, o.id, o.status, o.attempts FROM outbox o JOIN addresses a"
    " ON a.business_id = o.business_id AND a.id = o.address_id WHERE a.channel = 'sms'"
    " ORDER BY o.id"
)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    """Give a fake Twilio."""
    fake = FakeTwilio()
    fake.stall = STALL
    yield fake
    fake.close()


def test_all_arrives_after_ten_minutes_of_trouble(
    shop: str, twilio: FakeTwilio, crew: Crew
) -> None:
    """Too many requests, errors, time-outs, dropped connections: nothing is lost or overtaken.

    Only the one letter of each conversation that was under way may come more than once.
    """
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    env = environment(
        DATABASE_URL=shop,
        SLOTKEEPER_PORT=str(port),
        SLOTKEEPER_PUBLIC_URL=PUBLIC,
        **twilio.settings,
    )
    crew.start("serve", "serve", env)
    until_up(f"{door}/readyz")
    with _ongoing(shop, door, twilio):
        _until_heard(twilio)
        for how in _KINDS:
            twilio.trouble(how)
            time.sleep(EACH)
        twilio.trouble(None)
        back = time.monotonic()
    with psycopg.connect(libpq(shop), autocommit=True) as connection:
        while (connection.execute(_OPEN).fetchone() or (0,))[0]:
            assert time.monotonic() - back < BOUND, connection.execute(_LETTERS).fetchall()
            time.sleep(0.1)
        after = time.monotonic() - back
        letters = connection.execute(_LETTERS).fetchall()
    assert crew.end("serve") == 0
    assert crew.errors("serve") == []
    _check(twilio, letters)
    proof = slotkeeper("verify", env=environment(DATABASE_URL=shop))
    assert proof.returncode == 0, proof.stdout + proof.stderr
    came = Counter(_letter(message.fields) for message in twilio.messages)
    sys.stdout.write(
        f"{len(letters)} letters to {len({a for a, *_ in letters})} people, all there {after:.1f} s"
        f" after the end of {EACH * len(_KINDS)} s of trouble;"
        f" {sum(n > 1 for n in came.values())} came more than once, {max(came.values())} times at"
        f" most; tried {max(tries for *_, tries in letters)} times at most\n"
    )


def _check(twilio: FakeTwilio, letters: list[tuple[str, int, str, int]]) -> None:
    assert {status for _, _, status, _ in letters} == {"sent"}
    tries = {letter: attempts for _, letter, _, attempts in letters}
    for person in {address for address, *_ in letters}:
        came = [_letter(m.fields) for m in twilio.messages if m.to == person]
        assert list(dict.fromkeys(came)) == [letter for a, letter, *_ in letters if a == person]
        assert came == sorted(came)
        times = Counter(came)
        assert sum(n > 1 for n in times.values()) <= 1, times.most_common(3)
        assert all(n <= tries[letter] for letter, n in times.items())


def _letter(fields: object) -> int:
    assert isinstance(fields, dict)
    return int(fields["StatusCallback"].rpartition("/")[2])


@contextmanager
def _ongoing(url: str, door: str, twilio: FakeTwilio) -> Iterator[None]:
    """Keep posting letters to everybody, and having them write, as long as the block runs."""
    over = threading.Event()
    database = Database(url)
    with psycopg.connect(libpq(url)) as connection:
        (business,) = connection.execute("SELECT id FROM businesses").fetchone() or (0,)
    people = [f"+1212555{n:04}" for n in range(1, PEOPLE + 1)]

    def talk() -> None:
        for number, words in enumerate(cycle(_SAYS)):
            for person in people:
                if number % LOUD == 0:
                    _write(door, twilio, person, words, number)
                _post(database, business, person, f"letter {number}.")
            if over.wait(PACE):
                return

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        yield
    finally:
        over.set()
        talking.join()
        database.close()


def _write(door: str, twilio: FakeTwilio, person: str, words: str, number: int) -> None:
    post = twilio.inbound(person, words, message=int(person) * 10_000 + number)
    answer = httpx.post(door + post.path, content=post.body, headers=dict(post.headers), timeout=30)
    assert answer.status_code == 200


def _post(database: Database, business: int, person: str, words: str) -> None:
    with database.transaction(business) as session:
        outbox.post(
            session,
            address=meet(session, Who("sms", person)).address,
            note="undelivered",
            facts={"name": "Zoe", "address": "nowhere", "text": words},
            locale="en",
            now=session.now,
        )


def _until_heard(twilio: FakeTwilio) -> None:
    begun = time.monotonic()
    while len({message.to for message in twilio.messages}) < PEOPLE:
        assert time.monotonic() - begun < 30
        time.sleep(0.05)
