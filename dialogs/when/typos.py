"""Misspelt time words: the nearest one within one change, two where the word is long."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_LONG = 8
_SHORT = 5
_LONGEST = 14
_BARE = 4  # consonants that tell a word: "mrch", "frdy"


def _without(word: str, times: int) -> set[str]:
    """The word, and the word with up to that many letters left out."""
    found = {word}
    edge = {word}
    for _ in range(times):
        edge = {each[:at] + each[at + 1 :] for each in edge for at in range(len(each))}
        found |= edge
    return found


def _consonants(word: str) -> str:
    return "".join(letter for letter in word if letter not in "aeiou")


def distance(left: str, right: str) -> int:
    """Letters changed, added, dropped or swapped with a neighbour between the two words."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        now = [row]
        for column, b in enumerate(right, 1):
            cost = min(now[-1] + 1, last[column] + 1, last[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


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
        if word in self._bare and word not in self._ordinary:
            return self._words[self._bare[word]]  # thrsdy, mrch
        if not _SHORT <= len(word) <= _LONGEST or word in self._ordinary:
            return None
        best: tuple[int, str] | None = None
        for part in _without(word, 2 if len(word) >= _LONG - 1 else 1):
            for near in self._near.get(part, ()):
                far = distance(word, near)
                allowed = 2 if len(near) >= _LONG and word[0] == near[0] else 1
                if far <= allowed and (best is None or far < best[0]):
                    best = (far, near)
        return self._words[best[1]] if best else None
