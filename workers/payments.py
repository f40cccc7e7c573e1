"""What is asked of a vendor of money: a page to pay at, its closing, money to give back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from channels.till import Checkout as Wanted
from channels.till import PayError, Till
from channels.till import Refund as Back
from core import businesses, finding, forgetting, payments, refunding
from core.db import Session
from core.due import Work
from core.payments import LINK, Checkout
from core.rules import Business
from core.span import MINUTE
from dialogs.flows import paying
from dialogs.flows.about import facts_of
from dialogs.talk import written_in
from dialogs.wording.paid import title
from workers.asking import Asked, Record
from workers.runtime import Runtime

_LEAST = 30 * MINUTE  # that a page lives from its making, or the vendor refuses it
_MARGIN = MINUTE / 2  # until our request arrives there


def checkout(session: Session, runtime: Runtime, work: Work) -> Asked | None:
    """Open a page for a hold that still waits for money.

    What is asked is kept beforehand: the same key with another time would be refused. Only where
    that time has come too near is it asked for anew, with another key.
    """
    found = payments.one(session, work.subject)
    about = finding.booking(session, found.booking) if found else None
    if found is None or about is None or found.status != "opening":
        return None
    if about.status != "awaiting_payment" or (about.expires or session.now) <= session.now:
        return None
    business = businesses.load(session)
    facts = _attempt(work.facts, session.now)
    until = datetime.fromisoformat(facts["until"])
    whose = forgetting.language_of(session, about.person)
    language = written_in(whose.language if whose else None, business)
    wanted = Wanted(
        number=found.id,
        key=f"{business.slug}:{found.id}:{facts['try']}",
        amount=found.amount,
        currency=found.currency,
        title=title(facts_of(business, about), business, language),
        locale=language,
        expires_at=until,
        back=runtime.paid_link(session.business, found.id) if runtime.paid_link else "",
        ref=about.ref,
    )

    def ask(till: Till) -> Record:
        link = till.open(business.slug, wanted)
        return lambda s: _opened(s, business, found, page=link.id, url=link.url, until=until)

    return Asked(
        ask,
        refused=lambda s, error: paying.refused(s, business, found, str(error)),
        waits=lambda s: paying.waits(s, business, found),
        facts=facts,
    )


def _attempt(before: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return which attempt this is, and when its page closes."""
    if before and datetime.fromisoformat(before["until"]) >= now + _LEAST + _MARGIN:
        return before
    return {"try": before.get("try", 0) + 1, "until": (now + LINK).isoformat()}


def _opened(
    session: Session, business: Business, asked: Checkout, *, page: str, url: str, until: datetime
) -> None:
    now = session.now
    if payments.opened(session, checkout=asked.id, page=page, url=url, until=until, now=now):
        found = payments.one(session, asked.id)
        if found is not None:
            paying.opened(session, business, found)


def checkout_expire(session: Session, runtime: Runtime, work: Work) -> Asked | None:
    """Close a page whose hold was let go; one that was paid at meanwhile says so by itself."""
    del runtime
    found = payments.one(session, work.subject)
    if found is None or found.status in {"paid", "failed", "expired"}:
        return None
    number, page = found.id, found.page
    if page is None:
        return _nothing(number)
    slug = businesses.load(session).slug

    def ask(till: Till) -> Record:
        return _closed(number) if till.expire(slug, page) else _as_it_is

    return Asked(ask, refused=lambda _s, _error: None, waits=_as_it_is)


def _nothing(number: int) -> Asked:
    """Ask nothing: there is no page yet, and one that comes too late is closed by who opens it."""
    return Asked(lambda _till: _closed(number), refused=lambda _s, _error: None, waits=_as_it_is)


def _closed(number: int) -> Record:
    def record(session: Session) -> None:
        payments.ended(session, checkout=number, status="expired")

    return record


def _as_it_is(_session: Session) -> None:
    """Write nothing down: what the page became is told by the vendor."""


def refund(session: Session, runtime: Runtime, work: Work) -> Asked | None:
    """Give money back that was written down to go."""
    del runtime
    found = refunding.one(session, work.subject)
    paid = payments.one(session, found.checkout) if found else None
    if found is None or paid is None or found.status != "pending" or found.vendor is not None:
        return None
    business = businesses.load(session)
    back = Back(
        number=found.id,
        key=f"{business.slug}:refund:{found.id}",
        payment=paid.payment or "",
        amount=found.amount,
        currency=found.currency,
    )

    def ask(till: Till) -> Record:
        done = till.refund(business.slug, back)
        return lambda s: _given(s, business, found.id, state=done.state, vendor=done.id)

    def refused(session: Session, error: PayError) -> None:
        _given(session, business, found.id, state="failed", vendor=None, error=str(error))

    return Asked(ask, refused=refused, waits=_as_it_is)


def _given(
    session: Session,
    business: Business,
    number: int,
    *,
    state: str,
    vendor: str | None,
    error: str | None = None,
) -> None:
    became = refunding.became(
        session, number, state=state, vendor=vendor, now=session.now, error=error
    )
    paying.given(session, business, became)


KINDS: dict[str, Callable[[Session, Runtime, Work], Asked | None]] = {
    "checkout": checkout,
    "checkout_expire": checkout_expire,
    "refund": refund,
}
