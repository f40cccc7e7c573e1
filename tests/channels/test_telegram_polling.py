"""Long polling: what Telegram handed over is stored before it is let go, whatever happens then."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import structlog

from channels.message import Inbound, RejectedError, Taken
from channels.telegram.party import Telegram
from fakes.telegram import FakeTelegram
from fakes.telegram_bots import Account
from fakes.telegram_phone import Phone
from fakes.telegram_shop import config
from fakes.telegram_updates import STICKER, message


def until(done: Callable[[], bool], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.02)


class Shelf:
    """Keeps messages once by their id, as the inbox does; can be told to refuse."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Inbound] = {}
        self.calls = 0
        self.refuses: Exception | None = None
        self._lock = threading.Lock()

    def keep(self, taken: Taken) -> None:
        """Keep what was taken, or raise."""
        with self._lock:
            self.calls += 1
            if self.refuses:
                raise self.refuses
            for each in taken.messages:
                self.kept.setdefault((each.to, each.message), each)

    def words(self) -> list[str]:
        """Return what was said, in the order in which it was kept."""
        return [each.body for each in self.kept.values()]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """Give the fake."""
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def maya(telegram: FakeTelegram) -> Phone:
    """Give somebody in a private chat with the bot."""
    return Phone(telegram, telegram.add_bot("JuniperBot"), telegram.person())


def _party(telegram: FakeTelegram, bot: Account) -> Telegram:
    return Telegram(config(telegram, bot, mode="poll"))


def test_what_waited_is_heard_and_nothing_is_dropped(telegram: FakeTelegram, maya: Phone) -> None:
    """What people wrote while nobody asked, with a webhook set by somebody before, is all there."""
    bot = maya.bot
    with Telegram(config(telegram, bot)) as hooked:
        assert hooked.register()[0].good
    for number in range(120):
        maya.say(f"word {number}")
    shelf = Shelf()
    with _party(telegram, bot) as party, party.listening(shelf.keep, hold=1, pause=0.05):
        until(lambda: len(shelf.kept) == 120)
        maya.say("one more")
        until(lambda: len(shelf.kept) == 121)
        until(lambda: not bot.updates)
    assert shelf.words() == [*(f"word {n}" for n in range(120)), "one more"]
    assert bot.confirmed == sorted(bot.confirmed)


def test_nothing_is_let_go_before_it_is_stored(telegram: FakeTelegram, maya: Phone) -> None:
    """While it cannot be stored Telegram keeps it, and it is tried again until it is."""
    shelf = Shelf()
    shelf.refuses = ConnectionError("the database is away")
    with _party(telegram, maya.bot) as party, party.listening(shelf.keep, hold=1, pause=0.05):
        maya.say("first")
        maya.say("second")
        until(lambda: shelf.calls >= 3)
        assert (maya.bot.confirmed, len(maya.bot.updates)) == ([], 2)
        shelf.refuses = RejectedError(429, "too many")
        calls = shelf.calls
        until(lambda: shelf.calls >= calls + 2)
        shelf.refuses = None
        until(lambda: not maya.bot.updates)
    assert shelf.words() == ["first", "second"]


def test_a_process_that_ends_loses_nothing(telegram: FakeTelegram, maya: Phone) -> None:
    """Each time another begins where the last one ended, however that was."""
    shelf = Shelf()
    for number in range(6):
        maya.say(f"word {number}")
        with _party(telegram, maya.bot) as party, party.listening(shelf.keep, hold=5, pause=0.05):
            if number % 2:
                until(lambda n=number: len(shelf.kept) > n)  # type: ignore[misc] # the default binds
    with _party(telegram, maya.bot) as party, party.listening(shelf.keep, hold=1, pause=0.05):
        until(lambda: not maya.bot.updates)
    assert shelf.words() == [f"word {n}" for n in range(6)]


def test_two_that_poll_do_no_harm(telegram: FakeTelegram, maya: Phone) -> None:
    """Telegram sends one of them away each time; everything is stored, once."""
    shelf = Shelf()
    with (
        structlog.testing.capture_logs() as lines,
        _party(telegram, maya.bot) as one,
        _party(telegram, maya.bot) as other,
        one.listening(shelf.keep, hold=1, pause=0.05),
        other.listening(shelf.keep, hold=1, pause=0.05),
    ):
        for number in range(40):
            maya.say(f"word {number}")
            time.sleep(0.02)
        until(lambda: not maya.bot.updates)
    assert shelf.words() == [f"word {n}" for n in range(40)]
    assert {line["why"] for line in lines} == {
        "another process polls this bot, or a webhook is set"
    }


@pytest.mark.parametrize("how", ["429", "500", "timeout", "drop", "401"])
def test_a_telegram_in_trouble_is_waited_for(telegram: FakeTelegram, maya: Phone, how: str) -> None:
    """Whatever getUpdates answers, in the end everything is there."""
    shelf = Shelf()
    maya.say("before")
    telegram.trouble(how, times=2, methods=frozenset({"getupdates", "deletewebhook"}))  # type: ignore[arg-type] # a parameter
    with _party(telegram, maya.bot) as party, party.listening(shelf.keep, hold=1, pause=0.05):
        until(lambda: len(shelf.kept) == 1)
        maya.say("after")
        until(lambda: len(shelf.kept) == 2)
    assert shelf.words() == ["before", "after"]


def test_what_cannot_be_read_hides_nothing(telegram: FakeTelegram, maya: Phone) -> None:
    """An update of a later year is passed over; those around it are heard."""
    shelf = Shelf()
    maya.say("before")
    telegram.hand(maya.bot, "message", {"of": "a later year"})
    telegram.hand(maya.bot, "news", {"of": "a later year"})
    telegram.hand(
        maya.bot, "message", message(9, maya.person.user(), maya.person.chat(), sticker=STICKER)
    )
    maya.say("after")
    with _party(telegram, maya.bot) as party, party.listening(shelf.keep, hold=1, pause=0.05):
        until(lambda: not maya.bot.updates)
    assert shelf.words() == ["before", "", "after"]


def test_a_slow_bot_delays_no_other(telegram: FakeTelegram, maya: Phone) -> None:
    """Each bot is asked by itself; one that cannot be stored holds up only itself."""
    shelf = Shelf()
    other = Phone(telegram, telegram.add_bot("OwlBot"), telegram.person())

    def keep(taken: Taken) -> None:
        if taken.messages[0].to == "JuniperBot":
            raise ConnectionError
        shelf.keep(taken)

    both = config(telegram, maya.bot, mode="poll")
    bots = {"JuniperBot": maya.bot.token, "OwlBot": other.bot.token}
    with Telegram(replace(both, bots=bots)) as party, party.listening(keep, hold=1, pause=0.05):
        maya.say("held up")
        for number in range(5):
            other.say(f"word {number}")
        until(lambda: len(shelf.kept) == 5)
    assert len(maya.bot.updates) == 1


def test_where_telegram_calls_us_nobody_asks(telegram: FakeTelegram, maya: Phone) -> None:
    """In the mode of webhooks `listening` does nothing."""
    with Telegram(config(telegram, maya.bot)) as party, party.listening(Shelf().keep):
        maya.say("hi")
        time.sleep(0.1)
    assert telegram.calls == []
