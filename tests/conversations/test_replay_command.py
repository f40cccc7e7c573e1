"""`slotkeeper replay` as it is called: what it prints, and the three ways in which it ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.replay import script
from support.staging import Play

ROOT = Path(__file__).parents[2]
NOW = '{"now": "2026-03-02T09:00:00-05:00"}'
SAY = (
    '{"say": "haircut with ana tomorrow at 3pm", "from": "+12125550101", "channel": "sms",'
    ' "to": "juniper"}'
)


def replay(postgres_url: str, *rows: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "replay", "-"],
        input="\n".join(rows),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": postgres_url},
    )


def test_it_prints_what_is_said_and_the_book(postgres_url: str) -> None:
    """A script that goes well ends with 0; each line of output is JSON, the state the last."""
    expect = '{"expect": {"bookings": [{"start": "2026-03-03T15:00"}], "count": {"bookings": 1}}}'
    done = replay(postgres_url, NOW, SAY, expect)
    assert done.returncode == 0, done.stderr
    said, state = (json.loads(row) for row in done.stdout.splitlines())
    assert said["line"] == 2
    assert said["to"] == "+12125550101"
    assert said["at"] == "2026-03-02T09:00:00-05:00"
    assert said["choices"] == ["Yes", "No"]
    assert [b["status"] for b in state["state"]["bookings"]] == ["held"]


def test_an_expectation_that_fails(postgres_url: str) -> None:
    """The script goes on after it and the command ends with 1."""
    expect = '{"expect": {"count": {"bookings": 7}}}'
    done = replay(postgres_url, NOW, SAY, expect, '{"state": true}')
    assert done.returncode == 1
    _, failed, state = (json.loads(row) for row in done.stdout.splitlines())
    assert failed == {"failed": "bookings: 1 instead of 7", "line": 3}
    assert "state" in state


def test_nothing_to_press_or_to_pay(postgres_url: str) -> None:
    """An error is printed with its line, and the script goes on."""
    press = '{"press": "Yes", "from": "771", "channel": "telegram", "to": "juniper"}'
    done = replay(postgres_url, NOW, press, '{"pay": "771"}', SAY)
    assert done.returncode == 0
    rows = [json.loads(row) for row in done.stdout.splitlines()]
    assert [row["line"] for row in rows if "error" in row] == [2, 3]
    assert "text" in rows[2]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("haircut", "line 2: not JSON"),
        ('{"shout": "haircut"}', "line 2: none of now, link"),
        ('{"say": "hi"}', 'line 2: "say" needs channel, from, to'),
        (SAY.replace('"to"', '"whom": 1, "to"'), 'line 2: "say" knows no whom'),
        (SAY.replace("sms", "pigeon"), "line 2: the channel is one of"),
        (SAY.replace('"to"', '"tz": "Mars", "to"'), "line 2: 'Mars' is not a time zone"),
        ('{"advance": "tomorrow"}', "line 2: 'tomorrow' is not an ISO 8601 duration"),
        (SAY.replace("+1", "\\u0000"), 'line 2: "from" holds what no channel would send'),
        ('{"advance": "PT99999999999999H"}', "line 2: the clock moves 3660 days at most"),
        ('{"advance": "P999999D"}', "line 2: the clock moves 3660 days at most"),
        ('{"to_time": "2026-03-03T09:00"}', "line 2: '2026-03-03T09:00' needs an offset"),
        ('{"expect": {"bokings": []}}', "line 2: nothing called 'bokings' can be expected"),
        ('{"expect": {"said": {"to": "1", "matches": "("}}}', "line 2: '(' is not a regular"),
        (NOW, "line 2: only the first line"),
    ],
)
def test_a_line_that_cannot_be_read(row: str, why: str) -> None:
    """It is refused before anything runs, and its number is named."""
    with pytest.raises(script.ScriptError, match=re.escape(why)):
        script.read([NOW, row])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (SAY.replace("juniper", "jupiter"), "line 2: no business 'jupiter'"),
        ('{"to_time": "2026-03-01T09:00:00Z"}', "line 2: the clock does not go back"),
        ('{"to_time": "9999-12-31T23:59:59Z"}', "line 2: the clock moves 3660 days at most"),
        ('{"calendar": "Zoe", "remove": "Dentist"}', "line 2: nobody is called 'Zoe'"),
    ],
)
def test_a_line_that_cannot_be_done(row: str, why: str, play: Play) -> None:
    """What only the businesses and the clock can tell is refused when its turn comes."""
    with pytest.raises(script.ScriptError, match=re.escape(why)):
        play(script.read([NOW, row]))


def test_the_command_ends_with_2(postgres_url: str) -> None:
    """A line that cannot be read stops the command, which names it and prints no state."""
    done = replay(postgres_url, NOW, '{"shout": "haircut"}')
    assert done.returncode == 2
    assert "line 2" in done.stderr
    assert done.stdout == ""


def test_a_script_begins_with_its_time() -> None:
    """Without the first line nothing can be read."""
    with pytest.raises(script.ScriptError, match="line 1: a script begins"):
        script.read([SAY])
