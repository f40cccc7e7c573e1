"""What is kept of a person, and how it is forgotten: bookings stay as facts about nobody.

Rows are not deleted. Names, numbers, zones, words and notes are taken out of them, of the person's
own and of what was said of them to others; what they agreed to and when stays, without their words.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from core.db import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a person, but for bookings and consents. Instants are aware, in UTC."""

    name: str
    since: datetime
    zone: str | None
    zone_source: str | None
    locale: str | None
    prefers: str | None
    addresses: tuple[tuple[str, str], ...]  # channel, address; the one last used first
    received: int  # messages of theirs
    sent: int  # messages to them
    bookings: int  # ever made, without those in the future


_PERSON = text(
    "SELECT name, created_at, zone, zone_source, locale, prefers FROM people"
    " WHERE business_id = :business AND id = :person"
)
_ADDRESSES = text(
    "SELECT channel, address FROM addresses WHERE business_id = :business AND person_id = :person"
    " ORDER BY last_used_at DESC NULLS LAST, id"
)
_COUNTS = text("""
SELECT (SELECT count(*) FROM inbox i JOIN addresses a
        ON a.business_id = i.business_id AND a.id = i.address_id
        WHERE i.business_id = :business AND a.person_id = :person) AS received,
    (SELECT count(*) FROM outbox o JOIN addresses a
        ON a.business_id = o.business_id AND a.id = o.address_id
        WHERE o.business_id = :business AND a.person_id = :person AND o.status = 'sent') AS sent,
    (SELECT count(*) FROM bookings WHERE business_id = :business AND person_id = :person
        AND purpose = 'booking' AND ends_at <= :now
        AND status IN ('confirmed', 'completed', 'no_show', 'cancelled')) AS bookings
""")


def kept(session: Session, person: int, *, now: datetime) -> Kept:
    """Return what is kept of a person."""
    facts = {"business": session.business, "person": person, "now": now}
    row = session.execute(_PERSON, facts).one()
    counts = session.execute(_COUNTS, facts).one()
    return Kept(
        name=row.name,
        since=row.created_at,
        zone=row.zone,
        zone_source=row.zone_source,
        locale=row.locale,
        prefers=row.prefers,
        addresses=tuple((a.channel, a.address) for a in session.execute(_ADDRESSES, facts)),
        received=counts.received,
        sent=counts.sent,
        bookings=counts.bookings,
    )


_FORGOTTEN = text(
    "SELECT forgotten_at IS NOT NULL AS gone, locale FROM people"
    " WHERE business_id = :business AND id = :person"
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """Somebody who is not forgotten, and the language that they read, where it is known."""

    language: str | None


def language_of(session: Session, person: int) -> Remembered | None:
    """Return in which language to write of a person's booking; None once they are forgotten."""
    facts = {"business": session.business, "person": person}
    row = session.execute(_FORGOTTEN, facts).one()
    return None if row.gone else Remembered(row.locale)


_WHO = text(
    "SELECT DISTINCT person_id FROM addresses WHERE business_id = :business AND address = :address"
)


def people_at(session: Session, address: str) -> list[int]:
    """Return the people who are reached at an address, on whatever channel."""
    facts = {"business": session.business, "address": address}
    return sorted(int(row.person_id) for row in session.execute(_WHO, facts))


_IDS = text("SELECT id FROM addresses WHERE business_id = :business AND person_id = :person")
_ONCE = text("""
WITH RECURSIVE same AS (
    SELECT id FROM people WHERE business_id = :business AND id = :person
    UNION SELECT p.id FROM people p JOIN same s ON p.merged_into = s.id
    WHERE p.business_id = :business)
SELECT id FROM same ORDER BY id
""")


def _facts(session: Session, person: int) -> dict[str, Any]:
    """Return whom it is about: also as whom they were known before two turned out to be one."""
    facts = {"business": session.business, "person": person, "now": session.now}
    people = [row.id for row in session.execute(_ONCE, facts)]
    return facts | {
        "addresses": [row.id for row in session.execute(_IDS, facts)],
        "people": people,
        "known": [str(number) for number in people],
    }


_LOCK = text(
    "SELECT address_id FROM conversations WHERE business_id = :business"
    " AND address_id = ANY(:addresses) ORDER BY address_id FOR NO KEY UPDATE"
)
_PERSON_GONE = """
UPDATE people SET name = '', zone = NULL, zone_source = NULL, profile_zone = NULL,
    away_zone = NULL, away_from = NULL, away_until = NULL, locale = NULL, provider_id = NULL,
    prefers = NULL, forgotten_at = :now
WHERE business_id = :business AND id = ANY(:people)
"""
_WORDINGS_GONE = "SELECT slotkeeper_forget_wordings(:person)"
_ADDRESSES_GONE = """
UPDATE addresses SET address = 'forgotten:' || id, failed_at = :now
WHERE business_id = :business AND id = ANY(:addresses)
"""
_TALKS_GONE = """
UPDATE conversations SET state = 'idle', talk = '{}', locale = NULL, updated_at = NULL
WHERE business_id = :business AND address_id = ANY(:addresses)
"""
_INBOX_GONE = """
UPDATE inbox SET message_id = 'forgotten:' || id, body = '', facts = '{}', error = NULL,
    answered_at = coalesce(answered_at, :now)
WHERE business_id = :business AND address_id = ANY(:addresses)
"""
_OUTBOX_GONE = """
UPDATE outbox SET status = CASE status WHEN 'pending' THEN 'failed' ELSE status END,
    lease_until = NULL, facts = '{}', body = NULL, choices = NULL, vendor_id = NULL, error = NULL
WHERE business_id = :business AND address_id = ANY(:addresses)
"""
# What was said of them to others; what is worded later goes without their name.
_TOLD_GONE = """
UPDATE outbox SET body = NULL, choices = NULL, error = NULL, facts = CASE status
    WHEN 'pending' THEN facts || '{"name": "", "address": "", "text": ""}' ELSE '{}' END
WHERE business_id = :business AND facts ->> 'person' = ANY(CAST(:known AS text[]))
"""
_LISTS_GONE = """
UPDATE outbox SET body = NULL, choices = NULL, facts = '{}'
WHERE business_id = :business AND status <> 'pending' AND jsonb_path_exists(facts,
    '$.*[*] ? (@.person == $p[*])', jsonb_build_object('p', CAST(:people AS bigint[])))
"""
_REPORTS_GONE = """
UPDATE due_work d SET facts = '{}', error = NULL FROM outbox o
WHERE d.business_id = :business AND d.kind = 'undelivered' AND d.done_at IS NOT NULL
  AND o.business_id = d.business_id AND o.id = d.subject_id AND o.address_id = ANY(:addresses)
"""
_NOTES_GONE = """
UPDATE person_notes SET body = '', active = false
WHERE business_id = :business AND person_id = ANY(:people)
"""
_FORGET = (
    *(_PERSON_GONE, _WORDINGS_GONE, _ADDRESSES_GONE, _TALKS_GONE, _INBOX_GONE, _OUTBOX_GONE),
    *(_TOLD_GONE, _LISTS_GONE, _REPORTS_GONE, _NOTES_GONE),
)


def nobodys(address: str) -> bool:
    """Whether this is what stands where the address of somebody forgotten stood."""
    return address.startswith("forgotten:")


def forget(session: Session, person: int) -> None:
    """Take a person out of every row, their talks locked; whoever writes from there is new.

    The caller has ended their bookings that are still to come. A second time changes nothing.
    """
    facts = _facts(session, person)
    session.execute(_LOCK, facts).all()
    for statement in _FORGET:
        session.execute(text(statement), facts)
