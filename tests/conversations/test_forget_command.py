"""`slotkeeper forget`: the operator takes a person out of every row, after one question."""

import io
import json

import pytest

from bot.commands import forget, verify
from bot.replay import script
from bot.replay.stage import Stage
from support.staging import Play

NOW = {"now": "2026-03-02T09:00:00-05:00"}
MAYA = {"from": "+12125550101", "channel": "sms", "name": "Maya"}
ANA = {"from": "U0ANA", "channel": "slack", "to": "juniper"}


@pytest.fixture
def stage(play: Play, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Give a stage with a customer of two businesses, whose database commands work on."""
    lines = [
        NOW,
        {"link": "Ana"} | ANA,
        {"say": "haircut with ana tomorrow at 3pm", "to": "juniper"} | MAYA,
        {"say": "yes", "to": "juniper"} | MAYA,
        {"say": "hello", "to": "owl"} | MAYA,
    ]
    stage, _ = play(script.read([json.dumps(line) for line in lines]))
    url = stage.runtime.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    return stage


def known(stage: Stage) -> int:
    """Return how many rows still have her number or her name."""
    with stage.runtime.database.owner.connect() as connection:
        found: int = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM addresses WHERE address = '+12125550101')"
            " + (SELECT count(*) FROM people WHERE name = 'Maya')"
            " + (SELECT count(*) FROM inbox WHERE body LIKE '%%haircut%%')"
        ).scalar_one()
        return found


@pytest.mark.usefixtures("stage")
def test_nothing_happens_without_a_yes(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would happen is shown; any answer but yes changes nothing."""
    before = known(stage)
    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    with pytest.raises(SystemExit) as ended:
        forget.run(["+1 212 555 0101"])
    assert ended.value.code == 1
    out, err = capsys.readouterr()
    assert "juniper: addresses 1, messages 4, bookings to come, which are cancelled: 1" in out
    assert "nothing was changed" in err
    assert known(stage) == before


def test_a_yes_forgets_everywhere(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In every business; the provider hears of the cancellation, and the book is right."""
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    forget.run(["+12125550101"])
    assert capsys.readouterr().out.endswith("forgotten\n")
    assert known(stage) == 0
    stage.play(script.read([json.dumps(NOW), json.dumps({"advance": "PT1M"})])[1])
    assert "asked to be forgotten" in stage.said["U0ANA"][-1]
    with pytest.raises(SystemExit) as ended:
        verify.run([])
    assert ended.value.code == 0
    assert "the book is right" in capsys.readouterr().out
    forget.run(["+12125550101"])
    assert capsys.readouterr().out == "nobody is known there\n"


def test_one_business_alone(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The other one still knows her; one that is not there is refused."""
    before = known(stage)
    forget.run(["--yes", "--business", "owl", "+12125550101"])
    assert 0 < known(stage) < before
    with pytest.raises(SystemExit) as ended:
        forget.run(["--yes", "--business", "jupiter", "+12125550101"])
    assert ended.value.code == 1
    assert "there is no business 'jupiter'; there is juniper, owl" in capsys.readouterr().err
