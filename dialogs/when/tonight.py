"""Whether words name the evening or night of now: "tonight", "this evening", "heute Abend"."""

from __future__ import annotations

from dialogs.when.items import Part
from dialogs.when.lexicon import lexicon
from dialogs.when.tokens import row

_EVENING = 17 * 60


def tonight(text: str, *, locale: str) -> bool:
    """Whether a text speaks of the evening or night of now, which goes on after midnight."""
    words = lexicon(locale)
    return any(
        isinstance(item.value, Part)
        and item.value.hint == "today"
        and words.dayparts[item.value.name].first >= _EVENING
        for item in row(text, words)
    )
