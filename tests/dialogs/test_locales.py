"""The catalogs are whole: every message is there, has the same names, and is understood if sent."""

import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dialogs.understanding import Asked, Intent, languages, understand
from dialogs.wording.catalog import LOCALES, counted, translated
from dialogs.wording.extract import TEMPLATE, template
from dialogs.wording.menu import menu
from support.gsm import is_plain

FILES = sorted(LOCALES.glob("*/LC_MESSAGES/slotkeeper.po"))
_ACCENTS = "áíóúÁÍÓÚÈÌÒÙÀçâêîôûãõÃÕÊ"  # letters that some languages cannot be written without
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)

# What people are told to send, in the order of WORDS below.
MEANT = (
    *(Intent.LIST, Intent.CANCEL, Intent.MOVE, Intent.HOURS, Intent.PRICE, Intent.HUMAN),
    *(Intent.HELP, Intent.STOP, Intent.START),
)
WORDS = {
    "en": (
        "MY BOOKINGS",
        "CANCEL",
        "RESCHEDULE",
        "HOURS",
        "PRICES",
        "HUMAN",
        "HELP",
        "STOP",
        "START",
    ),
    "es": (
        *("MIS RESERVAS", "CANCELAR", "REPROGRAMAR", "HORARIO", "PRECIOS", "PERSONA", "AYUDA"),
        *("STOP", "START"),
    ),
    "fr": (
        *("MES RÉSERVATIONS", "ANNULER", "DÉPLACER", "HORAIRES", "TARIFS", "HUMAIN", "AIDE"),
        *("STOP", "START"),
    ),
    "pt": (
        *("MINHAS RESERVAS", "CANCELAR", "REMARCAR", "HORÁRIOS", "PREÇOS", "PESSOA", "AJUDA"),
        *("STOP", "START"),
    ),
    "it": (
        *("LE MIE PRENOTAZIONI", "ANNULLA", "SPOSTA", "ORARI", "PREZZI", "OPERATORE", "AIUTO"),
        *("STOP", "START"),
    ),
    "de": (
        *("MEINE BUCHUNGEN", "ABSAGEN", "VERSCHIEBEN", "ÖFFNUNGSZEITEN", "PREISE", "RÜCKRUF"),
        *("HILFE", "STOP", "START"),
    ),
}
OWN = (Intent.FORGET, Intent.PREFER, Intent.LINK)
OWN_WORDS = {
    "en": ("FORGET ME", "PREFER WHATSAPP", "LINK +1 212 555 0101"),
    "es": ("OLVÍDAME", "PREFIERO WHATSAPP", "VINCULAR +34 612 345 678"),
    "fr": ("OUBLIEZ-MOI", "JE PRÉFÈRE WHATSAPP", "LIER +33 6 12 34 56 78"),
    "it": ("DIMENTICAMI", "PREFERISCO WHATSAPP", "COLLEGA +39 347 1234567"),
    "de": ("VERGISS MICH", "LIEBER WHATSAPP", "VERBINDEN +49 170 1234567"),
    "pt": ("ESQUEÇA-ME", "PREFIRO WHATSAPP", "VINCULAR +351 912 345 678"),
}
PROVIDERS = (Intent.TODAY, Intent.TOMORROW, Intent.WEEK)
PROVIDERS_WORDS = {
    "en": ("TODAY", "TOMORROW", "WEEK"),
    "es": ("HOY", "MAÑANA", "SEMANA"),
    "fr": ("AUJOURD'HUI", "DEMAIN", "SEMAINE"),
    "pt": ("HOJE", "AMANHÃ", "SEMANA"),
    "it": ("OGGI", "DOMANI", "SETTIMANA"),
    "de": ("HEUTE", "MORGEN", "WOCHE"),
}
ANSWERS = {
    "en": ("YES", "NO"),
    "es": ("SÍ", "NO"),
    "fr": ("OUI", "NON"),
    "it": ("SÌ", "NO"),
    "de": ("JA", "NEIN"),
    "pt": ("SIM", "NÃO"),
}


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def texts(message: Message) -> list[str]:
    """Return the forms of a message: one, or one for each plural."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def forms(message: Message) -> list[str]:
    """Return the translations of a message, likewise."""
    string = message.string
    return [string] if isinstance(string, str) else [str(form) for form in string or ()]


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_template_is_current() -> None:
    """The file for translators has exactly the messages that the wording asks for."""
    with TEMPLATE.open("rb") as file:
        kept = read_po(file)
    assert {m.id for m in kept if m.id} == {m.id for m in template() if m.id}, "make messages"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parts[-3])
def test_a_translation_says_the_same(path: Path) -> None:
    """It has the names in braces of its original, formats, and is plain to send."""
    for message in read(path):
        if not message.id:
            continue
        for string in forms(message):
            assert names(string) == names(texts(message)[-1]), string
            string.format_map(dict.fromkeys(names(string), "x"))
            assert is_plain("".join(c for c in string if c not in _ACCENTS)), string
            assert len(string) <= 250, string
            if path.parts[-3] == "de":  # its days end with a stop: "3. Nov."
                assert "{day}." not in string


@pytest.mark.parametrize("locale", [path.parts[-3] for path in FILES])
def test_counts_choose_their_form(locale: str) -> None:
    """One is not several, in any language; a language without a catalog reads English."""
    one, many = "{n} hour", "{n} hours"
    assert counted(locale, one, many, 1) != counted(locale, one, many, 2)
    assert counted("xx", one, many, 2) == many
    assert translated("xx", "Yes") == "Yes"


def meant(text: str, locale: str, *, what: str = "nothing", provider: bool = False) -> Intent:
    said = understand(
        text,
        now=NOW,
        zone=ZoneInfo("UTC"),
        locale=locale,
        asked=Asked(what),
        provider=provider,
    )
    return said.intents[0]


@pytest.mark.parametrize("locale", languages())
def test_a_command_of_the_menu_is_its_words(locale: str) -> None:
    """Each is of the letters that Telegram allows, and means what its description says."""
    commands = [command for command, _ in menu(locale)]
    assert all(re.fullmatch("[a-z0-9_]{1,32}", command) for command in commands)
    wanted = [Intent.LIST, Intent.CANCEL, Intent.HOURS, Intent.PRICE, Intent.HELP, Intent.STOP]
    assert [meant(command.replace("_", " "), locale) for command in commands] == wanted


@pytest.mark.parametrize("locale", languages())
def test_what_people_are_told_to_send_is_understood(locale: str) -> None:
    """The words in capitals mean in each language what they promise."""
    assert tuple(meant(word, locale) for word in WORDS[locale]) == MEANT
    assert tuple(meant(word, locale) for word in OWN_WORDS[locale]) == OWN
    agenda = tuple(meant(word, locale, provider=True) for word in PROVIDERS_WORDS[locale])
    assert agenda == PROVIDERS
    answers = tuple(meant(word, locale, what="confirm") for word in ANSWERS[locale])
    assert answers == (Intent.CONFIRM, Intent.DECLINE)
