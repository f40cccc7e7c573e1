"""Money in advance: the page that somebody pays at, and what follows whatever is told of it.

Who is told of a page, or has just paid, is awake: only what comes by itself waits for the morning.
"""

from typing import Any

from core import (
    booking,
    changing,
    finding,
    outbox,
    payment_events,
    payments,
    people,
    refunding,
    series,
)
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.finding import Booked, Search
from core.payment_events import Told
from core.payments import AFTER, Checkout
from core.refunding import Refund
from core.rules import Business
from core.span import MINUTE
from dialogs.flows import telling
from dialogs.flows.about import facts_for_staff, facts_of
from dialogs.talk import written_in

_VENDOR = By("vendor")
_CLOCK = By("clock")


def opened(session: Session, business: Business, checkout: Checkout) -> None:
    """Send the address of a page to whoever shall pay there; the hold outlives the page."""
    about = finding.booking(session, checkout.booking)
    if about is None or about.expires is None or checkout.until is None:
        return
    until = min(checkout.until + AFTER, about.start)
    if until > about.expires:  # the vendor was out of reach for a while
        changing.extend(session, booking=about.id, until=until, by=_CLOCK, now=session.now)
    facts = {"amount": checkout.amount, "url": checkout.url, "until": checkout.until}
    _now(session, business, about, note="pay_here", key=f"pay_here:{checkout.id}", **facts)


def waits(session: Session, business: Business, checkout: Checkout) -> None:
    """Say once that no page can be opened just now, and that the time stays held meanwhile."""
    about = finding.booking(session, checkout.booking)
    if about is not None and about.expires is not None:
        facts = {"amount": checkout.amount, "until": about.expires}
        _now(session, business, about, note="pay_waits", key=f"pay_waits:{checkout.id}", **facts)


def refused(session: Session, business: Business, checkout: Checkout, why: str) -> None:
    """Let a hold go for which no page can ever be opened; the business's human hears why."""
    now, about = session.now, finding.booking(session, checkout.booking)
    payments.ended(session, checkout=checkout.id, status="failed")
    if about is None:
        return
    changing.release(session, booking=about.id, by=_VENDOR, now=now)
    facts = {"amount": checkout.amount, "human": business.contact.human}
    _now(session, business, about, note="pay_refused", key=f"pay_refused:{checkout.id}", **facts)
    _trouble(session, business, about, checkout.amount, what="page", why=why, key=f"{checkout.id}")


def settled(session: Session, business: Business, number: int) -> None:
    """Do what a piece of news asks for, whatever was told before it."""
    kind, told = payment_events.one(session, number)
    if kind == "paid":
        _paid(session, business, told)
    elif kind == "failed":
        _failed(session, business, told)
    elif kind == "expired" and told.checkout is not None:
        payments.ended(session, checkout=told.checkout, status="expired")
    elif kind == "refund":
        given(session, business, refunding.heard(session, told=told, now=session.now))
    elif kind == "dispute":
        _disputed(session, business, told)
    payment_events.settled(session, number)


def _paid(session: Session, business: Business, told: Told) -> None:
    """Confirm what was paid for; else take the time anew; else give all of it back."""
    checkout = payments.paid(session, told=told, now=session.now)
    about = finding.booking(session, checkout.booking) if checkout else None
    if checkout is None or about is None:
        return
    old = finding.booking(session, about.for_id) if about.for_id is not None else None
    made = _confirmed(session, business, about, checkout)
    made = made or _anew(session, business, about, checkout)
    if made is None:
        _too_late(session, business, about, checkout, told.amount)
        return
    _now(session, business, made, note="paid", key=f"paid:{checkout.id}", amount=told.amount)
    note = "moved_provider" if old else "new_booking"
    was: dict[str, Any] = {"was": old.start} if old else {}
    telling.providers(session, business, made.id, note=note, now=session.now, **was)


def _too_late(
    session: Session, business: Business, about: Booked, checkout: Checkout, amount: int
) -> None:
    """Give all of it back that was paid for a time that is gone, and say what is free."""
    refunding.refund(
        session,
        booking=about.id,
        amount=amount,
        reason="late",
        tier="late payment",
        key=f"late:{checkout.id}",
        now=session.now,
    )
    options = _alternatives(session, business, about)
    key = f"paid_late:{checkout.id}"
    _now(session, business, about, note="paid_late", key=key, amount=amount, options=options)


def _due(about: Booked) -> int:
    """Return what a booking needs, in minor units: it may have been changed since it was asked."""
    return int(about.policy.get("due", 0))


def _confirmed(
    session: Session, business: Business, about: Booked, checkout: Checkout
) -> Booked | None:
    """Confirm a hold that still waits, or move the booking that it is for, or book its series."""
    now = session.now
    if about.for_id is not None:
        gone = changing.swap(session, booking=about.for_id, hold=about.id, by=_VENDOR, now=now)
        if gone is not None:
            return None
        payments.transfer(session, checkout=checkout, to=about.for_id, now=now)
        return finding.booking(session, about.for_id)
    if about.status != "awaiting_payment" or payments.kept(session, about.id) < _due(about):
        return None
    if about.series is not None:
        gone = series.confirm(session, business=business, series=about.series, by=_VENDOR, now=now)
        return None if gone else finding.booking(session, about.id)
    if booking.confirm(session, booking=about.id, by=_VENDOR, now=now) is not None:
        return None
    return finding.booking(session, about.id)


def _anew(session: Session, business: Business, about: Booked, checkout: Checkout) -> Booked | None:
    """Take the time again that was lost meanwhile, if it is free; the money counts for it."""
    service = business.service_by_id.get(about.service)
    changing.expire(session, booking=about.id, now=session.now)
    gone = finding.booking(session, about.id)
    if service is None or gone is None or gone.status != "expired":
        return None  # let go, or cancelled: nobody wants it any more
    if about.for_id is not None or about.series is not None or about.start <= session.now:
        return None
    if payments.kept(session, about.id) < _due(about):
        return None
    service = booking.as_kept(service, about.extras)
    provider = about.policy.get("provider")
    held = booking.hold(
        session,
        business=business,
        wanted=Wanted(service, about.start, about.party, provider),
        person=about.person,
        until=session.now + 5 * MINUTE,
        by=_VENDOR,
        now=session.now,
    )
    if not isinstance(held, Held):
        return None
    if booking.confirm(session, booking=held.id, by=_VENDOR, now=session.now) is not None:
        return None
    payments.transfer(session, checkout=checkout, to=held.id, now=session.now)
    return finding.booking(session, held.id)


def _alternatives(session: Session, business: Business, about: Booked) -> list[dict[str, Any]]:
    """Return free times near to one that went."""
    service = business.service_by_id.get(about.service)
    if service is None:
        return []
    slots = finding.nearest(
        session,
        business=business,
        search=Search(service, about.party, about.policy.get("provider")),
        around=about.start,
        now=session.now,
    )
    return [{"start": slot.start} for slot in slots]


def _failed(session: Session, business: Business, told: Told) -> None:
    """Let a hold go whose payment did not come; what was paid already stays paid."""
    if told.checkout is None:
        return
    if not payments.ended(session, checkout=told.checkout, status="failed"):
        return
    checkout = payments.one(session, told.checkout)
    about = finding.booking(session, checkout.booking) if checkout else None
    if checkout is None or about is None or about.status != "awaiting_payment":
        return
    changing.release(session, booking=about.id, by=_VENDOR, now=session.now)
    telling.customer(session, business, about, note="pay_failed", now=session.now)


def given(session: Session, business: Business, refund: Refund | None) -> None:
    """Say that money is on its way back; where it cannot go, the business's human hears it."""
    about = finding.booking(session, refund.booking) if refund else None
    reader = people.of_person(session, about.person) if about else None
    if refund is None or about is None:
        return
    if refund.status == "failed":
        key = f"refund:{refund.id}"
        _trouble(session, business, about, refund.amount, what="refund", why="", key=key)
    elif reader is not None:
        facts = facts_of(business, about) | {"amount": refund.amount}
        key = f"refunded:{refund.id}"
        telling.tell(
            session, business, reader, note="refunded", facts=facts, now=session.now, key=key
        )


def _disputed(session: Session, business: Business, told: Told) -> None:
    """Tell the business's human that a bank took money back."""
    checkout = refunding.disputed(session, told=told, now=session.now)
    about = finding.booking(session, checkout.booking) if checkout else None
    if about is not None and told.state == "opened":
        key = f"dispute:{told.refund}"
        _trouble(session, business, about, told.amount, what="dispute", why="", key=key)


def _trouble(
    session: Session,
    business: Business,
    about: Booked,
    amount: int,
    *,
    what: str,
    why: str,
    key: str,
) -> None:
    staff = facts_for_staff(session, business, about)
    facts = staff | {"amount": amount, "what": what, "why": why}
    telling.human(
        session,
        business,
        note="pay_trouble",
        facts=facts,
        now=session.now,
        key=f"pay_trouble:{what}:{key}",
        but=about.person,
    )


def lapsed(session: Session, business: Business, about: Booked) -> None:
    """Tell a customer that nothing was paid in time."""
    telling.customer(session, business, about, note="pay_lapsed", now=session.now)


def _now(
    session: Session,
    business: Business,
    about: Booked,
    *,
    note: str,
    key: str,
    **more: Any,  # noqa: ANN401 - a note's own facts
) -> None:
    """Tell a customer something at once, where they wrote last."""
    reader = people.of_person(session, about.person)
    if reader is not None:
        outbox.post(
            session,
            address=reader.address,
            note=note,
            facts=facts_of(business, about) | more,
            locale=written_in(reader.locale, business),
            now=session.now,
            key=key,
        )
