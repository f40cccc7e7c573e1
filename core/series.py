"""Series: bookings that recur by a rule, made together, changed together, extended as time passes.

A series is one row; its occurrences are bookings like any other, which `series_id` joins to it.
What cannot be booked is reported with its reason and never silently left out. Occurrences exist as
far ahead as the business can be booked; `extend` lays out the days that came within reach.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import booking, changing, due
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.hours import local
from core.policy import bookable
from core.recurrence import Occurrence, Recurrence, last_day, occurrences
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.together import hold_all


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to recur: a service for a party, perhaps with one provider (a resource's id)."""

    service: Service
    recurrence: Recurrence
    party: int = 1
    provider: int | None = None


@dataclass(frozen=True, slots=True)
class Laid:
    """What became of each occurrence that is within reach, in order of time."""

    series: int
    held: tuple[tuple[Occurrence, Held], ...]
    refused: tuple[tuple[Occurrence, Refusal], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """A series as its row has it."""

    id: int
    person: int
    plan: Plan
    status: str
    laid_until: date


_MAKE = text(
    "INSERT INTO series (business_id, person_id, service_id, provider_id, party, rule, but,"
    " without, first, clock, extras, status, laid_until, created_at)"
    " VALUES (:business, :person, :service, :provider, :party, :rule, :but,"
    " CAST(:without AS date[]), :first, :clock, CAST(:extras AS jsonb), 'held', :laid, :now)"
    " RETURNING id"
)


def hold(
    session: Session,
    *,
    business: Business,
    plan: Plan,
    person: int,
    until: datetime,
    by: By,
    now: datetime,
) -> Laid:
    """Hold every occurrence that can be booked until an instant; say of the others why not.

    All days are locked at once, in the order of all locks, before the first is taken.
    """
    last = reach(business, now)
    facts = {"business": session.business, "person": person, "laid": last, "now": now}
    row = session.execute(_MAKE, facts | columns(plan))
    made = Series(int(row.scalar_one()), person, plan, "held", last)
    wanted = occurrences(plan.recurrence, zone=business.zone, until=last)
    return _hold_all(session, business, made, wanted, until=until, by=by, now=now)


def columns(plan: Plan) -> dict[str, Any]:
    """Return a plan as the columns of its row."""
    again = plan.recurrence
    return {
        "service": plan.service.id,
        "provider": plan.provider,
        "party": plan.party,
        "rule": again.rule,
        "but": again.but,
        "without": [day.isoformat() for day in sorted(again.without)],
        "first": again.first,
        "clock": again.clock,
        "extras": json.dumps(booking.kept(plan.service)),
    }


def hold_another(
    session: Session,
    *,
    business: Business,
    series: Series,
    start: datetime,
    until: datetime,
    by: By,
    now: datetime,
) -> Held | Refusal:
    """Hold another time for an occurrence that could not be had."""
    return booking.hold(
        session,
        business=business,
        wanted=wish(series.plan, start),
        person=series.person,
        until=until,
        by=by,
        now=now,
        series=series.id,
    )


def reach(business: Business, now: datetime) -> date:
    """Return the last day of the place that can be booked."""
    return local(now, business).date() + timedelta(days=business.furthest)


def wish(plan: Plan, start: datetime) -> Wanted:
    """Return one occurrence as it is wanted."""
    return Wanted(plan.service, start, plan.party, plan.provider)


def _hold_all(
    session: Session,
    business: Business,
    series: Series,
    wanted: Sequence[Occurrence],
    *,
    until: datetime,
    by: By,
    now: datetime,
) -> Laid:
    answers = hold_all(
        session,
        business=business,
        wanted=[wish(series.plan, one.start) for one in wanted],
        person=series.person,
        series=series.id,
        until=until,
        by=by,
        now=now,
    )
    both = list(zip(wanted, answers, strict=True))
    held = tuple((one, got) for one, got in both if isinstance(got, Held))
    refused = tuple((one, got) for one, got in both if isinstance(got, Refusal))
    return Laid(series.id, held, tuple(r for r in refused if r[1].reason is not Reason.PAST))


_READ = text(
    "SELECT id, person_id, service_id, provider_id, party, rule, but, without, first, clock,"
    " extras, status, laid_until FROM series WHERE business_id = :business AND id = :series"
)
LOCK_ROW = text(
    "SELECT id FROM series WHERE business_id = :business AND id = :series FOR NO KEY UPDATE"
)


def read(session: Session, business: Business, series: int) -> Series | None:
    """Return one series, None where there is none of that id or its service is gone."""
    row = session.execute(_READ, {"business": session.business, "series": series}).one_or_none()
    if row is None or row.service_id not in business.service_by_id:
        return None
    recurrence = Recurrence(row.rule, row.first, row.clock, row.but, frozenset(row.without))
    service = booking.as_kept(business.service(row.service_id), row.extras)
    plan = Plan(service, recurrence, row.party, row.provider_id)
    return Series(row.id, row.person_id, plan, row.status, row.laid_until)


_OCCURRENCES = text(
    "SELECT id, starts_at FROM bookings WHERE business_id = :business AND series_id = :series"
    " AND purpose = 'booking' AND starts_at >= :since"
    " AND (status = 'confirmed' OR expires_at > :now) ORDER BY starts_at, id"
)


def standing(
    session: Session, series: int, *, since: datetime, now: datetime
) -> list[tuple[int, datetime]]:
    """Return the bookings of a series that stand from an instant on: (id, start), in order."""
    facts = {"business": session.business, "series": series, "since": since, "now": now}
    return [(row.id, row.starts_at) for row in session.execute(_OCCURRENCES, facts)]


_STATUS = text(
    "UPDATE series SET status = :status WHERE business_id = :business AND id = :series"
    " AND status = ANY(CAST(:among AS text[])) RETURNING id"
)


def confirm(
    session: Session,
    *,
    business: Business,
    series: int,
    by: By,
    now: datetime,
    provider_until: datetime | None = None,
) -> Refusal | None:
    """Turn all that is held of a series into bookings, or into requests; all of them or none.

    Refused with GONE where any hold of it is over. Requests all wait until `provider_until`, or
    the first start if that is earlier; the series stands once this is called again without it.
    """
    rows = standing(session, series, since=now, now=now)
    made = read(session, business, series)
    if made is None or made.status != "held" or not rows or _part_gone(session, series, now):
        return Refusal(Reason.GONE)
    try:
        with session.attempt():
            _confirm_each(session, rows, by=by, now=now, provider_until=provider_until)
    except _GoneError:
        return Refusal(Reason.GONE)
    if provider_until is not None:
        return None
    _set(session, series, status="standing", among=("held",))
    _again_tomorrow(session, made, now)
    return None


_PART_GONE = text(
    "SELECT 1 FROM bookings WHERE business_id = :business AND series_id = :series"
    " AND purpose = 'booking' AND (status IN ('released', 'expired')"
    " OR status = 'held' AND expires_at <= :now) LIMIT 1"
)


def _part_gone(session: Session, series: int, now: datetime) -> bool:
    """Whether any time that was held of a series is so no longer, whoever ended it."""
    facts = {"business": session.business, "series": series, "now": now}
    return session.execute(_PART_GONE, facts).one_or_none() is not None


class _GoneError(Exception):
    """Undoes the savepoint of a series of which a part is gone."""


def _confirm_each(
    session: Session,
    rows: Sequence[tuple[int, datetime]],
    *,
    by: By,
    now: datetime,
    provider_until: datetime | None,
) -> None:
    until = min(provider_until, rows[0][1]) if provider_until is not None else None
    for each, _ in rows:
        if booking.confirm(session, booking=each, by=by, now=now, provider_until=until):
            raise _GoneError


def _set(session: Session, series: int, *, status: str, among: tuple[str, ...]) -> bool:
    facts = {"business": session.business, "series": series, "status": status}
    return session.execute(_STATUS, facts | {"among": list(among)}).one_or_none() is not None


def _again_tomorrow(session: Session, series: Series, now: datetime) -> None:
    """Have a series extended every day, as days come within reach, until it ends by itself."""
    end = last_day(series.plan.recurrence)
    if end is not None and end <= series.laid_until:
        return
    at = now + timedelta(days=1)
    due.post(
        session, kind="series", subject=series.id, key=f"series:{series.id}:{at:%Y-%m-%d}", due=at
    )


def release(session: Session, *, series: int, by: By, now: datetime) -> None:
    """Let everything go that is held of a series that was never agreed to."""
    for each, _ in standing(session, series, since=now, now=now):
        changing.release(session, booking=each, by=by, now=now)
    _set(session, series, status="ended", among=("held",))


def lapse(session: Session, *, series: int) -> bool:
    """Give up a series that was not agreed to in time; False where that is known already."""
    return _set(session, series, status="ended", among=("held",))


_OF_PERSON = text(
    "SELECT id FROM series WHERE business_id = :business AND person_id = :person"
    " AND status <> 'ended' ORDER BY id FOR NO KEY UPDATE"
)


def end_all(session: Session, *, person: int) -> None:
    """End what a person has of series; their bookings are the caller's to end."""
    facts = {"business": session.business, "person": person}
    for row in session.execute(_OF_PERSON, facts).all():
        _set(session, row.id, status="ended", among=("held", "standing"))


def end(
    session: Session, *, series: int, since: datetime, by: By, now: datetime, why: str = ""
) -> list[int]:
    """Cancel the occurrences from an instant on; the series goes no further. Return their ids."""
    session.execute(LOCK_ROW, {"business": session.business, "series": series})
    gone = [
        each
        for each, _ in standing(session, series, since=max(since, now), now=now)
        if changing.cancel(session, booking=each, by=by, now=now, why=why) is None
    ]
    _set(session, series, status="ended", among=("held", "standing"))
    return gone


_LAID = text("UPDATE series SET laid_until = :laid WHERE business_id = :business AND id = :series")


def extend(session: Session, *, business: Business, series: int, now: datetime) -> Laid | None:
    """Book the occurrences of the days that came within reach; None where it goes no further.

    One at a time for a series: its row is locked, and it knows how far it was laid out.
    """
    session.execute(LOCK_ROW, {"business": session.business, "series": series})
    found = read(session, business, series)
    if found is None or not _possible(business, found.plan):
        _set(session, series, status="ended", among=("standing",))
        return None
    if found.status != "standing":
        return None
    last = max(
        reach(business, now), found.laid_until
    )  # it may be booked less far ahead than before
    fresh = occurrences(
        found.plan.recurrence, zone=business.zone, until=last, after=found.laid_until
    )
    by, until = By("clock"), bookable(business, now=now).end
    laid = _hold_all(session, business, found, fresh, until=until, by=by, now=now)
    for _, held in laid.held:
        booking.confirm(session, booking=held.id, by=by, now=now)
    facts: dict[str, Any] = {"business": session.business, "series": series, "laid": last}
    session.execute(_LAID, facts)
    _again_tomorrow(session, replace(found, laid_until=last), now)
    return laid


def _possible(business: Business, plan: Plan) -> bool:
    """Whether who was wished for is still there."""
    return plan.provider is None or plan.provider in business.by_id
