"""Playing a script's lines on a stage: what the tests of conversations share."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from bot.replay.script import Line
from bot.replay.stage import Stage

Told = list[dict[str, Any]]  # what was said on a stage, in order
Play = Callable[[list[Line]], tuple[Stage, list[dict[str, Any]]]]

_UNANSWERED = text("SELECT count(*) FROM inbox WHERE answered_at IS NULL OR error IS NOT NULL")
_STUCK = text(
    "SELECT count(*) FROM outbox WHERE error IS NOT NULL"
    " AND error NOT IN ('opted out', 'overtaken')"
)


def left_behind(stage: Stage) -> tuple[int, int]:
    """Return how many messages were not answered, and how many answers could not be worded."""
    with stage.runtime.database.owner.connect() as connection:
        return (
            connection.execute(_UNANSWERED).scalar_one(),
            connection.execute(_STUCK).scalar_one(),
        )


def heard(told: Told, who: dict[str, Any]) -> str:
    """Return what somebody was told last; `who` is a line of a script that they say."""
    return str([item["text"] for item in told if item.get("to") == who["from"]][-1])


def code_in(text: str) -> str:
    """Return the one-time code in a text: six digits, or eight letters and digits."""
    found = re.search(r"\b(\d{6}|[2-9A-Z]{4}-[2-9A-Z]{4})\b", text)
    assert found is not None, text
    return found.group()
