"""What is settled before and between the rules: courtesies, ambiguous words, moves."""

from __future__ import annotations

from dialogs.when.beside import settle_beside
from dialogs.when.cascade import State
from dialogs.when.items import Item, Part
from dialogs.when.lexicon import Lexicon
from dialogs.when.tokens import NO_SUCH_TIME

_NEAR = frozenset(
    """
    NUM ORD CLOCK DATE DOTTED WDAY WDAYS MONTH REL DAYPART POINT TIMES NEXT THIS LAST COMING
    EVERY MERIDIEM ON AT UNIT EARLY LATE MID NOT AFTERNEXT AFTER BEFORE BY HENCE SAMETIME ANY
    QUARTER
    """.split()  # noqa: SIM905 - the names read better without quotes
)
_SKIP = frozenset(
    {"THE", "COMMA", "DASH", "OR", "AND", "SLASH", "TO", "FOR", "OF", "UNTIL", "FROM", "ABOUT"}
)

_LINKS = frozenset({"ON", "AT", "IN", "BY", "BEFORE", "AFTER"})  # need a time after them

_MOVED = frozenset({"CLOCK", "DAY", "NUM", "PERIOD", "DAYPART"})
_SOURCES = _MOVED - {"NUM"}
_BESIDE = frozenset(
    """
    AT ABOUT REL WDAY MONTH DAYPART FROM UNTIL MERIDIEM OCLOCK HOURMARK BY AFTER BEFORE
    """.split()  # noqa: SIM905 - the names read better without quotes
)
_SURE = frozenset({"X", "NUM", "ORD"})
_MOVES = frozenset({"MOVE", "PUSH", "PULL"})
_AROUND = 2
_RUN = 4  # hours named in a row lie together
_MOST_HOURS = 24
_BEFORE_MONTH = frozenset({"IN", "FROM", "UNTIL", "ASK", "FOR", "OF", "TO", "STARTING", "WITHIN"})
_ENDS = frozenset({"", "STOP", "COMMA", "AT", "NUM", "CLOCK", "DAYPART"})

_AROUND_NUMBERS = frozenset(
    {"STOP", "COMMA", "OR", "AND", "CUE", "X", "FOR", "FREE", "ASK", "SLASH", "ANY", "OF", "SOFT"}
)


def moved(items: list[Item], state: State) -> list[Item]:
    """Set the time apart that something is moved from: "move my 3pm on friday to 4"."""
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
                    if each.kind in _SOURCES:
                        state.source.append(Item(each.kind, each.value, each.start, each.end))
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
    items = settle_beside([item for item in items if item.kind != "SOFT"], words)
    items = _enumerated(items)
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


def _enumerated(items: list[Item]) -> list[Item]:
    """Put the comma that people leave out: "at 9 10 or 11" names three hours, "9 30 or 11" two."""
    for place in range(len(items) - 2, 1, -1):
        behind = [each.kind for each in items[place + 2 : place + 3]]
        if items[place].kind != "OR" or items[place + 1].kind != "NUM" or behind == ["NUM"]:
            continue
        last, at = _face(items[place + 1]), place - 1
        at -= items[at].kind == "COMMA"
        while at and items[at].kind == items[at - 1].kind == "NUM":
            first, second = items[at - 1].value, items[at].value
            if not 1 <= first < second < last <= first + _RUN:
                break
            items.insert(at, Item("COMMA", None, items[at].start, items[at].start))
            last, at = second, at - 1
    return items


def _face(number: Item) -> int:
    """The hour that a number of one to four digits names."""
    value: int = number.value
    return value // 100 if value > _MOST_HOURS else value


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
    after = items[place + 1].kind if place + 1 < len(items) else ""
    for _ in range(_AROUND + 1):
        place += step
        if not 0 <= place < len(items):
            return False
        near = items[place].kind
        if step > 0 and near in _LINKS:
            continue
        if kind == "WDAY" and step > 0 and near in {"FREE", "NEGATED"}:
            return "THE" not in {item.kind for item in items[max(place - 2, 0) : place]}
        if kind == "MONTH" and (near in _BEFORE_MONTH if step < 0 else near == "FREE"):
            return True
        if kind == "MONTH" and step < 0 and items[place].raw == ".":
            continue  # "3. april"
        if kind == "WDAY" and step < 0 and near == "CUE" and after in _ENDS:
            return True  # "sorry, i meant sat"
        if near in _NEAR or near == "ZONE":
            return True
        if near not in _SKIP:
            return False
    return False


def bare(items: list[Item]) -> list[Item]:
    """Where the open question was "when?", a number alone is an hour."""
    told = [item for item in items if item.kind not in _AROUND_NUMBERS]
    if told and all(item.kind in {"NUM", "DOTTED"} for item in told):
        for item in told:
            place = items.index(item)
            if item.kind == "NUM" and place and items[place - 1].kind == "NUM":
                continue  # ten thirty
            before = Item("AT", None, item.start, item.start)
            items.insert(items.index(item), before)
    return items
