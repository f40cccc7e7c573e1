"""Text to the first row of items: shapes of digits, and words looked up in the language."""

from __future__ import annotations

import re

from dialogs.when.items import Clock, Item, Part
from dialogs.when.lexicon import Lexicon, fold

_MOST_DAYS = 31
_MOST_ORDINALS = 99  # "on the 32nd" is asked about
NO_SUCH_TIME = "no such time"  # 25:00 carries it, in case it was meant for one
_STRANGERS = 8  # in a row, all kept: cities of three words and their surroundings
_MOST_ITEMS = 400
LIMIT = 4000  # characters read of one message; nobody says when in more

_ELIDED = re.compile(r"[^']+'?")  # d'aujourd'hui: three words
_SHAPES = re.compile(
    r"""
    (?P<other> https?://\S+ | (?<!\w)[a-z][a-z\d-]{1,40}\.(?:com|org|net|io|app)(?!\w)
        | [^\s@]{1,64}@\w[\w.]{0,64}\.\w+ | \#\d+
        | [$€£]\s?\d[\d.,]{0,12} | \d[\d.,]{0,12}\s?(?:[$€£%])
        | \+\d[\d\s().-]{6,20}\d | \(\d{3}\)\s?\d{3}[-.\s]?\d{4}
        | (?<!\d)\d{3}[-.\s]\d{3}[-.\s]\d{4}(?!\d)
        | (?<!\d)\d{3}[-\s.]\d{4}(?![\d:]) | \d{5,} | (?<!\d)\d{2}(?:[\s.]\d{2}){3,8}(?!\d) | 24/7 )
  | (?P<iso> (?<!\d)\d{4}\s?[-/.]\s?\d{1,2}[-/.]\d{1,2}(?!\d) )
  | (?P<date> (?<![\d/.])\d{1,2}
        (?:/\d{1,2}(?:/\d{2,4})?|\.\d{1,2}\.\d{2,4}|\.\s?\d{1,2}\.(?!\d)|-\d{1,2}-\d{2,4})
        (?![\d/]) )
  | (?P<clock> (?<![\d.])\d{1,2}(?:\s?[:|]\s?\d{1,2}(?::\d{2})?|;\d{2})(?!\d) )
  | (?P<hclock> (?<!\d)\d{1,2}\s?h\s?\d{2}(?!\d) )
  | (?P<dotted> (?<![\d.,])\d{1,2}\.\d{1,2}(?!\d|\.\d) )
  | (?P<number> \d+ )
  | (?P<meridiem> (?<![^\W\d_])[ap]\.\s?m\b\.? | (?<=\d\s)[ap]\s(?:m\b) )
  | (?P<word> [^\W\d_]+(?:'[^\W\d_]+)*'? | [ºª°] )
  | (?P<mark> [,;:.!?@&+/()\n-] )
    """,
    re.VERBOSE,
)
_MARKS = {
    ",": "COMMA",
    ";": "STOP",
    ":": "COLON",
    "!": "STOP",
    "?": "STOP",
    "\n": "STOP",
    "@": "AT",
    "(": "COMMA",
    ")": "COMMA",
    "&": "AND",
    "+": "AND",
    "/": "SLASH",
    "-": "DASH",
}


def row(text: str, lexicon: Lexicon) -> list[Item]:
    """Every token of the text as an item; what is no time word is kind X."""
    folded = fold(text[:LIMIT]).replace('o"clock', "o'clock")
    shortened = list(lexicon.mixed.finditer(folded)) if lexicon.mixed else []
    items: list[Item] = []
    place = 0
    for match in shortened:
        _shapes(folded, place, match.start(), lexicon, items)
        _, kind, value = lexicon.phrases[match.group()][-1]
        items.append(Item(kind, value, match.start(), match.end(), match.group()))
        place = match.end()
    _shapes(folded, place, len(folded), lexicon, items)
    return _thinned(_words(items, lexicon))


def _thinned(items: list[Item]) -> list[Item]:
    """Leave out the middle of long runs of other words, and what comes after too many items.

    A rule sees at most a few strangers in a row, and nobody says when in hundreds of numbers.
    """
    row: list[Item] = []
    strangers: list[Item] = []
    for item in items:
        if item.kind == "X":
            strangers.append(item)
            continue
        row.extend(strangers if len(strangers) <= _STRANGERS else _ends(strangers))
        strangers.clear()
        row.append(item)
    row.extend(strangers if len(strangers) <= _STRANGERS else _ends(strangers))
    return row[:_MOST_ITEMS]


def _ends(strangers: list[Item]) -> list[Item]:
    kept = [item for item in strangers[3:-3] if item.value is not None]  # a time that is none
    return [*strangers[:3], *kept, *strangers[-3:]]


def _shapes(text: str, start: int, end: int, lexicon: Lexicon, items: list[Item]) -> None:
    for match in _SHAPES.finditer(text, start, end):
        shape, raw = match.lastgroup, match.group()
        a, b = match.span()
        if shape == "word":
            if raw in lexicon.expand:
                items.extend(Item("WORD", None, a, b, each) for each in lexicon.expand[raw])
            elif lexicon.conventions.get("elision") and "'" in raw[1:-1]:
                for part in _ELIDED.finditer(raw):
                    each = lexicon.expand.get(part.group(), (part.group(),))
                    at, to = a + part.start(), a + part.end()
                    items.extend(Item("WORD", None, at, to, word) for word in each)
            else:
                items.append(Item("WORD", None, a, b, raw))
        elif shape == "number":
            items.append(Item("NUM", int(raw) if len(raw) <= 4 else -1, a, b, raw))
        elif shape == "mark":
            kind = _MARKS.get(raw, "X")
            if raw == ".":
                kind = "DOT" if b < end and not text[b].isspace() else "STOP"
            items.append(Item(kind, None, a, b, raw))
        elif shape in {"clock", "hclock"}:
            items.append(_clock(raw, a, b))
        else:
            kind = {"iso": "DATE", "date": "DATE", "dotted": "DOTTED", "meridiem": "MERIDIEM"}.get(
                shape or "", "X"
            )
            items.append(Item(kind, raw.startswith("p") if kind == "MERIDIEM" else raw, a, b, raw))


def _clock(raw: str, a: int, b: int) -> Item:
    """Hours and minutes in digits; a leading zero or an hour past noon is as written."""
    parts = [int(part) for part in re.findall(r"\d+", raw)]
    hour, minute = parts[0], parts[1]
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return Item("X", NO_SUCH_TIME, a, b, raw)
    sure = raw[0] == "0" or hour > 12 or ("h" in raw and hour > 12)
    return Item("CLOCK", Clock(hour * 60 + minute, sure), a, b, raw)


def _words(items: list[Item], lexicon: Lexicon) -> list[Item]:
    """Look words up, the longest phrase first; a hyphen inside a phrase counts as a space."""
    done: list[Item] = []
    place = 0
    while place < len(items):
        item = items[place]
        if item.kind != "WORD":
            if item.raw == "." and done and _dotted_ordinal(item, items, place, lexicon, done):
                place += 1
                continue
            done.append(item)
            place += 1
            continue
        place = _phrase(items, place, lexicon, done)
    return done


def _dotted_ordinal(
    dot: Item, items: list[Item], place: int, lexicon: Lexicon, done: list[Item]
) -> bool:
    """Am 15. um acht: a number and its dot are an ordinal, except where a time is told."""
    number = done[-1]
    if not lexicon.conventions.get("dot_ordinals") or number.end != dot.start:
        return False
    if number.kind != "NUM" or not 1 <= number.value <= _MOST_DAYS or not number.raw.isdigit():
        return False
    before = done[-2].kind if len(done) > 1 else "X"
    if before in {"AT", "ABOUT", "COLON", "DOT", "ASK", "NUM"}:
        return False
    if place + 1 == len(items) and before not in {
        "ON",
        "THE",
        "FROM",
        "TO",
        "UNTIL",
        "WDAY",
        "COMMA",
    }:
        return False
    done[-1] = Item("ORD", number.value, number.start, dot.end, number.raw)
    return True


def _glued(item: Item, lexicon: Lexicon, done: list[Item]) -> bool:
    """Letters written onto digits: the suffix of an ordinal, the a or p of a meridiem."""
    if not done or done[-1].end != item.start or done[-1].kind not in {"NUM", "CLOCK"}:
        return False
    before = done[-1]
    if before.kind == "NUM" and before.raw.isdigit() and item.raw in lexicon.suffixes:
        if not 1 <= before.value <= _MOST_ORDINALS:
            return False
        done[-1] = Item("ORD", before.value, before.start, item.end, before.raw)
        return True
    if item.raw in {"a", "p"} and lexicon.conventions.get("glued_meridiem"):
        done.append(Item("MERIDIEM", item.raw == "p", item.start, item.end, item.raw))
        return True
    return False


def _phrase(items: list[Item], place: int, lexicon: Lexicon, done: list[Item]) -> int:
    item = items[place]
    word = item.raw
    if _glued(item, lexicon, done):
        return place + 1
    entries = lexicon.phrases.get(word)
    if entries is None and "'" in word:
        word = word.partition("'")[0]
        entries = lexicon.phrases.get(word)
    if entries is None and _about(item, lexicon, done):
        return place + 1
    if entries is None and lexicon.conventions.get("compounds") and _compound(item, lexicon, done):
        return place + 1
    if entries is None:
        meant = lexicon.speller.meant(word)
        kind, value = meant or ("X", None)
        done.append(Item(kind, value, item.start, item.end, item.raw))
        return place + 1
    for rest, kind, value in entries:
        after = _match(items, place + 1, rest)
        if after:
            last = items[after - 1]
            raw = " ".join(each.raw for each in items[place:after])
            done.append(Item(kind, value, item.start, last.end, raw))
            return after
    done.append(Item("X", None, item.start, item.end, item.raw))
    return place + 1


def _about(item: Item, lexicon: Lexicon, done: list[Item]) -> bool:
    """Fourish: a number in words, said roughly."""
    suffix = lexicon.conventions.get("about_suffix")
    if not suffix or not item.raw.endswith(suffix):
        return False
    base = item.raw.removesuffix(suffix)
    for rest, kind, value in lexicon.phrases.get(base, ()):
        if not rest and kind == "NUM":
            cut = item.end - len(suffix)
            done.append(Item("NUM", value, item.start, cut, base))
            done.append(Item("ISH", None, cut, item.end, suffix))
            return True
    return False


def _compound(item: Item, lexicon: Lexicon, done: list[Item]) -> bool:
    """Freitagnachmittag: a weekday and a part of the day in one word."""
    for cut in range(4, len(item.raw) - 3):
        for rest, kind, value in lexicon.phrases.get(item.raw[:cut], ()):
            if kind != "WDAY" or rest:
                continue
            for rest_, kind_, value_ in lexicon.phrases.get(item.raw[cut:], ()):
                if not rest_ and (kind_ == "DAYPART" or item.raw[cut:] in lexicon.after_day):
                    part = value_ if kind_ == "DAYPART" else Part(lexicon.after_day[item.raw[cut:]])
                    middle = item.start + cut
                    done.append(Item("WDAY", value, item.start, middle, item.raw[:cut]))
                    done.append(Item("DAYPART", part, middle, item.end, item.raw[cut:]))
                    return True
    return False


def _match(items: list[Item], place: int, rest: tuple[str, ...]) -> int:
    """The place after the rest of a phrase, or 0 where the text goes on otherwise."""
    for part in rest:
        if place < len(items) and items[place].kind == "DASH" and items[place].raw != part:
            place += 1
        if place >= len(items) or items[place].raw != part:
            return 0
        place += 1
    return place
