"""What updates of Telegram say: nothing but reading."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.message import RejectedError
from channels.telegram.reading import Heard, read
from fakes.telegram_updates import Json, Person, contact, membership, message, press

_MAYA = Person(500_000_001, last="Lee", language="en-US")
_BOT = {"id": 100_001, "is_bot": True, "first_name": "Bot", "username": "JuniperBot"}
_GROUP = {"id": -1001, "type": "supergroup", "title": "Friends"}


def said(**content: object) -> Json:
    return message(7, _MAYA.user(), _MAYA.chat(), **content)


def heard(**content: object) -> Heard:
    return read({"update_id": 9, **content}, "JuniperBot")


def test_a_text_names_who_where_and_which() -> None:
    """The sender is the private chat, the message's id the update's, the name what is shown."""
    (found,) = heard(message=said(text="haircut tomorrow")).messages
    assert (found.channel, found.to, found.sender) == ("telegram", "JuniperBot", "500000001")
    assert (found.message, found.kind, found.body) == ("9", "text", "haircut tomorrow")
    assert (found.name, found.language, found.facts) == ("Maya Lee", "en-US", {})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("/help", "help"),
        ("/my_bookings", "my bookings"),
        ("/Cancel@JuniperBot friday", "cancel friday"),
        ("/stop", "stop"),
        ("/ 3pm", "/ 3pm"),
        ("3/4 at 5", "3/4 at 5"),
        ("see /help", "see /help"),
        ("link 123456", "link 123456"),
    ],
)
def test_a_command_is_its_words(typed: str, words: str) -> None:
    """A slash is no language of its own."""
    (found,) = heard(message=said(text=typed)).messages
    assert found.body == words


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ("", "hi"),
        ("link_123456", "link 123456"),
        ("link_K7QM-4XPT", "link K7QM-4XPT"),
        ("linkK7QM4XPT", "link K7QM4XPT"),
        ("linkedinprofile", "hi"),
        ("link123456", "link 123456"),
        ("yes", "hi"),
        ("link_yes", "hi"),
        ("link_123456_cancel", "hi"),
        ("group", "hi"),
    ],
)
def test_start_opts_in_and_greets(payload: str, words: str) -> None:
    """START comes as two messages with ids of their own; of a link only a code is taken."""
    wanted, greeting = heard(message=said(text=f"/start {payload}".strip())).messages
    assert (wanted.kind, wanted.body, wanted.message) == ("carrier", "opted_in", "9/start")
    assert (greeting.kind, greeting.body, greeting.message) == ("text", words, "9")
    assert greeting.facts == {"start": payload}


def test_a_press_brings_what_it_stands_under() -> None:
    """The letter and the number come from the button, the rest from the message it is under."""
    rows = [[{"text": "Yes", "callback_data": "12:0"}, {"text": "No", "callback_data": "12:1"}]]
    under = message(3, _BOT, _MAYA.chat(), text="Book it?", reply_markup={"inline_keyboard": rows})
    found = heard(callback_query=press("77", _MAYA, under, "12:1"))
    (pressed,) = found.messages
    assert found.query == "77"
    assert (pressed.kind, pressed.body) == ("press", "No")
    shown = {"chat": 500_000_001, "message": 3, "text": "Book it?", "label": "No", "caption": False}
    assert pressed.facts == {"outbox": 12, "index": 1, "shown": shown}


def test_a_press_under_a_forgotten_message_is_still_a_press() -> None:
    """Of what is too old Telegram tells the number alone."""
    under = {"message_id": 3, "chat": _MAYA.chat(), "date": 0}
    (pressed,) = heard(callback_query=press("77", _MAYA, under, "12:1")).messages
    assert pressed.facts["shown"] == {"chat": 500_000_001, "message": 3}


@pytest.mark.parametrize(
    "data", ["", "1:2:3", "x:1", "12:", "-1:1", "\u0661:\u0662", "1" * 30 + ":1"]
)
def test_a_press_of_nothing_of_ours_is_only_acknowledged(data: str) -> None:
    """Whatever a button carries, it stops spinning."""
    found = heard(callback_query=press("77", _MAYA, said(text="x"), data))
    assert (found.messages, found.query) == ((), "77")


def test_a_location_has_degrees() -> None:
    """What is shared is where somebody is; a live one that moves on is not heard again."""
    where = {"latitude": 39.74, "longitude": -105}
    (found,) = heard(message=said(location=where)).messages
    assert (found.kind, found.facts) == ("location", {"latitude": 39.74, "longitude": -105.0})
    assert heard(edited_message=said(location=where, edit_date=2 * 10**9)) == Heard()


def test_only_the_own_number_is_a_proof() -> None:
    """Somebody else's card is only words."""
    (own,) = heard(message=said(contact=contact(_MAYA))).messages
    assert (own.kind, own.body) == ("contact", "+12125550123")
    other = contact(Person(5, first="Zoe", phone="+1 (212) 555-0124"))
    (words,) = heard(message=said(contact=other)).messages
    assert (words.kind, words.body) == ("text", "Zoe +1 (212) 555-0124")
    nobody = {key: value for key, value in contact(_MAYA).items() if key != "user_id"}
    (unproven,) = heard(message=said(contact=nobody)).messages
    assert unproven.kind == "text"


@pytest.mark.parametrize(
    ("old", "new", "body"), [("member", "kicked", "opted_out"), ("kicked", "member", "opted_in")]
)
def test_a_block_is_an_opt_out(old: str, new: str, body: str) -> None:
    """And what ends it an opt-in, in a private chat."""
    (found,) = heard(my_chat_member=membership(_BOT, _MAYA, old=old, new=new)).messages
    assert (found.kind, found.body, found.sender) == ("carrier", body, "500000001")
    in_group = membership(_BOT, _MAYA, old=old, new=new) | {"chat": _GROUP}
    assert heard(my_chat_member=in_group) == Heard()


@pytest.mark.parametrize(
    ("content", "addressed"),
    [
        ({"text": "hello all"}, False),
        ({"text": "@JuniperBot haircut"}, True),
        ({"text": "💇‍♀️ @juniperbot"}, True),
        ({"text": "@JuniperBots haircut"}, False),
        ({"text": "/help@JuniperBot"}, True),
        ({"text": "/help"}, False),
        ({"text": "/help@OtherBot"}, False),
        ({"caption": "@JuniperBot like this", "photo": []}, True),
        ({"text": "yes", "reply_to_message": message(1, _BOT, _GROUP, text="x")}, True),
        ({"text": "yes", "reply_to_message": message(1, _MAYA.user(), _GROUP, text="x")}, False),
    ],
)
def test_a_group_is_heard_only_where_it_speaks_to_the_bot(
    content: Mapping[str, object], *, addressed: bool
) -> None:
    """A mention, a command with the bot's name, a reply to it; never a message to store."""
    found = heard(message=message(7, _MAYA.user(), _GROUP, **content))
    assert found.messages == ()
    assert (found.group is not None) == addressed


def test_an_answer_stays_in_its_topic() -> None:
    """Where a group has topics, the thread is known."""
    topic = message(
        7, _MAYA.user(), _GROUP, text="@JuniperBot", is_topic_message=True, message_thread_id=5
    )
    group = heard(message=topic).group
    assert group is not None
    assert group.thread == 5


def test_half_a_character_does_no_harm() -> None:
    """What no database can hold is not handed on."""
    person = Person(500_000_001, first="A\x00\ud83d", last="\u202e" * 300)
    made = message(7, person.user(), person.chat(), text="hi \ud83d\x07")
    (found,) = heard(message=made).messages
    for text in (found.name, found.body):
        text.encode()
        assert "\x00" not in text
    assert len(found.name) <= 80


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted({*said(text="x"), *_MAYA.chat(), *_MAYA.user(), "location"}))
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
_KINDS = ("message", "edited_message", "callback_query", "my_chat_member", "poll")


@given(kind=st.sampled_from(_KINDS), content=_JSON)
def test_whatever_comes_is_read_or_refused(kind: str, content: object) -> None:
    """No update makes anything else of the reader than a message, nothing, or a refusal."""
    update = json.loads(json.dumps({"update_id": 9, kind: content}))
    try:
        found = read(update, "JuniperBot")
    except RejectedError as error:
        assert error.status == 400  # noqa: PT017 - either outcome is good
    else:
        assert isinstance(found, Heard)


@given(
    changed=st.dictionaries(st.sampled_from(sorted(said(text="x"))), _JSON, min_size=1, max_size=3)
)
def test_a_message_with_something_wrong_in_it_is_read_or_refused(changed: Json) -> None:
    """What is nearly a message breaks nothing either."""
    try:
        found = read({"update_id": 9, "message": said(text="x") | changed}, "JuniperBot")
    except RejectedError:
        return
    for each in found.messages:
        assert isinstance(each.body, str)
        assert each.sender.lstrip("-").isdigit()
