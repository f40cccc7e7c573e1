"""When somebody is reminded of a booking: rules and a start to instants; and that they will come.

Rules are stored, instants are computed: when the booking is confirmed or changes its time, and once
more when a reminder is due, as its reader may have gone elsewhere since. Quiet hours move a
reminder to the last minute before them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core import quiet
from core.booking import By
from core.db import Session
from core.deadline import Deadline
from core.refusals import Reason, Refusal
from core.rules import Business, Service

_WARNING = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One rule of a booking, and when it is to be sent."""

    rule: str
    at: datetime


def rules_of(business: Business, service: Service | None) -> tuple[Deadline, ...]:
    """Return the rules of a service, else of its business."""
    own = service.reminders if service is not None else None
    return business.reminders if own is None else own


@dataclass(frozen=True, slots=True)
class ConfirmBy:
    """Until when somebody has to say that they come, and when they are warned before."""

    warn: datetime
    by: datetime


def confirm_by(
    business: Business, service: Service | None, start: datetime, *, reader: ZoneInfo
) -> ConfirmBy | None:
    """Return until when a start has to be confirmed; None where it need not be.

    The warning is moved out of the reader's quiet hours, as a reminder is.
    """
    own = service.confirm_by if service is not None else None
    rule = own or business.confirm_by
    if rule is None:
        return None
    by = rule.before(start, business.zone)
    return ConfirmBy(quiet.before(business.quiet, reader, by - _WARNING), by)


def moment(business: Business, rule: Deadline, start: datetime, reader: ZoneInfo) -> datetime:
    """Return when a rule reminds of a start: not in the quiet hours of the reader's zone."""
    return quiet.before(business.quiet, reader, rule.before(start, business.zone))


def ahead(
    business: Business,
    rules: Sequence[Deadline],
    start: datetime,
    *,
    reader: ZoneInfo,
    now: datetime,
) -> list[Reminder]:
    """Return the reminders of a start that are still to come, the first first.

    What would be sent by now is left out; of two at the same moment the nearer to the start stays.
    """
    found: dict[datetime, Reminder] = {}
    for rule in sorted(rules, key=lambda r: r.before(start, business.zone)):
        at = moment(business, rule, start, reader)
        if now <= at < start:
            found[at] = Reminder(rule.name, at)
    return sorted(found.values(), key=lambda one: one.at)


_COMING = text("""
WITH done AS (
    UPDATE bookings SET events = events + 1 WHERE business_id = :business AND id = :booking
    RETURNING id, events, version)
INSERT INTO booking_events (business_id, booking_id, seq, kind, actor, message_id, at, facts)
SELECT :business, id, events, 'acknowledged', :actor, :message, :now,
    jsonb_build_object('version', version) FROM done
""")
_SAID_SO = text(
    "SELECT 1 FROM booking_events e JOIN bookings b"
    " ON b.business_id = e.business_id AND b.id = e.booking_id"
    " WHERE e.business_id = :business AND e.booking_id = :booking AND e.kind = 'acknowledged'"
    " AND CAST(e.facts ->> 'version' AS int) = b.version LIMIT 1"
)
_LOCK = text(
    "SELECT status, starts_at FROM bookings WHERE business_id = :business AND id = :booking"
    " FOR NO KEY UPDATE"
)


def acknowledge(session: Session, *, booking: int, by: By, now: datetime) -> Refusal | None:
    """Keep that a customer said they will come, once for each time that the booking had."""
    facts = {"business": session.business, "booking": booking, "now": now}
    row = session.execute(_LOCK, facts).one_or_none()
    if row is None or row.status != "confirmed" or row.starts_at <= now:
        return Refusal(Reason.GONE)
    if not acknowledged(session, booking):
        session.execute(_COMING, facts | {"actor": by.actor, "message": by.message})
    return None


_OF_MANY = text(
    "SELECT DISTINCT b.id FROM bookings b JOIN booking_events e"
    " ON e.business_id = b.business_id AND e.booking_id = b.id"
    " WHERE b.business_id = :business AND b.id = ANY(CAST(:bookings AS bigint[]))"
    " AND e.kind = 'acknowledged' AND CAST(e.facts ->> 'version' AS int) = b.version"
)


def coming(session: Session, bookings: Sequence[int]) -> set[int]:
    """Return of which of some bookings the customer said that they will come, as they stand."""
    facts = {"business": session.business, "bookings": list(bookings)}
    return {row.id for row in session.execute(_OF_MANY, facts)} if bookings else set()


def acknowledged(session: Session, booking: int) -> bool:
    """Whether a customer said that they will come, at the time that it has now."""
    facts = {"business": session.business, "booking": booking}
    return session.execute(_SAID_SO, facts).one_or_none() is not None
