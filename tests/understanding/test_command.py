"""`slotkeeper understand --jsonl`: a line that cannot be read stops no other."""

import io
import json

import pytest

from bot.commands import understand

BROKEN = [
    "not json",
    "[]",
    '{"id": 1}',
    '{"id": 2, "text": "hi", "now": "yesterday"}',
    '{"id": 3, "text": "hi", "tz": "Nowhere/At_All"}',
    '{"id": 4, "text": "hi", "business": "no-such-place"}',
    '{"id": 5, "text": "hi", "state": 5}',
]


def test_a_broken_line_says_what_is_wrong_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each gets a line of its own with an error, and the good one after them its intents."""
    lines = [*BROKEN, '{"id": "good", "text": "yes", "state": {"asked": "confirm"}}']
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    understand.run(["--jsonl"])
    *broken, good = map(json.loads, capsys.readouterr().out.splitlines())
    assert [one["id"] for one in broken] == [None, None, 1, 2, 3, 4, 5]
    assert all(one["error"] and one["intents"] == [] for one in broken)
    assert good["intents"] == ["confirm"]
