"""What holds of understanding beyond single phrases: context, languages, safety and speed."""

import json
import subprocess
import sys
import time as timing
import tomllib
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.understanding import (
    PROVIDERS,
    Asked,
    Intent,
    Named,
    Option,
    Vocabulary,
    detect,
    languages,
    pressed,
    understand,
)

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ROME)
STUDIO = Vocabulary(
    services=(Named("haircut", ("Haircut", "cut")), Named("massage", ("Massage",))),
    providers=(Named("ana", ("Ana",)), Named("mia", ("Mia",)), Named("will", ("Will",))),
    hours=(time(9), time(19)),
)
LANGUAGES = st.sampled_from(["en", "es", "fr", "de", "it", "pt", "pt-BR", "xx", ""])
WHAT = st.sampled_from(
    [
        "confirm",
        "service",
        "when",
        "party",
        "choose",
        "which",
        "provider",
        "more",
        "nothing",
        "",
        "?x",
    ]
)


def read(text: str, locale: str = "en", asked: Asked | None = None) -> tuple[Intent, ...]:
    return understand(
        text, now=NOW, zone=ROME, locale=locale, vocabulary=STUDIO, asked=asked
    ).intents


def test_stop_in_a_language_that_nobody_speaks_here_is_stop() -> None:
    """One word alone, and only where it means nothing else: no service, no name, no other word."""
    choir = Vocabulary(services=(Named("alto", ("Alto",)), Named("tenor", ("Tenor",))))
    told = understand("Alto", now=NOW, zone=ROME, locale="en", vocabulary=choir)
    assert read("alto") == (Intent.STOP,)
    assert told.facts.service == "alto"
    assert Intent.STOP not in told.intents
    assert Intent.STOP not in read("Pare", asked=Asked("name"))
    assert Intent.STOP not in read("a haircut for alto")
    assert Intent.STOP not in read("alto", locale="it")


def test_ok_depends_on_what_was_asked() -> None:
    """Saying "ok" agrees to an open question, and otherwise only takes note."""
    assert read("ok", asked=Asked("confirm")) == (Intent.CONFIRM,)
    assert read("ok") == (Intent.THANKS,)


def test_a_number_is_an_option_while_options_stand() -> None:
    """A bare "2" picks the second option; where "when?" was asked it is an hour."""
    options = tuple(
        Option(f"{hour}:00", datetime(2026, 3, 3, hour, tzinfo=ROME)) for hour in (10, 11, 14)
    )
    asked = Asked("choose", options)
    got = understand("2", now=NOW, zone=ROME, vocabulary=STUDIO, asked=asked)
    assert (got.facts.choice, got.facts.wish.windows) == (1, ())
    later = understand("2", now=NOW, zone=ROME, vocabulary=STUDIO, asked=Asked("when"))
    assert later.facts.wish.windows[0].start == datetime(2026, 3, 2, 14, tzinfo=ROME)


def test_cancel_may_decline_an_open_proposal() -> None:
    """CANCEL comes first, DECLINE beside it: the flow knows what there is to cancel."""
    assert read("cancel", asked=Asked("confirm")) == (Intent.CANCEL, Intent.DECLINE)
    assert read("cancel") == (Intent.CANCEL,)


def test_yes_to_another_time_corrects() -> None:
    """Saying "yes, at 4" to a proposal for 3 is no plain yes."""
    proposal = Asked("confirm", ref=datetime(2026, 3, 3, 15, 0, tzinfo=ROME))
    assert read("yes at 4pm", asked=proposal)[:2] == (Intent.CORRECT, Intent.CONFIRM)
    assert Intent.CORRECT not in read("yes 3pm", asked=proposal)


@pytest.mark.parametrize(
    ("what", "text", "intents"),
    [
        ("OFFER_INTENT", "sounds good", (Intent.CONFIRM,)),
        ("yes/no", "ok", (Intent.CONFIRM,)),
        ("Anything else?", "no thanks", (Intent.DECLINE, Intent.THANKS)),
        ("notify_success", "ok", (Intent.THANKS,)),
        ("appointment-time", "friday", (Intent.INFORM,)),
        ("the colour of the door", "blue, thanks bye", (Intent.THANKS, Intent.BYE)),
    ],
)
def test_questions_have_many_names(what: str, text: str, intents: tuple[Intent, ...]) -> None:
    """What was asked may be named as other systems name it; an unknown name is an open question."""
    assert read(text, asked=Asked(what)) == intents


@pytest.mark.parametrize("locale", languages())
def test_hesitation_keeps_its_silence_beside_what_says_more(locale: str) -> None:
    """In every language there is a word for "wait", and a time beside it is still a correction."""
    wait = {"en": "wait", "es": "espera", "fr": "attends", "de": "warte", "it": "aspetta"}
    said = wait.get(locale, "espera")
    asked = Asked("confirm", ref=datetime(2026, 3, 3, 15, 0, tzinfo=ROME))
    assert read(said, locale, asked) == (Intent.HESITATE,)
    assert read(f"{said}, 16:00", locale, asked)[0] is Intent.CORRECT


@pytest.mark.parametrize("locale", languages())
def test_nothing_is_agreed_to_by_accident(locale: str) -> None:
    """A refusal, a question or small talk never books: a yes is read only where one was given."""
    listed = tomllib.loads((Path(__file__).parent / "no_yes.toml").read_text(encoding="utf-8"))
    asked = Asked("confirm", ref=datetime(2026, 3, 3, 15, 0, tzinfo=ROME))
    for text in listed[locale]:
        assert Intent.CONFIRM not in read(text, locale, asked), text


@pytest.mark.parametrize("word", ["STOP", "Unsubscribe", "stopall", "END", "quit", "opt-out"])
def test_carrier_words_stand_alone(word: str) -> None:
    """A bare opt-out word opts out in every language."""
    assert {read(word, locale) for locale in languages()} == {(Intent.STOP,)}


def test_carrier_words_in_a_sentence_are_words() -> None:
    """Stopping by and the end of the day opt nobody out."""
    assert Intent.STOP not in read("can i stop by at 3 tomorrow")
    assert Intent.STOP not in read("end of the day tomorrow")


def test_providers_words_are_off_for_customers() -> None:
    """For a customer "today" is a time and "block" no command."""
    for text in ("today", "sick tomorrow", "block friday", "who's waiting", "confirm 2"):
        assert not PROVIDERS & set(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "did you get my message",
        "i will come at 3",
        "cute place",
        "is it cutting edge",
        "la mia amica viene domani",
        "what a mess",
    ],
)
def test_everyday_words_are_no_names(text: str) -> None:
    """A word that merely looks like a service or a provider is left alone."""
    locale = "it" if "amica" in text else "en"
    facts = understand(text, now=NOW, zone=ROME, locale=locale, vocabulary=STUDIO).facts
    assert (facts.service, facts.provider) == (None, None)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Hola, quisiera un corte mañana por la tarde", "es"),
        ("bonjour, je voudrais une coupe demain", "fr"),
        ("ich hätte gern einen termin morgen", "de"),
        ("vorrei un taglio domani alle tre", "it"),
        ("oi, queria marcar um corte amanhã", "pt"),
        ("hi, can i get a haircut tomorrow", "en"),
        ("hola", "es"),
        ("sí", "es"),
        ("dos personas", "es"),
        ("demain 15h", "fr"),
        ("merci", "fr"),
        ("ja gerne", "de"),
        ("domani alle 3", "it"),
        ("due persone", "it"),
        ("obrigado", "pt"),
        ("book me in with José", "en"),
        ("can I book with Françoise", "en"),
        ("ciao, table for 2 tomorrow please", "en"),
        ("ok", None),
        ("15:30", None),
        ("", None),
    ],
)
def test_language_is_detected(text: str, locale: str | None) -> None:
    """Six languages are told apart; what could be any of them tells nothing."""
    assert detect(text, languages()) == locale


def test_answers_in_another_language_are_taken() -> None:
    """An "oui" to an English question is a yes, and the answer says in which language it came."""
    got = understand("oui", now=NOW, zone=ROME, vocabulary=STUDIO, asked=Asked("confirm"))
    assert (got.intents, got.locale) == ((Intent.CONFIRM,), "fr")


def test_buttons() -> None:
    """A pressed label maps exactly: to its option, to yes or to no; a strange one to nothing."""
    asked = Asked("choose", (Option("10:00"), Option("No, thanks")))
    assert pressed("10:00", asked=asked).facts.choice == 0
    assert pressed("Yes", asked=Asked("confirm")).intents == (Intent.CONFIRM,)
    assert pressed("Nein, danke", asked=Asked("confirm"), locale="de").intents == (Intent.DECLINE,)
    assert pressed("Abracadabra", asked=asked).intents == (Intent.UNKNOWN,)


@given(text=st.text(max_size=300), locale=LANGUAGES, what=WHAT, provider=st.booleans())
@settings(max_examples=300, deadline=None)
def test_never_raises(text: str, locale: str, what: str, *, provider: bool) -> None:
    """Whatever people send, there is an answer with at least one intent."""
    options = (Option("3 pm", datetime(2026, 3, 3, 15, tzinfo=ROME), "ana"), Option(text))
    got = understand(
        text,
        now=NOW,
        zone=ROME,
        locale=locale,
        vocabulary=STUDIO,
        asked=Asked(what, options if what == "choose" else ()),
        provider=provider,
    )
    assert got.intents
    assert provider or not PROVIDERS & set(got.intents)


OUR_WORDS = """
yes no not but cancel move book my appointment to at 3 4:30 tomorrow friday the first or ana with
for people of us make it , . ? can i we do any else other thanks stop #2 K7QF2
"""
WORDS = st.sampled_from(OUR_WORDS.split())


@given(row=st.lists(WORDS, max_size=60), locale=LANGUAGES, what=WHAT)
@settings(max_examples=300, deadline=None)
def test_any_mixture_of_our_own_words(row: list[str], locale: str, what: str) -> None:
    """The words that patterns are made of, in any order, are answered too."""
    assert read(" ".join(row), locale, Asked(what))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "yes " * 2_500,
        "cancel my " * 1_000,
        "not the first or the " * 500,
        "1 or " * 2_000,
        "?!.," * 2_500,
        "(" * 10_000,
        "é" * 10_000,
        "👍" * 10_000,
        "3:30 " * 2_000,
        "\x00\u202e'\"; DROP TABLE bookings; -- <script>" * 200,
        "book book book a a a the the appointment " * 250,
        "12345 " * 1_700,
        "'" * 10_000,
        "don't can't won't " * 600,
    ],
)
@pytest.mark.parametrize("locale", ["en", "de", "fr"])
def test_hostile_length_costs_its_length(text: str, locale: str) -> None:
    """Ten thousand characters, however repeated, cost about four times what a quarter does."""
    read("warm", locale)
    everyday = _cost("haircut tomorrow at 3pm", locale)
    assert _cost(text, locale) < 10 * max(_cost(text[: len(text) // 4], locale), 10 * everyday)


def _cost(text: str, locale: str) -> float:
    """Return the least processor time of some readings, in seconds."""
    spent = []
    for _ in range(3):
        begun = timing.thread_time()
        read(text, locale, Asked("confirm"))
        spent.append(timing.thread_time() - begun)
    return min(spent)


def test_command_line() -> None:
    """`understand --jsonl` answers every line with id, intents and facts."""
    lines: list[dict[str, object]] = [
        {"text": "haircut w/ ana tmrw at 3", "business": "juniper", "locale": "en"},
        {"text": "the later one", "state": {"asked": "choose", "choices": ["3 pm", "5 pm"]}},
        {"text": "oggi", "locale": "it", "provider": True, "business": "aurora"},
    ]
    given_lines = "\n".join(
        json.dumps({"id": at, "now": "2026-03-02T09:00", "tz": "America/New_York", **line})
        for at, line in enumerate(lines)
    )
    done = subprocess.run(
        [sys.executable, "-m", "bot", "understand", "--jsonl"],
        input=given_lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert first["intents"] == ["book"]
    assert first["facts"]["service"] == "haircut"
    assert first["facts"]["when"]["start"] == "2026-03-03T15:00"
    assert (second["id"], second["intents"], second["facts"]["choice"]) == (1, ["choose"], 1)
    assert third["intents"] == ["today"]
