"""Every script of this folder goes as it expects, and leaves nothing unanswered or stuck."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from bot.replay import script
from support.gsm import is_plain, segments
from support.staging import Play, left_behind

SCRIPTS = sorted(Path(__file__).parent.glob("*.jsonl"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_conversation(path: Path, play: Play) -> None:
    """What people say there is answered as the script expects."""
    stage, emitted = play(script.read(path.read_text(encoding="utf-8").splitlines()))
    wrong = [item for item in emitted if "failed" in item or "error" in item]
    assert not wrong, "\n".join(map(str, wrong))
    assert left_behind(stage) == (0, 0)
    long = [item["text"] for item in emitted if not fits(item)]
    assert not long, "\n".join(long)


def fits(item: dict[str, Any]) -> bool:
    """Whether a text is plain but for accents and takes two segments; lists may be longer."""
    if item.get("channel") != "sms":
        return True
    text = "".join(c if is_plain(c) else unaccented(c) for c in item["text"])
    return is_plain(text) and (segments(text) <= 2 or "\n" in text)


def unaccented(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]
