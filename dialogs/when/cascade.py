"""The engine: a row of items rewritten by rules, layer by layer, each rule one pass from the left.

A rule is a regular expression over the kinds of the items ("NUM MERIDIEM"), and a function from
what it matched to the one item that stands for it, or None to leave the row as it was. No rule
repeats a group that repeats, so a pass costs time in proportion to the row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dialogs.when.items import KINDS, Item
from dialogs.when.lexicon import Lexicon
from dialogs.when.model import Context


@dataclass(slots=True)
class State:
    """What the rules may know besides the items: the moment, the language, the talk."""

    now: datetime  # local wall time of the reader
    lexicon: Lexicon
    context: Context
    steps: list[str] | None = None
    meal: bool | None = None
    source: list[Item] = field(default_factory=list)  # the time that something is moved from
    relative: bool = False  # counted from what is under discussion, if anything is
    no_time: bool = False  # digits meant for a time that no clock shows
    impossible: list[Item] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The reader's calendar day."""
        return self.now.date()


Build = Callable[["Found", State], Item | list[Item] | None]


class Found:
    """The items that a rule matched, picked by kind."""

    __slots__ = ("items",)

    def __init__(self, items: list[Item]) -> None:
        self.items = items

    def all(self, *kinds: str) -> list[Item]:
        """Every item of these kinds, in order."""
        return [item for item in self.items if item.kind in kinds]

    def first(self, *kinds: str) -> Item | None:
        """The first item of these kinds, if any."""
        for item in self.items:
            if item.kind in kinds:
                return item
        return None

    def has(self, *kinds: str) -> bool:
        """Whether an item of these kinds was matched."""
        return self.first(*kinds) is not None

    def make(self, kind: str, value: object) -> Item:
        """One item in place of all that matched."""
        return Item(kind, value, self.items[0].start, self.items[-1].end)


class Rewrite:
    """One rule: its name for the explanation, what it matches, what it makes.

    `needs` is a set of kinds, as bits, one of which every match has: a row without any is passed
    over without a look. The pattern compiles when a row first has one.
    """

    __slots__ = ("_compiled", "_source", "build", "name", "needs")

    def __init__(self, name: str, pattern: str, build: Build) -> None:
        self.name = name
        self.build = build
        self.needs = _needs(pattern)
        self._source = pattern
        self._compiled: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The pattern of kind names as one of their characters."""
        if self._compiled is None:
            letters = re.sub(r"[A-Z]+", lambda name: KINDS[name.group()], self._source)
            self._compiled = re.compile(letters.replace(" ", ""))
        return self._compiled


_BITS = {name: 1 << place for place, name in enumerate(KINDS)}
_ALL = (1 << len(KINDS)) - 1
_LOOKS = re.compile(r"\(\?<?[=!]")
_PIECE = re.compile(r"[A-Z]+|\(\?:|\(\?<?[=!]|[()|\[\]]|\?|\{\d,\d\}|\$")


def _needs(pattern: str) -> int:
    """Kinds of which a match has at least one: the fewest that any part of the pattern names."""
    return _sequence(_PIECE.findall(pattern), 0)[0]


def _sequence(pieces: list[str], place: int) -> tuple[int, int]:
    """What one alternative or several need, and where their closing bracket is."""
    either, best = 0, _ALL
    while place < len(pieces) and pieces[place] != ")":
        piece = pieces[place]
        if piece == "|":
            either, best = either | best, _ALL
            place += 1
            continue
        if piece.startswith("("):
            part, place = _sequence(pieces, place + 1)
            part = _ALL if _LOOKS.match(piece) else part
        elif piece == "[":
            end = pieces.index("]", place)
            part, place = _any_of(pieces[place + 1 : end]), end
        else:
            part = _BITS.get(piece, _ALL)
        place += 1
        if place < len(pieces) and (pieces[place] == "?" or pieces[place].startswith("{0")):
            part = _ALL
            place += 1
        if part.bit_count() < best.bit_count():
            best = part
    return either | best, place


def _any_of(names: list[str]) -> int:
    bits = 0
    for name in names:
        bits |= _BITS[name]
    return bits


def rule(name: str, pattern: str, build: Build) -> Rewrite:
    """Write a rule down."""
    return Rewrite(name, pattern, build)


def run(rules: Sequence[Rewrite], items: list[Item], state: State) -> list[Item]:
    """Apply each rule once over the whole row, in the order given."""
    row, present = _row(items)
    for each in rules:
        if not each.needs & present or each.pattern.search(row) is None:
            continue
        items, changed = _pass(each, row, items, state)
        if changed:
            row, present = _row(items)
    return items


def _row(items: list[Item]) -> tuple[str, int]:
    """The kinds of the items as a string, and as a set of bits."""
    kinds = [item.kind for item in items]
    present = 0
    for kind in set(kinds):
        present |= _BITS[kind]
    return "".join([KINDS[kind] for kind in kinds]), present


def _pass(each: Rewrite, row: str, items: list[Item], state: State) -> tuple[list[Item], bool]:
    done: list[Item] = []
    place = search = 0
    while (match := each.pattern.search(row, search)) is not None:
        start, end = match.span()
        made = each.build(Found(items[start:end]), state) if start < end else None
        if made is None:
            search = start + 1
            if search > len(row):
                break
            continue
        if state.steps is not None:
            before = " ".join(map(repr, items[start:end]))
            state.steps.append(f"{each.name}: {before} → {made!r}")
        done.extend(items[place:start])
        done.extend(made if isinstance(made, list) else (made,))
        place = search = end
    if not place:
        return items, False
    done.extend(items[place:])
    return done, True
