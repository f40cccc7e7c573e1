"""What becomes of an offer: nobody answers, it is taken back, its time is let go."""

from collections.abc import Sequence

from core import changing, offers, people
from core.booking import By
from core.db import Session
from core.offers import Offer
from core.people import Reader
from core.rules import Business
from dialogs.flows import telling

CLOCK = By("clock")


def unanswered(session: Session, business: Business, number: int) -> None:
    """Close an offer whose time to answer is over; the last of its hold lets the time go."""
    offer = offers.one(session, number)
    if offer is None or offer.status != "open":
        return
    changing.lock(session, [offer.booking])
    offer = offers.one(session, number)
    if offer is None or offer.answer_by is None or offer.answer_by > session.now:
        return
    lapsed(session, business, [offer])
    release_if_last(session, offer, by=CLOCK)


def withdraw(session: Session, offer: Offer) -> None:
    """Take an offer back that cannot be sent in time; the last of its hold lets the time go."""
    changing.lock(session, [offer.booking])
    offers.close(session, [offer.id], status="withdrawn", now=session.now)
    release_if_last(session, offer, by=CLOCK)


def release_if_last(session: Session, offer: Offer, *, by: By) -> None:
    """Let the time of an offer that was closed go, where nobody else is asked for it."""
    if not offers.open_of(session, offer.booking):
        changing.release(session, booking=offer.booking, by=by, now=session.now)


def lapsed(session: Session, business: Business, gone: Sequence[Offer]) -> None:
    """Close offers that nobody answered and tell them; one that was never sent was never made."""
    now = session.now
    sent = [offer for offer in gone if offer.sent is not None]
    offers.close(session, [o.id for o in gone if o.sent is None], status="withdrawn", now=now)
    closed = offers.close(session, [o.id for o in sent], status="lapsed", now=now)
    for offer in sent:
        if offer.id in closed:
            tell_of(session, business, offer, note="wait_lapsed")


def tell_of(session: Session, business: Business, offer: Offer, *, note: str) -> None:
    """Tell somebody what became of their offer."""
    reader: Reader | None = people.of_person(session, offer.person)
    if reader is None:
        return
    facts = {
        "offer": offer.id,
        "service": offer.service,
        "provider": offer.provider,
        "start": offer.start,
        "until": offer.answer_by,
    }
    key = f"{note}:{offer.id}"
    telling.tell(session, business, reader, note=note, facts=facts, now=session.now, key=key)
