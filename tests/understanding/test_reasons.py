"""Why a provider blocks time is taken from their own words, and nothing else is taken for it."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Named, Vocabulary, understand

HERE = ZoneInfo("America/New_York")
SALON = Vocabulary(
    services=(Named("haircut", ("Haircut",)),),
    providers=(Named("ana", ("Ana",)), Named("ben", ("Ben",))),
    hours=(time(9), time(19)),
    place=HERE,
)


def reason(text: str, locale: str, *, provider: bool = True) -> str | None:
    now = datetime(2026, 3, 2, 9, tzinfo=HERE)
    said = understand(text, now=now, zone=HERE, locale=locale, vocabulary=SALON, provider=provider)
    return said.facts.reason


@pytest.mark.parametrize(
    ("locale", "text", "why"),
    [
        ("en", "block tomorrow 2 to 4 for the dentist", "dentist"),
        ("en", "block tomorrow 2 to 4 for the Dentist please", "Dentist"),
        ("en", "block for lunch with Sam tomorrow 12 to 1", "lunch with Sam"),
        ("en", "i'm off monday for my sister's wedding", "my sister's wedding"),
        ("en", "i'm off monday because of a funeral, thanks", "funeral"),
        ("en", "block friday 2-4, dentist", "dentist"),
        ("en", "block fri 2-4 (school play)", "school play"),
        ("en", "block tomorrow 2-4: team meeting", "team meeting"),
        ("en", "block every tuesday 12 to 1 for lunch until june", "lunch"),
        ("de", "blockiere morgen 14 bis 16 uhr wegen zahnarzt", "zahnarzt"),
        ("de", "sperre freitag 9 bis 11 f\u00fcr die Schule", "Schule"),
        ("es", "bloquea ma\u00f1ana de 2 a 4 para el dentista", "dentista"),
        ("fr", "bloque demain de 14h \u00e0 16h pour le dentiste", "dentiste"),
        ("it", "blocca domani dalle 14 alle 16 per il dentista", "dentista"),
        ("pt", "bloqueia amanh\u00e3 das 14 \u00e0s 16 para o dentista", "dentista"),
    ],
)
def test_it_is_what_follows(locale: str, text: str, why: str) -> None:
    """Behind "for" and its like anywhere, or behind a pause at the end; without its article."""
    assert reason(text, locale) == why


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "block tomorrow 2 to 4"),
        ("en", "block tomorrow for two hours from 2"),
        ("en", "block tomorrow 2-4 for ben"),
        ("en", "block tomorrow 2-4, please"),
        ("en", "dentist tomorrow 2-4, block it"),
        ("en", "i'm off monday for the rest of the day"),
        ("en", "unblock tomorrow for the dentist"),
        ("es", "bloquea ma\u00f1ana de 2 a 4 por favor"),
        ("fr", "bloque demain de 14h \u00e0 16h, merci"),
        ("it", "blocca domani dalle 14 alle 16 per favore"),
    ],
)
def test_nothing_else_is_one(locale: str, text: str) -> None:
    """Neither a length, nor whose time it is, nor manners; nor why time is free again."""
    assert reason(text, locale) is None


def test_a_customer_has_none() -> None:
    """What is wanted for something is no reason of theirs."""
    assert reason("block tomorrow 2 to 4 for the dentist", "en", provider=False) is None
