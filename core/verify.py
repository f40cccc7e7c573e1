"""Prove the book of one business: what must always hold, asked of the rows themselves.

Nothing here trusts the constraint, a counter or the code that wrote the rows. Each question is one
statement, so each sees one moment; what is wrong comes back as a line for people to read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from core import proving_money
from core.db import Session
from core.due import TRIES
from core.rules import Business, Service
from core.span import instant

LATE = timedelta(minutes=15)
"""How long due work, a message or a letter may lie before it counts as forgotten."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that must not be: the rule it breaks, the rows it is about, and what was found."""

    rule: str
    which: str
    found: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found wrong, and how much was looked at."""

    wrong: tuple[Wrong, ...]
    bookings: int
    events: int
    allocations: int


_STANDING = "('held', 'awaiting_provider', 'awaiting_payment', 'confirmed', 'completed', 'no_show')"
_PENDING = "('held', 'awaiting_provider', 'awaiting_payment')"

# What each booking was given, as the last event that gave it time says: `choice` are the pairs of
# resource and seat, `blocked` is its time with the buffers of then.
_GIVEN = """
given AS (
    SELECT DISTINCT ON (booking_id) booking_id, facts FROM booking_events
    WHERE business_id = :business AND facts -> 'choice' IS NOT NULL
    ORDER BY booking_id, seq DESC),
expected AS (
    SELECT booking_id, CAST(pair ->> 0 AS bigint) AS resource_id, CAST(pair ->> 1 AS int) AS seat,
        tstzmultirange(tstzrange(CAST(facts -> 'blocked' ->> 0 AS timestamptz),
            CAST(facts -> 'blocked' ->> 1 AS timestamptz))) AS blocked
    FROM given, jsonb_array_elements(facts -> 'choice') AS c(pair)),
has AS (
    SELECT booking_id, resource_id, seat, range_agg(during) AS during FROM allocations
    WHERE business_id = :business AND active AND booking_id IS NOT NULL GROUP BY 1, 2, 3)
"""

_QUESTIONS: dict[str, str] = {
    "no two at once": """
SELECT r.name || ' seat ' || a.seat AS which, 'allocation ' || a.id || ' ' || a.during
    || ' begins before ' || a.until || ', the end of an earlier one' AS found
FROM (SELECT id, resource_id, seat, during, max(upper(during)) OVER (
          PARTITION BY resource_id, seat ORDER BY lower(during), id
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS until
      FROM allocations WHERE business_id = :business AND active) AS a
JOIN resources r ON r.business_id = :business AND r.id = a.resource_id
WHERE lower(a.during) < a.until""",
    # A hold for a move takes only what the booking it replaces has not; together they have it all,
    # unless that booking was ended or moved elsewhere since. (A transaction's time is that of its
    # beginning: who waited for a lock may have done later what bears the earlier time.)
    "a booking has its time": f"""
WITH {_GIVEN}
SELECT b.ref AS which, b.status || ' should have ' || e.blocked || ' of resource ' || e.resource_id
    || ' seat ' || e.seat || ', has ' || coalesce(CAST(h.during AS text), 'nothing') AS found
FROM bookings b
JOIN expected e ON e.booking_id = b.id
LEFT JOIN has h ON (h.booking_id, h.resource_id, h.seat) = (e.booking_id, e.resource_id, e.seat)
LEFT JOIN bookings o ON o.business_id = :business AND o.id = b.for_id
LEFT JOIN has old ON (old.booking_id, old.resource_id, old.seat) = (o.id, e.resource_id, e.seat)
WHERE b.business_id = :business AND b.status IN {_STANDING} AND CASE
    WHEN o.id IS NULL THEN h.during IS DISTINCT FROM e.blocked
    WHEN o.status NOT IN {_STANDING} OR EXISTS (
        SELECT 1 FROM booking_events m WHERE m.business_id = :business AND m.booking_id = o.id
          AND m.kind = 'moved'
          AND m.at >= b.created_at - interval '2 minutes')
        THEN NOT coalesce(h.during <@ e.blocked, true)
    ELSE NOT (coalesce(h.during, '{{}}') + coalesce(old.during, '{{}}') @> e.blocked
        AND coalesce(h.during <@ e.blocked, true)) END""",
    "a booking says what it was given": f"""
WITH {_GIVEN}
SELECT b.ref AS which, b.status || ' ' || b.starts_at || ' to ' || b.ends_at
    || CASE WHEN e.blocked IS NULL THEN ', and no event gave it any time'
       ELSE ' does not lie in ' || e.blocked END AS found
FROM bookings b LEFT JOIN expected e ON e.booking_id = b.id
WHERE b.business_id = :business
  AND (e.blocked IS NULL OR NOT e.blocked @> tstzrange(b.starts_at, b.ends_at))""",
    "time is taken for a booking": f"""
WITH {_GIVEN}
SELECT coalesce(b.ref, 'booking ' || h.booking_id) AS which,
    coalesce(b.status, 'missing') || ' and has ' || h.during || ' of resource ' || h.resource_id
    || ' seat ' || h.seat AS found
FROM has h
LEFT JOIN bookings b ON b.business_id = :business AND b.id = h.booking_id
LEFT JOIN expected e
    ON (e.booking_id, e.resource_id, e.seat) = (h.booking_id, h.resource_id, h.seat)
WHERE e.booking_id IS NULL OR b.id IS NULL OR b.status NOT IN {_STANDING}""",
    "a party has its seats": f"""
WITH {_GIVEN}
SELECT b.ref AS which, 'a party of ' || b.party || ' has ' || count(*) || ' seats of '
    || string_agg(DISTINCT r.name, ', ') AS found
FROM bookings b JOIN expected e ON e.booking_id = b.id
JOIN resources r ON r.business_id = :business AND r.id = e.resource_id
WHERE b.business_id = :business AND b.status IN {_STANDING}
GROUP BY b.ref, b.party, r.id, r.kind, r.seats
HAVING count(*) <> CASE WHEN r.kind = 'class' THEN b.party ELSE 1 END
    OR min(e.seat) < 1 OR max(e.seat) > r.seats OR count(DISTINCT e.seat) <> count(*)""",
    "a class seat belongs to a class": """
SELECT b.ref AS which, 'is booked for ' || b.starts_at || ', its class '
    || CASE WHEN s.active THEN 'is at ' || s.starts_at ELSE 'does not take place' END AS found
FROM bookings b JOIN sessions s ON s.business_id = :business AND s.id = b.session_id
WHERE b.business_id = :business AND b.status = 'confirmed' AND b.ends_at > :now
  AND (NOT s.active OR s.starts_at <> b.starts_at OR s.service_id <> b.service_id)""",
    "a class that is dropped has no time": """
SELECT 'session ' || s.id AS which, s.starts_at || ' does not take place and has '
    || count(*) || ' allocations' AS found
FROM sessions s JOIN allocations a
    ON a.business_id = :business AND a.session_id = s.id AND a.active
WHERE s.business_id = :business AND NOT s.active GROUP BY s.id, s.starts_at""",
    "no expired hold blocks": f"""
SELECT b.ref AS which, b.status || ' expired at ' || b.expires_at AS found FROM bookings b
WHERE b.business_id = :business AND b.status IN {_PENDING} AND b.expires_at < :late""",
    "a hold has work that lapses it": f"""
SELECT b.ref AS which, b.status || ' until ' || b.expires_at || ', and nothing will lapse it'
    AS found
FROM bookings b
WHERE b.business_id = :business AND b.status IN {_PENDING} AND NOT EXISTS (
    SELECT 1 FROM due_work d WHERE d.business_id = :business AND d.kind = 'lapse'
      AND d.subject_id = b.id AND d.done_at IS NULL)""",
    "events have no gap": """
SELECT b.ref AS which, 'counts ' || b.events || ' events; there are ' || count(e.seq)
    || ', from ' || coalesce(min(e.seq), 0) || ' to ' || coalesce(max(e.seq), 0) AS found
FROM bookings b
LEFT JOIN booking_events e ON e.business_id = :business AND e.booking_id = b.id
WHERE b.business_id = :business GROUP BY b.ref, b.events
HAVING count(e.seq) <> b.events OR coalesce(max(e.seq), 0) <> b.events
    OR min(e.seq) IS DISTINCT FROM 1""",
    "the last event says the status": """
SELECT b.ref AS which, b.status || ', and its last event says ' || e.kind AS found
FROM bookings b JOIN LATERAL (
    SELECT kind FROM booking_events e WHERE e.business_id = :business AND e.booking_id = b.id
      AND e.kind NOT IN ('extended', 'moved', 'acknowledged')
    ORDER BY seq DESC LIMIT 1) AS e ON true
WHERE b.business_id = :business AND e.kind <> b.status""",
    "the version counts the moves": """
SELECT b.ref AS which, 'version ' || b.version || ' after ' || count(e.seq) || ' moves' AS found
FROM bookings b LEFT JOIN booking_events e
    ON e.business_id = :business AND e.booking_id = b.id AND e.kind = 'moved'
WHERE b.business_id = :business GROUP BY b.ref, b.version HAVING b.version <> count(e.seq) + 1""",
    "a move is never a booking": """
SELECT b.ref AS which, 'the hold for a move is ' || b.status AS found FROM bookings b
WHERE b.business_id = :business AND b.purpose = 'move'
  AND (b.for_id IS NULL OR b.status IN ('confirmed', 'completed', 'no_show'))""",
    "a series goes on": """
SELECT 'series ' || s.id AS which, 'laid out until ' || s.laid_until
    || ', and nothing will lay it out further' AS found
FROM series s
WHERE s.business_id = :business AND s.status = 'standing'
  AND s.rule !~ '(COUNT|UNTIL)=' AND NOT EXISTS (
    SELECT 1 FROM due_work d WHERE d.business_id = :business AND d.kind = 'series'
      AND d.subject_id = s.id AND d.done_at IS NULL)""",
    "a series is one person's": """
SELECT b.ref AS which, 'is of person ' || b.person_id || ', and its series ' || s.id
    || ' of person ' || s.person_id AS found
FROM series s
JOIN bookings b ON b.business_id = :business AND b.series_id = s.id AND b.person_id <> s.person_id
WHERE s.business_id = :business""",
    "a series is held or stands": f"""
SELECT b.ref AS which, b.status || ', and its series ' || s.id || ' is ' || s.status AS found
FROM series s
JOIN bookings b ON b.business_id = :business AND b.series_id = s.id AND b.purpose = 'booking'
WHERE s.business_id = :business AND s.status = 'held' AND b.status NOT IN {_PENDING}
  AND b.status NOT IN ('released', 'expired', 'cancelled')""",
    "a series has each time once": f"""
SELECT min(b.ref) AS which, 'series ' || b.series_id || ' has ' || count(*) || ' bookings at '
    || b.starts_at AS found
FROM bookings b
WHERE b.business_id = :business AND b.series_id IS NOT NULL AND b.purpose = 'booking'
  AND b.version = 1  -- its customer may have moved one of a class beside another
  AND b.status IN {_STANDING} AND b.ends_at > :now
GROUP BY b.series_id, b.starts_at HAVING count(*) > 1""",
    "every message is answered": """
SELECT 'message ' || id AS which, 'from address ' || address_id || ', received at ' || received_at
    || ', tried ' || attempts || ' times' || coalesce(': ' || error, '') AS found
FROM inbox WHERE business_id = :business AND answered_at IS NULL AND received_at < :late""",
    "every letter goes out": """
SELECT 'letter ' || id AS which, note || ' to address ' || address_id || ', due at ' || due_at
    || ', tried ' || attempts || ' times' || coalesce(', leased until ' || lease_until, '')
    || coalesce(': ' || error, '') AS found
FROM outbox WHERE business_id = :business AND status = 'pending' AND due_at < :late""",
    "an offer holds its time": f"""
SELECT 'offer ' || o.id AS which, 'open, and its hold ' || b.ref || ' is ' || b.status AS found
FROM offers o JOIN bookings b ON b.business_id = :business AND b.id = o.booking_id
WHERE o.business_id = :business AND o.status = 'open' AND b.status NOT IN {_PENDING}
  AND o.created_at < :late""",
    "an offer is closed in time": """
SELECT 'offer ' || id AS which, 'open, to be answered by ' || answer_by AS found FROM offers
WHERE business_id = :business AND status = 'open' AND answer_by < :late""",
    "a time is taken by one of those who were asked": """
SELECT 'hold ' || booking_id AS which, count(*) || ' offers of it were taken' AS found FROM offers
WHERE business_id = :business AND status = 'taken' GROUP BY booking_id HAVING count(*) > 1""",
    "who waits can be found, and nobody else": """
SELECT 'wait ' || w.id AS which, w.status || CASE WHEN c.wait_id IS NULL THEN ' and has no cell'
    ELSE ' and has cells' END AS found
FROM waits w LEFT JOIN (SELECT DISTINCT wait_id FROM wait_cells WHERE business_id = :business) AS c
    ON c.wait_id = w.id
WHERE w.business_id = :business AND (w.status = 'waiting') = (c.wait_id IS NULL)""",
    "due work is done": """
SELECT 'work ' || id AS which, kind || ' of ' || subject_id || ', due at ' || due_at
    || CASE WHEN done_at IS NULL THEN ', is not done' ELSE ', was given up' END
    || ' after ' || attempts || ' tries' || coalesce(': ' || error, '') AS found
FROM due_work WHERE business_id = :business
  AND (done_at IS NULL AND due_at < :late OR attempts >= :tries)""",
}


def prove(session: Session, business: Business) -> Proof:
    """Ask every question of the rows of the business that the transaction named."""
    session.execute(text("SET LOCAL statement_timeout = 0"))  # a large book takes its time
    facts = {
        "business": session.business,
        "now": session.now,
        "late": session.now - LATE,
        "tries": TRIES,
    }
    wrong = [
        Wrong(rule, row.which, row.found)
        for rule, question in (_QUESTIONS | proving_money.QUESTIONS).items()
        for row in session.execute(text(question), facts)
    ]
    wrong.extend(_classes(session, business))
    sizes = session.execute(_SIZES, facts).one()
    return Proof(tuple(wrong), sizes.bookings, sizes.events, sizes.allocations)


_SIZES = text(
    "SELECT (SELECT count(*) FROM bookings WHERE business_id = :business) AS bookings,"
    " (SELECT count(*) FROM booking_events WHERE business_id = :business) AS events,"
    " (SELECT count(*) FROM allocations WHERE business_id = :business) AS allocations"
)

_SESSIONS = text("""
SELECT s.id, s.starts_at, s.ends_at, coalesce(array_agg(ARRAY[a.resource_id, a.seat])
    FILTER (WHERE a.id IS NOT NULL), '{}') AS has
FROM sessions s LEFT JOIN allocations a
    ON a.business_id = :business AND a.session_id = s.id AND a.active
WHERE s.business_id = :business AND s.service_id = :service AND s.active AND s.starts_at >= :now
GROUP BY s.id, s.starts_at, s.ends_at ORDER BY s.starts_at
""")
_OTHERS = text(
    "SELECT count(*) FROM allocations WHERE business_id = :business AND resource_id = :resource"
    " AND seat = :seat AND active AND session_id IS DISTINCT FROM :session"
    " AND during && tstzrange(:from, :until)"
)


def _classes(session: Session, business: Business) -> Iterator[Wrong]:
    """Yield the seats that a coming class should occupy and neither it nor anybody else does."""
    for service in business.services:
        if not service.times:
            continue
        facts = {"business": session.business, "service": service.id, "now": session.now}
        for row in session.execute(_SESSIONS, facts).all():
            has = {(resource, seat) for resource, seat in row.has}
            for resource, seat in _staff(business, service, row.starts_at):
                if (resource, seat) in has:
                    continue
                before, after = service.buffers
                around = {
                    "business": session.business,
                    "resource": resource,
                    "seat": seat,
                    "session": row.id,
                    "from": row.starts_at - before,
                    "until": row.ends_at + after,
                }
                if not session.execute(_OTHERS, around).scalar_one():
                    name = business.resource(resource).name
                    found = f"{service.key} at {row.starts_at} does not occupy {name} seat {seat}"
                    yield Wrong("a class has its staff and its room", f"session {row.id}", found)


def _staff(business: Business, service: Service, start: datetime) -> Iterator[tuple[int, int]]:
    """Yield each seat that the timetable gives a class; none where it is kept though removed."""
    day = start.astimezone(business.zone).date()
    for time in service.times:
        if time.weekday == day.weekday() and instant(day, time.starts, business.zone) == start:
            for resource in time.resources:
                for seat in range(1, business.resource(resource).seats + 1):
                    yield resource, seat
