"""One person, many addresses: where a number is reached, and two who turn out to be one.

How somebody proves that an address is theirs is in core/codes.py.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from core import people
from core.db import Session
from core.locks import lock_person
from core.people import PHONES, Reader
from core.whereabouts import better

# What belongs to a person, but for their addresses: it goes with them when two become one.
OWNED = ("waits", "bookings", "offers", "person_notes", "series")


def target(session: Session, number: str, *, channels: list[str], now: datetime) -> Reader:
    """Return where a phone number is reached: where it last wrote from, else by text message.

    `channels` are those on which the business itself is reached. Nobody may be there yet: then an
    address is made that has agreed to nothing, and belongs to somebody of its own.
    """
    known = people.at_number(session, number)
    if known is not None:
        return people.reader(session, known)
    channel = "whatsapp" if "whatsapp" in channels and "sms" not in channels else "sms"
    return people.at(session, channel=channel, address=number, now=now, wrote=False)


_STRANGER = text("""
SELECT a.person_id FROM addresses a
JOIN people p ON p.business_id = a.business_id AND p.id = a.person_id
WHERE a.business_id = :business AND a.id = :address AND a.last_used_at IS NULL
  AND p.forgotten_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM inbox i
    WHERE i.business_id = a.business_id AND i.address_id = a.id)
  AND NOT EXISTS (SELECT 1 FROM addresses o
    WHERE o.business_id = a.business_id AND o.person_id = a.person_id AND o.id <> a.id)
  AND NOT EXISTS (SELECT 1 FROM bookings b
    WHERE b.business_id = a.business_id AND b.person_id = a.person_id)
  AND NOT EXISTS (SELECT 1 FROM join_codes c
    WHERE c.business_id = a.business_id AND c.target_id = a.id AND c.expires_at > :now)
""")


def stranger(session: Session, address: int) -> int | None:
    """Return whose address was only ever named by others; None where there is more to them.

    Its talk is locked: they may be writing just now. A refusal is no more: it outlives them.
    """
    people.conversation(session, address)
    facts = {"business": session.business, "address": address, "now": session.now}
    found: int | None = session.execute(_STRANGER, facts).scalar_one_or_none()
    return found


_TALKS = text(
    "SELECT c.address_id FROM conversations c"
    " JOIN addresses a ON a.business_id = c.business_id AND a.id = c.address_id"
    " WHERE c.business_id = :business AND a.person_id = ANY(:both)"
    " ORDER BY c.address_id FOR NO KEY UPDATE OF c"
)
_PEOPLE = text(
    "SELECT id, name, zone, zone_source, profile_zone, away_zone, away_from, away_until, locale,"
    " provider_id, prefers FROM people WHERE business_id = :business AND id = ANY(:both)"
    " AND forgotten_at IS NULL AND merged_into IS NULL ORDER BY id FOR NO KEY UPDATE"
)
_ADDRESSES = text(
    "UPDATE addresses SET person_id = :one WHERE business_id = :business AND person_id = :other"
)
_GONE = text(
    "UPDATE people SET merged_into = :one, provider_id = NULL"
    " WHERE business_id = :business AND id = :other"
)
_KEPT = text(
    "UPDATE people SET name = :name, zone = :zone, zone_source = :zone_source,"
    " profile_zone = :profile_zone, away_zone = :away_zone, away_from = :away_from,"
    " away_until = :away_until, locale = :locale, provider_id = :provider_id, prefers = :prefers"
    " WHERE business_id = :business AND id = :one"
)


def join(session: Session, *, here: int, there: int) -> bool:
    """Make two people one; False where they are two providers, who stay two.

    The caller has proven that they are one. Their talks are locked, so that neither is answered
    meanwhile, and go on as they were; bookings and addresses change hands, events stay as written.
    """
    if here == there:
        return True
    both: dict[str, Any] = {"business": session.business, "both": sorted((here, there))}
    session.execute(_TALKS, both).all()
    rows = {row.id: row for row in session.execute(_PEOPLE, both)}
    if len(rows) < len(both["both"]):
        return False
    one, other = (rows[number] for number in sorted(rows))
    if None not in {one.provider_id, other.provider_id}:
        return one.provider_id == other.provider_id and _joined(session, one, other)
    if other.provider_id is not None:
        one, other = other, one
    return _joined(session, one, other)


def _joined(session: Session, one: Any, other: Any) -> bool:  # noqa: ANN401 - rows of people
    for person in sorted((one.id, other.id)):
        lock_person(session, person)
    who = {"business": session.business, "one": one.id, "other": other.id}
    for table in OWNED:
        _move(session, table, who)
    session.execute(_ADDRESSES, who)
    session.execute(_GONE, who)
    session.execute(_KEPT, who | _facts(one, other))
    return True


def _move(session: Session, table: str, who: dict[str, Any]) -> None:
    mine = f"SELECT 1 FROM {table} WHERE business_id = :business AND person_id = :other"
    session.execute(text(f"{mine} ORDER BY id FOR NO KEY UPDATE"), who).all()
    session.execute(
        text(
            f"UPDATE {table} SET person_id = :one"
            " WHERE business_id = :business AND person_id = :other"
        ),
        who,
    )


def _facts(one: Any, other: Any) -> dict[str, Any]:  # noqa: ANN401 - rows of people
    """Return what is known of both: of two zones the better known, of two stays the later."""
    zoned = other if better(other.zone_source, one.zone_source) else one
    away = max((one, other), key=lambda p: p.away_until.timestamp() if p.away_until else 0.0)
    return {
        "name": one.name or other.name,
        "zone": zoned.zone,
        "zone_source": zoned.zone_source,
        "profile_zone": one.profile_zone or other.profile_zone,
        "away_zone": away.away_zone,
        "away_from": away.away_from,
        "away_until": away.away_until,
        "locale": one.locale or other.locale,
        "provider_id": one.provider_id or other.provider_id,
        "prefers": one.prefers or other.prefers,
    }


_OWNER = text(
    "SELECT a.person_id FROM addresses a WHERE a.business_id = :business AND a.address = :number"
    " AND a.channel = ANY(:phones) ORDER BY a.id LIMIT 1"
)


def number_proven(
    session: Session, *, person: int, number: str, channels: list[str], now: datetime
) -> int | None:
    """Join a phone number that a channel itself has proven to be a person's; return its address.

    None where it is another provider's. A number that nobody wrote from yet becomes theirs.
    """
    people.first_meeting(session, number)
    facts = {"business": session.business, "number": number, "phones": list(PHONES)}
    owner = session.execute(_OWNER, facts).scalar()
    if owner is None:
        channel = "whatsapp" if "whatsapp" in channels and "sms" not in channels else "sms"
        where = {"channel": channel, "address": number, "used": None, "now": now}
        people.belongs(session, facts | where | {"person": person})
    elif not join(session, here=person, there=int(owner)):
        return None
    return people.at_number(session, number)


_PREFER = text(
    "UPDATE people SET prefers = :channel WHERE business_id = :business AND id = :person"
    " AND EXISTS (SELECT 1 FROM addresses a WHERE a.business_id = :business"
    " AND a.person_id = :person AND a.channel = :channel)"
)


def prefer(session: Session, person: int, *, channel: str) -> bool:
    """Keep on which channel a person would rather be reached; False where they have none there."""
    facts = {"business": session.business, "person": person, "channel": channel}
    return session.execute(_PREFER, facts).rowcount > 0
