"""What is kept of a person, and how it is forgotten: bookings stay as facts about nobody.

Rows are not deleted. Names, numbers, zones, words and notes are taken out of them, of the person's
own and of what was said of them to others; what they agreed to and when stays, without their words.
Two things outlive it as keyed digests, which tell nothing by themselves: that an address refused to
be written to, and which messages were heard, for as long as vendors send them again.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import due
from core.db import Session
from core.inbox import AGAIN

STRAGGLERS = timedelta(minutes=2)  # longer than any turn of others takes


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


_LOCK = text(
    "SELECT address_id FROM conversations WHERE business_id = :business"
    " AND address_id = ANY(:addresses) ORDER BY address_id FOR NO KEY UPDATE"
)
# Nobody may get another address meanwhile: a reference to the person waits for this.
_LOCK_PEOPLE = text(
    "SELECT id FROM people WHERE business_id = :business AND id = ANY(:people)"
    " ORDER BY id FOR UPDATE"
)
_ONCE = text("""
WITH RECURSIVE now AS (
    SELECT id, merged_into FROM people WHERE business_id = :business AND id = :person
    UNION SELECT p.id, p.merged_into FROM people p JOIN now n ON p.id = n.merged_into
    WHERE p.business_id = :business),
same AS (
    SELECT id, merged_into FROM now
    UNION SELECT p.id, p.merged_into FROM people p JOIN same s ON p.merged_into = s.id
    WHERE p.business_id = :business)
SELECT id, merged_into FROM same ORDER BY id
""")
_REACHED = text(
    "SELECT id, address FROM addresses WHERE business_id = :business AND person_id = ANY(:people)"
    " ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class _Whom:
    """Whom it is about: also as whom they were known before two turned out to be one."""

    person: int  # who they are now
    people: tuple[int, ...]
    addresses: tuple[int, ...]
    reached: tuple[str, ...]  # at these


def _whom(session: Session, person: int) -> _Whom:
    facts: dict[str, Any] = {"business": session.business, "person": person}
    rows = session.execute(_ONCE, facts).all()
    people = tuple(row.id for row in rows)
    [now] = [row.id for row in rows if row.merged_into is None]
    where = session.execute(_REACHED, facts | {"people": list(people)}).all()
    reached = tuple(row.address for row in where if not nobodys(row.address))
    return _Whom(now, people, tuple(row.id for row in where), reached)


def _held(session: Session, person: int) -> _Whom:
    """Lock all that is a person's, whatever they were joined with until the locks were got."""
    found: _Whom | None = None
    while (whom := _whom(session, person)) != found:
        facts = {"business": session.business, "addresses": list(whom.addresses)}
        session.execute(_LOCK, facts).all()
        session.execute(_LOCK_PEOPLE, facts | {"people": list(whom.people)}).all()
        found = whom
    return whom


def hold(session: Session, person: int) -> int:
    """Wait for the turns of a person's talks, and let none begin; return who they are by now.

    Whoever changes their bookings before they are forgotten does this first.
    """
    return _held(session, person).person


# Also a refusal that a vendor reported, and that is not dealt with yet.
_SUPPRESSED = """
INSERT INTO suppressions (business_id, digest, source, at)
SELECT a.business_id, slotkeeper_digest('refused', a.channel, a.address),
    CASE WHEN a.opted_out_at IS NULL THEN 'vendor' ELSE coalesce(
        (SELECT c.source FROM consents c WHERE c.business_id = a.business_id
            AND c.address_id = a.id AND NOT c.granted ORDER BY c.id DESC LIMIT 1), 'person') END,
    coalesce(a.opted_out_at, :now)
FROM addresses a
WHERE a.business_id = :business AND a.id = ANY(:addresses) AND a.address NOT LIKE 'forgotten:%'
  AND (a.opted_out_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM due_work d JOIN outbox o ON o.business_id = d.business_id AND o.id = d.subject_id
    WHERE d.business_id = a.business_id AND d.kind = 'undelivered' AND d.done_at IS NULL
      AND d.facts ->> 'opted_out' = 'true' AND o.address_id = a.id))
ON CONFLICT (business_id, digest) DO NOTHING
"""
_HEARD_LONG_AGO = "DELETE FROM forgotten_messages WHERE business_id = :business AND at < :since"
_HEARD = """
INSERT INTO forgotten_messages (business_id, digest, at)
SELECT i.business_id, slotkeeper_digest('heard', i.channel, a.address, i.message_id), i.received_at
FROM inbox i JOIN addresses a ON a.business_id = i.business_id AND a.id = i.address_id
WHERE i.business_id = :business AND i.address_id = ANY(:addresses) AND i.received_at >= :since
  AND a.address NOT LIKE 'forgotten:%'
ON CONFLICT (business_id, digest) DO NOTHING
"""
_PERSON_GONE = """
UPDATE people SET name = '', zone = NULL, zone_source = NULL, profile_zone = NULL,
    away_zone = NULL, away_from = NULL, away_until = NULL, locale = NULL, provider_id = NULL,
    prefers = NULL, forgotten_at = coalesce(forgotten_at, :now)
WHERE business_id = :business AND id = ANY(:people)
"""
_WORDINGS_GONE = "SELECT slotkeeper_forget_wordings(p) FROM unnest(CAST(:people AS bigint[])) AS p"
_ADDRESSES_GONE = """
UPDATE addresses SET address = 'forgotten:' || id, failed_at = :now
WHERE business_id = :business AND id = ANY(:addresses) AND address NOT LIKE 'forgotten:%'
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
# The farewell of an earlier forgetting is still on its way.
_OUTBOX_GONE = """
UPDATE outbox SET status = CASE status WHEN 'pending' THEN 'failed' ELSE status END,
    lease_until = NULL, facts = '{}', body = NULL, choices = NULL, vendor_id = NULL, error = NULL
WHERE business_id = :business AND address_id = ANY(:addresses)
  AND NOT (status = 'pending' AND facts ? 'forgotten')
"""
_CODES_GONE = """
UPDATE join_codes SET digest = '', expires_at = least(expires_at, created_at),
    voided_at = coalesce(voided_at, :now)
WHERE business_id = :business
  AND (address_id = ANY(:addresses) OR target_id = ANY(:addresses))
"""
_WORK_GONE = """
UPDATE due_work d SET facts = '{}', error = NULL
WHERE d.business_id = :business AND (
    d.kind = 'unproven' AND d.subject_id = ANY(:addresses)
    OR d.kind IN ('lapse', 'complete') AND d.subject_id IN (
        SELECT id FROM bookings WHERE business_id = :business AND person_id = ANY(:people))
    OR d.kind = 'undelivered' AND d.subject_id IN (
        SELECT id FROM outbox WHERE business_id = :business AND address_id = ANY(:addresses)))
"""
# What was said of them to others: by who they are, in lists too, and where they named the number.
_ABOUT = """
o.business_id = :business AND (o.facts ->> 'person' = ANY(CAST(:known AS text[]))
    OR o.facts ->> 'number' = ANY(CAST(:reached AS text[]))
    OR jsonb_path_exists(o.facts, '$.*[*] ? (@.person == $p[*])',
        jsonb_build_object('p', CAST(:people AS bigint[]))))
"""
_NAMING = "(o.note = 'code_sent' OR starts_with(o.note, 'hand_'))"
# A button brings along what it stood under; who named the number, or spoke of a customer of theirs
# ("note on Maya: ..."), did so in what is answered here.
_ANSWERS_GONE = f"""
UPDATE inbox i SET facts = i.facts - 'shown',
    body = CASE WHEN i.kind = 'press' OR {_NAMING}
        THEN '' ELSE i.body END
FROM outbox o WHERE i.business_id = :business AND i.answered_at IS NOT NULL
  AND (i.kind = 'press' AND i.facts ->> 'outbox' = CAST(o.id AS text)
    OR {_NAMING} AND o.cause = i.id)
  AND {_ABOUT}
"""
_UNSAID = text(
    f"SELECT o.id, o.facts, o.lease_until FROM outbox o WHERE {_ABOUT} AND o.status = 'pending'"
    " AND NOT o.facts ? 'forgotten' ORDER BY o.id FOR NO KEY UPDATE"
)
_UNNAMED = text(
    "UPDATE outbox SET facts = CAST(:facts AS jsonb), body = NULL, choices = NULL, error = NULL"
    " WHERE business_id = :business AND id = :id"
)
_TOLD_GONE = f"""
UPDATE outbox o SET body = NULL, choices = NULL, error = NULL, facts = '{{}}'
WHERE {_ABOUT} AND o.status <> 'pending'
"""
_NOTES_GONE = """
UPDATE person_notes SET body = '', active = false
WHERE business_id = :business AND person_id = ANY(:people)
"""
_NAMES = frozenset(
    {"name", "address", "number", "text", "noted"}
)  # of a person, in a letter about them
_FORGET = (
    *(_SUPPRESSED, _HEARD_LONG_AGO, _HEARD, _PERSON_GONE, _WORDINGS_GONE, _ADDRESSES_GONE),
    *(_TALKS_GONE, _INBOX_GONE, _WORK_GONE, _OUTBOX_GONE, _CODES_GONE, _ANSWERS_GONE, _TOLD_GONE),
    *(_NOTES_GONE,),
)


def nobodys(address: str) -> bool:
    """Whether this is what stands where the address of somebody forgotten stood."""
    return address.startswith("forgotten:")


_STILL = text(
    "SELECT address FROM addresses WHERE business_id = :business AND id = :address FOR KEY SHARE"
)


def still_known(session: Session, address: int) -> bool:
    """Whether an address is not forgotten, and will not be until this transaction ends."""
    facts = {"business": session.business, "address": address}
    return not nobodys(session.execute(_STILL, facts).scalar_one())


def forget(session: Session, person: int) -> None:
    """Take a person out of every row, their talks locked; whoever writes from there is new.

    The caller has ended their bookings that are still to come. A second time changes nothing; it
    comes by itself once every turn is over that read a name just before (work "forgotten").
    """
    whom = _held(session, person)
    key = f"forgotten:{whom.person}"
    due.post(session, kind="forgotten", subject=whom.person, key=key, due=session.now + STRAGGLERS)
    facts: dict[str, Any] = {
        "business": session.business,
        "now": session.now,
        "since": session.now - AGAIN,
        "addresses": list(whom.addresses),
        "people": list(whom.people),
        "known": [str(number) for number in whom.people],
        "reached": list(whom.reached),
    }
    for statement in _FORGET:
        session.execute(text(statement), facts)
    for row in session.execute(_UNSAID, facts).all():
        left = _unnamed(row.facts, whom)
        if row.lease_until is not None and left != row.facts:
            left["unnamed"] = True  # what is on its way was worded before: its words are not kept
        session.execute(_UNNAMED, facts | {"id": row.id, "facts": json.dumps(left)})


def _unnamed(facts: dict[str, Any], whom: _Whom) -> dict[str, Any]:
    """Return what a letter still has to say, without who it was about."""
    persons = {facts.get("person"), *(each["person"] for each in facts.get("about", ()))}
    about = not persons.isdisjoint(whom.people)
    left: dict[str, Any] = {}
    for name, value in facts.items():
        if (about and name in _NAMES) or (name == "number" and value in whom.reached):
            left[name] = ""
        elif isinstance(value, list):
            left[name] = [_unnamed(v, whom) if isinstance(v, dict) else v for v in value]
        else:
            left[name] = value
    return left
