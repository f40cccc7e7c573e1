"""What a booking is to others: the facts that notes keep of it, and whom it concerns."""

from typing import Any

from core import finding, people
from core.db import Session
from core.deadline import change_until
from core.finding import Booked
from core.rules import Business, Kind, Service
from core.serving import does
from dialogs.talk import Turn


def facts_of(business: Business, about: Booked) -> dict[str, Any]:
    """Return a booking's facts as a note keeps them: ids, instants, money in minor units."""
    staff = [r for r in about.resources if business.by_id.get(r)]
    provider = [r for r in staff if business.by_id[r].kind is Kind.PROVIDER]
    return {
        "booking": about.id,
        "ref": about.ref,
        "service": about.service,
        "start": about.start,
        "end": about.end,
        "party": about.party,
        "provider": provider[0] if provider else None,
        "resources": staff,
        "price": about.price,
        "extras": about.extras,
        "name": about.name,
        "person": about.person,
        "for_id": about.for_id,
        "version": about.version,
    }


def shown(turn: Turn, booked: int) -> dict[str, Any]:
    """Return what a message says of a booking."""
    about = finding.booking(turn.session, booked)
    if about is None:
        return {}
    until = change_until(about.policy, about.start, turn.business.zone)
    return facts_of(turn.business, about) | {
        "change_until": until,
        "fixed": until is not None and until < turn.message.received,
    }


def facts_for_staff(session: Session, business: Business, about: Booked) -> dict[str, Any]:
    """Return a booking's facts with its customer named: without a name a phone number is one.

    A move that waits for an answer goes by the ref of its booking, and says when that was.
    """
    facts = facts_of(business, about) | {"name": called(session, about)}
    moved = finding.booking(session, about.for_id) if about.for_id is not None else None
    return facts | {"ref": moved.ref, "was": moved.start} if moved else facts


def called(session: Session, about: Booked) -> str:
    """Return a customer's name, else their phone number, else nothing."""
    return about.name or people.number_of(session, about.person)


def providers_of(business: Business, about: Booked) -> tuple[int, ...]:
    """Return who does a booking; where nobody does, the human of the business."""
    staff = tuple(
        r
        for r in about.resources
        if r in business.by_id and business.by_id[r].kind is Kind.PROVIDER
    )
    host = human_of(business)
    return staff or ((host,) if host is not None else ())


def host_of(business: Business, about: Booked) -> int | None:
    """Return who confirms a request: whom its service names, else its provider or the human."""
    rule = business.service(about.service).confirmation
    if rule is not None and rule.by is not None:
        return rule.by
    staff = providers_of(business, about)
    return staff[0] if staff else None


def human_of(business: Business) -> int | None:
    """Return the resource that the business's human is, where they are one."""
    key = business.contact.human_key
    return next((r.id for r in business.providers if r.key == key), None)


def staff_of(service: Service) -> set[int]:
    """Return every resource that a service may use."""
    return {r for need in service.needs for r in need.any_of if does(service, need, r)} | {
        r for held in service.times for r in held.resources
    }
