"""One person, many addresses: codes that prove that an address is theirs, and two becoming one.

A code goes to the address that is to be proven and is typed where it was asked for, so that who
asks has both. It holds for one asking address only: guesses are made against one code, not all.
Or it is shown where it was asked for and typed from the other address: then each wrong guess, from
wherever it comes, counts against every code that is open. Such a code's target is who asked.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text

from core import people
from core.db import Session
from core.locks import lock_person
from core.people import PHONES, Reader
from core.whereabouts import better

CODE_LIFE = timedelta(minutes=10)
GUESSES = 4  # of one code
GUESSES_SHOWN = 20  # by all of a business, while one shown code is open
APART = timedelta(minutes=1)  # between two codes to one address
DAY = timedelta(days=1)
MOST_TO = 3  # codes a day to one address, whoever asks
MOST_FROM = 5  # codes a day that one person may ask for

# What belongs to a person, but for their addresses: it goes with them when two become one.
OWNED = ("bookings", "person_notes", "series")

_SPENT = text("""
SELECT count(*) FILTER (WHERE c.target_id = :target AND c.address_id <> c.target_id) AS there,
    count(*) FILTER (WHERE a.person_id = :person) AS here,
    coalesce(max(c.created_at) FILTER (WHERE c.target_id = :target
        AND c.address_id <> c.target_id), '-infinity') > :apart AS soon
FROM join_codes c
JOIN addresses a ON a.business_id = c.business_id AND a.id = c.address_id
WHERE c.business_id = :business AND c.created_at > :since
  AND (c.target_id = :target OR a.person_id = :person)
""")
_ASKED = text("SELECT pg_advisory_xact_lock(hashtextextended('join', :target))")
_VOID = text(
    "UPDATE join_codes SET used_at = :now WHERE business_id = :business AND address_id = :address"
    " AND used_at IS NULL"
)
_NEW = text(
    "INSERT INTO join_codes (business_id, address_id, target_id, digest, expires_at, created_at)"
    " VALUES (:business, :address, :target, :digest, :expires, :now)"
)
_OPEN = text(
    "SELECT id, target_id, digest FROM join_codes WHERE business_id = :business"
    " AND address_id = :address AND target_id <> :address"
    " AND used_at IS NULL AND expires_at > :now AND attempts < :guesses"
    " ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE"
)
_WRONG = text(
    "UPDATE join_codes SET attempts = attempts + 1 WHERE business_id = :business AND id = :id"
)
_USED = text(
    "UPDATE join_codes SET used_at = :now WHERE business_id = :business AND id = :id"
    " AND used_at IS NULL"
)
_SHOWN = text(
    "SELECT id, address_id, digest, attempts, expires_at, used_at FROM join_codes"
    " WHERE business_id = :business AND address_id = target_id AND created_at > :since"
    " ORDER BY id DESC"
)
_MISSED = text(
    "UPDATE join_codes SET attempts = attempts + 1 WHERE business_id = :business AND id IN ("
    "SELECT id FROM join_codes WHERE business_id = :business AND address_id = target_id"
    " AND used_at IS NULL AND expires_at > :now ORDER BY id FOR NO KEY UPDATE)"
)


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


def new_code(session: Session, *, asked: Reader, target: Reader, now: datetime) -> str | None:
    """Make the code that proves `target` to be the same person's as `asked`; it voids older ones.

    Where both are one address, it is shown there, and proves whatever address it is typed at. None
    where too many were asked for: nobody is sent codes without end.
    """
    session.execute(_ASKED, {"target": target.address})
    who = {"business": session.business, "target": target.address, "address": asked.address}
    facts = who | {"person": asked.person, "apart": now - APART, "since": now - DAY}
    spent = session.execute(_SPENT, facts).one()
    sent = asked.address != target.address
    if spent.here >= MOST_FROM or (sent and (spent.soon or spent.there >= MOST_TO)):
        return None
    session.execute(_VOID, who | {"now": now})
    code = f"{secrets.randbelow(10**6):06}"
    digest = _digest(session, asked.address, code)
    session.execute(_NEW, who | {"digest": digest, "expires": now + CODE_LIFE, "now": now})
    return code


@dataclass(frozen=True, slots=True)
class Proven:
    """What a code said: the address that it proved, None where it was wrong."""

    target: int | None


def prove(session: Session, *, address: int, code: str, now: datetime) -> Proven | None:
    """Take a code that was typed at an address; None where none is open that was asked for there.

    A wrong one counts against the open one, which is void after a few.
    """
    facts = {"business": session.business, "address": address, "now": now, "guesses": GUESSES}
    row = session.execute(_OPEN, facts).one_or_none()
    if row is None:
        return None
    this: dict[str, Any] = {"business": session.business, "id": row.id, "now": now}
    if not hmac.compare_digest(bytes(row.digest), _digest(session, address, code)):
        session.execute(_WRONG, this)
        return Proven(None)
    session.execute(_USED, this)
    return Proven(row.target_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that was shown at an address within a day, and what typing it elsewhere is worth."""

    asked: int  # the address at which it was shown
    worth: Literal["good", "here", "old", "used"]  # here: typed where it was shown


def shown(session: Session, *, address: int, code: str, now: datetime) -> Shown | None:
    """Take a shown code that was typed at an address; None where no such code was ever shown.

    A code that nobody was shown counts against all that are open, which are void after many.
    """
    facts: dict[str, Any] = {"business": session.business, "since": now - DAY, "now": now}
    worth: Shown | None = None
    for row in session.execute(_SHOWN, facts):
        digest = _digest(session, row.address_id, code)
        if not hmac.compare_digest(bytes(row.digest), digest):
            continue
        if row.used_at is not None:
            worth = worth or Shown(row.address_id, "used")
        elif row.expires_at <= now or row.attempts >= GUESSES_SHOWN:
            worth = worth or Shown(row.address_id, "old")
        elif row.address_id == address:
            return Shown(address, "here")
        elif session.execute(_USED, facts | {"id": row.id}).rowcount:
            return Shown(row.address_id, "good")
        else:  # somebody typed it at this very moment
            worth = Shown(row.address_id, "used")
    if worth is None:
        session.execute(_MISSED, facts)
    return worth


def _digest(session: Session, address: int, code: str) -> bytes:
    return hashlib.sha256(f"join:{session.business}:{address}:{code}".encode()).digest()


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
_SHARED = text(
    "INSERT INTO addresses (business_id, person_id, channel, address, created_at)"
    " VALUES (:business, :person, :channel, :number, :now)"
    " ON CONFLICT (business_id, channel, address) DO NOTHING RETURNING id"
)
_TALK = text(
    "INSERT INTO conversations (business_id, address_id) VALUES (:business, :address)"
    " ON CONFLICT DO NOTHING"
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
        made = session.execute(
            _SHARED, facts | {"person": person, "channel": channel, "now": now}
        ).scalar_one()
        session.execute(_TALK, {"business": session.business, "address": made})
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
