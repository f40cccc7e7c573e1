"""Who plays in the demo: the phones of each example business, and what others booked before."""

from dataclasses import dataclass

from bot.acting import Who


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone on the page. `provider` is the key of the provider who holds it, None a customer."""

    id: str
    who: Who
    zone: str
    suggestions: tuple[str, ...]
    provider: str | None = None

    @property
    def label(self) -> str:
        return self.who.name


@dataclass(frozen=True, slots=True)
class Seed:
    """A booking that stands when the curtain rises: `day` counts from the day in sight, 0.

    `at` is wall time of the place ("02:30" is the night after a day that opens in the evening);
    `by` asks for a provider or room by key. What the rules of the day refuse is left out.
    """

    day: int
    at: str
    name: str
    service: str
    by: str | None = None
    party: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Time that a provider's calendar keeps busy: wall times of the place."""

    day: int
    provider: str
    start: str
    end: str
    title: str


@dataclass(frozen=True, slots=True)
class Cast:
    """One example business on the page: its file's name, a sentence, and its people."""

    slug: str
    about: str
    phones: tuple[Phone, ...]
    seeds: tuple[Seed, ...]
    blocks: tuple[Block, ...] = ()


_NEW_YORK, _ROME, _SYDNEY = "America/New_York", "Europe/Rome", "Australia/Sydney"

_JUNIPER = Cast(
    "juniper",
    "A studio for hair, massage and yoga in New York. Ana and Mia answer on Slack.",
    (
        Phone(
            "maya",
            Who("sms", "+12125550101", "Maya"),
            _NEW_YORK,
            (
                "haircut tomorrow at 3pm",
                "can we make it 4:30 instead?",
                "my bookings",
                "cancel my haircut",
                "what do you have on friday?",
            ),
        ),
        Phone(
            "joe",
            Who("sms", "+12125550102", "Joe"),
            _NEW_YORK,
            (
                "haircut with Ana tomorrow at 3pm",
                "a trim this afternoon please",
                "how much is a haircut?",
                "can I talk to a human?",
            ),
        ),
        Phone(
            "lena",
            Who("telegram", "7710103", "Lena", language="en"),
            _NEW_YORK,
            (
                "Consultation tomorrow at 11",
                "3 seats in the yoga class please",
                "haircut with Ben after 2",
                "my bookings",
            ),
        ),
        Phone(
            "ana",
            Who("slack", "U0ANA", "Ana", zone=_NEW_YORK),
            _NEW_YORK,
            ("today", "tomorrow", "this week"),
            provider="ana",
        ),
        Phone(
            "mia",
            Who("slack", "U0MIA", "Mia", zone=_NEW_YORK),
            _NEW_YORK,
            ("today", "tomorrow", "confirm"),
            provider="mia",
        ),
    ),
    (
        Seed(0, "09:00", "Grace", "haircut", "ana"),
        Seed(0, "10:30", "Omar", "haircut", "ana"),
        Seed(0, "11:15", "Ines", "haircut", "ana"),
        Seed(0, "14:00", "Ruth", "haircut", "ana"),
        Seed(0, "16:30", "Noah", "haircut", "ana"),
        Seed(0, "09:30", "Theo", "haircut", "ben"),
        Seed(0, "11:00", "Lily", "haircut", "ben"),
        Seed(0, "13:00", "Max", "haircut", "ben"),
        Seed(0, "15:30", "Zoe", "haircut", "ben"),
        Seed(0, "18:00", "Carla", "yoga", None, 2),
        Seed(0, "18:00", "Ravi", "yoga"),
        Seed(0, "18:00", "Nina", "yoga", None, 3),
        Seed(1, "10:00", "Hugo", "haircut", "ana"),
        Seed(1, "11:30", "Ada", "haircut", "ana"),
        Seed(1, "16:15", "Finn", "haircut", "ana"),
        Seed(1, "09:00", "Vera", "haircut", "ben"),
        Seed(1, "10:30", "Sol", "haircut", "ben"),
        Seed(1, "14:00", "Kim", "haircut", "ben"),
        Seed(1, "18:00", "Carla", "yoga", None, 2),
        Seed(1, "18:00", "Jon", "yoga"),
    ),
    (
        Block(0, "mia", "15:00", "16:15", "Dentist"),
        Block(1, "mia", "09:00", "10:30", "Training"),
    ),
)

_AURORA = Cast(
    "aurora",
    "A trattoria in Rome: thirteen tables, and Chiara, who answers for parties of seven and more.",
    (
        Phone(
            "giulia",
            Who("sms", "+390655500101", "Giulia", language="it"),
            _ROME,
            ("un tavolo per 2 stasera alle 20:30", "domani a pranzo in 4", "le mie prenotazioni"),
        ),
        Phone(
            "paul",
            Who("sms", "+493055500102", "Paul", language="de"),
            "Europe/Berlin",
            ("ein Tisch für 4 morgen um 19 Uhr", "meine Buchungen"),
        ),
        Phone(
            "emma",
            Who("telegram", "7710104", "Emma", language="en"),
            _ROME,
            ("table for 2 tonight at 8:30", "a table for 5 on friday", "my bookings"),
        ),
        Phone(
            "chiara",
            Who("telegram", "7710105", "Chiara", language="it"),
            _ROME,
            ("oggi", "domani"),
            provider="chiara",
        ),
    ),
    (
        Seed(0, "12:00", "Bianchi", "table", None, 2),
        Seed(0, "12:30", "Moretti", "table", None, 4),
        Seed(0, "13:00", "Costa", "table", None, 2),
        Seed(0, "18:30", "Weber", "table", None, 4),
        Seed(0, "19:00", "Ricci", "table", None, 2),
        Seed(0, "19:30", "Lombardi", "table", None, 6),
        Seed(0, "20:00", "Gallo", "table", None, 2),
        Seed(0, "20:00", "Smith", "table", None, 3),
        Seed(0, "20:30", "Fontana", "table", None, 2),
        Seed(0, "21:30", "Greco", "table", None, 4),
        Seed(1, "12:30", "Riva", "table", None, 2),
        Seed(1, "19:00", "Conti", "table", None, 4),
        Seed(1, "20:00", "Marino", "table", None, 2),
        Seed(1, "20:30", "Villa", "table", None, 5),
    ),
)

_OWL = Cast(
    "owl",
    "Two rehearsal rooms in Sydney, open all night. Sam answers by text message.",
    (
        Phone(
            "riley",
            Who("sms", "+61255500101", "Riley"),
            _SYDNEY,
            ("rehearsal tonight", "tomorrow at 8pm", "a jam on friday at midnight", "my bookings"),
        ),
        Phone(
            "kai",
            Who("sms", "+61255500102", "Kai"),
            _SYDNEY,
            ("practice tomorrow 8pm", "what do you have tomorrow?", "where are you?", "help"),
        ),
        Phone(
            "sam",
            Who("sms", "+61255500103", "Sam"),
            _SYDNEY,
            ("today", "tomorrow"),
            provider="sam",
        ),
    ),
    (
        Seed(0, "18:00", "The Lanterns", "rehearsal"),
        Seed(0, "19:00", "Dry Creek", "rehearsal"),
        Seed(0, "22:00", "Night Bus", "rehearsal"),
        Seed(0, "22:30", "Marrow", "rehearsal"),
        Seed(0, "01:00", "Low Tide", "rehearsal"),
        Seed(1, "18:30", "The Lanterns", "rehearsal"),
        Seed(1, "23:00", "Paper Moth", "rehearsal"),
    ),
)

CASTS = {cast.slug: cast for cast in (_JUNIPER, _AURORA, _OWL)}
