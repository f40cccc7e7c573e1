"""A machine that does everything twice: to the database, and to a model in plain Python."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)
from sqlalchemy import text

from core import blocking, booking, businesses, changing, finding, people
from core.applying import applied
from core.blueprint import Blueprint, read
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database
from core.finding import Search
from core.refusals import Refusal
from core.span import Span
from core.verify import prove
from models.book import SERVICES, STAFF, Book, Booking

FILE = """
name = "Model"
zone = "America/New_York"
currency = "USD"
languages = ["en"]
open = { daily = "10:00-19:00" }
grid = "15 min"
notice = "30 min"
furthest = "2 days"
anyone = "first"
[limits]
per_day = 2
open = 4
[contact]
human = "ana"
[providers]
ana = { name = "Ana", breaks = "13:00-13:30" }
ben = { name = "Ben", per_day = 3, per_week = 4 }
cleo = { name = "Cleo" }
[rooms]
room-1 = { name = "Room 1" }
room-2 = { name = "Room 2" }
[services.solo]
names.en = ["Solo"]
length = "30 min"
after = "10 min"
needs = [["ana"]]
[services.either]
names.en = ["Either"]
length = "45 min"
needs = [["ana", "cleo"]]
[services.counted]
names.en = ["Counted"]
length = "30 min"
before = "5 min"
needs = [["ben"]]
per_customer_a_day = 1
[services.duo]
names.en = ["Duo"]
length = "60 min"
before = "10 min"
after = "10 min"
needs = [["ana", "ben"], ["room-1", "room-2"]]
[services.class]
names.en = ["Class"]
length = "60 min"
seats = 3
times = [
"""
FILE += "".join(
    f'{{ day = "{day}", at = "18:00", with = ["cleo", "room-2"] }},\n'
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
)
FILE += "]\n"

SATURDAY = datetime(2026, 3, 7, 14, tzinfo=UTC)  # nine in the morning, and clocks change that night
NINE = int(SATURDAY.timestamp()) // 60
# Half-hours around noon of two days, so that many meet; the classes; and some odd ones.
NOONS = [NINE + 120 + 15 * n for n in range(16)] + [NINE + 23 * 60 + 120 + 30 * n for n in range(6)]
CLASSES = [NINE + 9 * 60, NINE + 8 * 60 + 1440, NINE + 8 * 60 + 2 * 1440]
ODD = [NINE + 125, NINE - 60, NINE + 30, NINE + 10 * 60, NINE + 3 * 1440, NINE + 585]
STARTS = st.sampled_from(NOONS * 2 + CLASSES[:1] + ODD)
PROVIDERS = st.sampled_from(["ana", "ben", "cleo"])
LASTS = st.sampled_from([1, 5, 20, 300])


class Wish(NamedTuple):
    """What somebody asks for; the start is a minute since the epoch."""

    service: str
    start: int
    party: int
    provider: str | None


@st.composite
def _wishes(draw: st.DrawFn) -> Wish:
    service = draw(st.sampled_from(list(SERVICES)))
    start = draw(st.sampled_from(CLASSES) if service == "class" else STARTS)
    if draw(st.integers(0, 9)) == 9:  # asks for what cannot be
        return Wish(service, start, draw(st.integers(0, 4)), draw(PROVIDERS))
    party = draw(st.integers(1, SERVICES[service].largest))
    staff = STAFF.get(service) or [who for need in SERVICES[service].needs for who in need]
    return Wish(service, start, party, draw(st.sampled_from([None, *staff])))


WISHES = _wishes()
NAMES = ("ana", "ben", "cleo", "room-1", "room-2")
BY = By("model")


def when(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


def minutes(start: datetime, end: datetime) -> range:
    return range(int(start.timestamp()) // 60, int(end.timestamp()) // 60)


class Machine(RuleBasedStateMachine):
    """Does everything twice: to the database, and to the model; both must say the same."""

    database: Database
    numbers: Iterator[int]

    @initialize()
    def open(self) -> None:
        """Begin with a business of its own, on a Saturday at nine."""
        self.book = Book(NINE)
        self.database.set_clock(frozen=when(NINE))
        blueprint = read(FILE.encode(), f"model-{next(self.numbers)}.toml")
        assert isinstance(blueprint, Blueprint), blueprint
        self.number = applied(self.database, blueprint).business
        with self.database.transaction(self.number) as session:
            self.business = businesses.load(session)
            self.people = [
                people.at(session, channel="sms", address=f"+{n}", now=session.now).person
                for n in range(6)
            ]
        self.ids = {r.key: r.id for r in self.business.resources}
        self.keys = {r.id: r.key for r in self.business.resources}

    def pick(self, index: int, statuses: set[str] | None = None) -> int | None:
        """Choose one of the model's bookings, perhaps only of those of a status."""
        rows = [n for n, row in self.book.rows.items() if not statuses or row.status in statuses]
        return rows[-1 - index % len(rows)] if rows else None

    def do(self, operation: Callable[..., Any], **facts: Any) -> Any:  # noqa: ANN401 - any of core's
        """Run one operation of core in a transaction of its own."""
        with self.database.transaction(self.number) as session:
            done = operation(session, **facts, now=session.now)
        return done.reason.value if isinstance(done, Refusal) else done

    @rule(wish=WISHES, person=st.integers(0, 5), lasts=LASTS)
    def hold(self, wish: Wish, person: int, lasts: int) -> None:
        """Hold a time."""
        self.take(wish, person, lasts, None)

    @rule(wish=WISHES, person=st.integers(0, 5))
    def book_one(self, wish: Wish, person: int) -> None:
        """Hold a time, and say yes at once."""
        number = self.take(wish, person, 5, None)
        if number is not None:
            self.change(number, self.book.confirm(number, None), booking.confirm)

    @precondition(lambda self: self.book.rows)
    @rule(wish=WISHES, index=st.integers(0, 7), lasts=LASTS)
    def ask_move(self, wish: Wish, index: int, lasts: int) -> None:
        """Hold a time in the place of a booking, or of what was held before."""
        number = self.pick(index, {"confirmed", "held", "awaiting_provider"}) or self.pick(index)
        if number is None:
            return
        row = self.book.rows[number]
        if row.target is None:
            self.take(wish, row.person, lasts, number)

    @precondition(lambda self: self.book.rows)
    @rule(wish=WISHES, index=st.integers(0, 7), near=st.sampled_from([-30, -15, 0, 15, 30]))
    def move(self, wish: Wish, index: int, near: int) -> None:
        """Move a booking at once, often into time that it has itself."""
        number = self.pick(index, {"confirmed", "held", "awaiting_provider"}) or self.pick(index)
        if number is None:
            return
        row = self.book.rows[number]
        if row.target is not None:
            return
        if wish.start not in CLASSES:
            service = row.service if wish.service == "class" else wish.service
            wish = Wish(service, row.start + near, row.party, wish.provider)
        got = self.take(wish, row.person, 5, number)
        if got is not None:
            self.change(number, self.book.swap(number, got), changing.swap, hold=got)

    def take(self, wish: Wish, person: int, lasts: int, instead: int | None) -> int | None:
        """Hold on both sides; return the number of the hold, None where both refuse it."""
        service, start, party, provider = wish
        expected = self.book.hold(
            service, start, party=party, provider=provider, person=person, instead=instead
        )
        got = self.do(
            booking.hold,
            business=self.business,
            wanted=Wanted(
                self.business.service_named(service),
                when(start),
                party,
                self.ids[provider] if provider else None,
            ),
            person=self.people[person],
            until=when(self.book.now + lasts),
            by=BY,
            instead_of=instead,
        )
        if isinstance(expected, str):
            assert got == expected
            self.compare()
            return None
        assert isinstance(got, Held), (got, expected)
        until = self.book.now + lasts
        row = Booking(person, service, start, party, "held", until, expected, {})
        self.book.take(got.id, row, instead)
        self.compare()
        return got.id

    def change(self, number: int | None, expected: str, operation: Any, **facts: Any) -> None:  # noqa: ANN401 - any of core's
        """Do the same to both, and compare the answer and the book."""
        got = self.do(operation, booking=number, by=BY, **facts)
        assert (got or "done") == expected
        self.compare()

    @precondition(lambda self: self.book.rows)
    @rule(index=st.integers(0, 7), asks=st.sampled_from([None, None, 1, 30]))
    def confirm(self, index: int, asks: int | None) -> None:
        """Say yes to a hold, or ask the provider, or give the provider's word."""
        number = self.pick(index, {"held", "awaiting_provider"}) or self.pick(index)
        if number is None:
            return
        until = self.book.now + asks if asks is not None else None
        self.change(
            number,
            self.book.confirm(number, until),
            booking.confirm,
            provider_until=when(until) if until is not None else None,
        )

    @precondition(lambda self: self.book.rows)
    @rule(index=st.integers(0, 7), how=st.sampled_from(["cancelled", "released", "completed"]))
    def end(self, index: int, how: str) -> None:
        """Cancel, let go or finish a booking."""
        number = self.pick(index)
        if number is None:
            return
        if how == "completed":
            self.change(number, self.book.finish(number), changing.finish)
        else:
            operation = changing.cancel if how == "cancelled" else changing.release
            self.change(number, self.book.end(number, how), operation)

    @precondition(lambda self: self.book.rows)
    @rule(index=st.integers(0, 7), more=st.sampled_from([None, 1, 10, 200]))
    def extend_or_expire(self, index: int, more: int | None) -> None:
        number = self.pick(index, {"held", "awaiting_provider"}) or self.pick(index)
        if number is None:
            return
        if more is None:
            assert self.do(changing.expire, booking=number) is self.book.expire(number)
            self.compare()
            return
        until = self.book.now + more
        self.change(number, self.book.extend(number, until), changing.extend, until=when(until))

    @precondition(lambda self: any(row.target for row in self.book.rows.values()))
    @rule(index=st.integers(0, 3))
    def swap(self, index: int) -> None:
        """Move a booking to what is held for it."""
        holds = [n for n, row in self.book.rows.items() if row.target is not None]
        hold = holds[-1 - index % len(holds)]
        target = self.book.rows[hold].target
        assert target is not None
        self.change(target, self.book.swap(target, hold), changing.swap, hold=hold)

    @rule(who=st.sampled_from(NAMES), start=STARTS, length=st.sampled_from([5, 30, 240]))
    def block(self, who: str, start: int, length: int) -> None:
        """Block time, what is booked in it stays; where enough is blocked, lift some of it."""
        if len(self.book.blocks) >= 3:
            self.lift(start)
            return
        number = self.do(
            blocking.block,
            business=self.business,
            resource=self.ids[who],
            span=Span(when(start), when(start + length)),
            source="hand",
            title=f"{who} {start} {length}",
        )
        self.book.blocks[number] = (who, set(range(start, start + length)))

    def lift(self, index: int) -> None:
        number = list(self.book.blocks)[index % len(self.book.blocks)]
        who, time = self.book.blocks[number]
        title = f"{who} {min(time)} {len(time)}"
        with self.database.transaction(self.number) as session:
            gone = blocking.lift(session, resource=self.ids[who], source="hand", title=title)
        assert number in gone
        for each in gone:
            del self.book.blocks[each]

    @rule(later=st.sampled_from([1, 1, 1, 4, 5, 5, 20, 60, 200]))
    def clock(self, later: int) -> None:
        """Let time pass; nobody sweeps."""
        self.book.now += later
        self.database.set_clock(frozen=when(self.book.now))
        self.compare()

    @rule(wish=WISHES, day=st.integers(0, 2))
    def look(self, wish: Wish, day: int) -> None:
        """Search a day: what is free is what could be held, and nothing is changed by looking."""
        service, _, party, provider = wish
        party = max(1, min(party, SERVICES[service].largest))
        facts = self.business.service_named(service)
        asked = range(NINE + day * 1440, NINE + (day + 1) * 1440)
        staff = {who for need in SERVICES[service].needs for who in need}
        provider = provider if provider in {*staff, *STAFF.get(service, ())} else None
        slots = self.do(
            finding.free,
            business=self.business,
            search=Search(facts, party, self.ids[provider] if provider else None),
            windows=[Span(when(asked.start), when(asked.stop))],
            limit=1000,
        )
        found = [int(slot.start.timestamp()) // 60 for slot in slots]
        assert found == self.book.free(service, party, provider, asked)

    def compare(self) -> None:
        """Check that the rows say what the model says."""
        with self.database.transaction(self.number) as session:
            rows = session.execute(
                text(
                    "SELECT id, CASE WHEN expires_at <= :now THEN 'expired' ELSE status END"
                    " AS status, starts_at, party, version, expires_at FROM bookings ORDER BY id"
                ),
                {"now": session.now},
            ).all()
            taken = session.execute(
                text(
                    "SELECT booking_id, resource_id, seat, lower(during) AS since,"
                    " upper(during) AS until FROM allocations"
                    " WHERE active AND booking_id IS NOT NULL"
                )
            ).all()
        got = {r.id: (r.status, r.starts_at, r.party, r.version) for r in rows}
        wanted = {
            n: (self.book.shown(row), when(row.start), row.party, row.version)
            for n, row in self.book.rows.items()
        }
        assert got == wanted
        has: dict[int, dict[tuple[str, int], set[int]]] = {}
        for r in taken:
            seat = (self.keys[r.resource_id], r.seat)
            has.setdefault(r.booking_id, {}).setdefault(seat, set()).update(
                minutes(r.since, r.until)
            )
        for number, row in self.book.rows.items():
            if self.book.stands(row) or row.status == "completed":
                assert has.get(number, {}) == {s: t for s, t in row.time.items() if t}, number
            elif number in self.book.swept or row.status in {"cancelled", "released"}:
                assert number not in has

    def teardown(self) -> None:
        """At the end the book is right, once what expired has lapsed."""
        if not hasattr(self, "business"):
            return
        with self.database.transaction(self.number) as session:
            for number in finding.expired_holds(session, now=session.now):
                changing.expire(session, booking=number, now=session.now)
            proof = prove(session, self.business)
        wrong = [w for w in proof.wrong if w.rule != "due work is done"]
        assert not wrong, wrong
