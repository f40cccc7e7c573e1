"""What follows a decision: the booking confirmed or requested, and everyone concerned told."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core import booking, changing, finding, outbox, people
from core.booking import By
from core.db import Session
from core.finding import Booked
from core.people import Reader
from core.policy import judge
from core.quiet import awake
from core.refusals import Reason, Refusal
from core.rules import Business, Kind, Service
from core.span import MINUTE
from dialogs.talk import Talk, Turn, reader_zone


def agreed(turn: Turn, held: int) -> bool:
    """Confirm a hold on the customer's yes, and say so to all; False where it has gone.

    Where the provider must confirm it becomes a request that lapses; the request's deadline counts
    from when the provider can read it, and never outlives the start.
    """
    before = finding.booking(turn.session, held)
    if before is None or before.status != "held":
        return False
    service = turn.business.service(before.service)
    if service.asks_provider(before.party):
        return _request(turn, service, before)
    if before.purpose == "move" and before.for_id is not None:
        return _moved(turn, before.for_id, held)
    if booking.confirm(turn.session, booking=held, by=turn.by, now=turn.now) is not None:
        return False
    turn.say("booked", **shown(turn, held))
    tell_providers(turn.session, turn.business, held, note="new_booking", now=turn.now)
    turn.talk = Talk()
    return True


def _moved(turn: Turn, target: int, held: int) -> bool:
    old = finding.booking(turn.session, target)
    gone = changing.swap(turn.session, booking=target, hold=held, by=turn.by, now=turn.now)
    if gone is not None or old is None:
        return False
    turn.say("moved", **shown(turn, target), was=old.start)
    staff = providers_of(turn.business, old)
    tell_providers(
        turn.session,
        turn.business,
        target,
        note="moved_provider",
        now=turn.now,
        was=old.start,
        also=staff,
    )
    turn.talk = Talk()
    return True


def _request(turn: Turn, service: Service, before: Booked) -> bool:
    rule = service.confirmation
    asked = [host_of(turn.business, before)]
    readers = [r for p in asked if p is not None and (r := people.of_provider(turn.session, p))]
    sent = min((heard_at(r, turn.business, turn.now) for r in readers), default=turn.now)
    minutes = rule.minutes if rule else 0
    until = min(sent + minutes * MINUTE, before.start)
    gone = booking.confirm(
        turn.session, booking=before.id, by=turn.by, now=turn.now, provider_until=until
    )
    if gone is not None:
        return False
    turn.say("requested", **shown(turn, before.id), until=until)
    for reader in readers:
        tell(
            turn.session,
            turn.business,
            reader,
            note="request",
            facts=facts_of(turn.business, _again(turn.session, before)) | {"until": until},
            now=turn.now,
            key=f"request:{before.id}:{reader.address}",
        )
    turn.talk = Talk()
    return True


def _again(session: Session, before: Booked) -> Booked:
    return finding.booking(session, before.id) or before


def decided(
    session: Session, business: Business, request: Booked, *, yes: bool, by: By, now: datetime
) -> Refusal | None:
    """Carry out a provider's word on a request and tell the customer; refused where it lapsed."""
    if not yes:
        gone = (
            changing.release(session, booking=request.id, by=by, now=now)
            if request.purpose == "move"
            else changing.cancel(session, booking=request.id, by=by, now=now, why="provider")
        )
        note = "request_declined"
    elif request.purpose == "move" and request.for_id is not None:
        gone = changing.swap(session, booking=request.for_id, hold=request.id, by=by, now=now)
        note = "request_accepted"
    else:
        gone = booking.confirm(session, booking=request.id, by=by, now=now)
        note = "request_accepted"
    if gone is None:
        tell_customer(session, business, request, note=note, now=now)
    return gone


def tell_customer(
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


def tell_providers(
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
            facts = facts_of(business, about) | more
            key = f"{note}:{booked}:{about.version}:{reader.address}"
            tell(session, business, reader, note=note, facts=facts, now=now, key=key)


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
        locale=reader.locale or business.languages[0],
        now=now,
        key=key,
        due=heard_at(reader, business, now),
    )


def tell_human(
    session: Session,
    business: Business,
    *,
    note: str,
    facts: dict[str, Any],
    now: datetime,
    key: str,
    but: int,
) -> None:
    """Tell the human of the business something about a person, unless they are that person."""
    host = _human(business)
    reader = people.of_provider(session, host) if host is not None else None
    if reader is not None and reader.person != but:
        tell(session, business, reader, note=note, facts=facts, now=now, key=key)


def lapsed(session: Session, business: Business, about: Booked, *, was: str) -> None:
    """Tell whom it concerns that a proposal or a request ran out."""
    now = session.now
    if was == "awaiting_provider":
        tell_customer(session, business, about, note="request_lapsed", now=now)
        tell_providers(session, business, about.id, note="request_lapsed_provider", now=now)
    elif about.purpose == "booking":
        tell_customer(session, business, about, note="hold_lapsed", now=now)


def heard_at(reader: Reader, business: Business, now: datetime) -> datetime:
    """Return when a message that nobody asked for may reach a reader."""
    zone = ZoneInfo(reader.zone) if reader.zone else reader_zone(reader, business)
    return awake(business.quiet, zone, now)


def providers_of(business: Business, about: Booked) -> tuple[int, ...]:
    """Return who does a booking; where nobody does, the human of the business."""
    staff = tuple(
        r
        for r in about.resources
        if r in business.by_id and business.by_id[r].kind is Kind.PROVIDER
    )
    host = _human(business)
    return staff or ((host,) if host is not None else ())


def host_of(business: Business, about: Booked) -> int | None:
    """Return who confirms a request: whom its service names, else its provider or the human."""
    rule = business.service(about.service).confirmation
    if rule is not None and rule.by is not None:
        return rule.by
    staff = providers_of(business, about)
    return staff[0] if staff else None


def _human(business: Business) -> int | None:
    key = business.contact.human_key
    return next((r.id for r in business.providers if r.key == key), None)


def staff_of(service: Service) -> set[int]:
    """Return every resource that a service may use."""
    return {r for need in service.needs for r in need.any_of} | {
        r for held in service.times for r in held.resources
    }


def shown(turn: Turn, booked: int) -> dict[str, Any]:
    """Return what a message says of a booking."""
    about = finding.booking(turn.session, booked)
    return facts_of(turn.business, about) if about else {}


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
        "name": about.name,
        "person": about.person,
        "for_id": about.for_id,
    }


def closed(turn: Turn, service: Service, start: datetime) -> Refusal | None:
    """Say which rule closes the whole day of a moment, if one does."""
    day = start.astimezone(turn.business.zone)
    noon = day.replace(hour=12, minute=0, second=0, microsecond=0)
    found = judge(
        turn.business,
        service,
        start=max(start, noon) if start.hour == 0 else start,
        party=turn.party,
        provider=turn.talk.provider,
        now=turn.now,
    )
    telling = {Reason.CLOSED, Reason.OFF, Reason.FURTHEST, Reason.PAST, Reason.NOT_BY}
    return found if found is not None and found.reason in telling else None
