"""The database or Redis is down at the start, or goes away in the middle: clear words, no loss."""

import os
import signal
import time
from pathlib import Path

import httpx
import psycopg
import pytest

from bot.embedded import EmbeddedPostgres
from support.postgres import libpq, temporary_home
from support.processes import KEY, Crew, environment, free_port, simulated, slotkeeper, until_up
from support.shop import open_shop
from support.texting import Phones
from support.valkey import EmbeddedValkey

_SOON = 20.0  # seconds, generous: the machine may be busy with other tests
_CUSTOMER = "+12125550123"


def _say(door: str, message: str, text: str) -> httpx.Response:
    return httpx.post(
        f"{door}/simulator/juniper",
        json={"channel": "sms", "from": _CUSTOMER, "message": message, "text": text},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=30,
    )


def _heard(phones: Phones, number: int) -> float:
    """Wait until so many messages came to the customer; return the seconds that it took."""
    begun = time.monotonic()
    while phones.heard(_CUSTOMER) < number:
        assert time.monotonic() - begun < _SOON, f"only {phones.heard(_CUSTOMER)} came"
        time.sleep(0.01)
    return time.monotonic() - begun


def _status(url: str) -> int:
    return httpx.get(url, timeout=30).status_code


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("apply", "examples/juniper.toml"), 1),
        (("verify",), 2),
        (("replay", "-"), 2),
        (("demo", "--no-browser"), 1),
    ],
)
def test_a_command_without_its_database_says_so_in_one_line(
    command: tuple[str, ...], status: int, tmp_path: Path
) -> None:
    """Whatever needs the database now says that it cannot be used, and exits with a status."""
    url = f"postgresql://nobody@/nothing?host={tmp_path}"
    done = slotkeeper(
        *command, env=environment(DATABASE_URL=url), said='{"now": "2026-03-02T09:00Z"}'
    )
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"slotkeeper {command[0]}: the database cannot be used: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"DATABASE_URL": "no url at all"}, "DATABASE_URL"),
        ({"SLOTKEEPER_PORT": "many"}, "SLOTKEEPER_PORT"),
        ({"REDIS_URL": "http://somewhere"}, "REDIS_URL"),
    ],
)
def test_a_setting_that_is_no_good_is_named(given: dict[str, str], words: str) -> None:
    """A mistaken setting ends `serve` with status 2 and its name, not its value."""
    done = slotkeeper("serve", env=environment(**given))
    assert done.returncode == 2
    assert done.stderr.startswith("slotkeeper serve: ")
    assert words in done.stderr
    assert set(given.values()).isdisjoint(done.stderr.split("'"))
    assert len(done.stderr.splitlines()) == 1


def test_serve_waits_for_a_database_that_is_not_there_yet(crew: Crew, tmp_path: Path) -> None:
    """Started before its database, `serve` says what it waits for and serves once it is there."""
    with temporary_home() as home:
        server = EmbeddedPostgres(home)
        port = free_port()
        env = simulated(tmp_path, database=server.url) | {"SLOTKEEPER_PORT": str(port)}
        crew.start("early", "serve", env)
        crew.start("told to end", "serve", env | {"SLOTKEEPER_PORT": "0"})
        crew.says("early", "waiting for the database")
        crew.says("told to end", "waiting for the database")
        assert crew.end("told to end") == 0
        with server:
            open_shop(server.url)
            until_up(f"http://127.0.0.1:{port}/readyz")
            assert _say(f"http://127.0.0.1:{port}", "1", "hi").status_code == 200
            _heard(Phones(tmp_path / "phones.jsonl"), 1)
            assert crew.end("early") == 0
        assert crew.errors("early") == []


def test_a_database_that_goes_away_costs_a_503_and_no_message(
    server: EmbeddedPostgres, shop: str, crew: Crew, tmp_path: Path
) -> None:
    """While it is away nothing is acknowledged; once it is back all goes on by itself."""
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    crew.start(
        "serve", "serve", simulated(tmp_path, database=shop) | {"SLOTKEEPER_PORT": str(port)}
    )
    until_up(f"{door}/readyz")
    phones = Phones(tmp_path / "phones.jsonl")
    assert _say(door, "1", "hi").json() == {"taken": True}
    _heard(phones, 1)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    for _ in range(5):
        refused = _say(door, "2", "what do you have on friday?")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert "database" in refused.json()["error"]
    assert (_status(f"{door}/readyz"), _status(f"{door}/healthz")) == (503, 200)
    server.start()
    until = time.monotonic() + _SOON
    while _say(door, "2", "what do you have on friday?").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.05)
    _heard(phones, 2)
    assert _status(f"{door}/readyz") == 200
    assert _say(door, "2", "what do you have on friday?").json() == {"taken": True}
    crew.says("serve", "database back")
    assert crew.end("serve") == 0
    assert crew.errors("serve") == []
    with psycopg.connect(libpq(shop)) as connection:
        row = connection.execute("SELECT count(*), count(answered_at) FROM inbox").fetchone()
    assert row == (2, 2)


def test_an_embedded_server_that_is_killed_is_started_again(crew: Crew, tmp_path: Path) -> None:
    """Without DATABASE_URL, `serve` brings its own database back and goes on."""
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    with temporary_home() as home:
        with EmbeddedPostgres(home) as server:
            open_shop(server.url)
        env = simulated(tmp_path, data=home) | {"SLOTKEEPER_PORT": str(port)}
        crew.start("serve", "serve", env)
        until_up(f"{door}/readyz")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        until = time.monotonic() + _SOON
        while _say(door, "1", "hi").status_code != 200:
            assert time.monotonic() < until
            time.sleep(0.05)
        _heard(Phones(tmp_path / "phones.jsonl"), 1)
        assert crew.end("serve") == 0
        assert crew.errors("serve") == []
        assert server.pid is None  # whoever started it stopped it


def test_without_redis_the_tick_does_the_work(shop: str, crew: Crew, tmp_path: Path) -> None:
    """Redis down at the start and in the middle: all is stored and answered, only later."""
    valkey = EmbeddedValkey()
    port = free_port()
    door = f"http://127.0.0.1:{port}"
    env = simulated(tmp_path, database=shop, redis=valkey.url)
    phones = Phones(tmp_path / "phones.jsonl")
    try:
        crew.start("serve", "serve", env | {"SLOTKEEPER_PORT": str(port)})
        for command in ("work", "tick"):
            crew.start(command, command, env)
        until_up(f"{door}/readyz")
        crew.says("tick", "ticking")
        crew.says("work", "working")
        assert _say(door, "1", "hi").status_code == 200
        _heard(phones, 1)
        valkey.start()
        crew.says("work", "redis back")
        assert _say(door, "2", "help").status_code == 200
        _heard(phones, 2)
        valkey.kill()
        begun = time.monotonic()
        assert _say(door, "3", "what are your hours?").status_code == 200
        assert time.monotonic() - begun < 2  # redis-py by itself would stall for 3.6 s
        _heard(phones, 3)
        for name in crew.running:
            assert crew.end(name) == 0
            assert crew.errors(name) == []
    finally:
        valkey.close()
