"""The pattern language of `locales/<lang>/intents.toml`, compiled to bounded regular expressions.

A pattern is words in order. `a|b` are alternatives, `(a b|c)` a group, `x?` may be missing; a
question mark that stands alone is one. `~` lets up to three words pass (`~5` up to five), `<time>`
stands for a thing already recognised, `<n>` for a number, `{book}` for a list from `[words]`, `^`
and `$` for the edge of a clause, `^^` and `$$` for the edge of the message. Nothing repeats
without a bound, so no text is slow.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

_PIECE = re.compile(r"\^\^|\$\$|[\^$()|?]|~\d?|<\w+>|\{\w+\}|[^\s()|?^$~<{]+")
NUMBER = "<n>"
"""Stands among the words of a view that has a number in digits."""
DIGITS = "<d>"
"""Stands in a pattern for a number that is no word for one ("the one")."""
_LONE_MARK = re.compile(r"(?<=\s)\?")
_MARK = "¿"
_GAP = r"(?:(?![.?!] )\S+ ){0,%s}?"
Spell = Callable[[str], Sequence[str]]
_EDGES = {
    "^": r"(?<=[.?!,] )",
    "$": r"(?=[.?!,] )",
    "^^": r"(?<=^\. )",
    "$$": r"(?=(?:[.?!,] )+\Z)",
}
_WORD_BEFORE = r"(?<= )"


class BadPatternError(ValueError):
    """A pattern in a locale's file that cannot be read; names the pattern."""


@dataclass(frozen=True, slots=True)
class View:
    """A message as patterns see it: `plain` words, and `marked` with things named in "<>".

    Both look like ". word word ? word . "; `words` are the words of both.
    """

    plain: str
    marked: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """One pattern: its source, its regular expression, and words one of which it needs."""

    source: str
    regex: str
    triggers: frozenset[str]
    words: frozenset[str]
    marked: bool

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, compiled when a message first carries one of its triggers."""
        return re.compile(self.regex)


def compile_pattern(source: str, lists: Mapping[str, str], spell: Spell) -> Pattern:
    """Read one pattern; raises BadPatternError where brackets or lists do not add up.

    `spell` gives the words that a message's word is made into ("don't" is "do not"), so that a
    pattern may be written as people write.
    """
    expanded = bracket(source)
    for _ in range(3):
        expanded = re.sub(r"\{(\w+)\}", lambda m: "(" + lists.get(m[1], "{") + ")", expanded)
    pieces = ["(", *_PIECE.findall(_LONE_MARK.sub(_MARK, expanded)), ")"]
    parser = _Parser(source, pieces, lists.get("one", "one"), spell)
    regex, triggers = parser.item()
    if parser.at < len(pieces) or not triggers:
        raise BadPatternError(f"cannot read the pattern {source!r}")
    marked = "<" in expanded.replace(NUMBER, "").replace(DIGITS, "")
    return Pattern(
        source, _WORD_BEFORE + regex, frozenset(triggers), frozenset(parser.said), marked
    )


class _Parser:
    """Recursive descent over the pieces of one pattern; each part gives regex and triggers."""

    def __init__(self, source: str, pieces: list[str], one: str, spell: Spell) -> None:
        self.source = source
        self.spell = spell
        self.said: set[str] = set()
        self.ones = one.split("|")
        self.number = rf"(?P<n>\d{{1,3}}|{one}) "
        self.pieces = pieces
        self.at = 0

    def peek(self) -> str:
        return self.pieces[self.at] if self.at < len(self.pieces) else ""

    def sequence(self) -> tuple[str, set[str]]:
        """Items in a row: all must be there, so the rarest-looking one gives the triggers."""
        parts: list[str] = []
        best: set[str] = set()
        while self.peek() and self.peek() not in {")", "|"}:
            regex, triggers = self.item()
            parts.append(regex)
            if triggers and (not best or _rarity(triggers) > _rarity(best)):
                best = triggers
        return "".join(parts), best

    def choice(self) -> tuple[str, set[str]]:
        """Alternatives in brackets: the triggers of all, none if one has none."""
        options = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence())
        if self.peek() != ")":
            raise BadPatternError(f"a bracket is open in {self.source!r}")
        self.at += 1
        triggers: set[str] = set()
        if all(found for _, found in options):
            triggers = set().union(*(found for _, found in options))
        return "(?:" + "|".join(regex for regex, _ in options) + ")", triggers

    def item(self) -> tuple[str, set[str]]:
        """One word, bare alternatives, group, gap or edge, and a question mark after it."""
        piece = self.peek()
        self.at += 1
        if piece in _EDGES:
            return _EDGES[piece], set()
        if piece.startswith("~"):
            return _GAP % (piece[1:] or "3"), set()
        if piece == "(":
            regex, triggers = self.choice()
        elif piece in {"?", "{"}:
            raise BadPatternError(f"cannot read {piece!r} in {self.source!r}")
        else:
            regex, triggers = self.bare(piece)
        if self.peek() == "?":
            self.at += 1
            return f"(?:{regex})?", set()
        return regex, triggers

    def bare(self, piece: str) -> tuple[str, set[str]]:
        """One word, or `<n>`: a number that the match gives as its group n."""
        if piece == NUMBER:
            return self.number, {NUMBER, *self.ones}
        if piece == DIGITS:
            return r"(?P<n>\d{1,3}) ", {NUMBER}
        if piece == _MARK:
            return re.escape("?") + " ", {"?"}
        words = self.spell(piece) if piece[0].isalnum() else (piece,)
        self.said.update(words)
        return "".join(re.escape(word) + " " for word in words), {max(words, key=len)}


def _rarity(triggers: Iterable[str]) -> tuple[int, int]:
    """Long words and short lists of them are met less often."""
    listed = list(triggers)
    return (min(map(len, listed)), -len(listed))


def bracket(source: str) -> str:
    """Put brackets round alternatives written without them: `a|b c` is `(a|b) c`."""
    out = []
    depth = 0
    for part in re.split(r"(\s+)", source):
        if depth == 0 and "|" in part and part.count("(") == part.count(")") == 0:
            tail = "?" if part.endswith("?") else ""
            out.append(f"({part.removesuffix('?')}){tail}")
        else:
            out.append(part)
        depth += part.count("(") - part.count(")")
    return "".join(out)


class Rules:
    """Named patterns of one language; finds which names a message answers to."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[tuple[str, Pattern]]] = {}
        self.words: set[str] = set()

    def add(
        self, name: str, sources: Iterable[str], lists: Mapping[str, str], spell: Spell
    ) -> None:
        """Compile patterns under a name; raises BadPatternError."""
        for source in sources:
            pattern = compile_pattern(source, lists, spell)
            self.words |= pattern.words
            for word in pattern.triggers:
                self._by_word.setdefault(word, []).append((name, pattern))

    def find(self, view: View) -> frozenset[str]:
        """Give every name one of whose patterns is in the message."""
        found: set[str] = set()
        for name, pattern in self._candidates(view):
            text = view.marked if pattern.marked else view.plain
            if name not in found and pattern.compiled.search(text):
                found.add(name)
        return frozenset(found)

    def matches(self, view: View) -> Iterator[tuple[str, re.Match[str]]]:
        """Give the first match of every pattern that is in the message."""
        for name, pattern in self._candidates(view):
            text = view.marked if pattern.marked else view.plain
            match = pattern.compiled.search(text)
            if match:
                yield name, match

    def patterns(self) -> Iterator[Pattern]:
        """Give every pattern once."""
        yield from {id(each): each for row in self._by_word.values() for _, each in row}.values()

    def _candidates(self, view: View) -> Iterator[tuple[str, Pattern]]:
        for word in view.words:
            yield from self._by_word.get(word, ())
