"""Real texting in six languages: every phrase of `phrases/*.toml` means what stands beside it."""

import tomllib
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Asked, Named, Option, Vocabulary, understand

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=NEW_YORK)
HAIR = ("Corte", "corte de pelo", "corte de cabelo", "Coupe", "coupe de cheveux", "Haarschnitt")
DYES = ("Tinte", "Couleur", "coloration", "Farbe", "Färben", "Tinta", "Coloração")
STUDIO = Vocabulary(
    services=(
        Named("haircut", ("Haircut", "cut", "trim", *HAIR, "Schnitt", "Taglio")),
        Named("colour", ("Colour", "color", "dye", *DYES)),
        Named("massage", ("Massage", "Masaje", "Massaggio", "Massagem")),
        Named("consultation", ("Consultation",)),
        Named("yoga", ("Yoga class", "Clase de yoga", "yoga")),
    ),
    providers=tuple(Named(name.lower(), (name,)) for name in ("Ana", "Ben", "Mia", "Leo")),
    hours=(time(9), time(19)),
)
TRATTORIA = Vocabulary(
    services=(Named("table", ("Table", "Tavolo", "Tisch", "Mesa")),),
    providers=(Named("chiara", ("Chiara",)),),
    hours=(time(12), time(23, 30)),
    party=True,
)
OPTIONS = (
    Option("3:00 pm", datetime(2026, 3, 3, 15, 0, tzinfo=NEW_YORK), "ana"),
    Option("3:30 pm", datetime(2026, 3, 3, 15, 30, tzinfo=NEW_YORK), "ben"),
    Option("5:00 pm", datetime(2026, 3, 3, 17, 0, tzinfo=NEW_YORK), "ana"),
)


def phrases() -> list[Any]:
    """Every phrase of every language as a parameter."""
    found = []
    for path in sorted((Path(__file__).parent / "phrases").glob("*.toml")):
        listed = tomllib.loads(path.read_text(encoding="utf-8"))["phrase"]
        found += [
            pytest.param(path.stem, each, id=f"{path.stem}: {each['text']}") for each in listed
        ]
    return found


@pytest.mark.parametrize(("locale", "phrase"), phrases())
def test_phrase(locale: str, phrase: dict[str, Any]) -> None:
    """The phrase has these intents in this order, and states these facts and no others."""
    got = understand(
        phrase["text"],
        now=NOW,
        zone=NEW_YORK,
        locale=locale,
        vocabulary=TRATTORIA if phrase.get("business") else STUDIO,
        asked=Asked(phrase.get("asked", "nothing"), OPTIONS if phrase.get("options") else ()),
        provider=phrase.get("provider", False),
    )
    assert [intent.value for intent in got.intents] == phrase["intents"]
    facts = {}
    for name in got.facts.__slots__:
        value = getattr(got.facts, name)
        if name != "wish" and value is not None and value is not False and value != ():
            facts[name] = list(value) if isinstance(value, tuple) else value
    assert facts == phrase.get("facts", {})
