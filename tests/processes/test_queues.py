"""The small parts: what is woken for how often, what a lost queue costs, what a log may show."""

import io
import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
import structlog

from bot import logs
from core.db import Database, Wake
from support.valkey import EmbeddedValkey
from workers.broker import LocalWakes, RedisWakes
from workers.runtime import Runtime
from workers.tick import BATCH, EVERY, Recent, look, run

_ONE, _OTHER = Wake("answer", 1, 1), Wake("deliver", 1, 1)


def test_what_waits_is_woken_for_again_only_after_a_while() -> None:
    """The same thing at every look is one wake in two seconds, not four."""
    recent = Recent(2.0)
    assert recent.new([_ONE], at=0.0) == [_ONE]
    assert recent.new([_ONE, _OTHER], at=0.5) == [_OTHER]
    assert recent.new([_ONE, _OTHER], at=2.1) == [_ONE]
    assert recent.new([_ONE, _OTHER], at=2.6) == [_OTHER]


def test_what_goes_on_waiting_is_woken_for_less_and_less_often() -> None:
    """Two seconds, four, eight; done and there again, it is new at once, and so is the pause."""
    recent = Recent(2.0)
    woken = [at / 2 for at in range(40) if recent.new([_ONE], at=at / 2)]
    assert woken == [0.0, 2.0, 6.0, 14.0]
    assert recent.new([], at=20.0) == []
    assert recent.new([_ONE], at=20.5) == [_ONE]
    assert recent.new([_ONE], at=22.5) == [_ONE]


def test_what_lies_behind_a_batch_is_not_taken_for_done() -> None:
    """A look that sees only a part of a kind says nothing of the rest."""
    recent, batch = Recent(2.0), [Wake("answer", 2, number) for number in range(BATCH)]
    assert recent.new([_ONE], at=0.0) == [_ONE]
    assert recent.new(batch, at=0.5) == batch
    assert recent.new([_ONE], at=1.0) == []


def test_a_wake_that_waits_in_this_process_is_not_queued_again() -> None:
    """A flood of the same wake is one message; once it was taken, the next one counts."""
    wakes = LocalWakes()
    wakes.broker.declare_queue("answer")
    for _ in range(100):
        assert wakes.send([_ONE])
    assert wakes.broker.queues["answer"].qsize() == 1
    wakes.taken(_ONE)
    wakes.send([_ONE])
    assert wakes.broker.queues["answer"].qsize() == 2


def test_what_may_be_lost_is_not_piled_up(valkey: EmbeddedValkey) -> None:
    """With no worker there, a tick adds to a queue only until it is long; a fresh wake goes in."""
    wakes = RedisWakes(valkey.url, patience=30)
    many = [Wake("answer", 1, number) for number in range(200)]
    for _ in range(20):
        assert wakes.again(many)
    queue = f"{wakes.broker.namespace}:answer"
    before = wakes.client.llen(queue)
    assert 500 <= int(str(before)) < 1000
    assert wakes.send([_ONE])
    assert wakes.client.llen(queue) == int(str(before)) + 1
    assert wakes.again([_OTHER])  # the letters' queue is short


def test_an_absent_redis_is_given_up_at_once() -> None:
    """A send that reaches nobody says so, within a moment, and does not try again at once."""
    wakes = RedisWakes("unix:///nowhere/valkey.sock")
    begun = time.monotonic()
    assert not any(wakes.send([_ONE, _OTHER]) for _ in range(100))
    assert time.monotonic() - begun < 0.5


def test_what_nobody_takes_the_tick_does(database_url: str) -> None:
    """`send` that says False is followed by the tick's own hands, with the same wakes."""
    database = Database(database_url)
    with database.owner.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO businesses (id, slug, name, zone, currency, languages, created_at)"
            " VALUES (1, 'one', 'One', 'UTC', 'EUR', '{en}', now())"
        )
        connection.exec_driver_sql(
            "INSERT INTO due_work (business_id, kind, subject_id, key, due_at)"
            " VALUES (1, 'classes', 1, 'a', now()), (1, 'classes', 2, 'b', now() + '0.2 s')"
        )
    done: list[Wake] = []

    def do(wakes: Sequence[Wake]) -> bool:
        done.extend(wakes)
        return True

    wait = look(database, Recent(), lambda _wakes: False, do)
    assert [wake.kind for wake in done] == ["due"]
    assert 0 < wait < EVERY  # something falls due before the next look would come
    database.close()


def test_the_tick_outlives_its_database() -> None:
    """A loop whose database is away goes on looking until it is told to end."""
    database = Database("postgresql://nobody@/nothing?host=/nowhere")
    ending = threading.Event()
    looping = threading.Thread(
        target=run,
        args=(Runtime(database, {}), lambda _wakes: True, ending),
        kwargs={"every": 0.01},
    )
    looping.start()
    time.sleep(0.3)
    assert looping.is_alive()
    ending.set()
    looping.join(10)
    assert not looping.is_alive()
    database.close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give what the log says, set up as the commands do; afterwards all is as before."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before = (root.handlers[:], root.level, structlog.get_config())
    logs.set_up(level="info", style="json")
    yield stream
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    structlog.configure(**before[2])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to +12125550101 now", "to …01 now"),
        ("(212) 555-0101", "…01"),
        ("+39 06 5550 0100", "…00"),
        ("2026-03-02T15:00:00+00:00", "2026-03-02T15:00:00+00:00"),
        ("2026-03-02 15:00", "2026-03-02 15:00"),
        ("port 8080, 3 tries", "port 8080, 3 tries"),
    ],
)
def test_a_log_never_shows_a_phone_number(said: io.StringIO, text: str, shown: str) -> None:
    """Numbers are masked wherever they stand: in words, in values, in an error, in a library."""
    structlog.get_logger("workers").info("sent", to=text, nested={"all": [text]})
    logging.getLogger("somebody").warning("could not reach %s", text)
    structlog.get_logger().error("broke", exc_info=ValueError(text))
    lines = [str(json.loads(line)) for line in said.getvalue().splitlines()]
    assert len(lines) == 3
    assert all(shown in line for line in lines)
    assert text == shown or not any(text in line for line in lines)
