"""The demo's pretended page to pay at: what it shows, and what a click there does."""

from datetime import datetime, timedelta
from typing import Any, Literal

from bot import money
from channels import pretend
from core import businesses, finding, payments
from core.db import Database, Session
from core.finding import Booked
from core.payments import Checkout
from dialogs.flows.about import facts_of
from dialogs.wording import formats
from dialogs.wording.page import where_is
from dialogs.wording.paid import title

Outcome = Literal["paid", "failed", "late"]
OUTCOMES: tuple[Outcome, ...] = ("paid", "failed", "late")
_A_LITTLE = timedelta(minutes=1)  # after a hold is over


def shown(session: Session, number: int) -> dict[str, Any] | None:
    """Return what a page shows; None where there is none."""
    found = _found(session, number)
    if found is None:
        return None
    checkout, about = found
    business = businesses.load(session)
    language = business.languages[0]
    locale = formats.locale_at(language, *where_is(business))
    return {
        "business": business.name,
        "title": title(facts_of(business, about), business, language),
        "amount": formats.money(checkout.amount, checkout.currency, locale),
        "status": checkout.status,
        "booking": about.status,
    }


def over(session: Session, number: int) -> datetime | None:
    """Return when the hold behind a page will be over for sure; None where it is already."""
    found = _found(session, number)
    if found is None or found[1].status != "awaiting_payment" or found[1].expires is None:
        return None
    return found[1].expires + _A_LITTLE


def told(database: Database, slug: str, number: int, *, outcome: Outcome, business: int) -> bool:
    """Have the vendor tell what came of a page; False where there is none, or it was paid."""
    with database.transaction(business) as session:
        found = _found(session, number)
        now = session.now
    if found is None or found[0].status == "paid":
        return False
    checkout, _ = found
    heard = pretend.news(
        slug,
        "failed" if outcome == "failed" else "paid",
        checkout=checkout.id,
        amount=checkout.amount,
        currency=checkout.currency,
        at=now,
    )
    return money.heard(database, heard) or False


def _found(session: Session, number: int) -> tuple[Checkout, Booked] | None:
    checkout = payments.one(session, number)
    about = finding.booking(session, checkout.booking) if checkout else None
    return (checkout, about) if checkout and about else None
