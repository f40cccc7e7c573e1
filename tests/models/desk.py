"""A business at a known moment, with short ways to do to it what core can do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from core import booking, businesses, changing, people
from core.applying import applied
from core.blueprint import Blueprint, read
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database, Session
from core.people import Reader
from core.refusals import Refusal
from core.rules import Business
from core.span import MINUTE
from core.verify import Wrong, prove

EXAMPLES = Path(__file__).parents[2] / "examples"
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in the morning in New York
NO_LIMITS = ("[limits] # of one customer\nper_day = 2\nopen = 5\n", "")
LINK = ("", "")  # among the changes: money in advance is asked for, as the file says
BY = By("test")


def blueprint_of(name: str, *changes: tuple[str, str]) -> Blueprint:
    """Return an example with each `old, new` text in its file; paid at the place but by LINK."""
    file = (EXAMPLES / f"{name}.toml").read_text()
    if LINK not in changes:
        file = f'payments = "place"\n{file}'
    for old, new in changes:
        assert old in file, old
        file = file.replace(old, new)
    found = read(file.encode(), f"{name}.toml")
    assert isinstance(found, Blueprint), [str(problem) for problem in found]
    return found


@dataclass
class Desk:
    """One business's book, worked at by hand; times without a day are of Tuesday, 3 March."""

    url: str
    database: Database
    number: int

    @classmethod
    def of(cls, url: str, database: Database, name: str, *changes: tuple[str, str]) -> "Desk":
        """Open the book of an example."""
        return cls(url, database, applied(database, blueprint_of(name, *changes)).business)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.database.transaction(self.number) as session:
            yield session

    @property
    def business(self) -> Business:
        with self.session() as session:
            return businesses.load(session)

    def at(self, clock: str, day: str = "03-03") -> datetime:
        """Return the instant of a wall time at the place, in 2026."""
        local = datetime.fromisoformat(f"2026-{day}T{clock}")
        return local.replace(tzinfo=self.business.zone).astimezone(UTC)

    def clock(self, now: datetime) -> None:
        self.database.set_clock(frozen=now)

    def meet(self, channel: str, address: str, name: str = "") -> Reader:
        """Return who is at an address; they are met where they are new."""
        with self.session() as session:
            return people.at(session, channel=channel, address=address, name=name, now=session.now)

    def person(self, number: int = 0) -> int:
        with self.session() as session:
            address = f"+1212555{number:04}"
            return people.at(session, channel="sms", address=address, now=session.now).person

    def wanted(
        self, service: str, start: datetime, party: int = 1, provider: str | None = None
    ) -> Wanted:
        business = self.business
        by = business.provider_named(provider).id if provider else None
        return Wanted(business.service_named(service), start, party, by)

    def hold(
        self,
        service: str,
        start: datetime,
        *,
        party: int = 1,
        provider: str | None = None,
        who: int = 0,
        lasts: timedelta = 5 * MINUTE,
        instead_of: int | None = None,
        now: datetime | None = None,
    ) -> Held | Refusal:
        """Try to hold a time for a customer."""
        person, wanted = self.person(who), self.wanted(service, start, party, provider)
        with self.session() as session:
            at = now or session.now
            return booking.hold(
                session,
                business=businesses.load(session),
                wanted=wanted,
                person=person,
                until=at + lasts,
                by=BY,
                now=at,
                instead_of=instead_of,
            )

    def held(self, service: str, start: datetime, **more: Any) -> Held:  # noqa: ANN401 - as hold's
        """Hold a time that is free."""
        got = self.hold(service, start, **more)
        assert isinstance(got, Held), got
        return got

    def booked(self, service: str, start: datetime, **more: Any) -> int:  # noqa: ANN401 - as hold's
        """Hold a time that is free and confirm it; return the booking's id."""
        got = self.held(service, start, **more)
        assert self.confirm(got.id) is None
        return got.id

    def confirm(self, number: int, until: datetime | None = None) -> Refusal | None:
        with self.session() as session:
            return booking.confirm(
                session, booking=number, by=BY, now=session.now, provider_until=until
            )

    def cancel(self, number: int) -> Refusal | None:
        with self.session() as session:
            return changing.cancel(session, booking=number, by=BY, now=session.now)

    def release(self, number: int) -> Refusal | None:
        with self.session() as session:
            return changing.release(session, booking=number, by=BY, now=session.now)

    def swap(self, number: int, hold: int) -> Refusal | None:
        with self.session() as session:
            return changing.swap(session, booking=number, hold=hold, by=BY, now=session.now)

    def expire(self, number: int) -> bool:
        with self.session() as session:
            return changing.expire(session, booking=number, now=session.now)

    def row(self, number: int) -> Any:  # noqa: ANN401 - a row of bookings
        return self.ask("SELECT * FROM bookings WHERE id = :id", id=number)[0]

    def ask(self, question: str, **facts: Any) -> Sequence[Any]:  # noqa: ANN401 - bound values
        """Return the rows of a question to the whole database."""
        with self.database.owner.connect() as connection:
            return connection.execute(text(question), facts).all()

    def harm(self, *statements: str) -> None:
        """Do to the rows what no code of ours would."""
        with self.database.owner.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def wrong(self) -> tuple[Wrong, ...]:
        with self.session() as session:
            return prove(session, businesses.load(session)).wrong


def reason(got: Held | Refusal | None) -> str:
    """Return why not."""
    assert isinstance(got, Refusal), got
    return got.reason.value
