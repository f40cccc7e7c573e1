"""Whatever people write, in whatever order: each message is answered, and the book stays right."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.acting import Who, write
from bot.commands.apply import read_files
from bot.commands.replay import EXAMPLES
from bot.replay.script import Line, instant
from bot.replay.stage import Stage
from bot.wiring import simulated
from core import businesses
from core.applying import applied
from core.db import Database
from core.verify import prove
from support.counts import count
from support.postgres import Databases
from support.staging import left_behind

PHRASES = [
    *("hi", "yes", "no", "ok", "y", "n", "1", "2", "3", "4th", "the second one", "the later one"),
    *("haircut", "haircut tomorrow", "haircut tomorrow at 3pm", "with ana", "with ben", "anyone"),
    *("make it 4pm", "make it 4", "no 5pm", "actually friday", "saturday morning", "next week"),
    *("what do you have on friday?", "anything earlier?", "anything later?", "something else"),
    *("yoga for 3 on thursday", "for 4 people", "massage", "colour at 3", "consultation tuesday"),
    *("cancel", "cancel it", "cancel my haircut", "move it to friday", "reschedule", "never mind"),
    *("my bookings", "how much is it", "where are you", "when are you open", "help", "human"),
    *("stop", "start", "I'm in Denver", "Maya", "my name is Maya", "thanks", "bye", "español"),
    *("corte de pelo mañana a las 3", "sí", "gracias", "haircut every tuesday at 3", "tonight"),
    *("today", "tomorrow", "confirm", "decline", "confirm 2", "link 123456", "feb 30", "25:00"),
]
WORDS = st.one_of(st.sampled_from(PHRASES), st.sampled_from(PHRASES), st.text(max_size=60))
TURNS = st.lists(st.tuples(st.sampled_from("abp"), WORDS), min_size=1, max_size=9)


@pytest.fixture(scope="module")
def stage(databases: Databases) -> Iterator[Stage]:
    """Give a stage with Juniper on it, on a Monday morning; Mia is linked."""
    url = databases.fresh()
    database = Database(url)
    now = instant(1, "2026-03-02T09:00:00-05:00")
    database.set_clock(frozen=now)
    (juniper,), _ = read_files([str(EXAMPLES / "juniper.toml")])
    slugs = {"juniper": applied(database, juniper).business}
    stage = Stage(simulated(database), slugs, lambda _item: None)
    stage.play(Line(1, "now", {"now": now.isoformat()}))
    who = {"from": "U0MIA", "channel": "slack", "to": "juniper"}
    stage.play(Line(2, "link", {"link": "Mia", **who}))
    yield stage
    database.close()
    databases.drop(url)


_numbers = iter(range(10**6))


@given(turns=TURNS, minutes=st.sampled_from([0, 0, 1, 6]))
@settings(
    max_examples=count(25, 2000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_message_is_answered(
    stage: Stage, turns: list[tuple[str, str]], minutes: int
) -> None:
    """Two new people and a provider write at random; nothing raises, nothing is left behind."""
    group = next(_numbers)
    people = {
        "a": Who("sms", f"+1212555{group * 2:04}"),
        "b": Who("telegram", str(group)),
        "p": Who("slack", "U0MIA"),
    }
    business = stage.slugs["juniper"]
    for number, (who, words) in enumerate(turns):
        with stage.runtime.database.transaction(business) as session:
            write(session, people[who], message=f"{group}-{number}", body=words)
        stage.play(Line(group, "advance", {"advance": f"PT{minutes}M"}))
    assert left_behind(stage) == (0, 0)
    with stage.runtime.database.transaction(business) as session:
        proof = prove(session, businesses.load(session))
    assert proof.wrong == ()


ODD = {
    "nothing": "",
    "long": "haircut tomorrow at 3pm " * 420,
    "one long word": "a" * 10_000,
    "emoji": "🎉" * 3000,
    "control characters": "".join(map(chr, range(32))) + "haircut\x7f\u202e\ufeff",
    "half a character": "haircut \ud83d tomorrow",
    "SQL": "'; DROP TABLE bookings; --",
    "HTML": "<img src=x onerror=alert(1)>haircut</img>",
    "a format": "{0} %s {name.__class__} \\N{BULLET}",
    "JSON": '{"say": "haircut"}',
    "right to left": "תספורת מחר ב-3",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_messages_are_answered_too(stage: Stage, text: str) -> None:
    """What is no sentence at all gets an answer like anything else, and holds nothing up."""
    who = Who("sms", f"+1213555{next(_numbers):04}")
    business = stage.slugs["juniper"]
    for number, body in enumerate((text, "haircut next thursday", text, "no")):
        with stage.runtime.database.transaction(business) as session:
            write(session, who, message=str(number), body=body)
        stage.said.clear()
        stage.play(Line(1, "advance", {"advance": "PT0M"}))
        assert stage.said.get(who.address), body[:40]
    assert left_behind(stage) == (0, 0)


@pytest.mark.parametrize(
    "opening",
    [
        "hi",
        "book something",
        "haircut",
        "haircut next tuesday",
        "haircut next thursday at 4pm",
        "cancel",
        "yoga",
    ],
)
@pytest.mark.parametrize("stubborn", ["qwertz zuiop", "yes", "hm", "🤷"])
def test_no_question_is_put_twice_in_the_same_words(
    stage: Stage, opening: str, stubborn: str
) -> None:
    """Somebody who repeats themselves is not repeated to."""
    who = Who("sms", f"+1214555{next(_numbers):04}")
    business = stage.slugs["juniper"]
    heard: list[str] = []
    for number, body in enumerate((opening, *[stubborn] * 5)):
        with stage.runtime.database.transaction(business) as session:
            write(session, who, message=str(number), body=body)
        stage.said.clear()
        stage.play(Line(1, "advance", {"advance": "PT0M"}))
        heard += stage.said[who.address]
    assert all(one != other for one, other in pairwise(heard)), heard
