"""Misspelt words: the one word of a list that is nearest, or none rather than a wrong one."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_SHORTEST = 5
_LONG = 8
_DOUBLED = 3
_LONGEST = 20
_STRETCHED = re.compile(r"(.)\1{2,}")


def changes(left: str, right: str, most: int) -> int:
    """Letters changed, added, dropped or swapped with a neighbour; `most` + 1 if more."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(right) + 1))
    for row, a in enumerate(left, 1):
        now = [row]
        for column, b in enumerate(right, 1):
            cost = min(now[-1] + 1, last[column] + 1, last[column - 1] + (a != b))
            if row > 1 and column > 1 and a == right[column - 2] and left[row - 2] == b:
                cost = min(cost, before[column - 2] + 1)
            now.append(cost)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]


def without_one(word: str) -> set[str]:
    """Give the word, and the word with each of its letters left out."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


class Speller:
    """Finds the word of a list that an unknown word was meant to be."""

    def __init__(self, words: Iterable[str], ordinary: Iterable[str]) -> None:
        self._ordinary = frozenset(ordinary)
        self._near: dict[str, list[str]] = {}
        for word in words:
            if len(word) >= _SHORTEST and word.isalpha():
                for part in without_one(word):
                    self._near.setdefault(part, []).append(word)
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "meant"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.meant = lru_cache(maxsize=4096)(self._meant)

    def known(self, word: str) -> bool:
        """Whether a word is one of the language's own in our lists."""
        return word in self._ordinary

    def _meant(self, word: str) -> str:
        """Give the word meant, or the word itself."""
        if word in self._ordinary or not word.isalpha() or len(word) > _LONGEST * 2:
            return word
        stretched = _STRETCHED.search(word) is not None
        if stretched:
            for times in (r"\1", r"\1\1"):
                shorter = _STRETCHED.sub(times, word)
                if shorter in self._ordinary:
                    return shorter
            word = _STRETCHED.sub(r"\1", word)
        elif len(word) >= _DOUBLED and word[-1] == word[-2] and word[:-1] in self._ordinary:
            return word[:-1]
        return self._nearest(word) or word

    def _nearest(self, word: str) -> str | None:
        if not _SHORTEST <= len(word) <= _LONGEST:
            return None
        best: tuple[int, str] | None = None
        for part in without_one(word):
            for near in self._near.get(part, ()):
                far = changes(word, near, 2)
                allowed = 2 if len(near) >= _LONG else 1
                same_edge = word[0] == near[0] or sorted(word[:2]) == sorted(near[:2])
                if far <= allowed and same_edge and (best is None or far < best[0]):
                    best = (far, near)
        return best[1] if best else None
