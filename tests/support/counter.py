"""The product with an account at the fake Stripe: what is sold, paid and given back there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from bot import acting, links, paid, web
from bot.wiring import simulated
from channels.payments.config import Config
from channels.payments.party import Stripe
from core import booking, businesses, payments
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database
from core.payments import Checkout
from core.span import MINUTE
from fakes.stripe import KEY, FakeStripe, Thing
from fakes.stripe_reference import SECRET, signed
from support.vendors import PUBLIC, Caller
from workers.runtime import Runtime
from workers.tick import drain

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)  # a Tuesday, ten in the morning at Juniper
BY = By("test")
MAYA = acting.Who("sms", "+12125550123", "Maya")
_SAID = text(
    "SELECT o.body FROM outbox o JOIN addresses a ON a.business_id = o.business_id"
    " AND a.id = o.address_id WHERE a.address = :who AND o.status = 'sent' ORDER BY o.id"
)


@dataclass
class Counter:
    """Where money is taken; `fake` is Stripe, whose clock is the product's."""

    database: Database
    business: int
    now: datetime = NOW
    fake: FakeStripe = field(init=False)
    till: Stripe = field(init=False)
    runtime: Runtime = field(init=False)
    caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self.fake = FakeStripe(now=self._seconds, stall=0.4)
        accounts = Config({"juniper": KEY}, {"juniper": (SECRET,)}, PUBLIC, self.fake.url, 0.2)
        self.till, made = Stripe(accounts), links.Links(PUBLIC, ["k" * 44])
        channels = simulated(self.database).channels
        self.runtime = Runtime(self.database, channels, till=self.till, paid_link=made.paid)
        store = web.Store(self.database, PUBLIC)
        routes = [paid.route(self.database, made)]
        self.caller = Caller(web.app(self.database, self.till.doors, store=store, routes=routes))
        self.database.set_clock(frozen=self.now)

    def _seconds(self) -> float:
        return self.now.timestamp()

    def close(self) -> None:
        """Close the till and the fake."""
        self.till.close()
        self.fake.close()

    def wait(self, minutes: float) -> None:
        """Let time pass, and do what is due then."""
        self.now += timedelta(minutes=minutes)
        self.database.set_clock(frozen=self.now)
        drain(self.runtime)

    def held(self, clock: str = "15:00", who: acting.Who = MAYA, day: str = "2026-05-06") -> Held:
        """Hold Colour for somebody, at a wall time of Wednesday."""
        with self.database.transaction(self.business) as session:
            business = businesses.load(session)
            start = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=business.zone)
            held = booking.hold(
                session,
                business=business,
                wanted=Wanted(business.service_named("colour"), start.astimezone(UTC)),
                person=acting.meet(session, who).person,
                until=session.now + 5 * MINUTE,
                by=BY,
                now=session.now,
            )
            assert isinstance(held, Held), held
            return held

    def ask(self, held: Held, *, amount: int = 4000) -> int:
        """Have a hold wait for money; return the checkout's number."""
        with self.database.transaction(self.business) as session:
            asked = payments.ask(session, booking=held.id, amount=amount, by=BY, now=session.now)
            assert isinstance(asked, Checkout), asked
        return asked.id

    def page(self) -> Thing:
        """Return the newest page at Stripe."""
        return self.fake.all("checkout.session")[-1]

    def tell(
        self, kind: str, thing: Thing, *, number: int | None = None, work: bool = True
    ) -> None:
        """Have Stripe call us, and do what is due then."""
        post = signed(self.fake.event(kind, thing, number=number))
        assert self.caller.post(post).status_code == 200
        if work:
            drain(self.runtime)

    def pay(self) -> Thing:
        """Pay at the newest page, and have Stripe say so."""
        session = self.fake.pay(self.page()["id"])
        self.tell("checkout.session.completed", session)
        return session

    def said(self, who: acting.Who = MAYA) -> list[str]:
        """Return what somebody was told."""
        return [row.body for row in self.ask_rows(_SAID, who=who.address)]

    def ask_rows(self, question: Any, **facts: Any) -> list[Any]:  # noqa: ANN401 - a statement
        """Return the rows of a question to the whole database."""
        asked = text(question) if isinstance(question, str) else question
        with self.database.owner.connect() as connection:
            return list(connection.execute(asked, facts).all())

    def statuses(self) -> list[str]:
        """Return what each booking is."""
        return [row.status for row in self.ask_rows("SELECT status FROM bookings ORDER BY id")]

    def ledger(self) -> list[tuple[str, int]]:
        """Return what moved."""
        rows = self.ask_rows("SELECT kind, amount FROM ledger ORDER BY id")
        return [(row.kind, row.amount) for row in rows]

    def get(self, url: str) -> httpx.Response:
        """Open a page of ours."""
        return self.caller.get(url.removeprefix(PUBLIC))
