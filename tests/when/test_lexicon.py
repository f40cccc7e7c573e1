"""A language is a folder: each one has every section and every mark that the others have."""

import tomllib
from typing import Any

import pytest

from dialogs.when.items import KIND_NAMES
from dialogs.when.lexicon import LOCALES, lexicon

LANGUAGES = sorted(path.parent.name for path in LOCALES.glob("*/lexicon.toml"))
# Words that only some languages have, each for a reason of its grammar.
OWN = {
    "hourmark",  # uhr
    "article",  # where "a" is no number
    "past",  # gone four
    "street",  # where the street's word comes before its name
    "but",  # every day but sunday
    "nowtime",  # this time tomorrow
    "yours",  # your time
    "mine",  # my time
    "push",
    "pull",
    "preceding",
    "following",
}


def words(language: str) -> dict[str, Any]:
    """Read the times of one language's file."""
    text = (LOCALES / language / "lexicon.toml").read_text(encoding="utf-8")
    times: dict[str, Any] = tomllib.loads(text)["times"]
    return times


def test_there_are_six_languages() -> None:
    """English, Spanish, French, German, Italian, Portuguese."""
    assert {"de", "en", "es", "fr", "it", "pt"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_section(language: str) -> None:
    """Seven weekdays, twelve months, and whatever else English has and does not own alone."""
    english, own = words("en"), words(language)
    optional = {"names", "expand", "zones", "holidays", "not_typos", "number_articles"}
    assert set(english) - optional <= set(own)
    assert [len(own[each]) for each in ("weekdays", "weekday_plurals", "months")] == [7, 7, 12]
    assert all((*own["weekdays"], *own["months"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_mark(language: str) -> None:
    """No language is without its "before", its "or", its "next"; nor has it marks of its own."""
    marks = {name for name, phrases in words(language)["marks"].items() if phrases}
    assert set(words("en")["marks"]) - OWN <= marks
    assert {mark.upper() for mark in marks} <= set(KIND_NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_loads_and_knows_its_dayparts(language: str) -> None:
    """The four windows that a business may set are there by name."""
    assert {"morning", "afternoon", "night"} <= set(lexicon(language).dayparts)


def test_an_unknown_language_reads_as_english() -> None:
    """Better some understanding than none; and a path is no language."""
    assert lexicon("xx").language == "en"
    assert lexicon("../../etc").language == "en"
