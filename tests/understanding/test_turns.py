"""Whole turns of talks with dentists, doctors, salons: each of `turns.toml` is what it says."""

import tomllib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Asked, understand

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=NEW_YORK)
AGAINST = {"confirm": "decline", "decline": "confirm", "choose": "thanks"}


def turns() -> list[tuple[str, str, str]]:
    """Every turn with what was asked and the intent that is among those read."""
    listed = tomllib.loads(Path(__file__).with_name("turns.toml").read_text(encoding="utf-8"))
    return [(row["asked"], row["intent"], text) for row in listed["said"] for text in row["texts"]]


@pytest.mark.parametrize(("asked", "intent", "text"), turns())
def test_turn(asked: str, intent: str, text: str) -> None:
    """The intent is read, and never the one that speaks against it."""
    got = understand(text, now=NOW, zone=NEW_YORK, asked=Asked(asked))
    read = {each.value for each in got.intents}
    assert intent in read
    assert AGAINST.get(intent) not in read
