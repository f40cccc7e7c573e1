"""Sending to Telegram: what arrives and how it looks, and what each refusal means."""

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from channels.message import Answered, Channel, File, Outbound, SendError
from channels.telegram.floods import Floods
from channels.telegram.party import Telegram
from channels.telegram.pieces import split
from fakes.telegram import FakeTelegram, Trouble
from fakes.telegram_bots import Account
from fakes.telegram_phone import Phone, buttons, text_of
from fakes.telegram_shop import config
from support.counts import PROVE

_ICS = File("booking.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


@dataclass
class Desk:
    """A channel at the fake, and a person in a private chat with its bot."""

    telegram: FakeTelegram
    bot: Account
    channel: Channel
    maya: Phone

    def letter(self, text: str = "hello", **other: object) -> Outbound:
        """Return a letter for that person."""
        letter = Outbound(to=str(self.maya.person.id), text=text, letter=12, sender="JuniperBot")
        return replace(letter, **other)  # type: ignore[arg-type]  # each by its name

    def refused(self, **other: str) -> SendError:
        """Send a letter and return why it was not taken."""
        with pytest.raises(SendError) as caught:
            self.channel.send(replace(self.letter(), **other))  # type: ignore[arg-type]  # by name
        return caught.value


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Give a bot that somebody started, and the channel that sends for it."""
    with FakeTelegram() as telegram:
        bot = telegram.add_bot("JuniperBot")
        maya = Phone(telegram, bot, telegram.person())
        bot.started.add(maya.person.id)
        with Telegram(config(telegram, bot)) as party:
            yield Desk(telegram, bot, party.channels["telegram"], maya)


@pytest.mark.parametrize(
    "text", ["a < b && c > d", "<b>bold</b>", "&lt;", "</b>", "<script>alert(1)</script>", "💇‍♀️ <3"]
)
def test_text_is_shown_as_it_is(desk: Desk, text: str) -> None:
    """Whatever people typed is no markup of ours, in a message, in a mark and under a file."""
    assert desk.channel.send(desk.letter(text)) == "1"
    desk.channel.send(desk.letter(text, file=_ICS))
    shown = {"chat": desk.maya.person.id, "message": 1, "text": text, "label": text}
    desk.channel.send(desk.letter("next", answered=Answered(shown, 0)))
    assert desk.maya.heard() == [f"{text}\n\n▸ {text}", text, "next"]


def test_choices_are_buttons(desk: Desk) -> None:
    """Each carries the letter and its number, in at most 64 bytes; short ones share a row."""
    desk.channel.send(desk.letter("Book it?", choices=("Yes", "No"), yes_no=True))
    long = tuple(f"Friday, March {n} at 10:00 AM with Ana" for n in range(8))
    desk.channel.send(desk.letter("Which?", choices=long, letter=2**62))
    first, second = desk.maya.chat()
    assert buttons(first) == {"Yes": "12:0", "No": "12:1"}
    assert len(first["reply_markup"]["inline_keyboard"]) == 1
    assert list(buttons(second).values()) == [f"{2**62}:{n}" for n in range(8)]
    assert len(second["reply_markup"]["inline_keyboard"]) == 8


def test_where_the_place_is_asked_a_button_shares_it(desk: Desk) -> None:
    """One press tells the zone."""
    desk.channel.send(desk.letter("Which city are you in?", note="ask_zone"))
    (row,) = desk.maya.chat()[0]["reply_markup"]["keyboard"]
    assert row == [{"text": "📍", "request_location": True}]


def test_a_file_goes_with_its_text(desk: Desk) -> None:
    """One message has both; where the text is too long for a caption it comes before the file."""
    choices = ("Cancel", "Move")
    desk.channel.send(desk.letter("Booked.", file=_ICS, choices=choices, link="https://x.example"))
    long = "Booked. " * 200
    desk.channel.send(desk.letter(long, file=_ICS, choices=choices))
    both, text, file = desk.maya.chat()
    assert (text_of(both), both["document"]["file_name"]) == ("Booked.", "booking.ics")
    assert both["document"]["file_size"] == len(_ICS.content)
    assert list(buttons(both)) == list(buttons(text)) == list(choices)
    assert (text_of(text), text_of(file), buttons(file)) == (long.strip(), "", {})


def test_a_picture_is_shown_as_one(desk: Desk) -> None:
    """With its text below; what Telegram takes for no picture goes as a document."""
    content = _png(1080, 1500)
    desk.channel.send(desk.letter("Today", file=File("a.png", "image/png", content)))
    desk.channel.send(desk.letter("Today", file=File("b.png", "image/png", b"no picture")))
    shown, document = desk.maya.chat()
    assert (text_of(shown), shown["photo"][0]["file_size"]) == ("Today", len(content))
    assert (text_of(document), document["document"]["file_name"]) == ("Today", "b.png")


def _png(wide: int, high: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (wide, high)).save(out, "PNG")
    return out.getvalue()


def test_without_a_file_there_is_its_link(desk: Desk) -> None:
    """What is sent is what `render` said."""
    letter = desk.letter("Booked.", link="https://bot.example/i?a=1&b=2")
    desk.channel.send(letter)
    assert desk.maya.heard() == [desk.channel.render(letter)]
    assert desk.maya.heard()[0].endswith("https://bot.example/i?a=1&b=2")


def test_a_long_text_comes_in_pieces(desk: Desk) -> None:
    """Cut at its lines, in order; the buttons stand under the last piece."""
    lines = [f"{n}: {'word ' * 30}".strip() for n in range(60)]
    desk.channel.send(desk.letter("\n".join(lines), choices=("Yes",)))
    said = desk.maya.chat()
    assert len(said) == 3
    assert "\n".join(map(text_of, said)).split("\n") == lines
    assert [list(buttons(m)) for m in said] == [[], [], ["Yes"]]


def test_a_second_try_goes_on_where_the_first_ended(desk: Desk) -> None:
    """Of a letter in three pieces no piece comes twice, though the second was refused at first."""
    letter = desk.letter("x" * 4000 + "\n" + "y" * 4000 + "\n" + "z" * 4000)
    desk.telegram.pace = 0.05
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(desk.channel.send, letter)
        while len(desk.maya.chat()) < 1:
            time.sleep(0.005)
        desk.telegram.trouble("500", times=1)
        with pytest.raises(SendError):
            sending.result()
    desk.channel.send(letter)
    assert [text[0] for text in desk.maya.heard()] == ["x", "y", "z"]


def test_an_answered_question_loses_its_buttons(desk: Desk) -> None:
    """It shows what was pressed, also under a file; where there is no room the buttons just go."""
    for text, file in (("Which?", None), ("Booked.", _ICS), ("w" * 4090, None)):
        desk.channel.send(desk.letter(text, file=file, choices=("Friday",)))
    for number, said in enumerate(desk.maya.chat(), 1):
        shown = {
            "chat": desk.maya.person.id,
            "message": number,
            "text": text_of(said),
            "label": "Friday",
            "caption": "document" in said,
        }
        desk.channel.send(desk.letter("next", answered=Answered(shown, 0)))
    question, booked, long = desk.maya.chat()[:3]
    assert (text_of(question), text_of(booked)) == ("Which?\n\n▸ Friday", "Booked.\n\n▸ Friday")
    assert (text_of(long), buttons(long), buttons(booked)) == ("w" * 4090, {}, {})


@pytest.mark.parametrize("what", ["gone", "another chat", "hangs", "again"])
def test_a_mark_that_fails_holds_up_nothing(desk: Desk, what: str) -> None:
    """The message itself arrives, and is not sent twice."""
    desk.channel.send(desk.letter("Which?", choices=("Friday",)))
    shown = {"chat": desk.maya.person.id, "message": 1, "text": "Which?", "label": "Friday"}
    if what == "gone":
        shown["message"] = 99
    if what == "another chat":
        shown["chat"] = 4711
    if what == "hangs":
        desk.telegram.trouble("timeout", methods=frozenset({"editmessagetext"}))
    for text in ("next", "next") if what == "again" else ("next",):
        desk.channel.send(desk.letter(text, answered=Answered(shown, 0)))
    assert desk.maya.heard()[1:] == (["next", "next"] if what == "again" else ["next"])


def test_whom_we_cannot_reach_is_told_for_good(desk: Desk) -> None:
    """A block is the reader's own word; a chat that is not there just does not work."""
    desk.bot.blocked.add(desk.maya.person.id)
    blocked, unknown = desk.refused(), desk.refused(to="4711")
    assert (blocked.permanent, blocked.opted_out) == (True, True)
    assert (unknown.permanent, unknown.opted_out) == (True, False)


@pytest.mark.parametrize(
    ("trouble", "permanent", "wait"),
    [
        ("429", False, 1.0),
        ("500", False, None),
        ("timeout", False, None),
        ("drop", False, None),
        ("permanent", True, None),
        ("401", False, 300.0),
    ],
)
def test_each_refusal_means_something(
    desk: Desk, trouble: Trouble, *, permanent: bool, wait: float | None
) -> None:
    """Only what will never work is given up; a token of ours that is wrong is not the reader's."""
    desk.telegram.trouble(trouble)
    refusal = desk.refused()
    assert (refusal.permanent, refusal.opted_out, refusal.wait) == (permanent, False, wait)
    assert "test-token" not in f"{refusal!r} {refusal.__cause__!r}"
    desk.telegram.trouble(None)
    assert desk.channel.send(desk.letter())


def test_what_was_taken_is_sent_though_nobody_can_read_the_answer(desk: Desk) -> None:
    """It would only come twice."""
    desk.telegram.trouble("garbage")
    assert desk.channel.send(desk.letter()) == "0"


def test_nobody_at_the_other_end_is_no_mistake_of_the_readers(desk: Desk) -> None:
    """A bot without a token, and a Telegram that is not there: both are tried again."""
    assert not desk.refused(sender="OtherBot").permanent
    assert not desk.refused(sender="").permanent
    desk.telegram.close()
    assert not desk.refused().permanent
    desk.telegram.__init__()  # type: ignore[misc]  # so that its end finds something to close


def test_a_bot_that_said_too_much_is_silent_for_a_while() -> None:
    """One closed chat is that chat's affair; two are the bot's, until the first is open again."""
    now = [100.0]
    floods = Floods(clock=lambda: now[0])
    floods.met("a", "1", 10)
    assert (floods.wait("a"), floods.wait("b")) == (0, 0)
    floods.met("a", "2", 30)
    assert (floods.wait("a"), floods.wait("b")) == (10, 0)
    now[0] += 10
    assert floods.wait("a") == 0


@given(
    st.text(st.sampled_from("ab \n💇é"), max_size=200),
    st.integers(2, 60),
)
def test_pieces_have_all_words_in_order(text: str, most: int) -> None:
    """No piece is too long or empty, and no character but white space is lost."""
    parts = split(text, most)
    assert all(part and len(part.encode("utf-16-le")) // 2 <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_thirty_two_threads_send_at_once(desk: Desk) -> None:
    """Where each call takes 100 ms, more than 200 messages a second leave."""
    desk.telegram.pace = 0.1
    number = 1500 if PROVE else 128
    letters = [desk.letter(f"letter {n}", letter=n) for n in range(number)]
    desk.channel.send(letters[0])
    begun = time.monotonic()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(desk.channel.send, letters[1:]))
    rate = (number - 1) / (time.monotonic() - begun)
    assert len(set(desk.maya.heard())) == number
    assert rate >= (200 if PROVE else 15)
