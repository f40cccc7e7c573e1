"""The words of one language, read once from its `lexicon.toml` and kept ready to look up."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogs.when.items import KIND_NAMES, Length, Part
from dialogs.when.typos import Speller

LOCALES = Path(__file__).resolve().parents[2] / "locales"

# One letter for another, never two for one, so that the places of the text stay what they were.
_FOLD = str.maketrans(
    "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāēīōū’‘`´ʼ–—−‐‑‒～",  # noqa: RUF001 - what people's keyboards send
    "aaaaaaceeeeiiiinooooouuuuyyaeiou'''''-------",
)

_WHOLE = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?|[^\s\w]")
_ELIDED = re.compile(r"[^\W_]+'?|[^\s\w]")  # l'ora, aujourd'hui: two words each
_DIGIT = re.compile(r"\d")
_FUZZY = 5  # shorter words have too many neighbours

Entry = tuple[tuple[str, ...], str, Any]


def fold(text: str) -> str:
    """Lower case without accents, character for character."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    return low.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Window:
    """A named part of the day in minutes after midnight; the end may lie past the next midnight."""

    first: int
    last: int
    pm: bool | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the grammar knows of one language."""

    language: str
    phrases: dict[str, list[Entry]]
    dayparts: dict[str, Window]
    conventions: dict[str, Any]
    holidays: dict[str, Any]
    mixed: re.Pattern[str] | None
    suffixes: frozenset[str]
    zones: dict[str, str]
    ambiguous: frozenset[str]
    articles: frozenset[str]
    vague: frozenset[str]
    before_times: frozenset[str]
    names: frozenset[str]
    here: frozenset[str]
    expand: dict[str, tuple[str, ...]]
    after_day: dict[str, str]
    month_after: dict[str, int]
    speller: Speller = field(repr=False)


def lexicon(locale: str) -> Lexicon:
    """Return the words of `locale` ("en-GB", "pt_BR"); an unknown language reads as English."""
    language, _, region = locale.replace("_", "-").partition("-")
    return _load(language.lower(), region.upper())


@lru_cache(maxsize=32)
def _load(language: str, region: str) -> Lexicon:
    path = LOCALES / language / "lexicon.toml"
    if not language.isalpha() or not path.is_file():
        return _load("en", region)
    words = tomllib.loads(path.read_text(encoding="utf-8")).get("times", {})
    conventions = dict(words["conventions"])
    conventions.update(conventions.pop("regions", {}).get(region, {}))
    expand = {
        fold(word): tuple(fold(parts).split()) for word, parts in words.get("expand", {}).items()
    }
    entries = _entries(words)
    phrases = _phrases(entries, _ELIDED if conventions.get("elision") else _WHOLE, expand)

    def folded(table: str) -> frozenset[str]:
        return frozenset(fold(word) for word in words.get(table, ()))

    return Lexicon(
        language=language,
        phrases=phrases,
        dayparts={
            name: Window(minutes(part["from"]), minutes(part["to"]), part.get("pm"))
            for name, part in words["dayparts"].items()
        },
        conventions=conventions,
        holidays={fold(name): on for name, on in words.get("holidays", {}).items()},
        mixed=_mixed(entries),
        suffixes=frozenset(words.get("ordinal_suffixes", ())),
        zones={
            fold(name): zone
            for name, zone in (*words.get("zones", {}).items(), *words.get("cities", {}).items())
        },
        ambiguous=folded("ambiguous"),
        expand=expand,
        after_day={fold(word): part for word, part in words.get("after_day", {}).items()},
        month_after=dict(words.get("month_after_number", {})),
        names=frozenset(words.get("names", ())),
        articles=folded("number_articles"),
        vague=folded("vague_numbers"),
        before_times=folded("before_times"),
        here=folded("here"),
        speller=Speller(_proper(words, entries), {*folded("not_typos"), *phrases}),
    )


def _phrases(
    entries: list[tuple[str, str, Any]], split: re.Pattern[str], expand: dict[str, tuple[str, ...]]
) -> dict[str, list[Entry]]:
    """Every phrase by its first word, the longest first."""
    phrases: dict[str, list[Entry]] = {}
    for phrase, kind, value in entries:
        if phrase.isalpha() and phrase not in expand:
            phrases.setdefault(phrase, []).append(((), kind, value))
            continue
        parts = tuple(
            each
            for part in split.findall(phrase)
            if part != "-"
            for each in expand.get(part, (part,))
        )
        phrases.setdefault(parts[0], []).append((parts[1:], kind, value))
    for each in phrases.values():
        if len(each) > 1:
            each.sort(key=lambda entry: -len(entry[0]))
    return phrases


def _mixed(entries: list[tuple[str, str, Any]]) -> re.Pattern[str] | None:
    """Words with digits in them: 2moro, b4."""
    mixed = [
        re.escape(phrase)
        for phrase, _, _ in entries
        if not phrase.isalpha() and " " not in phrase and _DIGIT.search(phrase)
    ]
    mixed.sort(key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(mixed)})(?![^\W_])") if mixed else None


def _proper(
    words: dict[str, Any], entries: list[tuple[str, str, Any]]
) -> dict[str, tuple[str, Any]]:
    """What a misspelling is measured against: the proper spelling alone, which stands first."""
    groups = (
        *words["weekdays"],
        *words["weekday_plurals"],
        *words["months"],
        *words["relative_days"].values(),
        *(part["words"] for part in words["dayparts"].values()),
        *(part["today"] for part in words["dayparts"].values() if part.get("today")),
    )
    proper = {fold(group[0]) for group in groups if group}
    return {
        phrase: (kind, value)
        for phrase, kind, value in entries
        if phrase in proper and phrase.isalpha() and len(phrase) >= _FUZZY
    }


def minutes(clock: str) -> int:
    """Minutes after midnight of "17:30"; "26:00" is two o'clock of the next night."""
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute or 0)


def _entries(words: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Every phrase of the file with its kind and value; the first of two equal phrases wins."""
    unknown = {name.upper() for name in words["marks"]} - set(KIND_NAMES)
    if unknown:
        raise ValueError(f"the lexicon names marks that the grammar does not know: {unknown}")
    groups: list[tuple[list[str], str, Any]] = [
        *((phrases, name.upper(), None) for name, phrases in words["marks"].items()),
        *(([word], "NUM", number) for word, number in words["numbers"].items()),
        *(([word], "ORD", number) for word, number in words["ordinals"].items()),
        *((phrases, "WDAY", place) for place, phrases in enumerate(words["weekdays"])),
        *((phrases, "WDAYS", place) for place, phrases in enumerate(words["weekday_plurals"])),
        *((phrases, "MONTH", place) for place, phrases in enumerate(words["months"], 1)),
        *((phrases, "UNIT", name) for name, phrases in words["units"].items()),
        *((phrases, "REL", int(days)) for days, phrases in words["relative_days"].items()),
        *((part["words"], "DAYPART", Part(name)) for name, part in words["dayparts"].items()),
        *(
            (part.get("today", []), "DAYPART", Part(name, "today"))
            for name, part in words["dayparts"].items()
        ),
        *((phrases, "POINT", minutes(clock)) for clock, phrases in words["points"].items()),
        (words["meridiems"]["am"], "MERIDIEM", False),
        (words["meridiems"]["pm"], "MERIDIEM", True),
        *((meal["words"], "MEAL", meal["pm"]) for meal in words.get("meals", {}).values()),
        *(
            (phrases, "LEN", Length(minutes=int(length), unit="minute"))
            for length, phrases in words.get("lengths", {}).items()
        ),
        *((phrases, "TIMES", name) for name, phrases in words["repeats"].items()),
        *(([name], "NAMED", fold(name)) for name in words.get("holidays", {})),
        *(([name], "ZONE", fold(name)) for name in words.get("zones", {})),
    ]
    return [(fold(phrase), kind, value) for phrases, kind, value in groups for phrase in phrases]
