"""What the people of the simulated town text, in their languages. Pure."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from babel.dates import format_date

from core.rules import Service

_DAYS = {
    "en": "EEEE d MMMM",
    "de": "EEEE, d. MMMM",
    "es": "EEEE d 'de' MMMM",
    "fr": "EEEE d MMMM",
    "it": "EEEE d MMMM",
    "pt": "EEEE, d 'de' MMMM",
}
_WISHES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "{service} on {day} at {time}",
        "hi, could I get a {service} {day} {time} please?",
        "{service} {day} around {time}",
        "do you have anything for a {service} on {day} after {time}?",
    ),
    "de": ("{service} am {day} um {time}", "hallo, {service} bitte am {day} um {time}"),
    "es": ("{service} el {day} a las {time}", "hola, quiero {service} el {day} a las {time}"),
    "fr": ("{service} {day} à {time}", "bonjour, {service} {day} à {time} svp"),
    "it": ("{service} {day} alle {time}", "buongiorno, vorrei {service} {day} alle {time}"),
    "pt": ("{service} {day} às {time}", "olá, queria {service} {day} às {time}"),
}
_PARTIES = {
    "en": " for {n}",
    "de": " für {n} Personen",
    "es": " para {n} personas",
    "fr": " pour {n} personnes",
    "it": " per {n} persone",
    "pt": " para {n} pessoas",
}
_WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {
        "yes": ("yes", "Yes please", "ok", "yep", "sure"),
        "no": ("no", "no thanks"),
        "coming": ("yes", "see you then", "I'll be there"),
        "cancel": ("cancel", "I need to cancel", "can't make it, please cancel"),
        "move": ("can I move it?", "need to reschedule"),
        "wait": ("waitlist", "waitlist me", "put me on the waitlist"),
        "leave": ("take me off the waitlist",),
        "sooner": ("anything sooner?",),
        "other": ("something else?", "anything later?"),
        "aside": ("how much is it?", "when are you open?", "my bookings", "thanks!"),
    },
    "de": {
        "yes": ("ja", "ja bitte", "passt"),
        "no": ("nein", "nein danke"),
        "coming": ("ja", "bis dann"),
        "cancel": ("bitte stornieren", "ich muss absagen"),
        "move": ("kann ich den Termin verschieben?",),
        "wait": ("Warteliste", "auf die Warteliste bitte"),
        "leave": ("bitte von der Warteliste streichen",),
        "sooner": ("geht es auch früher?",),
        "other": ("etwas anderes?",),
        "aside": ("was kostet das?", "wann habt ihr offen?", "danke"),
    },
    "es": {
        "yes": ("sí", "sí, por favor", "vale"),
        "no": ("no", "no, gracias"),
        "coming": ("sí", "allí estaré"),
        "cancel": ("cancelar", "quiero cancelar mi cita"),
        "move": ("quiero cambiar la cita",),
        "wait": ("lista de espera",),
        "leave": ("quítame de la lista de espera",),
        "sooner": ("¿hay algo antes?",),
        "other": ("¿otra hora?",),
        "aside": ("¿cuánto cuesta?", "gracias"),
    },
    "it": {
        "yes": ("sì", "sì grazie", "va bene"),
        "no": ("no", "no grazie"),
        "coming": ("sì", "ci vediamo"),
        "cancel": ("annullare", "devo annullare"),
        "move": ("posso spostare la prenotazione?",),
        "wait": ("lista d'attesa",),
        "leave": ("mi tolga dalla lista d'attesa",),
        "sooner": ("c'è qualcosa prima?",),
        "other": ("un altro orario?",),
        "aside": ("quanto costa?", "quando siete aperti?", "grazie"),
    },
}
NAMES = (
    *("Maya", "Joe", "Zoë", "Lukas", "Giulia", "Inés", "Tom", "Priya", "Nora", "Emil", "Aiko"),
    *("Samuel", "Chloé", "Marta", "Owen", "Lena", "Paolo", "Rosa", "Finn", "Grace", "Ivan"),
)


def said(language: str, what: str, chance: Random) -> str:
    """Return one of the ways to say something; in English where the language has none."""
    return chance.choice(_WORDS.get(language, _WORDS["en"])[what])


def wish(
    language: str,
    service: Service,
    *,
    party: int,
    at: datetime,
    zone: ZoneInfo,
    chance: Random,
) -> str:
    """Return a wish for a start at an instant, said in the wall time of a zone."""
    names = service.names.get(language) or next(iter(service.names.values()))
    wished = chance.choice(names) + (_PARTIES[language].format(n=party) if party > 1 else "")
    return chance.choice(_WISHES[language]).format(service=wished, **_moment(language, at, zone))


def moment(language: str, at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in words, as a wall time of a zone."""
    return "{day} {time}".format_map(_moment(language, at, zone))


def _moment(language: str, at: datetime, zone: ZoneInfo) -> dict[str, str]:
    local = at.astimezone(zone)
    day = format_date(local.date(), _DAYS[language], locale=language)
    return {"day": day, "time": f"{local:%H:%M}"}
