"""What people say of a series, in each language: how much of it, how long, which days not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Asked, Intent, Option, Understood, understand

ZONE = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
REF = datetime(2026, 3, 3, 15, tzinfo=ZONE)
WHICH = Asked("which", options=(Option("", start=REF),) * 3, series=True)
PROPOSED = Asked("confirm", ref=REF, rule="FREQ=WEEKLY;BYDAY=TU;COUNT=6", series=True)

ANSWERS = {
    "en": {
        "one": ["only this one", "just that day", "just tuesday"],
        "later": [
            "this and later",
            "from then on",
            "all future ones",
            "this one and the following",
        ],
        "all": ["all", "the whole series", "every one", "all of them"],
    },
    "es": {
        "one": ["solo esta", "solo ese día"],
        "later": ["esta y las siguientes", "de ahí en adelante"],
        "all": ["toda la serie", "todas", "cada una"],
    },
    "fr": {
        "one": ["seulement celui-ci", "juste ce jour"],
        "later": ["celui-ci et les suivants", "à partir de là"],
        "all": ["toute la série", "tous", "toutes"],
    },
    "de": {
        "one": ["nur diesen", "nur an dem tag"],
        "later": ["diesen und alle folgenden", "ab dann"],
        "all": ["die ganze serie", "alle", "alle termine"],
    },
    "it": {
        "one": ["solo questo", "solo quel giorno"],
        "later": ["questo e i successivi", "da lì in poi"],
        "all": ["tutta la serie", "tutti", "tutte"],
    },
    "pt": {
        "one": ["só este", "só esse dia"],
        "later": ["este e os seguintes", "daí em diante"],
        "all": ["toda a série", "todos", "todas"],
    },
}
AT_ONCE = {
    "en": {
        "cancel all my tuesdays": "all",
        "cancel the whole series": "all",
        "cancel tuesday and everything after": "later",
        "skip the 24th": "one",
        "stop my weekly haircut": "all",
    },
    "es": {
        "cancela toda la serie": "all",
        "cancela el martes y todo lo que sigue": "later",
        "salta el 24": "one",
    },
    "fr": {
        "annulez toute la série": "all",
        "annulez mardi et tout ce qui suit": "later",
        "sautez le 24": "one",
        "arrêtez mon rendez-vous hebdomadaire": "all",
    },
    "de": {
        "storniere die ganze serie": "all",
        "sag dienstag und alles danach ab": "later",
        "lass den 24. aus": "one",
        "beende meinen wöchentlichen termin": "all",
    },
    "it": {
        "annulla tutta la serie": "all",
        "annulla martedì e tutto quello dopo": "later",
        "salta il 24": "one",
    },
    "pt": {
        "cancela toda a série": "all",
        "cancela terça e tudo depois": "later",
        "pula o dia 24": "one",
    },
}
ENDS = {
    "en": ("for 8 weeks", "until june"),
    "es": ("durante 8 semanas", "hasta junio"),
    "fr": ("pendant 8 semaines", "jusqu'en juin"),
    "de": ("für 8 wochen", "bis juni"),
    "it": ("per 8 settimane", "fino a giugno"),
    "pt": ("por 8 semanas", "até junho"),
}
LEFT_OUT = {
    "en": ["not the 17th", "skip mar 17", "yes, but not the 17th"],
    "es": ["sin el 17", "menos el 17"],
    "fr": ["sans le 17", "pas le 17"],
    "de": ["ohne den 17.", "nicht am 17."],
    "it": ["senza il 17", "non il 17"],
    "pt": ["sem o dia 17", "não no dia 17"],
}
ONCE = {
    "en": "just once",
    "es": "solo una vez",
    "fr": "une seule fois",
    "de": "nur einmal",
    "it": "solo una volta",
    "pt": "só uma vez",
}


def heard(text: str, language: str, asked: Asked | None = None) -> Understood:
    return understand(text, now=NOW, zone=ZONE, locale=language, asked=asked)


@pytest.mark.parametrize("language", ANSWERS)
def test_how_much_of_it_is_said_in_words(language: str) -> None:
    """An answer to which of a series is meant needs no number."""
    for scope, texts in ANSWERS[language].items():
        for text in texts:
            said = heard(text, language, WHICH)
            assert (said.intents[0], said.facts.scope) == (Intent.CHOOSE, scope), text


@pytest.mark.parametrize("language", AT_ONCE)
def test_how_much_of_it_is_said_at_once(language: str) -> None:
    """Whoever cancels may say how much of it in the same breath."""
    for text, scope in AT_ONCE[language].items():
        said = heard(text, language)
        assert (said.intents[0], said.facts.scope) == (Intent.CANCEL, scope), text


@pytest.mark.parametrize("language", ENDS)
def test_how_long_it_goes_on(language: str) -> None:
    """A length or a last day is the end of the series that is proposed, and no time of its own."""
    weeks, until = (heard(text, language, PROPOSED).facts.wish for text in ENDS[language])
    assert (weeks.rrule, weeks.windows) == ("FREQ=WEEKLY;BYDAY=TU;COUNT=8", ())
    assert (until.rrule, until.windows) == ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260531T235959", ())


@pytest.mark.parametrize("language", LEFT_OUT)
def test_a_day_that_is_left_out(language: str) -> None:
    """The number after "not the" is a day, no hour."""
    for text in LEFT_OUT[language]:
        wish = heard(text, language, PROPOSED).facts.wish
        starts = [w.start for w in wish.exclude if w.start is not None]
        assert [f"{start:%m-%d}" for start in starts] == ["03-17"], text


@pytest.mark.parametrize("language", ONCE)
def test_once_is_no_series(language: str) -> None:
    """It corrects what is proposed, and agrees to nothing."""
    said = heard(ONCE[language], language, PROPOSED)
    assert said.has(Intent.CORRECT)
    assert not said.has(Intent.CONFIRM)
    assert said.facts.scope == "one"
