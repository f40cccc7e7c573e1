"""A language's file of intents is whole: every intent, every fact, every pattern readable."""

import tomllib

import pytest

from dialogs.understanding import Intent, languages
from dialogs.understanding.lexicon import LOCALES, lexicon

BY_FACTS = {Intent.CHOOSE, Intent.INFORM, Intent.UNKNOWN}
BY_FACTS |= {Intent.TAKE, Intent.LET_GO, Intent.COMING}
"""Intents that follow from facts or from what is open, not from patterns."""


@pytest.mark.parametrize("language", languages())
def test_every_intent_and_fact_has_words(language: str) -> None:
    """No language lacks an intent or a fact that English has."""
    table = tomllib.loads((LOCALES / language / "intents.toml").read_text(encoding="utf-8"))
    english = tomllib.loads((LOCALES / "en" / "intents.toml").read_text(encoding="utf-8"))
    assert set(table["intents"]) == {intent.value for intent in set(Intent) - BY_FACTS}
    assert set(english["facts"]) - set(table["facts"]) == set()
    assert set(english["keywords"]) == set(table["keywords"])
    assert {"confirm", "decline", "cancel", "alternatives"} <= set(table["buttons"])


@pytest.mark.parametrize("language", languages())
def test_every_pattern_compiles(language: str) -> None:
    """Every pattern becomes a regular expression, and none can match nothing at all."""
    found = lexicon(language)
    patterns = [*found.intents.patterns(), *found.facts.patterns()]
    assert len(patterns) > 200
    assert not any(pattern.compiled.search(". . ") for pattern in patterns)
