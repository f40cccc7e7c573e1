"""Which words name a day by themselves, and which leave a choice: "thursday", "or"."""

from __future__ import annotations

from dialogs.when.items import Part
from dialogs.when.lexicon import lexicon
from dialogs.when.tokens import row

_BEFORE = frozenset({"NEXT", "THIS", "COMING"})


def days_named(text: str, *, locale: str) -> list[tuple[int, int]]:
    """Return where weekdays and the like stand: "next thursday", "tomorrow", "tonight".

    A number before one is no part of a time.
    """
    out: list[tuple[int, int]] = []
    start: int | None = None
    for item in row(text, lexicon(locale)):
        if item.kind in _BEFORE:
            start = item.start if start is None else start
            continue
        today = isinstance(item.value, Part) and item.value.hint == "today"
        if item.kind in {"WDAY", "REL"} or today:
            out.append((item.start if start is None else start, item.end))
        start = None
    return out


def or_between(text: str, start: int, end: int, *, locale: str) -> bool:
    """Whether an "or" stands between two places of a text."""
    items = row(text[start:end], lexicon(locale))
    return any(item.kind == "OR" for item in items)
