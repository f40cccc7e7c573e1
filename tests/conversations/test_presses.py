"""Buttons pressed by whom they were not shown to, and presses that no button makes."""

import json
from typing import Any

import pytest

from bot.acting import Who, write
from bot.replay import script
from bot.replay.stage import Stage
from support.staging import Play, left_behind
from workers.tick import drain

NOW = {"now": "2026-03-02T09:00:00-05:00"}
MAYA: dict[str, Any] = {"from": "771", "channel": "telegram", "to": "juniper"}
MIA: dict[str, Any] = {"from": "U0MIA", "channel": "slack", "to": "juniper"}
OTHERS = [Who("telegram", "666"), Who("slack", "U0EVE"), Who("sms", "+12125550166")]


@pytest.fixture
def stage(play: Play) -> Stage:
    """Give a stage on which Maya is asked for a yes, and Mia to confirm a consultation of Tom's."""
    tom = MAYA | {"from": "772"}
    lines = [
        NOW,
        {"link": "Mia"} | MIA,
        {"say": "haircut with ana tomorrow at 3pm"} | MAYA,
        {"say": "consultation with mia friday at 10am"} | tom,
        {"say": "yes"} | tom,
    ]
    return play(script.read([json.dumps(line) for line in lines]))[0]


def asked(stage: Stage, question: str) -> list[tuple[Any, ...]]:
    with stage.runtime.database.owner.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question)]


def press(stage: Stage, who: Who, **facts: object) -> None:
    """Press a button, and have it answered."""
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        said = f"{who.address} {facts}"
        assert write(session, who, message=said, kind="press", body="Yes", **facts) is not None
    drain(stage.runtime)


@pytest.mark.parametrize("who", OTHERS, ids=str)
def test_nobody_presses_for_others(stage: Stage, who: Who) -> None:
    """Whatever letter a press names, it answers what its own chat was asked: here, nothing."""
    state = "SELECT ref, status, starts_at FROM bookings ORDER BY id"
    before = asked(stage, state)
    assert len(before) == 2
    for (letter,) in asked(stage, "SELECT id FROM outbox ORDER BY id"):
        for index in (0, 1):
            press(stage, who, outbox=letter, index=index)
    assert asked(stage, state) == before
    assert left_behind(stage) == (0, 0)


@pytest.mark.parametrize(
    "facts", [{"index": 99}, {"index": -7}, {"outbox": 10**12, "index": 0}, {}, {"outbox": None}]
)
def test_a_press_of_nothing_books_nothing(stage: Stage, facts: dict[str, Any]) -> None:
    """An index beyond the buttons, a letter that is not there, or neither: it is answered, once."""
    [(letter,)] = asked(stage, "SELECT max(id) FROM outbox WHERE note = 'proposed'")
    state = "SELECT ref, status FROM bookings ORDER BY id"
    before = asked(stage, state)
    press(stage, Who("telegram", "771"), **({"outbox": letter} | facts))
    wrong = "SELECT count(*) FROM inbox WHERE error IS NOT NULL OR answered_at IS NULL"
    assert asked(stage, wrong) == [(0,)]
    assert [row for row in asked(stage, state) if row[1] == "confirmed"] == [
        row for row in before if row[1] == "confirmed"
    ]
