"""What is on: a provider's days, the requests that wait for them, a customer's bookings."""

from datetime import date, datetime, timedelta
from typing import Any

from core import finding
from core.db import Session
from core.finding import Booked
from core.people import Reader
from core.rules import Business
from core.span import Span
from dialogs import nights
from dialogs.flows import settle
from dialogs.flows.about import facts_for_staff, facts_of, providers_of
from dialogs.when import Window


def overview(
    session: Session, business: Business, reader: Reader, *, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the note for whoever looks without asking, and its facts.

    "agenda" is a provider's day, "mine" are a customer's bookings.
    """
    if reader.provider is None:
        return "mine", mine(session, business, reader.person, now=now)
    first = nights.day_of(business, now)
    return "agenda", agenda(session, business, reader.provider, first=first, days=1, now=now)


def mine(session: Session, business: Business, person: int, *, now: datetime) -> dict[str, Any]:
    """Return the facts of the note "mine"."""
    rows = open_bookings(session, person, now=now)
    return {
        "bookings": [
            facts_of(business, row) | {"status": row.status, "until": row.expires} for row in rows
        ]
    }


def open_bookings(session: Session, person: int, *, now: datetime) -> list[Booked]:
    """Return what somebody has booked or asked for and that is still ahead."""
    return [row for row in finding.of_person(session, person, now=now) if row.status != "held"]


def booked_on(
    session: Session, business: Business, person: int, window: Window, *, now: datetime
) -> bool:
    """Whether somebody has a booking on the day on which a window begins."""
    day = nights.day_of(business, window.start) if window.start else None
    rows = open_bookings(session, person, now=now)
    return any(nights.day_of(business, row.start) == day for row in rows)


def agenda(
    session: Session, business: Business, provider: int, *, first: date, days: int, now: datetime
) -> dict[str, Any]:
    """Return the facts of the note "agenda": a provider's bookings on so many days of the place."""
    span = Span(nights.begins(business, first), nights.begins(business, first + timedelta(days)))
    own = [
        row
        for row in finding.between(session, span, now=now)
        if provider in providers_of(business, row)
    ]
    return {
        "day": first,
        "days": days,
        "bookings": [
            facts_for_staff(session, business, row)
            | {"status": row.status, "day": nights.day_of(business, row.start)}
            for row in own
        ],
        "requests": len(requests(session, business, provider, now=now)),
    }


def requests(session: Session, business: Business, provider: int, *, now: datetime) -> list[Booked]:
    """Return the requests that wait for a provider's word."""
    return [
        row
        for row in finding.requests(session, now=now)
        if settle.answers_for(session, business, row, provider)
    ]
