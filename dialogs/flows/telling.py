"""Telling others what nobody asked for: the customer, the providers, the business's human."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core import finding, outbox, people
from core.db import Session
from core.finding import Booked
from core.people import Reader
from core.quiet import awake
from core.rules import Business
from dialogs.flows.about import facts_for_staff, facts_of, human_of, providers_of
from dialogs.talk import reader_zone, written_in


def customer(
    session: Session,
    business: Business,
    about: Booked,
    *,
    note: str,
    now: datetime,
    **more: Any,  # noqa: ANN401 - a note's own facts
) -> None:
    """Tell the customer of a booking something, at the address last used, outside quiet hours."""
    reader = people.of_person(session, about.person)
    if reader is not None:
        facts = facts_of(business, about) | more
        key = f"{note}:{about.id}:{about.version}"
        tell(session, business, reader, note=note, facts=facts, now=now, key=key)


def providers(
    session: Session,
    business: Business,
    booked: int,
    *,
    note: str,
    now: datetime,
    also: tuple[int, ...] = (),
    **more: Any,  # noqa: ANN401 - a note's own facts
) -> None:
    """Tell the providers of a booking, and those it had before; else the business's human."""
    about = finding.booking(session, booked)
    if about is None:
        return
    for provider in dict.fromkeys((*providers_of(business, about), *also)):
        reader = people.of_provider(session, provider)
        if reader is not None and reader.person != about.person:
            facts = facts_for_staff(session, business, about) | more
            key = f"{note}:{booked}:{about.version}:{reader.address}"
            tell(session, business, reader, note=note, facts=facts, now=now, key=key)


def human_reached(session: Session, business: Business) -> bool:
    """Whether the business's human reads here, so that something can be passed on to them."""
    host = human_of(business)
    return host is not None and people.of_provider(session, host) is not None


def human(
    session: Session,
    business: Business,
    *,
    note: str,
    facts: dict[str, Any],
    now: datetime,
    key: str,
    but: int,
) -> bool:
    """Tell the business's human about a person, unless they are that person; say whether told."""
    host = human_of(business)
    reader = people.of_provider(session, host) if host is not None else None
    if reader is None or reader.person == but:
        return False
    about = facts | {"person": but}
    tell(session, business, reader, note=note, facts=about, now=now, key=key)
    return True


def tell(
    session: Session,
    business: Business,
    reader: Reader,
    *,
    note: str,
    facts: dict[str, Any],
    now: datetime,
    key: str | None,
) -> None:
    """Post a message that nobody asked for: not before the reader's quiet hours end."""
    outbox.post(
        session,
        address=reader.address,
        note=note,
        facts=facts,
        locale=written_in(reader.locale, business),
        now=now,
        key=key,
        due=heard_at(reader, business, now),
    )


def heard_at(reader: Reader, business: Business, now: datetime) -> datetime:
    """Return when a message that nobody asked for may reach a reader."""
    return awake(business.quiet, nights_of(reader, business), now)


def nights_of(reader: Reader, business: Business) -> ZoneInfo:
    """Return the zone whose nights are quiet for a reader."""
    return ZoneInfo(reader.zone) if reader.zone else reader_zone(reader, business)
