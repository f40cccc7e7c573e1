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


def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern of kind names into one of their characters."""
    return re.compile(re.sub(r"[A-Z]+", lambda name: KINDS[name.group()], pattern).replace(" ", ""))


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rule: its name for the explanation, what it matches, what it makes."""

    name: str
    pattern: re.Pattern[str]
    build: Build


def rule(name: str, pattern: str, build: Build) -> Rewrite:
    """Write a rule down."""
    return Rewrite(name, compiled(pattern), build)


def run(rules: Sequence[Rewrite], items: list[Item], state: State) -> list[Item]:
    """Apply each rule once over the whole row, in the order given."""
    row = "".join([KINDS[item.kind] for item in items])
    for each in rules:
        if each.pattern.search(row) is None:
            continue
        items, changed = _pass(each, row, items, state)
        if changed:
            row = "".join([KINDS[item.kind] for item in items])
    return items


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
