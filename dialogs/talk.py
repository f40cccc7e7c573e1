"""What a conversation is about, and one turn of it: kept in the conversation's row, as JSON."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, Self
from zoneinfo import ZoneInfo

from core.booking import By, as_kept
from core.db import Session
from core.inbox import Received
from core.people import Reader
from core.rules import Business, Resource, Service
from dialogs.states import State
from dialogs.understanding import Asked, Named, Option, Understood, Vocabulary, languages
from dialogs.when import Wish


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing offered, by number: a free time, a booking, a service or a number of people.

    Instants are aware. `scope` is how much of a series: "one", "later" (this and later) or "all".
    """

    start: datetime | None = None
    provider: int | None = None
    booking: int | None = None
    service: int | None = None
    party: int | None = None
    scope: str | None = None

    def to_json(self) -> dict[str, Any]:
        kept = {
            "start": self.start.isoformat() if self.start else None,
            "provider": self.provider,
            "booking": self.booking,
            "service": self.service,
            "party": self.party,
            "scope": self.scope,
        }
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        start = kept.get("start")
        return cls(
            start=datetime.fromisoformat(start) if start else None,
            provider=kept.get("provider"),
            booking=kept.get("booking"),
            service=kept.get("service"),
            party=kept.get("party"),
            scope=kept.get("scope"),
        )


@dataclass(frozen=True, slots=True)
class Talk:
    """The open matter. Ids are rows of this business; `booking` is the hold that was proposed.

    `without` are the providers who are ruled out, `extras` the add-ons, as a booking keeps them.

    `target` is the booking to be moved or cancelled, and `doing` says which ("book", "move",
    "cancel"); `also` are those to be cancelled after it; `recent` the booking just made, which a
    correction afterwards means. `asked` numbers the message that asked, so that an old button is
    known as old; `last` is what was said last. `rule` is the RRULE of what recurs, `series` the one
    that was proposed, and `scope` how much of the target's series is to be changed. `plan` is what
    a provider was asked whether to carry out.
    `since` is when the change of a booking was asked for that is talked of.
    `priced` is the service whose price was told last, with nothing open.
    `refused` says that what it is about could not be had so, for so many or without money: "then
    for 8" means the same day and hour. `later` is another request, in the words in which it came
    with this one, that is taken up once this one is settled; `second` says that this one was.
    """

    doing: str = "book"
    service: int | None = None
    provider: int | None = None
    without: tuple[int, ...] = ()
    extras: tuple[dict[str, Any], ...] = ()
    also: tuple[int, ...] = ()
    party: int | None = None
    wish: Wish = field(default_factory=Wish)
    options: tuple[Choice, ...] = ()
    booking: int | None = None
    target: int | None = None
    recent: int | None = None
    rule: str | None = None
    series: int | None = None
    scope: str | None = None
    plan: int | None = None
    start: datetime | None = None
    since: datetime | None = None
    asked: int | None = None
    last: str | None = None
    misses: int = 0
    priced: int | None = None
    refused: bool = False
    later: str | None = None
    second: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return only what is set."""
        kept: dict[str, Any] = {
            "doing": self.doing,
            "service": self.service,
            "provider": self.provider,
            "without": self.without or None,
            "extras": self.extras or None,
            "also": self.also or None,
            "party": self.party,
            "wish": self.wish.to_json() if self.wish else None,
            "options": [choice.to_json() for choice in self.options] or None,
            "booking": self.booking,
            "target": self.target,
            "recent": self.recent,
            "rule": self.rule,
            "series": self.series,
            "scope": self.scope,
            "plan": self.plan,
            "start": self.start.isoformat() if self.start else None,
            "since": self.since.isoformat() if self.since else None,
            "asked": self.asked,
            "last": self.last,
            "misses": self.misses or None,
            "priced": self.priced,
            "refused": self.refused or None,
            "later": self.later,
            "second": self.second or None,
        }
        return {name: value for name, value in kept.items() if value is not None}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        shaped = {"wish", "options", "start", "since", "without", "extras", "also"}
        plain = {k: v for k, v in kept.items() if k not in shaped}
        return cls(
            without=tuple(kept.get("without", ())),
            extras=tuple(kept.get("extras", ())),
            also=tuple(kept.get("also", ())),
            wish=Wish.from_json(kept["wish"]) if kept.get("wish") else Wish(),
            options=tuple(Choice.from_json(choice) for choice in kept.get("options", ())),
            start=datetime.fromisoformat(kept["start"]) if kept.get("start") else None,
            since=datetime.fromisoformat(kept["since"]) if kept.get("since") else None,
            **plain,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Something to say at an address; the deliverer words it in the reader's language."""

    kind: str
    facts: dict[str, Any]
    address: int
    locale: str
    key: str | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Where somebody is from `start` on, and how that is known.

    `until` is None where it lasts, else the first instant at which they are there no more.
    """

    zone: str
    source: str
    start: datetime
    until: datetime | None = None

    def facts(self, *, now: datetime) -> dict[str, Any]:
        """Return what a note or a remark says of it: the first and last day, where there are."""
        if self.until is None:
            return {"zone": self.zone}
        zone = ZoneInfo(self.zone)
        last = (self.until - timedelta(minutes=1)).astimezone(zone).date()
        first = self.start.astimezone(zone).date() if self.start > now else None
        return {"zone": self.zone, "first": first, "last": last}


_STILL = timedelta(minutes=5)  # for which a question stays what it was when it was asked


@dataclass
class Turn:
    """One message being answered: everything a flow needs, and what it decides.

    `now` is the transaction's time; `received` the message's own. The flow changes `talk`, posts
    with `say`, and returns the state it leaves the conversation in.
    """

    session: Session
    business: Business
    reader: Reader
    message: Received
    said: Understood
    state: State
    talk: Talk
    now: datetime
    was: Talk = field(init=False)  # the talk as this message found it
    pressed: dict[str, Any] | None = None  # the facts of the note whose button was pressed
    stay: Stay | None = None  # where this message says or shows that its sender is
    relative: bool = False  # whether it says "an hour later" of nothing
    later: str | None = None  # the words of another request that it came with
    notes: list[Note] = field(default_factory=list)
    remarks: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.was = self.talk

    @property
    def by(self) -> By:
        if self.reader.provider:
            return By(f"provider:{self.reader.provider}", self.message.id)
        return By(f"person:{self.reader.person}", self.message.id, self._asked())

    def _asked(self) -> datetime:
        """Return when what is done now was asked for: an answer within minutes is still in time."""
        received, since = self.message.received, self.was.since
        return since if since and received - since <= _STILL else received

    @property
    def zone(self) -> ZoneInfo:
        return reader_zone(self.reader, self.business)

    @property
    def service(self) -> Service | None:
        """The service that is talked of, with its add-ons and without whom that rules out."""
        found = self.business.service_by_id.get(self.talk.service or 0)
        found = as_kept(found, self.talk.extras) if found and self.talk.extras else found
        return found.but(self.talk.without) if found and self.talk.without else found

    @property
    def party(self) -> int:
        return self.talk.party or 1

    def say(self, kind: str, **facts: Any) -> None:  # noqa: ANN401 - a note's facts are its own
        """Answer the sender, with the remarks made so far before it."""
        if kind == self.talk.last:
            facts["again"] = True
        if self.remarks:
            facts["remarks"], self.remarks = self.remarks, []
        self.notes.append(Note(kind, facts, self.reader.address, self.said.locale))

    def remark(self, what: str, **facts: Any) -> None:  # noqa: ANN401 - a remark's facts are its own
        """Keep a short sentence that the next answer begins with."""
        self.remarks.append({"what": what, **facts})

    def learn(self, **facts: Any) -> None:  # noqa: ANN401 - the fields of a Talk
        """Change what the talk is about."""
        self.talk = replace(self.talk, **facts)

    def offer(self, options: list[Choice]) -> tuple[Choice, ...]:
        """Remember what is offered by number, and return it for the note."""
        self.learn(options=tuple(options))
        return self.talk.options


Flow = Callable[[Turn], State]


def reader_zone(reader: Reader, business: Business) -> ZoneInfo:
    """Return the zone in which a bare time is meant: a phone number's region does not decide."""
    if reader.zone is not None and reader.zone_source in {"said", "location", "profile"}:
        return ZoneInfo(reader.zone)
    return business.zone


def zone_beside(reader: Reader, business: Business) -> ZoneInfo:
    """Return the zone to show beside the reader's: the place's, or what their number suggests."""
    if reader.zone is not None and reader.zone_source == "phone":
        return ZoneInfo(reader.zone)
    return business.zone


def spoken(business: Business) -> tuple[str, ...]:
    """Return the languages in which the business can be written to: its own that are understood."""
    understood = languages()
    return tuple(code for code in business.languages if code in understood) or understood[:1]


def written_in(locale: str | None, business: Business) -> str:
    """Return the language to write in: a reader's own where it is spoken there, else its first."""
    known = spoken(business)
    return locale if locale in known else known[0]


def alone(service: Service | None) -> bool:
    """Whether a service is for one person, so that no number is a party's."""
    return service is not None and service.party_max == 1


def vocabulary(business: Business, reader: Reader, *, party: bool) -> Vocabulary:
    """Return what the business's things are called in every language, and whose "my time" is."""
    return Vocabulary(
        services=tuple(
            Named(s.key, tuple(n for names in s.names.values() for n in names))
            for s in business.services
        ),
        providers=tuple(Named(r.key, (r.name,)) for r in business.providers),
        extras=tuple(
            Named(e.key, tuple(n for names in e.names.values() for n in names))
            for s in business.services
            for e in s.extras
        ),
        hours=_widest(business),
        party=party,
        place=business.zone,
        own=zone_beside(reader, business) if reader.zone_source == "phone" else None,
    )


def _widest(business: Business) -> tuple[time, time] | None:
    """Return the earliest opening and the latest closing of the week, in whatever season."""
    seasons = (s.shifts for s in business.seasons if s.resource is None)
    shifts = [*business.hours, *chain.from_iterable(seasons)]
    if not shifts:
        return None
    closes = max((s.closes <= s.opens, s.closes) for s in shifts)[1]
    return min(s.opens for s in shifts), closes


_ASKED = {
    State.SERVICE: "service",
    State.PARTY: "party",
    State.WHEN: "when",
    State.CHOICE: "choose",
    State.PROPOSAL: "confirm",
    State.SERIES: "confirm",
    State.WHICH: "which",
    State.SCOPE: "which",
    State.CANCELLING: "confirm",
    State.FORGETTING: "confirm",
    State.NAME: "name",
    State.PLAN: "confirm",
}


def asked(state: State, talk: Talk, business: Business, *, locale: str, zone: ZoneInfo) -> Asked:
    """Return what the last message left open, as understanding takes it: times in `zone`."""
    return Asked(
        what=_ASKED.get(state, "nothing"),
        options=tuple(
            _option(choice, business, locale=locale, zone=zone) for choice in talk.options
        ),
        ref=talk.start,
        day=_day(talk, business),
        rule=talk.rule if state is State.SERIES else None,
        series=state is State.SERIES or talk.scope is not None,
    )


def _option(choice: Choice, business: Business, *, locale: str, zone: ZoneInfo) -> Option:
    service = business.service_by_id.get(choice.service or 0)
    who = resource(business, choice.provider)
    return Option(
        label=service.name(locale) if service else who.name if who else "",
        start=choice.start.astimezone(zone) if choice.start else None,
        provider=who.key if who else None,
    )


def resource(business: Business, resource_id: int | None) -> Resource | None:
    """Return a resource that may be gone by now."""
    return business.by_id.get(resource_id) if resource_id is not None else None


def _day(talk: Talk, business: Business) -> date | None:
    if talk.start is not None:
        return talk.start.astimezone(business.zone).date()
    first = talk.wish.windows[0] if talk.wish.windows else None
    return first.start.date() if first and first.start and talk.wish.day_said else None
