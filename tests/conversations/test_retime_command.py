"""`slotkeeper retime`: who moves with the clock rules is listed, then moved and told."""

import json

import pytest

from bot.commands import retime
from bot.replay import script
from bot.replay.stage import Stage
from support.staging import Play

NOW = {"now": "2026-03-02T09:00:00-05:00"}
MAYA = {"from": "+12125550101", "channel": "sms", "name": "Maya", "to": "juniper"}
JOE = {"from": "+12125550102", "channel": "sms", "name": "Joe", "to": "juniper"}
ANA = {"from": "U0ANA", "channel": "slack", "to": "juniper"}

_BACK = """
UPDATE bookings SET starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour'
    WHERE person_id = (SELECT id FROM people WHERE name = 'Maya');
UPDATE allocations SET slot_start = slot_start - interval '1 hour', during =
    tstzrange(lower(during) - interval '1 hour', upper(during) - interval '1 hour')
    WHERE booking_id IN (SELECT b.id FROM bookings b JOIN people p ON p.id = b.person_id
        WHERE p.name = 'Maya');
UPDATE booking_events SET facts = jsonb_set(facts, '{blocked}', jsonb_build_array(
    CAST(facts -> 'blocked' ->> 0 AS timestamptz) - interval '1 hour',
    CAST(facts -> 'blocked' ->> 1 AS timestamptz) - interval '1 hour')) WHERE facts ? 'blocked'
    AND booking_id IN (SELECT b.id FROM bookings b JOIN people p ON p.id = b.person_id
        WHERE p.name = 'Maya')
"""


@pytest.fixture
def stage(play: Play, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Give a stage with two bookings of Maya's, made where clocks were an hour ahead."""
    lines = [
        NOW,
        {"link": "Ana"} | ANA,
        {"say": "haircut with ana on march 10 at 3pm"} | MAYA,
        {"say": "yes"} | MAYA,
        {"say": "haircut with ana on march 11 at 3pm"} | MAYA,
        {"say": "yes"} | MAYA,
    ]
    stage, _ = play(script.read([json.dumps(line) for line in lines]))
    database = stage.runtime.database
    with database.owner.begin() as connection:
        for statement in _BACK.split(";\n"):
            connection.exec_driver_sql(statement)
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    return stage


def go_on(stage: Stage, *lines: dict[str, str]) -> None:
    stage.play(script.read([json.dumps(line) for line in (NOW, *lines)])[1])


def retimed(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        retime.run(list(arguments))
    return int(ended.value.code or 0)


def test_they_are_listed_then_moved_and_told(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --apply nothing happens; with it Maya hears once, of both; a second time nothing."""
    before = len(stage.said["+12125550101"])
    assert retimed("--business", "juniper") == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0] == "juniper: 2 would move, 0 cannot"
    assert listed[1].endswith("2026-03-10 15:00 EDT  from 18:00 to 19:00 UTC")
    assert retimed("--apply") == 0
    assert capsys.readouterr().out.startswith("juniper: 2 moved, 0 cannot")
    go_on(stage, {"advance": "PT1M"})
    (heard,) = stage.said["+12125550101"][before:]
    assert heard.splitlines() == [
        "The rules for changing the clocks are new. Your bookings keep their time at our place:",
        "Haircut with Ana: Tue, Mar 10 at 3:00 PM EDT",
        "Haircut with Ana: Wed, Mar 11 at 3:00 PM EDT",
    ]
    assert retimed("--apply") == 0
    assert capsys.readouterr().out == "juniper: 0 moved, 0 cannot\n"


def test_a_provider_hears_of_what_cannot_move(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Joe has the time since; Maya's booking stays where it is, and Ana is told once."""
    go_on(stage, {"say": "haircut with ana on march 10 at 3pm"} | JOE, {"say": "yes"} | JOE)
    assert retimed("--apply") == 1
    out = capsys.readouterr().out
    assert out.startswith("juniper: 1 moved, 1 cannot")
    assert "15:00 EDT  from 18:00 to 19:00 UTC, where somebody else is: it stays" in out
    assert retimed("--apply") == 1
    go_on(stage, {"advance": "PT1M"})
    heard = [said for said in stage.said["U0ANA"] if "changing the clocks" in said]
    assert len(heard) == 1
    assert "Haircut for Maya" in heard[0]
    assert heard[0].endswith("somebody else has it. It is now on Tue, Mar 10 at 2:00 PM EDT.")


def test_a_business_that_is_not_there(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Is refused before anything is looked at."""
    assert stage.said
    assert retimed("--business", "jupiter") == 2
    assert "no such business: jupiter" in capsys.readouterr().err
