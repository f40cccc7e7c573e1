"""The facts of understanding: what a message can mean, and what it is read against."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from dialogs.when import Wish


class Intent(StrEnum):
    """The closed list of what a message can want; docs/intents.md explains each with examples."""

    BOOK = "book"
    ASK = "ask"
    CHOOSE = "choose"
    CONFIRM = "confirm"
    DECLINE = "decline"
    CORRECT = "correct"
    ALTERNATIVES = "alternatives"
    CANCEL = "cancel"
    MOVE = "move"
    LIST = "list"
    JOIN = "join"
    LEAVE = "leave"
    PLACE = "place"
    SOONER = "sooner"
    RECURRING = "recurring"
    PRICE = "price"
    POLICY = "policy"
    QUESTION = "question"
    WHY = "why"
    UNASKED = "unasked"
    HOURS = "hours"
    ADDRESS = "address"
    ZONE = "zone"
    LANGUAGE = "language"
    HUMAN = "human"
    THANKS = "thanks"
    HELLO = "hello"
    BYE = "bye"
    STOP = "stop"
    START = "start"
    HELP = "help"
    HESITATE = "hesitate"
    UNDO = "undo"
    INFORM = "inform"
    TODAY = "today"
    TOMORROW = "tomorrow"
    WEEK = "week"
    ACCEPT = "accept"
    REFUSE = "refuse"
    BLOCK = "block"
    UNBLOCK = "unblock"
    LATE = "late"
    SICK = "sick"
    NO_SHOW = "no_show"
    WAITING = "waiting"
    OFFER_TO = "offer_to"
    NO_OFFERS = "no_offers"
    BOOK_FOR = "book_for"
    NOTE = "note"
    LINK = "link"
    PREFER = "prefer"
    DATA = "data"
    FORGET = "forget"
    TAKE = "take"
    LET_GO = "let_go"
    COMING = "coming"
    UNKNOWN = "unknown"


PROVIDERS = frozenset(
    {
        Intent.TODAY,
        Intent.TOMORROW,
        Intent.WEEK,
        Intent.ACCEPT,
        Intent.REFUSE,
        Intent.BLOCK,
        Intent.UNBLOCK,
        Intent.SICK,
        Intent.NO_SHOW,
        Intent.WAITING,
        Intent.OFFER_TO,
        Intent.NO_OFFERS,
        Intent.BOOK_FOR,
        Intent.NOTE,
    }
)
"""What only a linked provider can want; for anybody else these words mean something else."""


ORDER = (
    Intent.STOP,
    Intent.START,
    Intent.FORGET,
    Intent.LINK,
    Intent.PREFER,
    Intent.DATA,
    Intent.UNDO,
    Intent.NOTE,
    Intent.ACCEPT,
    Intent.REFUSE,
    Intent.SICK,
    Intent.LATE,
    Intent.NO_SHOW,
    Intent.NO_OFFERS,
    Intent.OFFER_TO,
    Intent.UNBLOCK,
    Intent.BLOCK,
    Intent.BOOK_FOR,
    Intent.WAITING,
    Intent.TODAY,
    Intent.TOMORROW,
    Intent.WEEK,
    Intent.LEAVE,
    Intent.UNASKED,
    Intent.WHY,
    Intent.CANCEL,
    Intent.MOVE,
    Intent.CORRECT,
    Intent.CHOOSE,
    Intent.CONFIRM,
    Intent.JOIN,
    Intent.SOONER,
    Intent.ALTERNATIVES,
    Intent.RECURRING,
    Intent.BOOK,
    Intent.DECLINE,
    Intent.PLACE,
    Intent.LIST,
    Intent.QUESTION,
    Intent.POLICY,
    Intent.PRICE,
    Intent.HOURS,
    Intent.ADDRESS,
    Intent.ASK,
    Intent.ZONE,
    Intent.LANGUAGE,
    Intent.HUMAN,
    Intent.HELP,
    Intent.HESITATE,
    Intent.INFORM,
    Intent.HELLO,
    Intent.THANKS,
    Intent.BYE,
    Intent.UNKNOWN,
)
"""Which intent comes first where a message carries several."""


TOPICS = ("bill", "parking", "cards", "pets", "access", "wifi", "children", "toilets")
"""What people ask of a place that its hours, prices and address do not answer."""


@dataclass(frozen=True, slots=True)
class Named:
    """A service or provider: its key, and everything it is called, in any language."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one business.

    `hours` are its widest opening hours as local wall times (they decide am or pm of a bare
    hour); `party` says that it books by party size or seats; `place` is its zone ("3 your time"),
    `own` that of the writer's own clocks ("3 my time"), where bare times are in another.
    """

    services: tuple[Named, ...] = ()
    providers: tuple[Named, ...] = ()
    extras: tuple[Named, ...] = ()  # what may be added to a service
    hours: tuple[time, time] | None = None
    party: bool = False
    place: ZoneInfo | None = None
    own: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of the last message, in order; `start` is an aware instant."""

    label: str
    start: datetime | None = None
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the last message to this person left open.

    `what` is one of confirm, service, when, party, choose, which, provider, more, nothing,
    unknown ("more": "anything else?"; "unknown": nobody says what it was). `ref` is the aware
    start of the booking or slot under discussion, `day` the local day being talked about, `rule`
    the RRULE of a series that is proposed; `series` says that the question is about several
    bookings of a series.
    """

    what: str = "nothing"
    options: tuple[Option, ...] = ()
    ref: datetime | None = None
    day: date | None = None
    rule: str | None = None
    series: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the message states; None, False or empty where it states nothing.

    `service` and `provider` are keys of the vocabulary, `services` the candidates where the
    words fit several; `without` are providers ruled out ("not with Ana"), `another` says that
    somebody else is wished for. `choice` and `choices` are 0-based indexes into the options asked.
    `ref` is a booking reference in capitals, `number` the one of "confirm 2", `code` a
    one-time code (six digits, or K7QM-4XPT), `phone` digits with an optional leading +, `language`
    a locale such as "es", `zone` an IANA name ("I'm in Denver"), `home` says that they are where
    they usually are. `nobody` says that what stands for the number of people is none (0, 2.5),
    `party_or_hour` is a bare number that may be either ("make it 7"; `wish` has the hour),
    `several` that more than one table or room is asked for, `every` that all bookings are meant
    ("cancel both"), `for_another` that the same is wanted for somebody else ("one for my wife
    too"). `works` that a provider says when they are there that day ("I only work 12 to 4"), not
    when they are away; `reason` why they are. `scope` is how much of a series is meant: "one",
    "later" (this and later), "all", or "alike" (only those at the hour that was asked for).
    `topic` is what a question of intent QUESTION is about: one of `TOPICS`.
    `extras` are the add-ons it names, `dropped` those that it leaves out ("without the beard").
    `channel` is the kind of address that it names: "sms", "whatsapp", "telegram" or "slack".
    """

    wish: Wish
    service: str | None = None
    services: tuple[str, ...] = ()
    provider: str | None = None
    without: tuple[str, ...] = ()
    another: bool = False
    anyone: bool = False
    party: int | None = None
    choice: int | None = None
    choices: tuple[int, ...] = ()
    ref: str | None = None
    number: int | None = None
    code: str | None = None
    name: str | None = None
    phone: str | None = None
    language: str | None = None
    zone: str | None = None
    home: bool = False
    channel: str | None = None
    nobody: bool = False
    party_or_hour: int | None = None
    several: bool = False
    scope: str | None = None
    every: bool = False
    for_another: bool = False
    topic: str | None = None
    extras: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    works: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A message understood: intents with the most important first (never empty), and facts."""

    intents: tuple[Intent, ...]
    facts: Facts
    locale: str

    def has(self, *intents: Intent) -> bool:
        """Whether any of these intents is there."""
        return any(intent in self.intents for intent in intents)
