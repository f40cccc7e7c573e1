"""One language's words and patterns of intents, read once from `locales/<lang>/intents.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dialogs.understanding.facts import Intent
from dialogs.understanding.patterns import BadPatternError, Rules
from dialogs.understanding.spelling import Speller

LOCALES = Path(__file__).resolve().parents[2] / "locales"
FALLBACK = "en"
SITUATIONS = frozenset({"any", "unless", "yesno", "options", "idle", "more", "open"})
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
    for_words: frozenset[str]
    with_words: frozenset[str]
    name_words: frozenset[str]
    place_words: frozenset[str]
    people_words: frozenset[str]
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
    with source.open("rb") as file:
        table = tomllib.load(file)
    try:
        return _build(language, table)
    except BadPatternError as error:
        raise BadPatternError(f"{source.name} of {language}: {error}") from error


def _build(language: str, table: dict[str, Any]) -> Lexicon:
    lists: dict[str, str] = table["words"]
    intents, facts = Rules(), Rules()
    for name, situations in table["intents"].items():
        for situation, patterns in situations.items():
            if situation not in SITUATIONS:
                raise BadPatternError(f"no such situation: intents.{name}.{situation}")
            intents.add(f"{Intent(name)}.{situation}", patterns, lists)
    for name, patterns in table["facts"].items():
        facts.add(name, patterns, lists)
    expand = {word: tuple(meant.split()) for word, meant in table["expand"].items()}
    named = {word: locale for locale, words in table["languages"].items() for word in words}
    keywords = {word: Intent(name) for name, words in table["keywords"].items() for word in words}
    buttons = {
        label.casefold(): Intent(name) for name, row in table["buttons"].items() for label in row
    }
    function_words = frozenset(table["detect"]["words"].split())
    known = {*intents.words, *facts.words, *expand, *table["numbers"], *table["ordinals"]}
    known |= {*named, *keywords, *function_words, *table["common"]["words"].split()}
    return Lexicon(
        language=language,
        expand=expand,
        endings=table.get("endings", {}),
        numbers=table["numbers"],
        ordinals=table["ordinals"],
        languages=named,
        keywords=keywords,
        buttons=buttons,
        function_words=function_words,
        own_words=frozenset(
            {*intents.words, *facts.words, *expand, *table["detect"].get("more", "").split()}
        ),
        letters=frozenset(table["detect"].get("letters", "")),
        not_names=frozenset(known),
        for_words=frozenset(lists["for"].split("|")),
        with_words=frozenset(lists["with"].split("|")),
        name_words=frozenset(lists["name"].split("|")),
        place_words=frozenset(lists["place"].split("|")),
        people_words=frozenset(lists["people"].split("|")),
        intents=intents,
        facts=facts,
        speller=Speller(intents.words | facts.words | set(expand), known),
    )
