"""What is offered to those who wait: a hold, whom it is held for, and until when they may answer.

One row is one person asked. Of several who are asked at once the hold is the same: the first yes
has it. An answer is due so long after the sending, never after the last moment for it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import due
from core.db import Session
from core.rules import Business, Waitlist
from core.span import MINUTE, Span

_GRACE = 10 * MINUTE  # for which a hold waits for its letter to be sent


@dataclass(frozen=True, slots=True)
class Offer:
    """A time held for somebody who waits; `booking` is the hold, `provider` who would do it.

    `status`: "open", "taken", "declined", "lapsed" (no answer in time) or "withdrawn" (somebody
    else took it, or it could not be sent). `answer_by` is known once it is `sent`.
    """

    id: int
    wait: int
    person: int
    booking: int
    service: int
    provider: int | None
    start: datetime
    status: str
    sent: datetime | None
    answer_by: datetime | None
    closed: datetime | None


def last_moment(business: Business, start: datetime) -> datetime:
    """Return until when a time may be claimed: as long as anybody may book it."""
    return start - business.notice * MINUTE


def at_once(rules: Waitlist, *, left: timedelta) -> int:
    """Return how many are asked at once where so much time is `left` until the start; 0: nobody."""
    if left < rules.cutoff * MINUTE:
        return 0
    return rules.group if left < rules.soon * MINUTE else 1


def answer_by(rules: Waitlist, *, sent: datetime, start: datetime, last: datetime) -> datetime:
    """Return until when an offer that was sent at a moment may be answered."""
    window = rules.accept_soon if start - sent < rules.soon * MINUTE else rules.accept
    return min(sent + window * MINUTE, last)


def held_until(rules: Waitlist, *, heard: datetime, start: datetime, last: datetime) -> datetime:
    """Return until when a time is held for an offer that can be read from `heard` on."""
    return min(answer_by(rules, sent=heard, start=start, last=last) + _GRACE, last)


_MAKE = text("""
WITH made AS (
    INSERT INTO offers (business_id, wait_id, person_id, booking_id, service_id, provider_id,
        starts_at, created_at)
    SELECT :business, w.id, w.person_id, :booking, w.service_id, :provider, :start, :now
    FROM waits w WHERE w.business_id = :business AND w.id = ANY(CAST(:waits AS bigint[]))
    ORDER BY w.id RETURNING id, wait_id),
noted AS (
    INSERT INTO wait_decisions (business_id, wait_id, starts_at, kind, facts, created_at)
    SELECT :business, wait_id, :start, 'offered', jsonb_build_object('offer', id), :now
    FROM made ON CONFLICT DO NOTHING)
SELECT id, wait_id FROM made ORDER BY wait_id
""")


def make(
    session: Session,
    *,
    waits: Sequence[int],
    booking: int,
    provider: int | None,
    start: datetime,
    now: datetime,
) -> dict[int, int]:
    """Offer a hold to some who wait; return the offers by them. The caller has their locks."""
    facts = {
        "business": session.business,
        "waits": list(waits),
        "booking": booking,
        "provider": provider,
        "start": start,
        "now": now,
    }
    return {row.wait_id: row.id for row in session.execute(_MAKE, facts)}


_PASSED = text(
    "INSERT INTO wait_decisions (business_id, wait_id, starts_at, kind, facts, created_at)"
    " SELECT :business, wait, start, kind, CAST(facts AS jsonb), :now"
    " FROM unnest(CAST(:waits AS bigint[]), CAST(:starts AS timestamptz[]),"
    " CAST(:kinds AS text[]), CAST(:facts AS text[])) AS d(wait, start, kind, facts)"
    " ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Passed:
    """One who waits and was passed over for a start, and why."""

    wait: int
    start: datetime
    why: str
    facts: dict[str, Any]


def passed_over(session: Session, rows: Sequence[Passed], *, now: datetime) -> None:
    """Keep who was passed over and why, each reason once."""
    if not rows:
        return
    facts = {
        "business": session.business,
        "waits": [row.wait for row in rows],
        "starts": [row.start for row in rows],
        "kinds": [row.why for row in rows],
        "facts": [json.dumps(row.facts, default=str) for row in rows],
        "now": now,
    }
    session.execute(_PASSED, facts)


_DECISIONS = text(
    "SELECT wait_id, starts_at, kind, facts, created_at FROM wait_decisions"
    " WHERE business_id = :business AND wait_id = :wait ORDER BY id DESC LIMIT :limit"
)


def decisions(session: Session, wait: int, *, limit: int = 20) -> list[Any]:
    """Return what was decided about one who waits, the newest first."""
    facts = {"business": session.business, "wait": wait, "limit": limit}
    return list(session.execute(_DECISIONS, facts))


_COLUMNS = (
    "id, wait_id, person_id, booking_id, service_id, provider_id, starts_at, status, sent_at,"
    " answer_by, closed_at"
)
_ONE = text(f"SELECT {_COLUMNS} FROM offers WHERE business_id = :business AND id = :offer")
_OPEN = text(
    f"SELECT {_COLUMNS} FROM offers WHERE business_id = :business AND person_id = :person"
    " AND status = 'open' ORDER BY id"
)
_LAST = text(
    f"SELECT {_COLUMNS} FROM offers WHERE business_id = :business AND person_id = :person"
    " AND (sent_at IS NOT NULL OR status = 'open') ORDER BY status = 'open' DESC, id DESC LIMIT 1"
)
_OPEN_OF = text(
    f"SELECT {_COLUMNS} FROM offers WHERE business_id = :business AND booking_id = :booking"
    " AND status = 'open' ORDER BY id"
)
_REFUSED = text(
    "SELECT wait_id, starts_at FROM offers WHERE business_id = :business"
    " AND wait_id = ANY(CAST(:waits AS bigint[])) AND status IN ('declined', 'lapsed')"
)
_ASKED = text(
    "SELECT person_id, count(*) AS open FROM offers WHERE business_id = :business"
    " AND person_id = ANY(CAST(:people AS bigint[])) AND status = 'open' GROUP BY person_id"
)


def one(session: Session, offer: int) -> Offer | None:
    """Return an offer, None where there is none of that number."""
    row = session.execute(_ONE, {"business": session.business, "offer": offer}).one_or_none()
    return Offer(*row) if row else None


def open_to(session: Session, person: int) -> list[Offer]:
    """Return what is offered to a person and not answered."""
    facts = {"business": session.business, "person": person}
    return [Offer(*row) for row in session.execute(_OPEN, facts)]


def last_to(session: Session, person: int) -> Offer | None:
    """Return what is offered to a person, else what was last, whatever became of it."""
    facts = {"business": session.business, "person": person}
    row = session.execute(_LAST, facts).one_or_none()
    return Offer(*row) if row else None


def open_of(session: Session, booking: int) -> list[Offer]:
    """Return the offers of one hold that are not answered."""
    facts = {"business": session.business, "booking": booking}
    return [Offer(*row) for row in session.execute(_OPEN_OF, facts)]


def refused(session: Session, waits: Sequence[int]) -> set[tuple[int, datetime]]:
    """Return the (entry, start) to which somebody said no, or nothing."""
    facts = {"business": session.business, "waits": list(waits)}
    return {(row.wait_id, row.starts_at) for row in session.execute(_REFUSED, facts)}


def asked(session: Session, people: Sequence[int]) -> dict[int, int]:
    """Return how many offers are open to each of some people who have any."""
    facts = {"business": session.business, "people": list(people)}
    return {row.person_id: row.open for row in session.execute(_ASKED, facts)}


_SENDING = text(
    "UPDATE offers SET sent_at = :now, answer_by = :until WHERE business_id = :business"
    " AND id = :offer AND status = 'open'"
)


def sending(
    session: Session, offer: Offer, *, business: Business, now: datetime
) -> datetime | None:
    """Count the time to answer from now, and return its end; None where nobody is to be asked."""
    last = last_moment(business, offer.start)
    until = answer_by(business.waitlist, sent=now, start=offer.start, last=last)
    left = at_once(business.waitlist, left=offer.start - now)
    if offer.status != "open" or not left or until <= now:
        return None
    facts = {"business": session.business, "offer": offer.id, "now": now, "until": until}
    session.execute(_SENDING, facts)
    key = f"offer:{offer.id}:{until.isoformat()}"
    due.post(session, kind="offer", subject=offer.id, key=key, due=until)
    return until


_CLOSE = text(
    "UPDATE offers SET status = :status, closed_at = :now WHERE business_id = :business"
    " AND id = ANY(CAST(:offers AS bigint[])) AND status = 'open' RETURNING id"
)


def close(session: Session, offers: Sequence[int], *, status: str, now: datetime) -> list[int]:
    """Close offers that are open; return those that this call closed."""
    facts = {
        "business": session.business,
        "offers": list(offers),
        "status": status,
        "now": now,
    }
    return [row.id for row in session.execute(_CLOSE, facts)]


_OPEN_IN = text(
    f"SELECT {_COLUMNS} FROM offers WHERE business_id = :business AND status = 'open'"
    " AND starts_at >= :since AND starts_at < :until ORDER BY id"
)
_TO_OTHERS = text(
    "SELECT min(wait_id) AS first FROM offers WHERE business_id = :business"
    " AND service_id = :service AND starts_at = :start AND wait_id <> :wait"
)


def open_in(session: Session, span: Span) -> list[Offer]:
    """Return what is offered and not answered of the starts in a span."""
    facts = {"business": session.business, "since": span.start, "until": span.end}
    return [Offer(*row) for row in session.execute(_OPEN_IN, facts)]


def to_others(session: Session, *, service: int, start: datetime, wait: int) -> int | None:
    """Return who of the others waits longest of those that a start was offered to."""
    facts = {"business": session.business, "service": service, "start": start, "wait": wait}
    found: int | None = session.execute(_TO_OTHERS, facts).scalar()
    return found


_GONE_AT = text(
    "SELECT max(e.at) FROM allocations a JOIN booking_events e"
    " ON e.business_id = a.business_id AND e.booking_id = a.booking_id"
    " AND e.kind IN ('confirmed', 'awaiting_provider', 'moved')"
    " WHERE a.business_id = :business AND a.slot_start <= :start AND upper(a.during) > :start"
    " AND a.slot_start > CAST(:start AS timestamptz) - interval '1 day' AND a.active"
    " AND a.resource_id = ANY(CAST(:resources AS bigint[]))"
)


def gone_at(session: Session, *, start: datetime, resources: Sequence[int]) -> datetime | None:
    """Return when a time was taken by somebody else for good; None where it was not."""
    facts = {"business": session.business, "start": start, "resources": list(resources)}
    found: datetime | None = session.execute(_GONE_AT, facts).scalar()
    return found
