"""What a business is: its resources, services, hours and rules, as frozen facts. Pure.

Minutes, hours and days are whole numbers in the unit that the name says; prices are integer minor
units of the business's currency; wall times belong to the business's zone.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from core.deadline import Deadline


class Kind(StrEnum):
    """What a resource is."""

    PROVIDER = "provider"
    ROOM = "room"
    TABLE = "table"
    CLASS = "class"


class Anyone(StrEnum):
    """Who of several does it for a customer who names nobody."""

    FIRST = "first"  # of the file, who is free
    USUAL = "usual"  # whom the customer came to last, else the first
    LEAST_BUSY = "least busy"  # who has the least on that day, then in that week
    ROUND_ROBIN = "round robin"  # who was chosen longest ago


@dataclass(frozen=True, slots=True)
class Shift:
    """Wall hours of one weekday (0 = Monday). `closes` at or before `opens` is the next morning."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DayRule:
    """An exception for one date, of the whole business or of one resource (by id).

    `spans` replace that day's hours; none at all means closed. What a provider set in chat is
    `by_hand` and stands before what the business file says of the day: the first that fits counts.
    """

    day: date
    spans: tuple[tuple[time, time], ...]
    reason: str = ""
    resource: int | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Season:
    """Weekly hours from a day to another, both included: of the place, or of one resource (by id).

    The days are `MM-DD`, every year and possibly over its end, or `YYYY-MM-DD`. No shifts at all
    means closed, or off, all season.
    """

    first: str
    last: str
    shifts: tuple[Shift, ...]
    resource: int | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        text = day.isoformat()
        if len(self.first) < len(text):
            text = text[-5:]
        if self.first <= self.last:
            return self.first <= text <= self.last
        return text >= self.first or text <= self.last


@dataclass(frozen=True, slots=True)
class Holidays:
    """Public holidays on the day itself, by the `holidays` library, with local overrides.

    `add` and `drop` are `MM-DD` (every year) or `YYYY-MM-DD`.
    """

    country: str
    region: str | None = None
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resource:
    """Somebody or something that a booking occupies.

    `seats` bookings may use it at once; `capacity` is the largest party it seats (a table);
    `hours` None means the business's. `max_day` and `max_week` limit its bookings.
    """

    id: int
    key: str
    name: str
    kind: Kind
    seats: int = 1
    capacity: int | None = None
    hours: tuple[Shift, ...] | None = None
    breaks: tuple[Shift, ...] = ()
    max_day: int | None = None
    max_week: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One of these resources, in order of preference; a service needs one of each of its needs."""

    any_of: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The provider must confirm within so many minutes, for parties of `from_party` or more.

    `by` is the resource that answers; None means the provider who is booked.
    """

    minutes: int
    from_party: int = 1
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that must be paid in advance: `kind` is "deposit" or "full"; `amount` minor units."""

    kind: str
    amount: int
    per_head: bool = False
    from_party: int = 1


@dataclass(frozen=True, slots=True)
class ClassTime:
    """A class that takes place every week at a wall time and occupies these resources."""

    weekday: int
    starts: time
    resources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """What a service may have added to it; `only` are the resources that do it, none: all do.

    `names` as a service has them. Its minutes are added to the length, its price to the price.
    """

    key: str
    names: dict[str, tuple[str, ...]]
    minutes: int = 0
    price: int = 0
    only: tuple[int, ...] = ()

    def name(self, locale: str) -> str:
        """Return the shown name in a language, else in the first language that has one."""
        return (self.names.get(locale) or next(iter(self.names.values())))[0]


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked. `names` gives per language what it is called, the shown name first.

    `lengths` are (resource, minutes): how long it takes where that resource has a part in it. With
    add-ons `chosen` (see `extended`) minutes, lengths and price are with them.
    """

    id: int
    key: str
    names: dict[str, tuple[str, ...]]
    minutes: int
    before: int = 0  # buffer minutes
    after: int = 0
    price: int = 0
    per_head: bool = False  # whether the price is for each seat or each person
    needs: tuple[Need, ...] = ()
    times: tuple[ClassTime, ...] = ()  # a class has its times; other services follow the grid
    grid: int | None = None  # minutes; None: the business's
    starts: tuple[tuple[int, time], ...] = ()  # weekday and wall time: the only starts, no grid
    party_max: int = 1  # the largest party that may be booked; 1: party size is not asked
    confirmation: Confirmation | None = None
    payment: Payment | None = None
    max_person_day: int | None = None
    max_person_week: int | None = None
    max_day: int | None = None  # bookings, whoever makes them
    max_week: int | None = None
    change_until: Deadline | None = None  # None: the business's
    reminders: tuple[Deadline, ...] | None = None  # None: the business's
    confirm_by: Deadline | None = None  # likewise
    anyone: Anyone | None = None  # likewise
    gaps: int | None = None  # likewise; 0: none are avoided
    lengths: tuple[tuple[int, int], ...] = ()
    extras: tuple[Extra, ...] = ()  # that may be added
    chosen: tuple[Extra, ...] = ()
    only: tuple[int, ...] = ()  # who of the need that has them may serve it; none: all

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def takes(self, resource: int | None) -> int:
        """Return the minutes it takes with a resource; with anybody, as many as it may take."""
        if not self.lengths:
            return self.minutes
        own = dict(self.lengths)
        return (
            max(self.minutes, *own.values())
            if resource is None
            else own.get(resource, self.minutes)
        )

    def extra_named(self, key: str) -> Extra | None:
        """Return one of its add-ons by its key."""
        return next((e for e in (*self.extras, *self.chosen) if e.key == key), None)

    def extended(self, extras: Iterable[Extra]) -> "Service":
        """Return the service as it is with these add-ons beside those it was given before."""
        more = tuple(extras)
        if not more:
            return self
        minutes, price = sum(e.minutes for e in more), sum(e.price for e in more)
        payment = self.payment
        if payment is not None and payment.kind == "full":
            payment = replace(payment, amount=payment.amount + price)
        return replace(
            self,
            minutes=self.minutes + minutes,
            price=self.price + price,
            payment=payment,
            lengths=tuple((r, own + minutes) for r, own in self.lengths),
            chosen=self.chosen + more,
        )

    def but(self, ruled_out: Collection[int]) -> "Service":
        """Return the service as those do it who are not ruled out; by all where nobody is left."""
        for need in self.needs:
            left = tuple(r for r in need.any_of if r not in ruled_out)
            if left and len(left) < len(need.any_of):
                return replace(self, only=left)
        return replace(self, only=())

    @property
    def buffers(self) -> tuple[timedelta, timedelta]:
        return timedelta(minutes=self.before), timedelta(minutes=self.after)

    def name(self, locale: str) -> str:
        """Return the shown name in a language, else in the first language that has one."""
        names = self.names.get(locale) or next(iter(self.names.values()))
        return names[0]

    def cost(self, party: int) -> int:
        """Return the whole price in minor units."""
        return self.price * (party if self.per_head else 1)

    def advance(self, party: int) -> int:
        """Return what must be paid before the booking is confirmed, in minor units."""
        if self.payment is None or party < self.payment.from_party:
            return 0
        return self.payment.amount * (party if self.payment.per_head else 1)

    def asks_provider(self, party: int) -> bool:
        return self.confirmation is not None and party >= self.confirmation.from_party


@dataclass(frozen=True, slots=True)
class Tier:
    """A cancellation tier: `percent` comes back until the moment it names.

    `until` is "hours" (so many `hours` before the start), "day" (the start of the place's calendar
    day of the booking) or a wall time of a day before it, as "1d18:00".
    """

    percent: int
    until: str
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Quiet:
    """The reader's wall hours in which nobody is woken, `[start, end)`, possibly over midnight."""

    start: time = time(21)
    end: time = time(8)


@dataclass(frozen=True, slots=True)
class Waitlist:
    """How freed time is offered; minutes. `open`: the most offers that one person has at once."""

    accept: int = 30
    accept_soon: int = 10
    soon: int = 240
    cutoff: int = 60
    group: int = 3
    open: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one customer may have: open bookings on one day of the place and in all, any a week."""

    per_day: int | None = None
    open: int | None = None
    per_week: int | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The human to turn to, and where the business itself is reached, per channel."""

    human: str = ""
    human_key: str | None = None  # the resource key of a provider, where the human is one
    address: str = ""  # where the place is
    routes: dict[str, str] = field(default_factory=dict)  # channel -> number, bot or team


@dataclass(frozen=True, eq=False)
class Business:
    """One tenant with all its rules, as read from its rows; `revision` counts changes of them.

    Compared by identity: one revision is one object, and what is computed of it can be cached.
    """

    id: int
    slug: str
    name: str
    zone: ZoneInfo
    currency: str
    languages: tuple[str, ...]
    revision: int
    hours: tuple[Shift, ...]
    resources: tuple[Resource, ...]
    services: tuple[Service, ...]
    days: tuple[DayRule, ...] = ()
    seasons: tuple[Season, ...] = ()  # the first that holds a day and names whom it asks for counts
    holidays: Holidays | None = None
    grid: int = 15
    notice: int = 60
    furthest: int = 60
    hold: int = 5  # minutes that a proposal in chat is held
    limits: Limits = field(default_factory=Limits)
    quiet: Quiet = field(default_factory=Quiet)
    waitlist: Waitlist = field(default_factory=Waitlist)
    reminders: tuple[Deadline, ...] = (Deadline(minutes=1440), Deadline(minutes=60))
    confirm_by: Deadline | None = None  # until when a customer has to say that they come
    follow_up: bool = True  # whether who did not come is asked for another time
    tiers: tuple[Tier, ...] = ()
    change_until: Deadline | None = None  # until when a customer may cancel or move alone
    anyone: Anyone = Anyone.USUAL
    gaps: int | None = None  # minutes: shorter ones in a provider's day are avoided
    payments: str = "link"  # how money in advance is taken: by "link", or at the "place" itself
    contact: Contact = field(default_factory=Contact)
    joins: tuple[tuple[int, ...], ...] = ()  # tables that may be put together, each set a tuple
    former: tuple[Resource, ...] = ()  # removed since, but old bookings still name them
    former_services: tuple[Service, ...] = ()

    @cached_property
    def by_id(self) -> dict[int, Resource]:
        return {r.id: r for r in (*self.resources, *self.former)}

    @cached_property
    def service_by_id(self) -> dict[int, Service]:
        return {s.id: s for s in (*self.services, *self.former_services)}

    def resource(self, resource_id: int) -> Resource:
        return self.by_id[resource_id]

    def service(self, service_id: int) -> Service:
        return self.service_by_id[service_id]

    def service_named(self, key: str) -> Service:
        return next(s for s in self.services if s.key == key)

    def provider_named(self, key: str) -> Resource:
        return next(r for r in self.resources if r.key == key)

    def upfront(self, service: Service, party: int) -> int:
        """Return what must be paid by link before a booking is confirmed, in minor units."""
        return service.advance(party) if self.payments == "link" else 0

    @cached_property
    def providers(self) -> tuple[Resource, ...]:
        return tuple(r for r in self.resources if r.kind is Kind.PROVIDER)
