"""Misspelt time words: the nearest one within a slip or two of the fingers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_LONG = 8
_SHORT = 5
_LONGEST = 14
_BARE = 4  # consonants that tell a word: "mrch", "frdy"
_SLIP = 1
_STRANGE = 2  # a letter that no finger slips to: "partes" is not "martes"

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_AT = {
    letter: (place + shift, row)
    for row, (letters, shift) in enumerate(_ROWS)
    for place, letter in enumerate(letters)
}
# Letters that people write for each other because they sound alike.
_ALIKE = frozenset(
    frozenset(pair) for pair in ("sz", "cs", "bv", "iy", "ck", "dt", "mn", "jg", "zc", "fv", "ei")
)


def _near(a: str, b: str) -> bool:
    """Whether one key is beside the other, or one letter is heard as the other."""
    if a == b or frozenset((a, b)) in _ALIKE:
        return True
    one, two = _AT.get(a), _AT.get(b)
    return (
        one is not None
        and two is not None
        and abs(one[0] - two[0]) <= 1
        and abs(one[1] - two[1]) <= 1
    )


def _without(word: str, times: int) -> set[str]:
    """The word, and the word with up to that many letters left out."""
    found = {word}
    edge = {word}
    for _ in range(times):
        edge = {each[:at] + each[at + 1 :] for each in edge for at in range(len(each))}
        found |= edge
    return found


def distance(typed: str, meant: str) -> int:
    """How far what was typed is from what was meant.

    One for a letter left out, swapped with its neighbour, doubled, or hit beside the right key; two
    for any other letter.
    """
    before: list[int] = []
    last = list(range(len(meant) + 1))
    for row, a in enumerate(typed, 1):
        now = [last[0] + _STRANGE]
        for column, b in enumerate(meant, 1):
            beside = meant[column - 1 : column + 1]
            extra = _SLIP if any(_near(a, each) for each in beside) else _STRANGE
            other = 0 if a == b else _SLIP if _near(a, b) else _STRANGE
            cost = min(now[-1] + _SLIP, last[column] + extra, last[column - 1] + other)
            if row > 1 and column > 1 and a == meant[column - 2] and typed[row - 2] == b:
                cost = min(cost, before[column - 2] + _SLIP)
            now.append(cost)
        before, last = last, now
    return last[-1]


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in "aeiou")


class Speller:
    """Finds the time word that a stranger to the dictionary stands for, if there is one."""

    def __init__(self, words: dict[str, tuple[str, Any]], ordinary: set[str]) -> None:
        self._words = words
        self._ordinary = ordinary
        self._near: dict[str, list[str]] = {}
        for word in words:
            for part in _without(word, 2 if len(word) >= _LONG else 1):
                self._near.setdefault(part, []).append(word)
        self._bare = {_consonants(word): word for word in words if len(_consonants(word)) >= _BARE}
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def _meant(self, word: str) -> tuple[str, Any] | None:
        """Kind and value of the time word meant, or None for any other word."""
        if word in self._ordinary:
            return None
        if word in self._bare:
            return self._words[self._bare[word]]
        if not _SHORT <= len(word) <= _LONGEST:
            return None
        best: tuple[int, str] | None = None
        for part in _without(word, 2 if len(word) >= _LONG - 1 else 1):
            for near in self._near.get(part, ()):
                if word[0] != near[0] and word[:2] != near[1::-1]:
                    continue  # nobody misses the first letter of a word
                far = distance(word, near)
                allowed = 2 if len(near) >= _LONG and word[0] == near[0] else 1
                if far <= allowed and (best is None or far < best[0]):
                    best = (far, near)
        return self._words[best[1]] if best else None
