"""People and their addresses, and the conversation that each address has.

How two people turn out to be one is in core/identities.py and core/codes.py, what they agreed to in
core/consents.py.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from core.db import Session
from core.people_tables import FOLDED
from core.phones import zone_of
from core.whereabouts import located

PHONES = ("sms", "whatsapp")  # one number on both is one person


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads at an address. `zone` is None where only the place's is known.

    `zone_source` is "said", "location", "profile" or "phone": where the zone is known from.
    """

    address: int
    person: int
    channel: str
    to: str
    name: str
    zone: str | None
    zone_source: str | None
    locale: str | None
    provider: int | None  # the resource that this person is, once linked
    opted_out: bool


# For as long as somebody said to be elsewhere, that is their zone.
_AWAY = "p.away_from <= :now AND :now < p.away_until"
_READER = f"""
SELECT a.id, a.person_id, a.channel, a.address, p.name,
    CASE WHEN {_AWAY} THEN p.away_zone ELSE p.zone END AS zone,
    CASE WHEN {_AWAY} THEN 'said' ELSE p.zone_source END AS zone_source,
    coalesce(c.locale, p.locale) AS locale, p.provider_id, a.opted_out_at IS NOT NULL AS opted_out
FROM addresses a JOIN people p ON p.business_id = a.business_id AND p.id = a.person_id
LEFT JOIN conversations c ON c.business_id = a.business_id AND c.address_id = a.id
WHERE a.business_id = :business AND
"""
# Where they would rather be reached, else where they last wrote from.
_BEST = (
    " ORDER BY (a.channel = p.prefers) DESC NULLS LAST, a.last_used_at DESC NULLS LAST, a.id"
    " LIMIT 1"
)
_AT = text(_READER + " a.channel = :channel AND a.address = :address")
_BY_ID = text(_READER + " a.id = :address")
_OF_PERSON = text(
    _READER
    + " a.person_id = :person AND a.id <> ALL(:tried)"
    + " AND a.opted_out_at IS NULL AND a.failed_at IS NULL"
    + _BEST
)
_OF_PROVIDER = text(
    _READER
    + " p.provider_id = :provider AND a.opted_out_at IS NULL AND a.failed_at IS NULL"
    + _BEST
)
_TALKING_OF = text(
    _READER + " a.person_id ="
    " (SELECT person_id FROM bookings WHERE business_id = :business AND id = :booking)"
    " AND ((c.talk ->> 'booking')::bigint = :booking OR (c.talk ->> 'series')::bigint ="
    " (SELECT series_id FROM bookings WHERE business_id = :business AND id = :booking)) LIMIT 1"
)
_AT_NUMBER = text(
    "SELECT id FROM addresses WHERE business_id = :business AND address = :number"
    " AND channel = ANY(:phones) ORDER BY last_used_at DESC NULLS LAST, id LIMIT 1"
)
_NUMBER_OF = text(
    "SELECT address FROM addresses WHERE business_id = :business AND person_id = :person"
    " AND channel = ANY(:phones) AND address NOT LIKE 'forgotten:%'"
    " ORDER BY last_used_at DESC NULLS LAST, id LIMIT 1"
)
_SAME_NUMBER = text(
    "SELECT a.person_id FROM addresses a"
    " JOIN people p ON p.business_id = a.business_id AND p.id = a.person_id"
    " WHERE a.business_id = :business AND a.address = :address AND a.channel = ANY(:phones)"
    " AND p.forgotten_at IS NULL LIMIT 1 FOR KEY SHARE OF p"
)
_NEW_PERSON = text(
    "INSERT INTO people (business_id, name, zone, zone_source, locale, created_at)"
    " VALUES (:business, :name, :zone, :source, :locale, :now) RETURNING id"
)
# Whoever refused before they were forgotten has refused still, and the ledger says so.
_NEW_ADDRESS = text("""
WITH refused AS (
    SELECT source, at FROM suppressions
    WHERE business_id = :business AND digest = slotkeeper_digest('refused', :channel, :address)),
made AS (
    INSERT INTO addresses (business_id, person_id, channel, address, last_used_at, opted_out_at,
        created_at)
    VALUES (:business, :person, :channel, :address, :used, (SELECT at FROM refused), :now)
    ON CONFLICT (business_id, channel, address) DO NOTHING RETURNING id, channel),
told AS (
    INSERT INTO consents (business_id, address_id, channel, granted, source, wording, at)
    SELECT :business, made.id, made.channel, false, refused.source, '', refused.at
    FROM made, refused)
SELECT id FROM made
""")
_FIRST = text("SELECT pg_advisory_xact_lock(hashtextextended(:address, :business))")
_CONVERSATION = text(
    "INSERT INTO conversations (business_id, address_id) VALUES (:business, :address)"
    " ON CONFLICT DO NOTHING"
)


def at(
    session: Session,
    *,
    channel: str,
    address: str,
    now: datetime,
    name: str = "",
    zone: str | None = None,
    zone_source: str | None = None,
    locale: str | None = None,
    wrote: bool = True,
) -> Reader:
    """Return who is at an address, meeting them where they are new; names are kept as given.

    `wrote` says that they were met by what they wrote, not by their number being named.
    """
    profile = {"name": name, "zone": zone, "zone_source": zone_source}
    found = known(session, channel=channel, address=address, **profile)
    if found is None:  # two first messages at once must not make two people
        first_meeting(session, address)
        found = known(session, channel=channel, address=address, **profile)
    if found is not None:
        return found
    if zone is None and channel in PHONES:
        zone = zone_of(address)
        zone_source = "phone" if zone else None
    where = _facts(session, channel=channel, address=address, used=now if wrote else None)
    _meet(session, where, now=now, name=name, zone=zone, source=zone_source, locale=locale)
    return Reader(*list(session.execute(_AT, where).one()))


def known(
    session: Session,
    *,
    channel: str,
    address: str,
    name: str | None = None,
    zone: str | None = None,
    zone_source: str | None = None,
) -> Reader | None:
    """Return who is at an address, with what their profile says now; None where they are new."""
    where = _facts(session, channel=channel, address=address)
    row = session.execute(_AT, where).one_or_none()
    if row is None:
        return None
    if (zone and row.zone != zone) or (name and not row.name):
        if zone and zone_source:
            located(session, row.person_id, zone=zone, source=zone_source)
        if name and not row.name:
            named(session, row.person_id, name=name)
        row = session.execute(_AT, where).one_or_none()
    return Reader(*list(row)) if row else None


def _meet(
    session: Session,
    where: dict[str, Any],
    *,
    now: datetime,
    name: str,
    zone: str | None,
    source: str | None,
    locale: str | None,
) -> None:
    person = None
    if where["channel"] in PHONES:
        person = session.execute(_SAME_NUMBER, where | {"phones": list(PHONES)}).scalar()
    if person is None:
        facts = {"name": name, "zone": zone, "source": source, "locale": locale, "now": now}
        person = session.execute(_NEW_PERSON, where | facts).scalar_one()
    belongs(session, where | {"person": person, "now": now})


def belongs(session: Session, facts: Mapping[str, Any]) -> int | None:
    """Make a person's new address and its talk; return its id, None where the address is known.

    `facts`: business, person, channel, address, used (when they wrote from it, or None) and now.
    """
    made: int | None = session.execute(_NEW_ADDRESS, facts).scalar()
    if made is not None:
        session.execute(_CONVERSATION, {"business": session.business, "address": made})
    return made


def first_meeting(session: Session, address: str) -> None:
    """Let one transaction at a time meet who is at an address, until this one ends."""
    session.execute(_FIRST, {"business": session.business, "address": address})


def _facts(session: Session, **facts: object) -> dict[str, Any]:
    return {"business": session.business, "now": session.now, **facts}


def reader(session: Session, address: int) -> Reader:
    """Return who reads at an address of this business."""
    row = session.execute(_BY_ID, _facts(session, address=address)).one()
    return Reader(*list(row))


_CHANNELS = text(
    "SELECT id, channel FROM addresses WHERE business_id = :business AND id = ANY(:addresses)"
)


def channels(session: Session, addresses: Sequence[int]) -> dict[int, str]:
    """Return by which channel each of some addresses is reached."""
    facts = _facts(session, addresses=list(addresses))
    return {row.id: row.channel for row in session.execute(_CHANNELS, facts)}


def of_person(session: Session, person: int, *, tried: Sequence[int] = ()) -> Reader | None:
    """Return where a person is best reached: as they prefer, else where they last wrote from.

    `tried` are addresses that failed; None where there is no other.
    """
    facts = _facts(session, person=person, tried=list(tried))
    row = session.execute(_OF_PERSON, facts).one_or_none()
    return Reader(*list(row)) if row else None


def of_provider(session: Session, provider: int) -> Reader | None:
    """Return where a provider (a resource's id) is reached, None where nobody is linked."""
    facts = _facts(session, provider=provider)
    row = session.execute(_OF_PROVIDER, facts).one_or_none()
    return Reader(*list(row)) if row else None


def talking_of(session: Session, booking: int) -> Reader | None:
    """Return where a booking's person still talks about holding it, None where they moved on."""
    facts = _facts(session, booking=booking)
    row = session.execute(_TALKING_OF, facts).one_or_none()
    return Reader(*list(row)) if row else None


def number_of(session: Session, person: int) -> str:
    """Return a person's phone number, whether or not they may be texted; empty without one."""
    facts = {"business": session.business, "person": person, "phones": list(PHONES)}
    return str(session.execute(_NUMBER_OF, facts).scalar_one_or_none() or "")


def at_number(session: Session, number: str) -> int | None:
    """Return the address of a phone number that was used last; None where nobody is known there."""
    facts = {"business": session.business, "number": number, "phones": list(PHONES)}
    found = session.execute(_AT_NUMBER, facts).scalar()
    return int(found) if found is not None else None


_SAID = FOLDED.format("CAST(:name AS text)")
NAMED_LIKE = text(  # in the order of "C" a blank is followed by "!", and with it all that begins so
    "SELECT id, name FROM people WHERE business_id = :business AND provider_id IS NULL"
    " AND forgotten_at IS NULL AND merged_into IS NULL"
    f" AND (key = {_SAID} OR (key >= {_SAID} || ' ' AND key < {_SAID} || '!'))"
    f" ORDER BY key <> {_SAID}, id LIMIT 10"
)


def named_like(session: Session, name: str) -> list[tuple[int, str]]:
    """Return who is called so, by their whole name or by the first of it, with the whole name.

    Case and accents do not matter.
    """
    if not name:
        return []
    rows = session.execute(NAMED_LIKE, {"business": session.business, "name": name})
    return [(row.id, row.name) for row in rows]


_NAMES = text(
    "SELECT id, name FROM people WHERE business_id = :business"
    " AND id = ANY(CAST(:people AS bigint[]))"
)


def names(session: Session, wanted: Sequence[int]) -> dict[int, str]:
    """Return what some people are called; an empty name where nobody said it."""
    rows = session.execute(_NAMES, _facts(session, people=list(wanted)))
    return {row.id: row.name for row in rows}


def touched(session: Session, address: int, *, now: datetime) -> None:
    """Remember that an address was used just now: answers go to the one used last."""
    session.execute(
        text(
            "UPDATE addresses SET last_used_at = :now, failed_at = NULL"
            " WHERE business_id = :business AND id = :address"
        ),
        {"business": session.business, "address": address, "now": now},
    )


def unreachable(session: Session, address: int, *, now: datetime) -> None:
    """Remember that sending to an address failed for good."""
    session.execute(
        text(
            "UPDATE addresses SET failed_at = :now WHERE business_id = :business AND id = :address"
        ),
        {"business": session.business, "address": address, "now": now},
    )


def named(session: Session, person: int, *, name: str) -> None:
    """Keep the name that a person gave."""
    session.execute(
        text(
            "UPDATE people SET name = :name WHERE business_id = :business AND id = :person"
            " AND forgotten_at IS NULL"
        ),
        {"business": session.business, "person": person, "name": name[:80]},
    )


@dataclass(frozen=True, slots=True)
class Conversation:
    """One address's talk: the state of the dialog and what it is about."""

    address: int
    state: str
    talk: dict[str, Any]
    locale: str | None
    updated: datetime | None


_LOCK = text(
    "SELECT address_id, state, talk, locale, updated_at FROM conversations"
    " WHERE business_id = :business AND address_id = :address FOR NO KEY UPDATE"
)
_KEEP = text(
    "UPDATE conversations SET state = :state, talk = CAST(:talk AS jsonb), locale = :locale,"
    " updated_at = :now WHERE business_id = :business AND address_id = :address"
)


def conversation(session: Session, address: int) -> Conversation:
    """Lock and return an address's conversation: one turn of it at a time."""
    facts = {"business": session.business, "address": address}
    row = session.execute(_LOCK, facts).one()
    return Conversation(*list(row))


def keep(
    session: Session,
    address: int,
    *,
    state: str,
    talk: dict[str, Any],
    locale: str | None,
    now: datetime,
) -> None:
    """Store where the conversation stands after a turn."""
    session.execute(
        _KEEP,
        {
            "business": session.business,
            "address": address,
            "state": state,
            "talk": json.dumps(talk, default=str),
            "locale": locale,
            "now": now,
        },
    )


def link(session: Session, *, person: int, provider: int) -> None:
    """Make a person the provider that a resource stands for."""
    session.execute(
        text(
            "UPDATE people SET provider_id = :provider WHERE business_id = :business"
            " AND id = :person"
        ),
        {"business": session.business, "person": person, "provider": provider},
    )
