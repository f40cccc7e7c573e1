"""What is on: a provider's days, the requests that wait for them, a customer's bookings."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from core import blocking, finding, person_notes, reminding
from core.db import Session
from core.finding import Booked
from core.hours import open_spans
from core.people import Reader
from core.rules import Business
from core.span import Span, both
from dialogs import nights
from dialogs.flows import recurring, settle
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
    alike = Counter(row.series for row in rows if row.series is not None)
    first = {row.series: row.id for row in reversed(rows)}
    return {
        "bookings": [
            facts_of(business, row)
            | {"status": row.status, "until": row.expires}
            | (
                recurring.summary(session, business, row.series)
                if alike[row.series or 0] > 1
                else {}
            )
            for row in rows
            if row.series is None or first[row.series] == row.id
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
    noted = person_notes.of(session, [row.person for row in own])
    coming = reminding.coming(session, [row.id for row in own])
    return {
        "day": first,
        "days": days,
        "bookings": [
            facts_for_staff(session, business, row)
            | {
                "status": row.status,
                "day": nights.day_of(business, row.start),
                "noted": noted.get(row.person, ""),
                "again": row.series is not None,
                "coming": row.id in coming,
            }
            for row in own
        ],
        "provider": provider,
        "now": now,
        "today": nights.day_of(business, now),
        "hours": [
            {"day": day, "spans": [[s.start, s.end] for s in open_spans(business, provider, day)]}
            for day in (first + timedelta(n) for n in range(days))
        ],
        "blocks": _blocks(session, business, provider, first=first, days=days),
        "requests": len(requests(session, business, provider, now=now)),
    }


def _blocks(
    session: Session, business: Business, provider: int, *, first: date, days: int
) -> list[dict[str, Any]]:
    """Return the blocked time of a provider, cut at the ends of the days shown."""
    out = []
    for n in range(days):
        day = first + timedelta(n)
        span = Span(nights.begins(business, day), nights.begins(business, day + timedelta(1)))
        blocked = blocking.blocks(session, resource=provider, span=span)
        for start, end in both([span], [each.span for each in blocked]):
            title = next(b.title for b in blocked if b.span.start <= start < b.span.end)
            out.append(
                {
                    "start": start,
                    "end": end,
                    "day": day,
                    "whole": (start, end) == span,
                    "reason": title,
                }
            )
    return out


def requests(session: Session, business: Business, provider: int, *, now: datetime) -> list[Booked]:
    """Return the requests that wait for a provider's word; a series is one, by its first."""
    rows = finding.requests(session, now=now)
    first = {row.series: row.id for row in sorted(rows, key=lambda r: r.start, reverse=True)}
    return [
        row
        for row in rows
        if (row.series is None or row.for_id is not None or first[row.series] == row.id)
        and settle.answers_for(session, business, row, provider)
    ]
