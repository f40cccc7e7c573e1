"""A code that is shown at one address and sent from another: any two of them are joined by it."""

import itertools
import json
import re
from typing import Any

import pytest

from bot.acting import Who, write
from bot.replay import script
from bot.replay.stage import Stage
from core import businesses, people
from core.verify import prove
from support.staging import Play, Told, code_in, heard, left_behind

NOW = "2026-03-02T09:00:00-05:00"
SMS: dict[str, Any] = {"from": "+12125550101", "channel": "sms", "to": "juniper"}
CHAT: dict[str, Any] = {"from": "771", "channel": "telegram", "to": "juniper"}
SLACK: dict[str, Any] = {"from": "U0MAYA", "channel": "slack", "to": "juniper"}

_IDS = itertools.count()


@pytest.fixture
def open_stage(play: Play) -> tuple[Stage, Told]:
    """Give a stage on which Maya has booked on Slack."""
    return play(
        _lines(
            {"say": "haircut with ana tomorrow at 3pm", "name": "Maya"} | SLACK,
            {"say": "yes"} | SLACK,
        )
    )


def _lines(*lines: dict[str, Any], now: str = NOW) -> Any:  # noqa: ANN401 - the script's own
    return script.read([json.dumps(line) for line in ({"now": now}, *lines)])


def say(stage: Stage, words: str, who: dict[str, Any]) -> None:
    """Say something now, whatever the stage's clock says."""
    stage.play(_lines({"say": words, "id": f"s{next(_IDS)}"} | who)[1])


def shown(stage: Stage, told: Told, who: dict[str, Any]) -> str:
    """Ask for a code and return it."""
    say(stage, "link", who)
    return code_in(heard(told, who))


def one_person(stage: Stage, *whos: dict[str, Any]) -> bool:
    """Return whether some addresses are one person's; what is stored proves to be sound."""
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        assert prove(session, businesses.load(session)).wrong == ()
        found = {
            people.at(session, channel=w["channel"], address=w["from"], now=session.now).person
            for w in whos
        }
    assert left_behind(stage) == (0, 0)
    return len(found) == 1


PAIRS = [(SLACK, CHAT), (CHAT, SLACK), (SMS, CHAT), (CHAT, SMS), (SLACK, SMS), (SMS, SLACK)]


@pytest.mark.parametrize(("asked", "typed"), PAIRS)
def test_any_two_addresses_are_joined(
    open_stage: tuple[Stage, Told], asked: dict[str, Any], typed: dict[str, Any]
) -> None:
    """The code is shown at one and sent from the other; both are told which one joined them."""
    stage, told = open_stage
    say(stage, f"link {shown(stage, told, asked)}", typed)
    for reader, other in ((typed, asked), (asked, typed)):
        named = {"sms": "+12125550101", "telegram": "Telegram", "slack": "Slack"}
        assert named[other["channel"]] in heard(told, reader)
        assert "one name, the same bookings" in heard(told, reader)
    assert one_person(stage, asked, typed)


def test_the_bookings_are_seen_at_both(open_stage: tuple[Stage, Told]) -> None:
    """What was booked on Slack is listed on Telegram; the bare code is enough."""
    stage, told = open_stage
    say(stage, shown(stage, told, SLACK), CHAT)
    say(stage, "my bookings", CHAT)
    assert "Haircut with Ana" in heard(told, CHAT)


ASKING = {
    "en": ("join my phone", "LINK"),
    "de": ("mein Handy verbinden", "VERBINDEN"),
    "es": ("vincular mi teléfono", "VINCULAR"),
    "fr": ("ajouter mon téléphone", "LIER"),
    "it": ("unire il mio telefono", "COLLEGA"),
    "pt": ("juntar o meu telefone", "VINCULAR"),
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_asked_to_be_sent_is_understood(
    open_stage: tuple[Stage, Told], language: str
) -> None:
    """In the languages of this business, just the words that the answer names do join."""
    stage, told = open_stage
    words, word = ASKING[language]
    say(stage, words, CHAT)
    found = re.search(rf"{word} [2-9A-Z]{{4}}-[2-9A-Z]{{4}}", heard(told, CHAT))
    assert found is not None, heard(told, CHAT)
    say(stage, found.group(), SMS)
    assert one_person(stage, CHAT, SMS)


def test_a_used_code_says_so(open_stage: tuple[Stage, Told]) -> None:
    """It joins nobody else, and says what to do."""
    stage, told = open_stage
    code = shown(stage, told, SLACK)
    say(stage, f"link {code}", CHAT)
    say(stage, f"link {code}", SMS)
    assert "used already" in heard(told, SMS)
    assert not one_person(stage, SLACK, SMS)


def test_an_old_code_says_so(open_stage: tuple[Stage, Told]) -> None:
    """After ten minutes it joins nobody; a new one does."""
    stage, told = open_stage
    code = shown(stage, told, SLACK)
    stage.play(_lines({"advance": "PT11M"})[1])
    say_later = {"say": f"link {code}", "id": "later"} | CHAT
    stage.play(_lines(say_later)[1])
    assert "too old" in heard(told, CHAT)
    assert not one_person(stage, SLACK, CHAT)
    stage.play(_lines({"say": "link", "id": "again"} | SLACK)[1])
    fresh = code_in(heard(told, SLACK))
    stage.play(_lines({"say": f"link {fresh}", "id": "fresh"} | CHAT)[1])
    assert one_person(stage, SLACK, CHAT)


def test_a_newer_code_voids_the_older(open_stage: tuple[Stage, Told]) -> None:
    """Only the latest that was shown is good, and who sends the other one is told so."""
    stage, told = open_stage
    first = shown(stage, told, SLACK)
    second = shown(stage, told, SLACK)
    say(stage, f"link {first}", CHAT)
    assert "a newer code after that one" in heard(told, CHAT)
    say(stage, f"link {second}", CHAT)
    assert one_person(stage, SLACK, CHAT)


@pytest.mark.parametrize("written", ["{}", "link {}", "Link: {}!", "my code is {}."])
def test_a_code_is_taken_as_people_write_it(open_stage: tuple[Stage, Told], written: str) -> None:
    """In small letters, without its hyphen, within other words."""
    stage, told = open_stage
    code = shown(stage, told, SLACK).lower().replace("-", "")
    say(stage, written.format(code), CHAT)
    assert one_person(stage, SLACK, CHAT)


def test_sent_from_where_it_was_shown_it_waits(open_stage: tuple[Stage, Told]) -> None:
    """The answer says where it belongs, and it is still good there."""
    stage, told = open_stage
    code = shown(stage, told, SLACK)
    say(stage, f"link {code}", SLACK)
    assert "from your other number or app" in heard(told, SLACK)
    say(stage, f"link {code}", CHAT)
    assert one_person(stage, SLACK, CHAT)


def test_one_address_asks_for_five_a_day(open_stage: tuple[Stage, Told]) -> None:
    """Then it is told to try later."""
    stage, told = open_stage
    for _ in range(5):
        shown(stage, told, SLACK)
    say(stage, "link", SLACK)
    assert "try again later" in heard(told, SLACK)


def test_no_guesses_spoil_a_code(open_stage: tuple[Stage, Told]) -> None:
    """However many wrong ones strangers send, or its owner mistypes: the right one joins."""
    stage, told = open_stage
    code = shown(stage, told, SLACK)
    for n in range(30):
        say(stage, f"link {other(code)}", CHAT | {"from": str(900 + n // 10)})
    for _ in range(6):
        say(stage, f"link {other(code)}", CHAT)
    assert "not valid" in heard(told, CHAT)
    say(stage, f"link {code}", CHAT)
    assert one_person(stage, SLACK, CHAT)


def test_whoever_only_presses_start_is_joined_to_nobody(open_stage: tuple[Stage, Told]) -> None:
    """A link with somebody's shown code in it, sent to Maya, does not hand her bookings over."""
    stage, told = open_stage
    attacker = CHAT | {"from": "666"}
    code = shown(stage, told, attacker)
    say(stage, "hello", CHAT)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        facts = {"message": "pressed", "kind": "text", "body": f"link {code}"}
        write(session, Who("telegram", "771"), **facts, start=f"link_{code}")
    stage.play(_lines({"say": "hello", "id": "later"} | attacker)[1])
    assert "not valid" in " ".join(item["text"] for item in told if item.get("to") == "771")
    assert not one_person(stage, attacker, CHAT)


def other(code: str) -> str:
    """Return a code that nobody was shown: each time another one."""
    letters = "BCDFGHJKMNPQRSTVWXZ"
    number = next(_IDS)
    wrong = f"2BC{letters[number % 19]}-BCD{letters[number // 19 % 19]}"
    assert wrong != code
    return wrong
