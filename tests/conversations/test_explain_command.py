"""`slotkeeper explain`: why a time can be had or not, as the operator reads it."""

import json

import pytest

from bot.commands import explain
from bot.replay import script
from support.staging import Play

NOW = {"now": "2026-03-02T09:00:00-05:00"}
MAYA = {"from": "+12125550101", "channel": "sms", "to": "juniper"}


@pytest.fixture(autouse=True)
def _shop(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open Juniper, where Maya has booked Ana on Tuesday at three."""
    lines = [NOW, {"say": "haircut with ana tomorrow at 3pm"} | MAYA, {"say": "yes"} | MAYA]
    stage, _ = play(script.read([json.dumps(line) for line in lines]))
    url = stage.runtime.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Run the command; return its exit status and what it printed."""
    with pytest.raises(SystemExit) as ended:
        explain.run(["--business", "juniper", *arguments])
    printed = capsys.readouterr()
    return int(str(ended.value.code)), printed.out + printed.err


def test_a_time_that_can_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    """Each resource says its part; who would get it is named; the status is 0."""
    status, said = run(capsys, "--service", "haircut", "--at", "2026-03-03T13:00")
    assert status == 0
    assert said.startswith("Haircut, 2026-03-03 13:00 EST\n  rules: allow it\n")
    assert "  Ana: Ana is on a break until 1:45 PM EST." in said
    assert "  Ben: free" in said
    assert "It can be had: Ben" in said
    assert "  who names nobody: usual: whom they came to last, then Ana, Ben\n" in said


def test_a_time_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """With Ana it cannot be had at three; an offset says the same instant; the status is 1."""
    asked = ("--service", "haircut", "--provider", "ana", "--at")
    status, said = run(capsys, *asked, "2026-03-03T15:00")
    assert (status, run(capsys, *asked, "2026-03-03T20:00+00:00")[1]) == (1, said)
    assert "  Ana: " in said
    assert said.endswith(" Free then: Ben.\n")


def test_what_the_rules_forbid(capsys: pytest.CaptureFixture[str]) -> None:
    """A Sunday, a minute off the grid, a past time: the rule itself says why."""
    for at in ("2026-03-08T13:00", "2026-03-03T13:07", "2026-02-28T13:00"):
        status, said = run(capsys, "--service", "haircut", "--at", at)
        assert status == 1
        assert "rules: allow it" not in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--service", "haircut", "--at", "soon"), "--at is no ISO time: soon"),
        (("--service", "shave", "--at", "2026-03-03T13:00"), "no such service: shave; there are "),
        (
            ("--service", "haircut", "--at", "2026-03-03T13:00", "--provider", "zoe"),
            "no such provider: zoe; there are ana",
        ),
        (
            ("--business", "jupiter", "--service", "haircut", "--at", "2026-03-03T13:00"),
            "no such business: jupiter",
        ),
    ],
)
def test_a_question_that_cannot_be_read(
    arguments: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which there are, and ends with 2."""
    status, said = run(capsys, *arguments)
    assert (status, why in said) == (2, True), said
