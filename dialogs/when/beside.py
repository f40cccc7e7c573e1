"""Words that mean another thing by what stands beside them, settled before any rule looks."""

from __future__ import annotations

from collections.abc import Callable

from dialogs.when.items import Item
from dialogs.when.lexicon import Lexicon

_TIMES = frozenset({"CLOCK", "NUM", "DOTTED", "HOURMARK", "MERIDIEM"})
_ONE_NUMBER = (["NUM"], ["CLOCK"], ["DOTTED"])
_NO_HOUR = frozenset({"X", "LABEL", "OTHER", "OR", "STREET", "NAMED"})  # behind an article
_HOUR_MARKS = frozenset({"HOURMARK", "OCLOCK", "UNIT", "COLON", "DOT", "COMMA", "MERIDIEM", "NUM"})
_AFTER_DAY = frozenset(
    """
    NUM CLOCK DOTTED ORD AT ABOUT DAYPART MERIDIEM POINT WDAY OR AND SLASH DASH FROM AFTER BEFORE
    THE MONTH DATE
    """.split()  # noqa: SIM905 - the names read better without quotes
)
_NUMBERS = frozenset({"NUM", "CLOCK", "DOTTED"})


def settle_beside(items: list[Item], words: Lexicon) -> list[Item]:
    """Look at each item that its neighbours may change; asides in brackets are passed over."""
    row: list[Item] = []
    items = _without_asides(items)
    for place, item in enumerate(items):
        look = _LOOKS.get(item.kind)
        if look is not None:
            before = items[place - 1] if place else None
            row.extend(look(item, before, items[place + 1 : place + 3], words))
        row.append(item)
    return row


def _without_asides(items: list[Item]) -> list[Item]:
    """Leave out a time in brackets behind another: "3 PM EST (1 PM MST at our place)"."""
    opens = next((place for place, item in enumerate(items) if item.raw == "("), None)
    if opens is None:
        return items
    closes = next(
        (place for place, item in enumerate(items) if item.raw == ")" and place > opens), len(items)
    )
    aside = items[opens + 1 : closes]
    timed = any(item.kind in _NUMBERS for item in items[:opens])
    if timed and aside and aside[0].kind != "OR" and any(i.kind in _TIMES for i in aside):
        return [*items[:opens], *items[closes + 1 :]]
    return items


def _after_next(item: Item, before: Item | None, ahead: list[Item], _words: Lexicon) -> list[Item]:
    """After next week is after it; the week after next is not."""
    if not ahead or ahead[0].kind not in {"UNIT", "WDAY", "MONTH"}:
        return []
    if before is not None and before.kind in {"UNIT", "WDAY"}:
        return []
    item.kind = "NEXT"
    return [Item("AFTER", None, item.start, item.start)]


def _number(item: Item, before: Item | None, ahead: list[Item], words: Lexicon) -> list[Item]:
    """A part of a word ("gr8"), an article ("um ein Paket") or a vague "few" is no number."""
    after = ahead[0].kind if ahead else ""
    if before is not None and before.end == item.start and before.kind in {"X", "ANY"}:
        none = before.raw.isalpha()
    elif item.raw in words.vague:
        none = after not in {"UNIT", "X", "QUARTER"}
    elif item.raw == "0":
        none = after not in _HOUR_MARKS
    elif item.raw in words.articles and after in _NO_HOUR and words.language != "en":
        none = before is None or not before.raw.endswith((" la", "'"))
    else:
        none = False
    if none:
        item.kind, item.value = "X", None
    return []


def _at(item: Item, before: Item | None, ahead: list[Item], words: Lexicon) -> list[Item]:
    """No hour follows in "a due fasi", "à 8 bits", "A4"; "due ore" are hours, not "at"."""
    kinds = [each.kind for each in ahead]
    glued = bool(ahead) and ahead[0].start == item.end
    if item.raw == "a" and (kinds == ["NUM", "X"] or glued):
        item.kind = "X"
    hours = words.conventions.get("hour_after_number")
    counted = before is not None and before.kind == "NUM" and kinds[:1] not in _ONE_NUMBER
    if item.raw == hours and counted:
        item.kind, item.value = "UNIT", "hour"
    return []


def _weekday(item: Item, before: Item | None, ahead: list[Item], words: Lexicon) -> list[Item]:
    """A weekday only before a time, or alone: "so um 10", "ter 15h", never "so machen wir das"."""
    if item.raw in words.before_times:
        lone = before is None and not ahead
        behind = before is not None and before.kind in {
            "ON",
            "OR",
            "SLASH",
            "DASH",
            "UNTIL",
            "NEXT",
        }
        if not (lone or (ahead and ahead[0].kind in _AFTER_DAY) or (behind and not ahead)):
            item.kind, item.value = "X", None
    return []


def _ordinal(item: Item, _before: Item | None, ahead: list[Item], words: Lexicon) -> list[Item]:
    """The 1st one is no day."""
    if ahead and ahead[0].raw in words.articles:
        item.kind, item.value = "X", None
    return []


def _not(item: Item, before: Item | None, ahead: list[Item], _words: Lexicon) -> list[Item]:
    """A no between commas corrects: "martes, no, miércoles"."""
    closed = bool(ahead) and ahead[0].kind in {"COMMA", "STOP"}
    if closed and (before is None or before.kind in {"COMMA", "STOP", "DOT"}):
        item.kind = "CUE"
    return []


_LOOKS: dict[str, Callable[[Item, Item | None, list[Item], Lexicon], list[Item]]] = {
    "AFTERNEXT": _after_next,
    "NUM": _number,
    "AT": _at,
    "NOT": _not,
    "ORD": _ordinal,
    "WDAY": _weekday,
}
