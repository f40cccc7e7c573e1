"""Whom somebody gets who asked for nobody in particular: a rule of the business, from its rows."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from core.choosing import Wanted
from core.db import Session
from core.hours import local
from core.limits import monday_of
from core.rules import Anyone, Business, Kind, Need, Service
from core.span import DAY, instant

_TURNS = date.min  # the day that is locked for a turn, which is of no day


class Because(StrEnum):
    """Why it is who it is."""

    ASKED = "asked"  # for them by name
    KEPT = "kept"  # they have had it already
    USUAL = "usual"  # the customer was with them last
    LEAST_BUSY = "least busy"
    TURN = "turn"  # they were chosen longest ago
    FIRST = "first"  # they are named first in the file, of those who are free


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who may be chosen, and what of theirs is compared.

    The start of the customer's last visit to them, the minutes of their (day, week), or the booking
    that was their last turn; None where there is none, or nothing is compared.
    """

    resource: int
    value: datetime | tuple[int, int] | int | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """A service whose providers stand in the order in which they are tried, and why each does."""

    service: Service
    because: Mapping[int, Because]
    ranking: tuple[Ranked, ...] = ()  # in that order; empty where there is nobody to choose among

    def why(self, resources: Sequence[int]) -> Because | None:
        """Return why it is who was chosen of them; None where there was no choice."""
        return next((self.because[r] for r in resources if r in self.because), None)

    def turn(self, resources: Sequence[int]) -> int | None:
        """Return whose turn it was of who was chosen; None for who was asked for by name."""
        chosen = (r for r in resources if r in self.because)
        return next((r for r in chosen if self.because[r] is not Because.ASKED), None)


_USUAL = text("""
SELECT a.resource_id AS resource, max(b.starts_at) AS value
FROM bookings b JOIN allocations a ON a.business_id = b.business_id AND a.booking_id = b.id
  AND a.active
WHERE b.business_id = :business AND b.person_id = CAST(:person AS bigint)
  AND a.resource_id = ANY(:resources) AND b.status IN ('confirmed', 'completed')
  AND b.starts_at <= :now GROUP BY a.resource_id
""")
_BUSY = text("""
SELECT a.resource_id AS resource,
    coalesce(sum(extract(epoch FROM upper(a.during) - lower(a.during)))
        FILTER (WHERE a.slot_start >= :day AND a.slot_start < :over), 0)::int AS day,
    sum(extract(epoch FROM upper(a.during) - lower(a.during)))::int AS week
FROM allocations a
LEFT JOIN bookings b ON b.business_id = a.business_id AND b.id = a.booking_id
WHERE a.business_id = :business AND a.resource_id = ANY(:resources) AND a.active
  AND a.slot_start >= :monday AND a.slot_start < :sunday
  AND (b.id IS NULL OR b.id IS DISTINCT FROM CAST(:but AS bigint))
  AND (b.expires_at IS NULL OR b.expires_at > :now) GROUP BY a.resource_id
""")
# Backwards from everybody's newest turn to the first that stands: few rows, however many there are.
TURN = text("""
SELECT who.resource, (
    SELECT b.id FROM bookings b
    WHERE b.business_id = :business AND b.service_id = :service AND b.turn_id = who.resource
      AND b.status NOT IN ('cancelled', 'expired', 'released')
      AND (b.expires_at IS NULL OR b.expires_at > :now)
      AND b.id IS DISTINCT FROM CAST(:but AS bigint)
    ORDER BY b.id DESC LIMIT 1) AS value
FROM unnest(CAST(:resources AS bigint[])) AS who(resource)
""")


def compares(business: Business, wanted: Wanted) -> bool:
    """Whether it is decided by what others have booked: then a day's locks must be exclusive."""
    several = wanted.provider is None and _asked_of(business, wanted.service) is not None
    return several and rule_of(business, wanted.service) in {Anyone.LEAST_BUSY, Anyone.ROUND_ROBIN}


def to_lock(business: Business, wanted: Wanted) -> list[tuple[int, date]]:
    """Return which (resource, day) to lock beside a booking's own days.

    The first of the week of everybody who may be compared by their weeks, whoever is booked and
    for what; and what stands for the turns of a service.
    """
    service = wanted.service
    pairs: list[tuple[int, date]] = []
    if Anyone.LEAST_BUSY in {business.anyone, *(s.anyone for s in business.services)}:
        monday = monday_of(business, wanted.start)
        pairs += [(r, monday) for need in service.needs for r in need.any_of]
    if rule_of(business, service) is Anyone.ROUND_ROBIN and compares(business, wanted):
        pairs.append((min(r for need in service.needs for r in need.any_of), _TURNS))
    return pairs


def rule_of(business: Business, service: Service) -> Anyone:
    """Return by which rule somebody is chosen for a service."""
    return service.anyone or business.anyone


def preferred(
    session: Session,
    business: Business,
    wanted: Wanted,
    *,
    person: int | None,
    now: datetime,
    but: int | None = None,
    mine: Container[int] = (),
) -> Preference:
    """Return the service with its providers in the order of the business's rule.

    One query where several could do it and the rule is not simply "first". Whoever of `mine` has it
    already stays first; `but` is the booking that is replaced, which counts for nobody. The caller
    holds the locks of the days and of `to_lock`, so that what is counted stays so. Without a person
    nobody is usual.
    """
    service = wanted.service
    number = _asked_of(business, service)
    if number is None or wanted.provider is not None:
        who = () if wanted.provider is None else (wanted.provider,)
        return Preference(service, dict.fromkeys(who, Because.ASKED))
    named = service.needs[number].any_of
    rule = rule_of(business, service)
    facts = {"business": session.business, "resources": list(named), "now": now, "but": but}
    values: dict[int, Any] = {}
    rank: dict[int, Any] = {}
    because: dict[int, Because] = {}
    if rule is Anyone.USUAL:
        rows = session.execute(_USUAL, facts | {"person": person})
        values = {row.resource: row.value for row in rows}
        rank = {resource: -last.timestamp() for resource, last in values.items()}
        because = dict.fromkeys(rank, Because.USUAL)
    elif rule is Anyone.LEAST_BUSY:
        rows = session.execute(_BUSY, facts | _days(business, wanted.start))
        values = dict.fromkeys(named, (0, 0))
        values |= {r.resource: (r.day // 60, r.week // 60) for r in rows}
        rank = values
        because = dict.fromkeys(named, Because.LEAST_BUSY)
    elif rule is Anyone.ROUND_ROBIN:
        rows = session.execute(TURN, facts | {"service": service.id})
        values = {row.resource: row.value for row in rows if row.value is not None}
        rank = dict.fromkeys(named, 0) | values
        because = dict.fromkeys(named, Because.TURN)
    last = max(rank.values(), default=0)
    order = sorted(named, key=lambda r: (r not in mine, r not in rank, rank.get(r, last)))
    because = dict.fromkeys(named, Because.FIRST) | because
    because |= {r: Because.KEPT for r in named if r in mine}
    needs = [*service.needs]
    needs[number] = Need(tuple(order))
    ranking = tuple(Ranked(r, values.get(r)) for r in order)
    return Preference(replace(service, needs=tuple(needs)), because, ranking)


def _asked_of(business: Business, service: Service) -> int | None:
    """Return the number of the need that one of several people serves."""
    for number, need in enumerate(service.needs):
        people = [r for r in need.any_of if business.resource(r).kind is Kind.PROVIDER]
        if len(people) > 1 and len(people) == len(need.any_of):
            return number
    return None


def _days(business: Business, start: datetime) -> dict[str, datetime]:
    """Return the ends of a start's day and of its week at the place."""
    day = local(start, business).date()
    monday = day - day.weekday() * DAY
    ends = [instant(d, time(0), business.zone) for d in (day, day + DAY, monday, monday + 7 * DAY)]
    return dict(zip(("day", "over", "monday", "sunday"), ends, strict=True))


_CHOSEN = text(
    "SELECT facts ->> 'because' AS because FROM booking_events"
    " WHERE business_id = :business AND booking_id = :booking AND facts -> 'because' IS NOT NULL"
    " ORDER BY seq DESC LIMIT 1"
)


def because_of(session: Session, booking: int) -> Because | None:
    """Return why a booking has the provider that it has, as it was when they were chosen."""
    facts = {"business": session.business, "booking": booking}
    row = session.execute(_CHOSEN, facts).one_or_none()
    return Because(row.because) if row else None
