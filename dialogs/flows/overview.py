"""A page for whoever looks without asking: a provider's day, or a customer's bookings."""

from datetime import datetime, timedelta
from typing import Any

from core import finding
from core.db import Session
from core.people import Reader
from core.rules import Business
from core.span import Span
from dialogs import nights
from dialogs.flows import settle
from dialogs.flows.about import facts_for_staff, facts_of, providers_of


def overview(
    session: Session, business: Business, reader: Reader, *, now: datetime
) -> tuple[str, dict[str, Any]]:
    """Return the note to show, and its facts: "agenda" for a provider, "mine" for a customer."""
    if reader.provider is None:
        rows = finding.of_person(session, reader.person, now=now)
        return "mine", {
            "bookings": [
                facts_of(business, row) | {"status": row.status, "until": row.expires}
                for row in rows
                if row.status != "held"
            ]
        }
    first = nights.day_of(business, now)
    span = Span(*(nights.begins(business, first + timedelta(days=n)) for n in (0, 1)))
    own = [
        row
        for row in finding.between(session, span, now=now)
        if reader.provider in providers_of(business, row)
    ]
    requests = [
        row
        for row in finding.requests(session, now=now)
        if settle.answers_for(session, business, row, reader.provider)
    ]
    return "agenda", {
        "day": first,
        "days": 1,
        "bookings": [
            facts_for_staff(session, business, row)
            | {"status": row.status, "day": nights.day_of(business, row.start)}
            for row in own
        ],
        "requests": len(requests),
    }
