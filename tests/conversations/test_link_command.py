"""`slotkeeper link`: a code for a provider, printed once, used once, in the chat."""

import re
from collections.abc import Callable

import pytest

from bot.commands import link
from bot.replay import script
from bot.replay.stage import Stage
from support.staging import Play

NOW = '{"now": "2026-03-02T09:00:00-05:00"}'


@pytest.fixture
def staged(play: Play, monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, list[dict[str, str]]]:
    """Give a stage with Juniper on it, whose database is the one that commands work on."""
    hello = '{"say": "hi", "from": "U0MIA", "channel": "slack", "to": "juniper"}'
    stage, emitted = play(script.read([NOW, hello]))
    url = stage.runtime.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    return stage, emitted


@pytest.fixture
def say(staged: tuple[Stage, list[dict[str, str]]]) -> Callable[[str, str], str]:
    """Give a function: somebody writes, and the last thing said is returned."""
    stage, emitted = staged

    def say(who: str, words: str) -> str:
        line = {"say": words, "from": who, "channel": "slack", "to": "juniper"}
        line["id"] = str(len(emitted))
        stage.play(script.Line(len(emitted) + 10, "say", line))
        return emitted[-1]["text"]

    return say


def test_a_code_links_once(
    say: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The provider texts the code and is known from then on; nobody else can use it."""
    link.run(["juniper", "Mia"])
    code = capsys.readouterr().out.split()[0]
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    assert say("U0MIA", f"link {code}").startswith("Hello Mia, you're linked.")
    assert say("U0MIA", "today") == "Mon, Mar 2: free"
    assert say("U0BAD", f"link {code}") == "That code is not valid. Ask for a new one."


def test_guesses_spoil_no_code(
    say: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    """There are too many to be guessed, so wrong ones, whoever sends them, change nothing."""
    link.run(["juniper", "mia"])
    code = capsys.readouterr().out.split()[0]
    for n in range(8):
        assert "not valid" in say("U0BAD", f"link 2BCD-{n + 2}BCD")
        assert "not valid" in say("U0BAD", f"link {123450 + n}")
    assert say("U0MIA", f"link {code}").startswith("Hello Mia, you're linked.")


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["jupiter", "Mia"], "there is no business 'jupiter'; there is juniper"),
        (["juniper", "Zoe"], "Juniper Studio has no provider 'Zoe'; it has Ana, Ben, Mia, Leo"),
    ],
)
def test_a_wrong_name(names: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which there are, and ends with 1."""
    with pytest.raises(SystemExit) as ended:
        link.run(names)
    assert ended.value.code == 1
    assert why in capsys.readouterr().err
