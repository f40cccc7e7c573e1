"""Hold a slot and confirm it: the two operations that make a booking.

A hold is a booking's row with an expiry. It is refused with a typed reason, never with an error;
the caller looks for alternatives. Shared locks of days keep blocked time from being written while
a hold is taken; exclusive ones guard the rules that count rows (see core/locks.py).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.choosing import (
    Chance,
    Chosen,
    Replacing,
    Wanted,
    among,
    chances,
    choose,
    decided_alone,
    in_turn,
    own_pieces,
    pieces_of,
    ruled_out,
    taken_by_others,
    why_taken,
)
from core.counts import Counts, counter
from core.db import Session
from core.deadline import change_until
from core.hours import local
from core.limits import counted_days, person_refusal
from core.locks import lock_days
from core.preferring import Because, Preference, compares, preferred, to_lock
from core.refusals import Reason, Refusal
from core.rules import Business, Extra, Service
from core.sending import Row
from core.span import Span, local_days
from core.taking import Piece, take
from core.terms import entered, terms


@dataclass(frozen=True, slots=True)
class Held:
    """A slot that nobody else can take until it expires."""

    id: int
    ref: str
    span: Span
    resources: tuple[int, ...]
    expires: datetime
    because: Because | None = None  # why it is the provider whom it is; None: nobody else could be


@dataclass(frozen=True, slots=True)
class By:
    """Who asks: the actor as booking_events keeps it, and the inbox row that says so.

    `asked` is when a customer asked for it alone, as it was received: a booking that customers may
    change until a latest moment is changed by it only if that moment had not passed. None: whoever
    may change it at any time.
    """

    actor: str
    message: int | None = None
    asked: datetime | None = None


def hold(
    session: Session,
    *,
    business: Business,
    wanted: Wanted,
    person: int,
    until: datetime,
    by: By,
    now: datetime,
    instead_of: int | None = None,
    series: int | None = None,
) -> Held | Refusal:
    """Take the wanted time for a person until an instant, or say why not.

    `instead_of` names the person's own booking that this hold is to replace: its time counts as
    free, and its place in the limits is reused (see core.changing.swap). `series` is what the
    booking is one occurrence of: a series counts once among the open bookings of a person.
    """
    refused = _forbidden(
        session,
        business,
        wanted,
        person=person,
        by=by,
        now=now,
        instead_of=instead_of,
        series=series,
    )
    if refused is not None:
        return refused
    held_class = _class_session(session, business, wanted)
    if isinstance(held_class, Refusal):
        return held_class
    found = chances(business, wanted)
    alone = decided_alone(business, wanted)
    lock_days(
        session,
        resources={*(r for one in found for r in among(one.options)), *counter(wanted.service)},
        days=[
            *local_days(wanted.blocked, business.zone),
            *counted_days(business, wanted.service, wanted.start),
        ],
        exclusive=not alone or compares(business, wanted),
        more=to_lock(business, wanted),
    )
    chosen: Chosen | Refusal | None = Counts.at(
        session, business, wanted, person=person, now=now, but=instead_of
    )
    replacing = Replacing(instead_of, own_pieces(session, instead_of))
    preference = preferred(
        session,
        business,
        wanted,
        person=person,
        now=now,
        but=instead_of,
        mine={p.resource for p in replacing.own},
    )
    if preference.service is not wanted.service:
        wanted = replace(wanted, service=preference.service)
        found = chances(business, wanted)
    if chosen is None and not alone:
        chosen = choose(session, business, found, replacing=replacing, now=now)
    if isinstance(chosen, Refusal):
        return chosen
    choices = in_turn(wanted.service, found) if chosen is None else [chosen]
    row = _row(business, wanted, session_id=held_class, person=person, until=until, by=by)
    if instead_of is None and by.actor.startswith("provider:"):  # whoever it is for pays there
        row["policy"] = json.dumps(terms(business, wanted) | {"due": 0})
    if instead_of is not None:
        row["policy"] = json.dumps(
            terms(business, wanted) | entered(session, instead_of, asked=by.asked)
        )
    row |= {
        "series": series,
        "purpose": "booking" if instead_of is None else "move",
        "for_id": instead_of,
    }
    return _take_one(
        session,
        wanted,
        choices,
        found,
        own=replacing.own,
        row=row,
        preference=preference,
        business=business,
        now=now,
    )


def _forbidden(
    session: Session,
    business: Business,
    wanted: Wanted,
    *,
    person: int,
    by: By,
    now: datetime,
    instead_of: int | None,
    series: int | None,
) -> Refusal | None:
    """Say what forbids the time, whoever is free; the person and what is replaced get locked."""
    return (
        ruled_out(business, wanted, now=now)
        or _lock_replaced(session, instead_of, person=person, by=by, now=now)
        or person_refusal(
            session,
            business,
            wanted.service,
            person=person,
            start=wanted.start,
            now=now,
            but=instead_of,
            series=series,
        )
    )


def _take_one(
    session: Session,
    wanted: Wanted,
    choices: Sequence[Chosen],
    found: Sequence[Chance],
    *,
    own: list[Piece],
    row: dict[str, Any],
    preference: Preference,
    business: Business,
    now: datetime,
) -> Held | Refusal:
    """Take the first choice that nobody else takes meanwhile."""
    everybody = sorted({r for one in found for r in among(one.options)})
    first = sorted({r for one in found for r in among(one.options[:1])})
    for again in (False, True):
        for one, choice in choices:
            resources = tuple(dict.fromkeys(r for r, _ in choice))
            because = preference.why(resources)
            facts = {"choice": choice, "blocked": one.blocked, "because": because}
            row["choice"] = json.dumps(facts, default=str)
            row["end"] = one.span.end
            row["turn"] = preference.turn(resources)
            got = take(
                session,
                list(pieces_of(one, choice, own)),
                chosen=resources,
                among=everybody,
                booking=row,
                now=now,
                again=again,
            )
            if got is not None:
                return Held(*got, one.span, resources, row["expires"], because)
        refused = why_taken(session, business, wanted, first, now=now)
        if refused is not None:
            return refused
    return taken_by_others(business, wanted)


_LOCK_REPLACED = text(
    "SELECT status, starts_at, zone, policy FROM bookings"
    " WHERE business_id = :business AND id = :booking AND person_id = :person"
    " AND (status = 'confirmed' OR expires_at > :now) FOR NO KEY UPDATE"
)


def _lock_replaced(
    session: Session, booking: int | None, *, person: int, by: By, now: datetime
) -> Refusal | None:
    """Lock the booking that is to be replaced: its time must stay its own until the hold is got.

    Before anything else is locked or taken: whoever swaps the two in this transaction has the lock
    already, and waits for nobody who waits for the time taken here.
    """
    if booking is None:
        return None
    facts = {"business": session.business, "booking": booking, "person": person, "now": now}
    found = session.execute(_LOCK_REPLACED, facts).one_or_none()
    return too_late(found, by) if found else Refusal(Reason.GONE)


def too_late(row: Row, by: By) -> Refusal | None:
    """Say until when a confirmed booking could be changed by who asks now, if that has passed.

    `row` has its status, starts_at, zone and policy. Exactly at the latest moment is in time.
    """
    if by.asked is None or row.status != "confirmed":
        return None
    until = change_until(row.policy, row.starts_at, ZoneInfo(row.zone))
    if until is None or by.asked <= until:
        return None
    return Refusal(Reason.TOO_LATE, {"until": until})


def _row(
    business: Business,
    wanted: Wanted,
    *,
    session_id: int | None,
    person: int,
    until: datetime,
    by: By,
) -> dict[str, Any]:
    return {
        "revision": business.revision,
        "person": person,
        "service": wanted.service.id,
        "session": session_id,
        "party": wanted.party,
        "start": wanted.start,
        "wall": local(wanted.start, business).replace(tzinfo=None).isoformat(),
        "zone": business.zone.key,
        "expires": until,
        "price": wanted.service.cost(wanted.party),
        "currency": business.currency,
        "policy": json.dumps(terms(business, wanted)),
        "extras": json.dumps(kept(wanted.service)),
        "actor": by.actor,
        "message": by.message,
    }


def kept(service: Service) -> list[dict[str, Any]]:
    """Return the add-ons of what is booked, as its row keeps them whatever the rules become."""
    return [
        {
            "key": e.key,
            "names": {code: names[0] for code, names in e.names.items()},
            "minutes": e.minutes,
            "price": e.price,
        }
        for e in service.chosen
    ]


def as_kept(service: Service, rows: Sequence[Mapping[str, Any]]) -> Service:
    """Return a service with the add-ons of a row: by today's rules, else as the row has them."""
    return service.extended(
        service.extra_named(row["key"])
        or Extra(
            row["key"],
            {code: (name,) for code, name in row["names"].items()},
            row["minutes"],
            row["price"],
        )
        for row in rows
    )


_SESSION = text(
    "SELECT s.id, ARRAY(SELECT a.resource_id FROM allocations a WHERE a.business_id = :business"
    " AND a.session_id = s.id AND a.active) AS staff FROM sessions s"
    " WHERE s.business_id = :business AND s.service_id = :service AND s.starts_at = :start"
    " AND s.active FOR SHARE OF s"
)


def _class_session(session: Session, business: Business, wanted: Wanted) -> int | Refusal | None:
    """Return the class that is meant, locked so that the timetable cannot drop it meanwhile."""
    if not wanted.service.times:
        return None
    found = session.execute(
        _SESSION,
        {"business": session.business, "service": wanted.service.id, "start": wanted.start},
    ).one_or_none()
    if found is None or not found.staff:
        return Refusal(Reason.NO_CLASS)
    if wanted.provider is not None and wanted.provider not in found.staff:
        return Refusal(Reason.NOT_BY, {"who": business.resource(wanted.provider).name})
    return int(found.id)


_CONFIRM = text("""
WITH done AS (
    UPDATE bookings SET status = :status, expires_at = :expires, events = events + 1
    WHERE business_id = :business AND id = :booking AND status = ANY(:from) AND expires_at > :now
      AND (purpose = 'booking' OR :status <> 'confirmed')
    RETURNING id, events, version, ends_at),
noted AS (
    INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at)
    SELECT :business, id, events, :status, :actor, :message, :now FROM done),
due AS (
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    SELECT :business, :due, id, :due || ':' || id || ':' || events,
        coalesce(CAST(:expires AS timestamptz), ends_at) FROM done)
SELECT id FROM done
""")


def confirm(
    session: Session,
    *,
    booking: int,
    by: By,
    now: datetime,
    provider_until: datetime | None = None,
) -> Refusal | None:
    """Turn a hold into a booking, or into a request that the provider must answer in time.

    `provider_until` is that deadline; None confirms at once. A hold that expired or was let go is
    refused with GONE: the caller may look whether the slot is still free. So is the hold for a
    move, which becomes a booking by `core.changing.swap` only.
    """
    waits = provider_until is not None
    row = session.execute(
        _CONFIRM,
        {
            "business": session.business,
            "booking": booking,
            "status": "awaiting_provider" if waits else "confirmed",
            "expires": provider_until,
            "from": ["held"] if waits else ["held", "awaiting_provider", "awaiting_payment"],
            "due": "lapse" if waits else "complete",
            "actor": by.actor,
            "message": by.message,
            "now": now,
        },
    ).one_or_none()
    return None if row else Refusal(Reason.GONE)
