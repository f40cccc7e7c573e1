"""The way from a text to a wish: tokens, layers of rules, choices, windows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.when import amounts, clocks, days, repeats, spans, zones
from dialogs.when.cascade import Rewrite, State, run
from dialogs.when.choices import Sorted, sort
from dialogs.when.items import Item, Part
from dialogs.when.lexicon import Lexicon, lexicon
from dialogs.when.model import Context, Wish
from dialogs.when.tokens import row as tokens
from dialogs.when.windows import wish

FIRST: tuple[Rewrite, ...] = (
    *amounts.RULES,
    *clocks.BEFORE_LENGTHS,
    *repeats.RULES,
    *clocks.HOUR_LETTERS,
    *amounts.LENGTHS,
    *spans.SAME_DAY,
    *spans.BEFORE_DAYS,
    *clocks.RULES,
    *days.RULES,
)
SECOND: tuple[Rewrite, ...] = (
    *spans.HOURS,
    *spans.RULES,
)
# Kinds that stand for a time by themselves or beside which an ambiguous word is one.
_NEAR = frozenset(
    """NUM ORD CLOCK DATE DOTTED WDAY WDAYS MONTH REL DAYPART POINT TIMES NEXT THIS LAST COMING EVERY
    MERIDIEM ON AT UNIT EARLY LATE MID NOT AFTERNEXT AFTER BEFORE BY HENCE""".split()
)
_SKIP = frozenset({"THE", "COMMA", "DASH", "OR", "AND", "SLASH", "TO", "FOR", "OF", "UNTIL", "FROM"})
_LINKS = frozenset({"ON", "AT", "IN", "BY", "BEFORE", "AFTER"})  # need a time after them
_AROUND = 2
_LETTERS = 4  # an abbreviation of a zone; longer names need "time" beside them


def read(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en",
    context: Context | None = None,
    explain: bool = False,
) -> Wish:
    """Read when the words mean. `now` is an aware instant, `zone` the reader's; never raises."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    words = lexicon(locale)
    context = context or Context()
    items = _plain(tokens(text, words), words, text)
    items, said = _zone(items, words, zone, context)
    meant = said or zone
    if context.ref is not None and context.ref.tzinfo is not None:
        context = _local(context, meant)
    state = State(
        now=now.astimezone(meant).replace(tzinfo=None),
        lexicon=words,
        context=context,
        steps=["words: " + " ".join(map(repr, items))] if explain else None,
    )
    if context.bare_numbers:
        items = _bare(items)
    items = run(SECOND, moved(run(FIRST, items, state)), state)
    sorted_items: Sorted = sort(items)
    return wish(sorted_items, state, meant, said)


def moved(items: list[Item]) -> list[Item]:
    """Forget the time that something is moved from: "move my 3pm on friday to 4"."""
    start = None
    moving = any(item.kind == "MOVE" for item in items)
    for place, item in enumerate(items):
        if moving and item.kind == "SPAN" and item.raw == "from":
            item.kind, item.value = "CLOCK", item.value.last
        if item.kind == "MOVE":
            start = place
        elif item.kind == "STOP":
            start = None
        elif item.kind == "TO" and start is not None:
            between = items[start:place]
            if any(each.kind in {"CLOCK", "DAY", "NUM", "PERIOD", "DAYPART"} for each in between):
                for each in between:
                    each.kind, each.value = "X", None
            ahead = items[place + 1 : place + 2]
            target = [Item("AT", None, item.start, item.end)] if ahead and ahead[0].kind == "NUM" else []
            return [*items[:place], Item("X", None, item.start, item.end), *target, *items[place + 1 :]]
    return items


def _local(context: Context, zone: ZoneInfo) -> Context:
    from dataclasses import replace

    ref = context.ref
    return replace(context, ref=ref.astimezone(zone) if ref else None)


def _plain(items: list[Item], words: Lexicon, text: str) -> list[Item]:
    """Drop courtesies from the row, and take ambiguous words for times only beside other ones."""
    items = [item for item in items if item.kind != "SOFT"]
    alone = len([item for item in items if item.kind not in {"STOP", "X"} or item.kind == "X"]) <= 1
    for place, item in enumerate(items):
        if item.raw in words.after_day and place and items[place - 1].kind in {"WDAY", "REL"}:
            item.kind, item.value = "DAYPART", Part(words.after_day[item.raw])
        if item.raw in words.names and place and text[item.start].isupper() and not text.isupper():
            item.kind, item.value = "X", None
        if item.raw not in words.ambiguous or alone or item.kind == "X":
            continue
        if not (_company(items, place, -1) or _company(items, place, 1)):
            item.kind, item.value = "X", None
    return items


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


def _bare(items: list[Item]) -> list[Item]:
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


def _zone(
    items: list[Item], words: Lexicon, zone: ZoneInfo, context: Context
) -> tuple[list[Item], ZoneInfo | None]:
    """A zone said with a time ("3pm ET", "10am london time"), taken out of the row."""
    clocked = {
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
    for place, item in enumerate(items):
        if item.kind == "YOURS":
            at = Item("AT", None, item.start, item.start)
            lead = [at] if place and items[place - 1].kind == "NUM" else []
            rest = items[: place - len(lead)] + lead + items[place - len(lead) : place]
            return rest + items[place + 1 :], context.place
        if item.kind == "ZONE":
            before = items[place - 1].kind if place else ""
            named = place + 1 < len(items) and items[place + 1].kind == "CLOCKWORD"
            short = len(item.raw) <= _LETTERS or " " in item.raw
            if before == "CLOCKWORD" or named or (short and before in clocked):
                start = place - (before == "CLOCKWORD")
                return items[:start] + items[place + 1 + named :], zones.named(item.raw, words)
            item.kind = "X"
        if item.kind == "CLOCKWORD":
            for size in (3, 2, 1):
                if place < size:
                    continue
                found = zones.named(
                    " ".join(each.raw for each in items[place - size : place]), words
                )
                if found is not None:
                    return items[: place - size] + items[place + 1 :], found
            ahead = place + 1
            ahead += ahead < len(items) and items[ahead].kind in {"OF", "FROM", "IN"}
            for size in (3, 2, 1):
                name = " ".join(each.raw for each in items[ahead : ahead + size])
                found = zones.named(name, words) if name else None
                if found is not None:
                    return items[:place] + items[ahead + size :], found
    return items, None
