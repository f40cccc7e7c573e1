"""A town on a virtual clock: people text, the bot answers, time jumps to what comes next."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import text

from bot import acting
from bot.acting import Who
from bot.simulate.hands import Hands
from bot.simulate.people import Act, Customer
from bot.simulate.post import Letter, Mailbag
from bot.simulate.staff import Provider
from core.db import Database
from core.outbox import LEASE
from core.span import MINUTE
from workers.tick import next_due

_NO_SHOWS = 0.06  # of all bookings
_REPEATED = 0.03  # of the messages come twice, while vendors fail
_ABSENT = text(
    "SELECT b.id, b.ref, array_agg(a.resource_id) AS resources FROM bookings b"
    " JOIN allocations a ON a.business_id = b.business_id AND a.booking_id = b.id AND a.active"
    " WHERE b.business_id = :business AND b.status = 'confirmed' AND b.starts_at > :since"
    " AND b.starts_at <= :now GROUP BY b.id, b.ref ORDER BY b.id"
)
_AN_INSTANT = timedelta(seconds=2)
_EVERY = 30 * MINUTE  # somebody looks who did not come

Somebody = Customer | Provider


@dataclass(frozen=True, slots=True, order=True)
class _Event:
    at: datetime
    number: int
    who: Somebody | None = field(compare=False, default=None)
    act: Act | None = field(compare=False, default=None)
    kind: str = field(compare=False, default="act")


@dataclass
class Town:
    """Everybody, the clock, and what was counted. `faults` repeats some messages."""

    database: Database
    hands: Hands
    mail: Mailbag
    customers: Sequence[tuple[Customer, list[datetime]]]
    staff: Sequence[Provider]
    begin: datetime
    days: int
    seed: int
    faults: bool = False
    now: datetime = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    heard: Counter[int] = field(default_factory=Counter)  # how often each letter came
    taken_again: list[str] = field(default_factory=list)  # messages that were taken twice
    unexplained: list[int] = field(default_factory=list)  # came twice though nobody died with it
    _events: list[_Event] = field(default_factory=list)
    _where: dict[tuple[int, str, str], Somebody] = field(default_factory=dict)
    _number: int = 0
    _due: datetime | None = None
    _leases: list[datetime] = field(default_factory=list)  # when those of the dead end

    def __post_init__(self) -> None:
        self.now = self.begin
        self._chance = Random(f"{self.seed}:town")
        for provider in self.staff:
            self._lives_at(provider, provider.who)
            for at in provider.mornings(self.begin, self.days):
                self._plan(at, provider, kind="morning")
        for who, wants in self.customers:
            for address in who.whos:
                self._lives_at(who, address)
            for at in wants:
                self._plan(at, who, kind="want")
        for n in range(1, self.days * 48):
            self._plan(self.begin + n * _EVERY, None, kind="absent")

    def _lives_at(self, who: Somebody, address: Who) -> None:
        self._where[who.business.id, address.channel, address.address] = who

    def _plan(
        self, at: datetime, who: Somebody | None, act: Act | None = None, *, kind: str = "act"
    ) -> None:
        self._number += 1
        heapq.heappush(self._events, _Event(at, self._number, who, act, kind))

    def link(self) -> None:
        """Make the providers known to the bot."""
        for provider in self.staff:
            with self.database.transaction(provider.business.id) as session:
                acting.link(session, provider.who, provider.resource)

    def run(self) -> None:
        """Let the days pass, until the last is over."""
        end = self.begin + timedelta(days=self.days)
        while (moment := self._next()) is not None and moment <= end:
            self.now = moment
            self.database.set_clock(frozen=moment)
            while self._events and self._events[0].at <= moment:
                self._happens(heapq.heappop(self._events))
            died = sum(self.hands.kills.values())
            self.hands.work(look=self._leases_end(moment))
            if sum(self.hands.kills.values()) > died:
                self._leases.append(moment + LEASE + timedelta(seconds=1))
            self._due = next_due(self.database, after=moment - _AN_INSTANT)
            if self._due is not None and self._due <= moment:  # what nobody was woken for
                self.hands.work(look=True)
                self._due = next_due(self.database, after=moment)
            for letter in self.mail.emptied():
                self._comes(letter)

    def _leases_end(self, moment: datetime) -> bool:
        """Whether what a dead process had in hand is free again by a moment."""
        over = [end for end in self._leases if end <= moment]
        self._leases = [end for end in self._leases if end > moment]
        return bool(over)

    def _next(self) -> datetime | None:
        moments = [self._events[0].at] if self._events else []
        moments += self._leases[:1]
        moments += [self._due] if self._due is not None else []
        return max(min(moments), self.now) if moments else None

    def _happens(self, event: _Event) -> None:
        who = event.who
        if event.kind == "want" and isinstance(who, Customer):
            self._do(who, who.begin(event.at))
        elif event.kind == "morning" and isinstance(who, Provider):
            for act in who.morning(event.at):
                self._plan(act.at, who, act)
        elif event.kind == "absent":
            self._look_who_came()
        elif who is not None and event.act is not None:
            self._do(who, event.act)

    def _do(self, who: Somebody, act: Act) -> None:
        """Send what somebody planned, unless they thought better of it since."""
        if act.plan is not None and act.plan != who.plan:
            return
        sender = who.whos[0] if isinstance(who, Customer) else who.who
        self._number += 1
        message = f"m{self._number}"
        self._write(who, sender, act, message)
        if self.faults and self._chance.random() < _REPEATED:
            again = self._write(who, sender, act, message)
            self.counts["repeated"] += 1
            self.taken_again += [message] if again is not None else []

    def _write(self, who: Somebody, sender: Who, act: Act, message: str) -> int | None:
        facts = {}
        if act.pressed is not None:
            facts = {"outbox": act.pressed[0], "index": act.pressed[1]}
        with self.database.transaction(who.business.id) as session:
            kind = "press" if facts else "text"
            self.counts["in"] += 1
            return acting.write(session, sender, message=message, kind=kind, body=act.text, **facts)

    def _look_who_came(self) -> None:
        """Have providers say who did not come: their own, else the first of the business."""
        for business in {
            provider.business.id: provider.business for provider in self.staff
        }.values():
            staff = [one for one in self.staff if one.business is business]
            facts = {"business": business.id, "since": self.now - _EVERY, "now": self.now}
            with self.database.transaction(business.id) as session:
                rows = session.execute(_ABSENT, facts).all()
            for row in rows:
                if Random(f"{self.seed}:{business.slug}:{row.id}").random() < _NO_SHOWS:
                    own = [one for one in staff if one.resource.id in row.resources]
                    act = Act(self.now, f"no show {row.ref}")
                    self._plan(self.now + MINUTE, (own or staff)[0], act)

    def _comes(self, letter: Letter) -> None:
        """Let somebody read a letter, which may have come before."""
        self.counts["out"] += 1
        self.counts[f"note {letter.note}"] += 1
        self.heard[letter.number] += 1
        if self.heard[letter.number] > 1:
            self.counts["came twice"] += 1
            address = (letter.business, letter.channel, letter.to)
            if self.faults and not self._died_with(address):
                self.unexplained.append(letter.number)
            return
        who = self._where.get((letter.business, letter.channel, letter.to))
        if who is None:
            return
        for act in who.hear(letter, self.now):
            self._plan(act.at, who, act)

    def _died_with(self, where: tuple[int, str, str]) -> bool:
        """Whether somebody was killed with a letter to an address in hand."""
        statement = text(
            "SELECT id FROM addresses WHERE business_id = :business AND channel = :channel"
            " AND address = :address"
        )
        facts = dict(zip(("business", "channel", "address"), where, strict=True))
        with self.database.transaction(where[0]) as session:
            row = session.execute(statement, facts).one_or_none()
        return row is not None and (where[0], row.id) in self.hands.struck
