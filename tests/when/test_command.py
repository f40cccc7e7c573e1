"""`slotkeeper when`: one phrase or JSON lines, in the documented shape."""

import io
import json
from typing import Any

import pytest

from bot.commands.when import run


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run the command and read the last line that it printed."""
    run(["--now", "2026-03-04T10:20-05:00", "--tz", "America/New_York", *arguments])
    answered: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answered


def test_a_phrase_prints_its_reading(capsys: pytest.CaptureFixture[str]) -> None:
    """Local ISO minutes, and that it was said roughly."""
    got = answer(capsys, "nxt", "fri", "3ish")
    assert got == {"start": "2026-03-13T15:00", "end": None, "rrule": None, "approximate": True}


def test_a_day_is_a_bare_date_and_a_stretch_has_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Each grain is written as documented."""
    assert answer(capsys, "friday")["start"] == "2026-03-06"
    got = answer(capsys, "friday from 2 to 4")
    assert (got["start"], got["end"]) == ("2026-03-06T14:00", "2026-03-06T16:00")


def test_explain_shows_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    """Words first, then each rule that fired."""
    run(["--now", "2026-03-04T10:20-05:00", "--tz", "America/New_York", "--explain", "fri at 3"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("words:")
    assert any(line.startswith("weekday:") for line in lines)


def test_json_lines_in_and_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line has its own moment, zone, language and context, and its own milliseconds."""
    said = {"now": "2026-03-04T10:20-05:00", "tz": "America/New_York", "locale": "en"}
    lines = [
        {"id": "1", "text": "wed or thurs morning", **said},
        {"id": "2", "text": "next week but not monday", **said},
        {"id": "3", "text": "an hour later", "context": {"ref": "2026-03-05T15:00"}, **said},
        {"id": "4", "text": "is 8 free", "context": {"hours": ["08:00", "12:00"]}, **said},
        {"id": "5", "text": "hello", **said},
        {"id": "6", "text": "sunday at 2:30am", **said},
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(map(json.dumps, lines)) + "\n"))
    run(["--jsonl"])
    got = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["id"] for each in got] == ["1", "2", "3", "4", "5", "6"]
    assert got[0]["alternatives"] == [{"start": "2026-03-05T06:00", "end": "2026-03-05T12:00"}]
    assert got[1]["exclude"] == [{"start": "2026-03-09", "end": None}]
    assert got[2]["start"] == "2026-03-05T16:00"
    assert got[3]["start"] == "2026-03-05T08:00"
    assert (got[4]["start"], got[4]["end"], got[4]["rrule"]) == (None, None, None)
    assert got[5]["note"] == "gap"
    assert all(each["ms"] >= 0 for each in got)


def test_an_unknown_zone_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """With the name that was not found, and exit status 2."""
    with pytest.raises(SystemExit) as stopped:
        run(["--tz", "Mars/Olympus", "tomorrow"])
    assert stopped.value.code == 2
    assert "Mars/Olympus" in capsys.readouterr().err


def test_a_line_that_cannot_be_read_gets_an_error_and_the_next_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken JSON, a missing text or moment, an unknown zone: each answered in its place."""
    said = {"now": "2026-03-04T10:20-05:00", "tz": "America/New_York", "locale": "en"}
    lines = [
        "not json",
        "[]",
        json.dumps({"id": "no text", **said}),
        json.dumps({"id": "no moment", "text": "friday"}),
        json.dumps({"id": "no zone", "text": "friday", **said, "tz": "Mars/Olympus"}),
        json.dumps({"id": "no hours", "text": "9", "context": {"hours": [9]}, **said}),
        json.dumps({"id": "fine", "text": "friday", **said}),
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    run(["--jsonl"])
    got = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["id"] for each in got[2:]] == [
        *("no text", "no moment", "no zone", "no hours", "fine"),
    ]
    assert all(each["error"] and each["start"] is None for each in got[:-1])
    assert got[-1]["start"] == "2026-03-06"
