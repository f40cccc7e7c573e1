"""From words to what patterns look at: abbreviations spelt out, typos mended, things marked."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from dialogs.understanding.lexicon import Lexicon, spelt
from dialogs.understanding.patterns import NUMBER, View
from dialogs.understanding.text import Word

BREAKS = frozenset(".?!,")


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of characters that is one recognised thing: a time, a service, a provider."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a view: its text, and where each of its words stood in the raw text."""

    text: str
    places: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """Characters of the raw text that a match of a pattern covers."""
        low = max(bisect_right(self.places, match.start(group)) - 1, 0)
        high = max(bisect_right(self.places, match.end(group) - 1) - 1, low)
        return self.spans[low][0], self.spans[high][1]


@dataclass(frozen=True, slots=True)
class Reading:
    """The view of a message, and the way back from it to the raw text."""

    view: View
    plain: Side
    marked: Side

    def span(self, match: re.Match[str], group: int | str = 0) -> tuple[int, int]:
        """Characters of the raw text that a match of a pattern covers."""
        side = self.plain if match.string == self.plain.text else self.marked
        return side.span(match, group)


def spell_out(row: Sequence[Word], lexicon: Lexicon, times: Sequence[Mark] = ()) -> list[Word]:
    """Give the words in their full, correct form; one word may become several."""
    out: list[Word] = []
    for word in row:
        if word.text in BREAKS:
            out.append(word)
            continue
        if any(mark.start <= word.start < mark.end for mark in times):
            # What is recognised already is made alike, but not mended.
            full = spelt(word.text, lexicon.expand, lexicon.endings, lexicon.numbers)
            out += [Word(text, word.start, word.end) for text in full]
            continue
        row_full = spelt(
            word.text,
            lexicon.expand,
            lexicon.endings,
            lexicon.numbers,
            lexicon.speller.meant,
        )
        out += [Word(text, word.start, word.end) for text in row_full if text]
    return out


def look(row: Sequence[Word], marks: Sequence[Mark]) -> Reading:
    """Lay the words out for patterns; breaks inside a marked thing are no breaks."""
    plain, marked = [(".", 0, 0)], [(".", 0, 0)]
    last: Mark | None = None
    for word in row:
        inside = next((m for m in marks if m.start <= word.start < m.end), None)
        if inside is not None and word.text in BREAKS:
            continue
        plain.append((word.text, word.start, word.end))
        if inside is None:
            marked.append((word.text, word.start, word.end))
        elif inside is not last:
            marked.append((f"<{inside.kind}>", inside.start, inside.end))
        last = inside
    one, other = _side(plain), _side(marked)
    words = tuple(dict.fromkeys(text for text, _, _ in (*plain, *marked)))
    if any(word[0].isdigit() for word in words):
        words = (*words, NUMBER)
    return Reading(View(one.text, other.text, words), one, other)


def _side(row: Sequence[tuple[str, int, int]]) -> Side:
    places, place = [], 0
    for text, _, _ in row:
        places.append(place)
        place += len(text) + 1
    text = " ".join(text for text, _, _ in row) + " . "
    return Side(text, tuple(places), tuple((start, end) for _, start, end in row))
