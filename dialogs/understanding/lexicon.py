"""One language's words and patterns of intents, read once from `locales/<lang>/intents.toml`."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogs.understanding.facts import Intent
from dialogs.understanding.keeping import kept
from dialogs.understanding.patterns import BadPatternError, Rules
from dialogs.understanding.spelling import Speller
from dialogs.understanding.text import fold

LOCALES = Path(__file__).resolve().parents[2] / "locales"
FALLBACK = "en"
SITUATIONS = frozenset({"any", "unless", "yesno", "options", "idle", "more", "open", "unknown"})
"""When a list of patterns counts: always, never beside it, or by what the last message asked."""


@dataclass(frozen=True)
class Lexicon:
    """The words of one language, ready to look up; keys are folded."""

    language: str
    expand: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, str]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    languages: Mapping[str, str]
    keywords: Mapping[str, Intent]
    buttons: Mapping[str, Intent]
    function_words: frozenset[str]
    own_words: frozenset[str]
    letters: frozenset[str]
    not_names: frozenset[str]
    with_words: frozenset[str]
    name_words: frozenset[str]
    place_words: frozenset[str]
    people_words: frozenset[str]
    meal_words: frozenset[str]
    lunch_words: frozenset[str]
    dinner_words: frozenset[str]
    introduces: tuple[tuple[str, ...], ...]
    introduces_perhaps: tuple[tuple[str, ...], ...]
    after_names: frozenset[str]
    ties: frozenset[str]
    noises: frozenset[str]
    reasons: tuple[tuple[str, ...], ...]
    reason_not: frozenset[str]
    intents: Rules
    facts: Rules
    speller: Speller


@lru_cache(maxsize=32)
def lexicon(locale: str) -> Lexicon:
    """Return the words of a locale ("es", "pt-BR"); an unknown language reads as English."""
    language = re.split(r"[-_]", locale.lower(), maxsplit=1)[0]
    if not re.fullmatch(r"[a-z]{2,3}", language) or language not in languages():
        language = FALLBACK
    return _read(language)


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Give the languages that have a file of intents."""
    return tuple(sorted(path.parent.name for path in LOCALES.glob("*/intents.toml")))


@lru_cache(maxsize=32)
def _read(language: str) -> Lexicon:
    source = LOCALES / language / "intents.toml"
    return kept(source, lambda: _made(language, source))


def _made(language: str, source: Path) -> Lexicon:
    with source.open("rb") as file:
        written = tomllib.load(file)
    table = _folded(written)
    table["detect"]["letters"] = written["detect"].get("letters", "")
    try:
        return _build(language, table)
    except BadPatternError as error:
        raise BadPatternError(f"{source.name} of {language}: {error}") from error


def spelt(
    word: str,
    expand: Mapping[str, tuple[str, ...]],
    endings: Mapping[str, str],
    numbers: Mapping[str, int],
    meant: Callable[[str], str] = str,
) -> Sequence[str]:
    """Give the full words of one: short forms, endings, apostrophes, numbers from two as digits.

    `meant` mends a word that is not one of the short forms.
    """
    full = expand.get(word)
    if full is None and "'" in word:
        for ending, rest in endings.items():
            if word.endswith(ending):
                stem = spelt(word.removesuffix(ending), expand, endings, numbers, meant)
                return (*stem, rest)
        pieces = [piece for piece in word.split("'") if piece]
        return [part for piece in pieces for part in spelt(piece, expand, endings, numbers, meant)]
    if full is None:
        mended = meant(word)
        full = expand.get(mended, (mended,))
    number = numbers.get(full[0], 1) if len(full) == 1 else 1
    return full if number == 1 else (str(number),)


def _folded(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    """Fold every word of a file as messages are folded, so that it may be written naturally."""
    if isinstance(value, dict):
        return {fold(key): _folded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_folded(inner) for inner in value]
    return fold(value) if isinstance(value, str) else value


def _phrases(written: str, spell: Callable[[str], Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Take a list of phrases apart into words spelt out, the longest first."""
    phrases = (phrase.split() for phrase in written.split("|"))
    rows = (tuple(part for word in phrase for part in spell(word)) for phrase in phrases)
    return tuple(sorted(rows, key=lambda row: -len(row)))


def _build(language: str, table: dict[str, Any]) -> Lexicon:
    lists: dict[str, str] = table["words"]
    endings: dict[str, str] = table.get("endings", {})
    numbers: dict[str, int] = table["numbers"]
    expand = {
        word: tuple(part for each in meant.split() for part in spelt(each, {}, endings, {}))
        for word, meant in table["expand"].items()
    }

    def spell(word: str) -> Sequence[str]:
        return spelt(word, expand, endings, numbers)

    intents, facts = Rules(), Rules()
    for name, situations in table["intents"].items():
        for situation, patterns in situations.items():
            if situation not in SITUATIONS:
                raise BadPatternError(f"no such situation: intents.{name}.{situation}")
            intents.add(f"{Intent(name)}.{situation}", patterns, lists, spell)
    for name, patterns in table["facts"].items():
        facts.add(name, patterns, lists, spell)
    named = {word: locale for locale, words in table["languages"].items() for word in words}
    keywords = {word: Intent(name) for name, words in table["keywords"].items() for word in words}
    buttons = {label: Intent(name) for name, row in table["buttons"].items() for label in row}
    function_words = frozenset(table["detect"]["words"].split())
    known = {*intents.words, *facts.words, *expand, *numbers, *table["ordinals"]}
    known |= {*named, *keywords, *function_words, *table["common"]["words"].split()}
    return Lexicon(
        language=language,
        expand=expand,
        endings=endings,
        numbers=numbers,
        ordinals=table["ordinals"],
        languages=named,
        keywords=keywords,
        buttons=buttons,
        function_words=function_words,
        own_words=frozenset(
            {*intents.words, *facts.words, *expand, *numbers, *table["ordinals"]}
            | {*table["detect"].get("more", "").split()}
        ),
        letters=frozenset(table["detect"]["letters"]),
        not_names=frozenset(known),
        with_words=frozenset(lists["with"].split("|")),
        name_words=frozenset(lists["name"].split("|")),
        place_words=frozenset(lists["place"].split("|")),
        people_words=frozenset(lists["people"].split("|")),
        meal_words=frozenset(lists["meals"].split("|")),
        lunch_words=frozenset(lists["lunches"].split("|")),
        dinner_words=frozenset(lists["dinners"].split("|")),
        introduces=_phrases(lists["introduces"], spell),
        introduces_perhaps=_phrases(lists["introduces_perhaps"], spell),
        after_names=frozenset(lists["after_name"].split("|")),
        ties=frozenset(lists["ties"].split("|")),
        noises=frozenset(lists["noises"].split("|")),
        reasons=tuple(tuple(phrase.split()) for phrase in lists["reasons"].split("|")),
        reason_not=frozenset(lists["reason_not"].split("|")),
        intents=intents,
        facts=facts,
        speller=Speller(intents.words | facts.words | set(expand), known),
    )
