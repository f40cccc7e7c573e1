"""Names of services and providers in a message: exact first, then misspelt, never by accident."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogs.understanding.facts import Named
from dialogs.understanding.spelling import changes
from dialogs.understanding.text import Word, words

_FUZZY = 4
_LONG = 8
_PART = 4
_APART = 4
_TWO = 2


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: the keys that it may mean, and which of the words it is."""

    keys: tuple[str, ...]
    first: int
    last: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Index:
    """Names ready to look up: by their first word, by any word, single ones, made of two parts."""

    starts: dict[str, list[tuple[tuple[str, ...], str]]]
    parts: dict[str, tuple[str, ...]]
    singles: dict[str, tuple[str, ...]]
    pairs: tuple[tuple[tuple[str, ...], str], ...]


@lru_cache(maxsize=256)
def index(named: tuple[Named, ...]) -> Index:
    """Arrange the names of one business."""
    starts: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    parts: dict[str, list[str]] = {}
    singles: dict[str, list[str]] = {}
    pairs: list[tuple[tuple[str, ...], str]] = []
    for one in named:
        for name in (one.key, *one.names):
            row = tuple(word.text for word in words(name) if word.text[0].isalnum())
            if not row:
                continue
            entries = starts.setdefault(row[0], [])
            if (row, one.key) not in entries:
                entries.append((row, one.key))
            for part in row:
                if len(part) >= _PART and one.key not in parts.setdefault(part, []):
                    parts[part].append(one.key)
            content = tuple(part for part in row if len(part) >= _PART)
            if len(content) == _TWO or (len(row) == 1 and len(row[0]) >= _LONG):
                pairs.append((content, one.key))
            if len(row) == 1 and one.key not in singles.setdefault(row[0], []):
                singles[row[0]].append(one.key)
    for entries in starts.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return Index(
        starts,
        {part: tuple(keys) for part, keys in parts.items()},
        {name: tuple(keys) for name, keys in singles.items()},
        tuple(pairs),
    )


def find(
    named: tuple[Named, ...], row: Sequence[Word], *, ordinary: Callable[[str], bool]
) -> list[Hit]:
    """Give every name in a row of words; `ordinary` tells words that are never a misspelling."""
    known = index(named)
    hits: list[Hit] = []
    at = 0
    while at < len(row):
        hit = _exact(known, row, at)
        if hit is None and row[at].text.isalpha() and not ordinary(row[at].text):
            keys = _misspelt(known, row[at].text)
            hit = Hit(keys, at, at, exact=False) if keys else None
        if hit:
            hits.append(hit)
            at = hit.last
        at += 1
    hits = hits or _kin(known, row)
    if not hits:
        hits = [
            Hit(known.parts[word.text], place, place, exact=False)
            for place, word in enumerate(row)
            if word.text in known.parts and not ordinary(word.text)
        ]
    return hits


def added(
    named: tuple[Named, ...],
    row: Sequence[Word],
    services: list[Hit],
    *,
    ordinary: Callable[[str], bool],
) -> tuple[list[Hit], list[Hit]]:
    """Give the services and the add-ons that a row of words names.

    Of two that share a word the longer name is meant: the "trim" of a "beard trim" is no haircut.
    """
    extras = find(named, row, ordinary=ordinary) if named else []
    if not extras:
        return services, []

    def within(hit: Hit, other: Hit) -> bool:
        shared = hit.first <= other.last and other.first <= hit.last
        return shared and hit.last - hit.first < other.last - other.first

    extras = [e for e in extras if not any(within(e, s) for s in services if s.exact)]
    return [
        s for s in services if not any(e.first <= s.last and s.first <= e.last for e in extras)
    ], extras


def _exact(known: Index, row: Sequence[Word], at: int) -> Hit | None:
    longest: list[str] = []
    size = 0
    for first in (row[at].text, _singular(row[at].text)):
        for name, key in known.starts.get(first, ()):
            if len(name) < size or len(name) > len(row) - at:
                continue
            rest = [word.text for word in row[at + 1 : at + len(name)]]
            if all(
                said in (part, _plural(part)) for said, part in zip(rest, name[1:], strict=True)
            ):
                if len(name) > size:
                    longest, size = [], len(name)
                if key not in longest:
                    longest.append(key)
    return Hit(tuple(longest), at, at + size - 1, exact=True) if longest else None


def _kin(known: Index, row: Sequence[Word]) -> list[Hit]:
    """Find a name of two parts by the stems of both: "cortarme el pelo" is a "corte de pelo".

    The parts are the words of the name, or what a long one is made of: "Haare schneiden" is a
    "Haarschnitt". They may come in any order, with little between them.
    """
    said = [(place, word.text) for place, word in enumerate(row) if len(word.text) >= _PART]
    found: dict[tuple[int, int], list[str]] = {}
    for first, one in said:
        for last, other in said:
            if first == last or abs(last - first) > _APART:
                continue
            between = tuple(sorted((first, last)))
            for parts, key in known.pairs:
                fits = (
                    _shared(one, parts[0]) >= _PART and _shared(other, parts[1]) >= _PART
                    if len(parts) > 1
                    else _compound(parts[0], one, other)
                )
                keys = found.setdefault((between[0], between[1]), [])
                if fits and key not in keys:
                    keys.append(key)
    kept = sorted((at, keys) for at, keys in found.items() if keys)
    return [Hit(tuple(keys), *at, exact=False) for at, keys in kept[:1]]


def _compound(name: str, first: str, rest: str) -> bool:
    """Whether a word is made of the stems of two others, in this order."""
    size = _shared(name, first)
    return size >= max(_PART, len(first) - 2) and _shared(name[size:], rest) >= _PART


def _shared(left: str, right: str) -> int:
    """Letters that two words begin with alike."""
    size = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        size += 1
    return size


def _singular(word: str) -> str:
    if word.endswith("'s"):
        return word[:-2]
    return word[:-1] if len(word) > _PART - 1 and word.endswith("s") else word


def _plural(word: str) -> str:
    return word + "s"


def _squeezed(word: str) -> str:
    return "".join(c for place, c in enumerate(word) if not place or word[place - 1] != c)


def _misspelt(known: Index, word: str) -> tuple[str, ...]:
    """Keys of the single-word names nearest to a word that no list knows."""
    best: list[str] = []
    least = 3
    for name, keys in known.singles.items():
        if _squeezed(name) == _squeezed(word):
            far = 1
        elif len(name) < _FUZZY or len(word) < _FUZZY:
            continue
        else:
            allowed = 2 if len(name) >= _LONG else 1
            far = changes(word, name, allowed)
            if far > allowed or (word[0] != name[0] and word[:2] != name[1::-1]):
                far = 2 if len(word) > _FUZZY and name.startswith(word) else 3
        if far < least:
            best, least = [], far
        if far == least and far < 3:  # noqa: PLR2004 - three changes are no longer the name
            best += [key for key in keys if key not in best]
    return tuple(best)
