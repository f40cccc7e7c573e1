"""`slotkeeper serve` where Telegram cannot call: it asks, and its death loses nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.telegram import FakeTelegram
from fakes.telegram_phone import Phone
from support.processes import Crew, environment, free_port, slotkeeper
from support.shop import open_shop


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """Give the fake."""
    with FakeTelegram() as running:
        yield running


def test_a_bot_that_asks(telegram: FakeTelegram, database_url: str, tmp_path: Path) -> None:
    """What people write while it runs, dies or is away is answered; no log has a token."""
    open_shop(database_url)
    bot = telegram.add_bot("JuniperBot")
    env = environment(
        DATABASE_URL=database_url,
        SLOTKEEPER_PORT=str(free_port()),
        SLOTKEEPER_LOG_LEVEL="debug",
        SLOTKEEPER_TELEGRAM_MODE="poll",
        SLOTKEEPER_TELEGRAM_BOTS=f"JuniperBot={bot.token}",
        SLOTKEEPER_TELEGRAM_BASE_URL=telegram.base_url,
        SLOTKEEPER_TELEGRAM_BASE_FILE_URL=telegram.base_file_url,
    )
    people = [Phone(telegram, bot, telegram.person()) for _ in range(6)]
    with Crew(tmp_path) as crew:
        people[0].say("hi")
        crew.start("serve", "serve", env)
        people[0].wait(1, seconds=60)
        for phone in people[1:3]:
            phone.say("hi")
        crew.kill("serve")
        for phone in people[3:]:
            phone.say("hi")
        crew.again("serve")
        for phone in people:
            phone.wait(1, seconds=150)  # what was in flight waits for the end of its lease
        assert crew.end("serve") == 0
        assert "test-token" not in crew.log("serve")
    # Only what was in flight when it was killed may come twice.
    assert [len(p.heard()) for p in people[3:]] == [1] * 3
    assert all(len(p.heard()) <= 2 for p in people[:3])


def test_the_commands_that_set_up(telegram: FakeTelegram, database_url: str) -> None:
    """`webhooks set` and then `doctor` say a line of the bot, and no token."""
    open_shop(database_url)
    bot = telegram.add_bot("JuniperBot")
    env = environment(
        DATABASE_URL=database_url,
        SLOTKEEPER_TELEGRAM_MODE="poll",
        SLOTKEEPER_TELEGRAM_BOTS=f"JuniperBot={bot.token}",
        SLOTKEEPER_TELEGRAM_BASE_URL=telegram.base_url,
    )
    for command in (("webhooks", "set"), ("doctor",)):
        ran = slotkeeper(*command, env=env)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "Telegram: @JuniperBot: no webhook, we ask" in ran.stdout
        assert "test-token" not in ran.stdout + ran.stderr
