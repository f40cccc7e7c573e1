"""A book in plain Python: minutes in sets, rules in ifs. What core should answer, and then have.

Times are whole minutes since the epoch; the place is `ZONE`. Everything is written from the rules
of the house; no code of core is used.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
PENDING = {"held", "awaiting_provider"}
OPENS, CLOSES = 10 * 60, 19 * 60  # minutes of the place's day, every day
LUNCH = {"ana": range(13 * 60, 13 * 60 + 30)}
GRID, NOTICE, FURTHEST = 15, 30, 2
PER_DAY, IN_ALL = 2, 4  # of one customer
MOST_DAY, MOST_WEEK = {"ben": 3}, {"ben": 4}

Seat = tuple[str, int]


@dataclass(frozen=True)
class Offered:
    """A service: minutes, buffers, and for each need who may serve it."""

    minutes: int
    before: int
    after: int
    needs: tuple[tuple[str, ...], ...]
    largest: int = 1
    per_customer: int | None = None
    at: int | None = None  # a class: its minute of the day


SERVICES = {
    "solo": Offered(30, 0, 10, (("ana",),)),
    "either": Offered(45, 0, 0, (("ana", "cleo"),)),
    "counted": Offered(30, 5, 0, (("ben",),), per_customer=1),
    "duo": Offered(60, 10, 10, (("ana", "ben"), ("room-1", "room-2"))),
    "class": Offered(60, 0, 0, (("class",),), largest=3, at=18 * 60),
}
ALONE = ("solo", "either")  # one resource, one seat, nothing counted
SEATS = {"class": 3}
STAFF = {"class": ("cleo", "room-2")}  # whom each class occupies


@dataclass
class Booking:
    """One row of the model's book."""

    person: int
    service: str
    start: int
    party: int
    status: str
    expires: int | None
    choice: tuple[Seat, ...]
    time: dict[Seat, set[int]]
    target: int | None = None
    version: int = 1
    series: int | None = None


def wall(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(ZONE)


def clock(minute: int) -> int:
    shown = wall(minute)
    return shown.hour * 60 + shown.minute


@dataclass
class Book:
    """What stands, what is blocked, and what time it is."""

    now: int
    rows: dict[int, Booking] = field(default_factory=dict)
    blocks: dict[int, tuple[str, set[int]]] = field(default_factory=dict)
    swept: set[int] = field(default_factory=set)  # expired, and known to be

    def stands(self, row: Booking) -> bool:
        return row.status == "confirmed" or self.pending(row)

    def pending(self, row: Booking) -> bool:
        return row.status in PENDING and row.expires is not None and row.expires > self.now

    def shown(self, row: Booking) -> str:
        """Return the status, of an expired hold also where nobody has written it down yet."""
        return "expired" if row.status in PENDING and not self.pending(row) else row.status

    def occupied(self, but: int | None = None) -> dict[Seat, set[int]]:
        """Return the minutes of each seat that bookings and classes have."""
        found: dict[Seat, set[int]] = {}
        for number, row in self.rows.items():
            if number != but and (self.stands(row) or row.status == "completed"):
                for seat, minutes in row.time.items():
                    found.setdefault(seat, set()).update(minutes)
        return found

    def classes(self, minutes: set[int]) -> bool:
        """Whether a class takes place in any of the minutes."""
        return any(18 * 60 <= clock(m) < CLOSES for m in minutes)

    def works(self, who: str, minutes: range) -> bool:
        return all(
            OPENS <= clock(m) < CLOSES and clock(m) not in LUNCH.get(who, ()) for m in minutes
        )

    # What the rules say, before anybody else's bookings.

    def rules(self, service: str, start: int, party: int, provider: str | None) -> str | None:
        facts = SERVICES[service]
        late = (wall(start).date() - wall(self.now).date()).days
        checks = {
            "past": start <= self.now,
            "notice": start < self.now + NOTICE,
            "furthest": late > FURTHEST,
            "party": not 1 <= party <= facts.largest,
        }
        for why, wrong in checks.items():
            if wrong:
                return why
        staff = {who for need in facts.needs for who in need}
        staff |= set(STAFF["class"]) if facts.at is not None else set()
        if provider is not None and provider not in staff:
            return "not_by"
        if facts.at is not None:
            return None if clock(start) == facts.at else "no_class"
        if clock(start) % GRID:
            return "off_grid"
        for need in self.may(service, provider):
            if not any(self.works(who, range(start, start + facts.minutes)) for who in need):
                return self.off(start, facts.minutes)
        return None

    def off(self, start: int, length: int) -> str:
        inside = clock(start) >= OPENS and clock(start) + length <= CLOSES
        return "break" if inside else "hours"

    def may(self, service: str, provider: str | None) -> list[tuple[str, ...]]:
        return [(provider,) if provider in need else need for need in SERVICES[service].needs]

    def person(
        self, service: str, start: int, person: int, but: int | None, series: int | None = None
    ) -> str | None:
        """Return the limit of one customer that one more booking would break.

        A series is one of their open bookings; its own next one, or one moved, is no other.
        """
        same_day, same_service = set(), set()
        everything: set[tuple[str, int]] = set()
        own = self.rows[but].series if but is not None else series
        for number, row in self.rows.items():
            group = number if row.target is None else row.target
            over = row.start + SERVICES[row.service].minutes <= self.now
            if row.person != person or group == but or not self.stands(row) or over:
                continue
            if row.series is None:
                everything.add(("booking", group))
            elif row.series != own:
                everything.add(("series", row.series))
            if wall(row.start).date() == wall(start).date():
                same_day.add(group)
                if row.service == service:
                    same_service.add(group)
        most = SERVICES[service].per_customer
        if len(everything) >= IN_ALL:
            return "person_open"
        if len(same_day) >= PER_DAY or (most is not None and len(same_service) >= most):
            return "person_day"
        return None

    def full(self, who: str, start: int, but: int | None) -> str | None:
        """Return the limit of a resource that one more booking would break."""
        if who not in MOST_DAY:
            return None
        days: set[tuple[int, object]] = set()
        for number, row in self.rows.items():
            group = number if row.target is None else row.target
            has = any(seat[0] == who and minutes for seat, minutes in row.time.items())
            if has and group != but and (self.stands(row) or row.status == "completed"):
                days.add((group, wall(row.start).date()))
        day = wall(start).date()
        week = day - timedelta(days=day.weekday())
        if sum(d == day for _, d in days) >= MOST_DAY[who]:
            return "day_limit"
        weekly = {
            g for g, d in days if isinstance(d, type(day)) and week <= d < week + timedelta(7)
        }
        return "week_limit" if len(weekly) >= MOST_WEEK[who] else None

    # What is done.

    def hold(
        self,
        service: str,
        start: int,
        *,
        party: int,
        provider: str | None,
        person: int,
        instead: int | None,
        series: int | None = None,
    ) -> str | tuple[Seat, ...]:
        """Return the seats that a hold gets, or why it gets none; nothing is written yet."""
        refused = self.rules(service, start, party, provider)
        if refused is not None:
            return refused
        if instead is not None:
            old = self.rows[instead]
            if old.person != person or not self.stands(old):
                return "gone"
        refused = self.person(service, start, person, instead, series)
        if refused is not None:
            return refused
        return self.seats(service, start, party, provider, instead)

    def seats(
        self,
        service: str,
        start: int,
        party: int,
        provider: str | None,
        instead: int | None,
        *,
        alone: bool = True,
    ) -> str | tuple[Seat, ...]:
        """Return the first free seats for each need; whoever looks writes down what has expired."""
        facts = SERVICES[service]
        span = set(range(start, start + facts.minutes))
        whole = set(range(start - facts.before, start + facts.minutes + facts.after))
        if facts.at is not None and provider is not None and provider not in STAFF["class"]:
            return "not_by"
        needs = [self.ready(need, service, start) for need in self.may(service, provider)]
        among = {who for need in needs for who in need}
        own = self.rows[instead].time if instead is not None else {}
        if alone and service in ALONE:
            return self.one(needs[0], span, whole, own, instead)
        self.sweep_around(among, whole)
        taken = self.occupied(instead)
        mine = {seat[0] for seat in own}
        chosen: list[Seat] = []
        for ready in needs:
            blocked = [who for who in ready if self.blocked(who, span)]
            full = {who: why for who in ready if (why := self.full(who, start, instead))}
            free = {
                who: self.left(who, whole, taken)
                for who in ready
                if who not in blocked and who not in full
            }
            wanted = party if facts.at is not None else 1
            fits = [who for who in ready if len(free.get(who, ())) >= wanted]
            if not fits:
                if len(ready) == 1 and ready[0] in full:
                    return full[ready[0]]
                if facts.at is not None:
                    return "full"
                return "busy" if blocked == ready else "taken"
            best = next((who for who in fits if who in mine), fits[0])
            chosen += free[best][:wanted]
        return tuple(chosen)

    def one(
        self,
        ready: list[str],
        span: set[int],
        whole: set[int],
        own: dict[Seat, set[int]],
        instead: int | None,
    ) -> str | tuple[Seat, ...]:
        """Return whoever has it already, else the first who is free, trying one after the other."""
        for who in sorted(ready, key=lambda who: not own.get((who, 1))):
            pieces = whole - own.get((who, 1), set()) or span
            self.sweep_around(set(ready), set(range(min(pieces), max(pieces) + 1)))
            if self.left(who, whole, self.occupied(instead)) and not self.blocked(who, span):
                return ((who, 1),)
        return "busy" if all(self.blocked(who, span) for who in ready) else "taken"

    def ready(self, need: tuple[str, ...], service: str, start: int) -> list[str]:
        facts = SERVICES[service]
        span = range(start, start + facts.minutes)
        return [who for who in need if facts.at is not None or self.works(who, span)]

    def left(self, who: str, whole: set[int], taken: dict[Seat, set[int]]) -> list[Seat]:
        """Return the seats of a resource that nobody has in any of the minutes."""
        if who in STAFF["class"] and self.classes(whole):
            return []
        seats = [(who, n) for n in range(1, SEATS.get(who, 1) + 1)]
        return [seat for seat in seats if not (taken.get(seat, set()) & whole)]

    def sweep_around(self, among: set[str], minutes: set[int]) -> None:
        for number, row in self.rows.items():
            near = any(seat[0] in among and time & minutes for seat, time in row.time.items())
            if near and row.status in PENDING and not self.pending(row):
                self.sweep(number)

    def free(self, service: str, party: int, provider: str | None, days: range) -> list[int]:
        """Return every start in some minutes that could be held, limits of customers apart."""
        facts = SERVICES[service]
        taken = self.occupied()
        found = []
        for start in days:
            if self.rules(service, start, party, provider) is not None:
                continue
            if facts.at is not None and provider is not None and provider not in STAFF["class"]:
                continue
            span = set(range(start, start + facts.minutes))
            whole = set(range(start - facts.before, start + facts.minutes + facts.after))
            if all(
                any(
                    len(self.left(who, whole, taken)) >= (party if facts.at is not None else 1)
                    and not self.blocked(who, span)
                    and self.full(who, start, None) is None
                    for who in self.ready(need, service, start)
                )
                for need in self.may(service, provider)
            ):
                found.append(start)
        return found

    def blocked(self, who: str, minutes: set[int]) -> bool:
        return any(who == name and minutes & time for name, time in self.blocks.values())

    def take(self, number: int, row: Booking, instead: int | None) -> None:
        """Write a hold: its time is what its person does not have already."""
        facts = SERVICES[row.service]
        whole = set(range(row.start - facts.before, row.start + facts.minutes + facts.after))
        own = self.rows[instead].time if instead is not None else {}
        row.time = {seat: whole - own.get(seat, set()) for seat in row.choice}
        row.target = instead
        if instead is not None:
            row.series = self.rows[instead].series
        self.rows[number] = row

    def confirm(self, number: int, until: int | None) -> str:
        row = self.rows[number]
        among = {"held"} if until is not None else PENDING
        if row.status not in among or not self.pending(row):
            return "gone"
        if until is None and row.target is not None:
            return "gone"
        row.status = "confirmed" if until is None else "awaiting_provider"
        row.expires = until
        return "done"

    def end(self, number: int, status: str) -> str:
        row = self.rows[number]
        among = PENDING if status == "released" else {"awaiting_provider", "confirmed"}
        if row.status not in among or number in self.swept:
            return "gone"
        row.status, row.expires = status, None
        return "done"

    def extend(self, number: int, until: int) -> str:
        row = self.rows[number]
        if not self.pending(row):
            return "gone"
        row.expires = until
        return "done"

    def expire(self, number: int) -> bool:
        row = self.rows[number]
        if row.status not in PENDING or self.pending(row) or number in self.swept:
            return False
        self.sweep(number)
        return True

    def sweep(self, number: int) -> None:
        self.swept.add(number)
        self.rows[number].status = "expired"
        self.rows[number].expires = None

    def swap(self, booking: int, hold: int) -> str:
        old, new = self.rows[booking], self.rows[hold]
        if new.target != booking or not self.stands(old) or not self.pending(new):
            return "gone"
        facts = SERVICES[new.service]
        whole = set(range(new.start - facts.before, new.start + facts.minutes + facts.after))
        for seat in new.choice:
            if whole - new.time.get(seat, set()) - old.time.get(seat, set()):
                return "gone"
        old.time = {seat: set(whole) for seat in new.choice}
        old.service, old.start, old.party = new.service, new.start, new.party
        old.choice, old.version = new.choice, old.version + 1
        old.expires = None if old.status == "confirmed" else new.expires
        new.status, new.expires = "released", None
        return "done"

    def finish(self, number: int) -> str:
        row = self.rows[number]
        if row.status != "confirmed" or row.start + SERVICES[row.service].minutes > self.now:
            return "gone"
        row.status = "completed"
        return "done"
