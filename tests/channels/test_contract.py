"""What every channel promises, run for each: its real adapter, door and sender, and a fake vendor.

The application is the real one (`bot.web`), so are the workers and PostgreSQL; only the vendor is a
fake, a server that answers over HTTP (tests/fakes/).

To have a channel join in, write `adapters_<vendor>.py` beside this file with a class for each
channel that fulfils `support.vendors.Adapter`, and name them in one table:

    ADAPTERS = {"sms": TextMessages, "whatsapp": WhatsApp}

Each test makes a new adapter and closes it. The business is Juniper (examples/juniper.toml), so
messages go to its address on that channel: +12125550100, JuniperBot, T0JUNIPER. The party is made
with `support.vendors.PUBLIC` as the public URL, the address of the fake as the vendor's, and the
time-out that the test gives: long, but where a vendor is to answer too late.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot import logs
from core import businesses, verify
from support.counts import count
from support.postgres import connected
from support.reached import Bot
from support.shop import open_shop
from support.vendors import Adapter, Trouble, adapters
from workers import broker
from workers.pictures import SHOW
from workers.tick import drain

_BLOCKED = "5:00 PM-6:00 PM blocked"
_FOUND = dict(adapters(Path(__file__).parent))


@pytest.fixture
def patience() -> float:
    """Return how many seconds a channel waits for its vendor; a test may give others."""
    return 10


@pytest.fixture(params=_FOUND)
def adapter(request: pytest.FixtureRequest, patience: float) -> Iterator[Adapter]:
    """Give each channel in turn, its fake running."""
    made = _FOUND[request.param](timeout=patience)
    yield made
    made.close()


@pytest.fixture
def bot(adapter: Adapter, database_url: str) -> Iterator[Bot]:
    """Give the product, with Juniper open on it and the channel joined to its fake."""
    juniper = open_shop(database_url)
    with connected(database_url) as database:
        yield Bot(adapter, database, juniper)


def test_a_message_is_stored_once(bot: Bot) -> None:
    """It is acknowledged however often it is sent; it is stored, and answered, the first time."""
    post = bot.adapter.text("hi", message=7)
    for _ in range(3):
        bot.post(post)
    assert bot.count("inbox") == 1
    assert len(bot.adapter.heard()) == 1


def test_one_message_delivered_concurrently_is_one(bot: Bot) -> None:
    """Of five deliveries at the same moment one is kept, and all are acknowledged."""
    post = bot.adapter.text("hi", message=7)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(bot.caller.post, [post] * 5))
    assert [answer.status_code for answer in answers] == [200] * 5
    drain(bot.runtime)
    assert bot.count("inbox") == 1
    assert len(bot.adapter.heard()) == 1


def test_what_is_not_proven_is_refused(bot: Bot) -> None:
    """Without a good signature, or with an old one, nothing is kept, not even who that was."""
    people = bot.count("people")
    for forged in bot.adapter.forged(bot.adapter.text("hi", message=7)):
        assert bot.caller.post(forged).status_code == 403, forged
    assert bot.count("inbox") == 0
    assert bot.count("people") == people


def test_what_holds_nothing_breaks_nothing(bot: Bot) -> None:
    """What cannot be read, or is of no kind we know, is refused or ignored."""
    posts = bot.adapter.odd()
    assert posts
    for odd in posts:
        assert bot.caller.post(odd).status_code < 500, odd
    drain(bot.runtime)
    assert bot.count("inbox WHERE kind <> 'media'") == 0
    assert bot.count("inbox WHERE answered_at IS NULL OR error IS NOT NULL") == 0


def test_a_huge_body_is_refused(bot: Bot) -> None:
    """Five megabytes are not even read to their end."""
    post = bot.adapter.text("hi", message=7)
    answer = bot.caller.post(replace(post, body=post.body + b" " * 5_000_000))
    assert answer.status_code == 413
    assert bot.count("inbox") == 0


@pytest.mark.parametrize("words", ["", " ", "x" * 1500, "💇‍♀️🙏", "'; DROP TABLE x; --", "<b>&amp;"])
def test_whatever_people_type_is_answered_once(bot: Bot, words: str) -> None:
    """Empty, long, strange or hostile: it is acknowledged, and breaks nothing."""
    bot.say(words)
    assert bot.count("inbox WHERE answered_at IS NULL OR error IS NOT NULL") == 0
    assert bot.count("outbox WHERE status = 'failed'") == 0


def test_a_haircut_is_booked(bot: Bot) -> None:
    """From the first text to the booking: asked, held, agreed, with the workers of a real start."""
    with broker.local(bot.runtime, threads=2):
        for number, words in enumerate(("haircut tomorrow at 3", "yes"), 1):
            post = bot.adapter.text(words, message=number)
            assert bot.caller.post(post).status_code == 200
            _until(partial(_heard, bot, number))
    proposed, booked = bot.adapter.heard()[:2]
    assert "3:00 PM" in proposed.text
    assert "Haircut" in booked.text
    assert bot.count("bookings WHERE status = 'confirmed'") == 1
    with bot.database.transaction(bot.business) as session:
        assert not verify.prove(session, businesses.load(session)).wrong


def test_a_choice_is_taken(bot: Bot) -> None:
    """The second of the times offered is the one proposed, and the first choice then is a yes."""
    bot.say("haircut tomorrow")
    offered = bot.last()
    bot.choose(offered, 1)
    assert bot.count("bookings WHERE status = 'held'") == 1
    bot.say("yes")
    assert bot.count("bookings WHERE status = 'confirmed'") == 1


def test_a_choice_made_twice_is_one(bot: Bot) -> None:
    """A press that the vendor repeats, or that is made again, books nothing twice."""
    bot.say("haircut tomorrow")
    post = bot.adapter.choose(bot.last(), 1, message=50)
    bot.post(post)
    bot.post(post)
    assert bot.count("bookings") == 1


def test_letters_come_in_order(bot: Bot) -> None:
    """Several letters to one address arrive as they were posted."""
    for number in range(8):
        bot.letter(f"letter {number}.")
    drain(bot.runtime)
    assert _numbers(bot) == list(range(8))


def test_a_day_comes_in_words_and_as_a_picture(bot: Bot) -> None:
    """With the words, where the channel shows pictures; in words alone elsewhere."""
    bot.agenda()
    bot.settle()
    assert [_BLOCKED in heard.text for heard in bot.adapter.heard()] == [True]
    assert bot.adapter.pictures() == (bot.adapter.channel in SHOW)


def test_a_picture_that_is_not_taken_holds_up_no_words(bot: Bot) -> None:
    """They come without it, once, and nothing is given up."""
    bot.adapter.no_pictures()
    bot.agenda()
    bot.settle()
    assert [_BLOCKED in heard.text for heard in bot.adapter.heard()] == [True]
    assert bot.adapter.pictures() == 0
    assert bot.count("outbox WHERE status = 'failed'") == 0


@pytest.mark.parametrize(
    ("how", "patience"), [("429", 10), ("500", 10), ("timeout", 0.5), ("drop", 10)]
)
def test_what_the_vendor_does_not_take_comes_later(bot: Bot, how: Trouble) -> None:
    """All letters arrive in their order; only one whose answer was lost may come twice."""
    bot.letter("letter 0.")
    drain(bot.runtime)
    bot.adapter.trouble(how, times=1 if how == "drop" else 3)
    for number in range(1, 6):
        bot.letter(f"letter {number}.")
    bot.settle()
    got = _numbers(bot)
    assert list(dict.fromkeys(got)) == list(range(6))
    assert len(got) <= (7 if how == "drop" else 6)


def test_a_vendor_that_is_down_for_ten_minutes(bot: Bot) -> None:
    """Once it is back every letter arrives, in order and once."""
    bot.adapter.trouble("500")
    for number in range(5):
        bot.letter(f"letter {number}.")
    drain(bot.runtime)
    for _ in range(20):
        bot.wait(30)
    assert _numbers(bot) == []
    bot.adapter.trouble(None)
    bot.settle()
    assert _numbers(bot) == list(range(5))


def test_an_address_that_does_not_work_is_marked(bot: Bot) -> None:
    """What will never arrive is given up at once, and the address is not used again for others."""
    bot.adapter.trouble("permanent", times=1)
    bot.letter("letter 0.")
    drain(bot.runtime)
    assert bot.count("outbox WHERE status = 'failed'") == 1
    where = "failed_at IS NOT NULL OR opted_out_at IS NOT NULL"
    assert bot.count(f"addresses WHERE {where}") == 1
    bot.say("hi")
    assert bot.count("addresses WHERE failed_at IS NOT NULL") == 0


def test_a_slow_vendor_is_sent_to_in_parallel(bot: Bot) -> None:
    """Where each send takes 100 ms, half are out sooner than one after the other; all arrive.

    The fake shares this process; benchmarks/doors.py measures what a worker of its own does.
    """
    people = count(64, 600)
    bot.adapter.pace(0.1)
    for number in range(people):
        bot.letter("letter 0.", to=bot.adapter.another(number))
    begun = time.monotonic()

    def sent() -> int:
        return bot.count("outbox WHERE status = 'sent'")

    with broker.local(bot.runtime):
        _until(lambda: sent() >= people / 2, seconds=60)
        spent = time.monotonic() - begun
        _until(lambda: sent() == people, seconds=0.1 * people + 60)
    assert spent < 0.08 * people  # on a busy machine; else it is a fifth of it


@pytest.mark.parametrize(
    ("how", "patience"),
    [(None, 10), ("429", 10), ("500", 10), ("timeout", 0.5), ("drop", 10), ("permanent", 10)],
)
def test_the_log_keeps_what_was_confided_to_it(
    bot: Bot, capsys: pytest.CaptureFixture[str], how: Trouble | None
) -> None:
    """However much is logged, and whatever goes wrong: no secret, no address, no words."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.set_up(level="debug", style="json")
    try:
        logging.getLogger("bot.x").debug("it is on")
        bot.adapter.trouble(how, times=1)
        bot.say("haircut with zebulon tomorrow at 3pm")
        bot.caller.post(bot.adapter.forged(bot.adapter.text("zebulon", message=99))[0])
        bot.settle()
    finally:
        root.handlers = before
        root.setLevel(level)
        for name in logs.OURS:
            logging.getLogger(name).setLevel(logging.NOTSET)
    said = capsys.readouterr().err
    assert "it is on" in said
    known = re.compile(re.escape(bot.adapter.sender) + r"(?!\d)")
    assert [s for s in (*bot.adapter.secrets(), "ebulon", "3pm", "3:00 PM") if s in said] == []
    assert not known.search(said), said


def _numbers(bot: Bot) -> list[int]:
    """Return the numbers of the letters that the customer got."""
    texts = [heard.text for heard in bot.adapter.heard()]
    return [int(t.rpartition("letter ")[2].partition(".")[0]) for t in texts if "letter " in t]


def _heard(bot: Bot, number: int) -> bool:
    return len(bot.adapter.heard()) >= number


def _until(done: Callable[[], bool], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.02)
