"""What is settled before and between the rules: zones, courtesies, ambiguous words, moves."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dialogs.when import zones
from dialogs.when.items import Item, Part
from dialogs.when.lexicon import Lexicon
from dialogs.when.model import Context
from dialogs.when.tokens import NO_SUCH_TIME

_NEAR = frozenset(
    """
    NUM ORD CLOCK DATE DOTTED WDAY WDAYS MONTH REL DAYPART POINT TIMES NEXT THIS LAST COMING
    EVERY MERIDIEM ON AT UNIT EARLY LATE MID NOT AFTERNEXT AFTER BEFORE BY HENCE SAMETIME
    """.split()  # noqa: SIM905 - the names read better without quotes
)
_SKIP = frozenset(
    {"THE", "COMMA", "DASH", "OR", "AND", "SLASH", "TO", "FOR", "OF", "UNTIL", "FROM"}
)

_LINKS = frozenset({"ON", "AT", "IN", "BY", "BEFORE", "AFTER"})  # need a time after them

_MOVED = frozenset({"CLOCK", "DAY", "NUM", "PERIOD", "DAYPART"})
_BESIDE = frozenset({"AT", "ABOUT", "REL", "WDAY", "MONTH", "DAYPART", "FROM", "UNTIL"})
_SURE = frozenset({"X", "NUM", "ORD"})
_MOVES = frozenset({"MOVE", "PUSH", "PULL"})
_AROUND = 2

_CLOCKED = frozenset(
    {
        "NUM",
        "CLOCK",
        "MERIDIEM",
        "POINT",
        "OCLOCK",
        "DAYPART",
        "DOTTED",
        "REL",
        "WDAY",
        "ISH",
        "UNIT",
    }
)
_ANY_YEAR = 2026


def moved(items: list[Item]) -> list[Item]:
    """Forget the time that something is moved from: "move my 3pm on friday to 4"."""
    if not any(item.kind in _MOVES for item in items):
        return items
    start = None
    for place, item in enumerate(items):
        if item.kind == "SPAN" and item.raw == "from":
            item.kind, item.value = "CLOCK", item.value.last
        elif item.kind in _MOVES:
            start = place
        elif item.kind == "STOP":
            start = None
        elif item.kind == "TO" and start is not None:
            between = items[start:place]
            if any(each.kind in _MOVED for each in between):
                for each in between:
                    each.kind, each.value = "X", None
            ahead = [each.kind for each in items[place + 1 : place + 3]]
            lone = ahead[:1] == ["NUM"] and ahead[1:] not in (["TO"], ["NOUN"], ["X"])
            item.kind = "AT" if lone else "X"  # "push it to 4"
            return items
    return items


def no_such_time(items: list[Item]) -> bool:
    """Whether 25:00 was meant for a time: it stands alone, after "at", or beside a day."""
    told = [item for item in items if item.kind != "STOP"]
    for place, item in enumerate(told):
        if item.value == NO_SUCH_TIME:
            beside = {each.kind for each in told[max(place - 1, 0) : place + 2]}
            if len(told) == 1 or beside & _BESIDE:
                return True
    return False


def alone(items: list[Item]) -> list[Item]:
    """Take "12.30" for a time where there is nothing else to read."""
    if [item.kind for item in items if item.kind != "STOP"] == ["DOTTED"]:
        return [Item("AT", None, items[0].start, items[0].start), *items]
    return items


def plain(items: list[Item], words: Lexicon, text: str) -> list[Item]:
    """Drop courtesies from the row, and take ambiguous words for times only beside other ones."""
    items = [item for item in items if item.kind != "SOFT"]
    single = len([item for item in items if item.kind != "STOP"]) <= 1
    for place, item in enumerate(items):
        if item.raw in words.after_day and place and items[place - 1].kind in {"WDAY", "REL"}:
            item.kind, item.value = "DAYPART", Part(words.after_day[item.raw])
        if item.raw in words.month_after and _numbered(items, place):
            item.kind, item.value = "MONTH", words.month_after[item.raw]
        if item.raw in words.names and place and text[item.start].isupper() and not text.isupper():
            item.kind, item.value = "X", None
        if item.kind == "MONTH" and _proper(items, place, text) and not _company(items, place, -1):
            item.kind, item.value = "X", None  # August Barbershop
        if item.raw not in words.ambiguous or single or item.kind in _SURE:
            continue
        if not (_company(items, place, -1) or _company(items, place, 1)):
            item.kind, item.value = "X", None
    return items


def _proper(items: list[Item], place: int, text: str) -> bool:
    """Whether a word and the stranger after it are written like one name."""
    after = items[place + 1] if place + 1 < len(items) else None
    if after is None or after.kind != "X" or text.isupper():
        return False
    return text[items[place].start].isupper() and text[after.start].isupper()


def _numbered(items: list[Item], place: int) -> bool:
    """Whether a number in digits stands before the word, so that it is a month: 8 sept, 3 mar."""
    before = items[place - 1] if place else None
    if before is not None and before.kind == "OF":
        before = items[place - 2] if place > 1 else None
    return before is not None and before.kind in {"NUM", "ORD"} and before.raw.isdigit()


def _company(items: list[Item], place: int, step: int) -> bool:
    """Whether the next word on that side, over small words, is one of time."""
    kind = items[place].kind
    for _ in range(_AROUND + 1):
        place += step
        if not 0 <= place < len(items):
            return False
        near = items[place].kind
        if step > 0 and near in _LINKS:
            continue
        if near in _NEAR or (near == "IN" and kind == "MONTH" and step < 0):
            return True
        if near not in _SKIP:
            return False
    return False


def bare(items: list[Item]) -> list[Item]:
    """Where the open question was "when?", a number alone is an hour."""
    told = [
        item
        for item in items
        if item.kind
        not in {"STOP", "COMMA", "OR", "AND", "CUE", "X", "FOR", "FREE", "ASK", "SLASH"}
    ]
    if told and all(item.kind in {"NUM", "DOTTED"} for item in told):
        for item in told:
            before = Item("AT", None, item.start, item.start)
            items.insert(items.index(item), before)
    return items


def zone_said(
    items: list[Item], words: Lexicon, context: Context, zone: ZoneInfo
) -> tuple[list[Item], ZoneInfo | None]:
    """A zone said with a time ("3pm ET", "10am london time"), taken out of the row.

    An abbreviation that is the reader's own means the reader's zone: CST in Mexico City.
    """
    for place, item in enumerate(items):
        if item.kind == "YOURS":
            return _told(items[:place]) + items[place + 1 :], context.place
        if item.kind == "ZONE" and item.raw in {"gmt", "utc"}:
            found = _offset(items, place)
            if found is not None:
                return found
        if item.kind == "ZONE":
            before = items[place - 1].kind if place else ""
            named = place + 1 < len(items) and items[place + 1].kind == "CLOCKWORD"
            if before == "CLOCKWORD" or named or before in _CLOCKED:
                start = place - (before == "CLOCKWORD")
                found_zone = zone if item.raw in _own(zone) else zones.named(item.raw, words)
                return _told(items[:start]) + items[place + 1 + named :], found_zone
            item.kind = "X"
        if item.kind == "CLOCKWORD":
            found = _zone_beside(items, place, words)
            if found is not None:
                return found
    return items, None


@lru_cache(maxsize=512)
def _own(zone: ZoneInfo) -> frozenset[str]:
    """What a zone calls itself in summer and in winter."""
    seasons = (datetime(_ANY_YEAR, month, 1, tzinfo=zone) for month in (1, 7))
    return frozenset((season.tzname() or "").lower() for season in seasons)


def _offset(items: list[Item], place: int) -> tuple[list[Item], ZoneInfo | None] | None:
    """GMT-3, UTC+2: whole hours are a zone; other offsets are only taken out of the row."""
    told = items[place + 1 : place + 3]
    if len(told) < 2 or told[0].raw not in {"+", "-"} or told[0].start != items[place].end:
        return None
    sign, number = told
    left = items[:place] + items[place + 3 :]
    if number.kind == "CLOCK":
        return left, None
    if number.kind != "NUM" or not 0 <= number.value <= 12:
        return None
    # the tz database counts these west of Greenwich
    west = "-" if sign.raw == "+" else "+"
    return left, ZoneInfo(f"Etc/GMT{west}{number.value}")


def _told(items: list[Item]) -> list[Item]:
    """A number before a zone is a time: "10 denver time"."""
    if items and items[-1].kind == "NUM":
        return [*items[:-1], Item("AT", None, items[-1].start, items[-1].start), items[-1]]
    return items


def _zone_beside(
    items: list[Item], place: int, words: Lexicon
) -> tuple[list[Item], ZoneInfo] | None:
    """The city before or after the word for time: "new york time", "hora de nueva york"."""
    ahead = place + 1
    ahead += ahead < len(items) and items[ahead].kind in {"OF", "FROM", "IN"}
    for size in (3, 2, 1):
        for start, end in ((place - size, place), (ahead, ahead + size)):
            if start < 0 or end > len(items):
                continue
            zone = zones.named(" ".join(each.raw for each in items[start:end]), words)
            if zone is not None:
                first, last = (start, place + 1) if start < place else (place, end)
                return _told(items[:first]) + items[last:], zone
    return None
