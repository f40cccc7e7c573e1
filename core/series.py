"""Series: bookings that recur by a rule, made together, changed together, extended as time passes.

A series is one row; its occurrences are bookings like any other, which `series_id` joins to it.
What cannot be booked is reported with its reason and never silently left out. Occurrences exist as
far ahead as the business can be booked; `extend` lays out the days that came within reach.
"""

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
from core.together import hold_all, lock


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
    " without, first, clock, status, laid_until, created_at)"
    " VALUES (:business, :person, :service, :provider, :party, :rule, :but,"
    " CAST(:without AS date[]), :first, :clock, 'held', :laid, :now) RETURNING id"
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
    reach = _reach(business, now)
    facts = {"business": session.business, "person": person, "laid": reach, "now": now}
    row = session.execute(_MAKE, facts | _columns(plan))
    made = Series(int(row.scalar_one()), person, plan, "held", reach)
    wanted = occurrences(plan.recurrence, zone=business.zone, until=reach)
    return _hold_all(session, business, made, wanted, until=until, by=by, now=now)


def _columns(plan: Plan) -> dict[str, Any]:
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
        wanted=_wanted(series.plan, start),
        person=series.person,
        until=until,
        by=by,
        now=now,
        series=series.id,
    )


def _reach(business: Business, now: datetime) -> date:
    """Return the last day of the place that can be booked."""
    return local(now, business).date() + timedelta(days=business.furthest)


def _wanted(plan: Plan, start: datetime) -> Wanted:
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
        wanted=[_wanted(series.plan, one.start) for one in wanted],
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
    " status, laid_until FROM series WHERE business_id = :business AND id = :series"
)
_LOCK_ROW = text(
    "SELECT id FROM series WHERE business_id = :business AND id = :series FOR NO KEY UPDATE"
)


def read(session: Session, business: Business, series: int) -> Series | None:
    """Return one series, None where there is none of that id in this business."""
    row = session.execute(_READ, {"business": session.business, "series": series}).one_or_none()
    if row is None:
        return None
    recurrence = Recurrence(row.rule, row.first, row.clock, row.but, frozenset(row.without))
    plan = Plan(business.service(row.service_id), recurrence, row.party, row.provider_id)
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


_LOCK_BOOKINGS = text(
    "SELECT id FROM bookings WHERE business_id = :business AND series_id = :series"
    " AND (status = 'confirmed' OR expires_at IS NOT NULL) ORDER BY id FOR NO KEY UPDATE"
)
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

    Refused with GONE where any hold of it is over. `provider_until` as in core.booking.confirm.
    """
    rows = standing(session, series, since=now, now=now)
    made = read(session, business, series)
    if made is None or made.status != "held" or not rows:
        return Refusal(Reason.GONE)
    try:
        with session.attempt():
            _confirm_each(session, rows, by=by, now=now, provider_until=provider_until)
    except _GoneError:
        return Refusal(Reason.GONE)
    _set(session, series, status="standing", among=("held",))
    _again_tomorrow(session, made, now)
    return None


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
    for each, start in rows:
        until = min(provider_until, start) if provider_until is not None else None
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


def end(
    session: Session, *, series: int, since: datetime, by: By, now: datetime, why: str = ""
) -> list[int]:
    """Cancel the occurrences from an instant on; the series goes no further. Return their ids."""
    session.execute(_LOCK_ROW, {"business": session.business, "series": series})
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
    session.execute(_LOCK_ROW, {"business": session.business, "series": series})
    found = read(session, business, series)
    if found is None or found.status != "standing" or found.plan.service.id not in _ids(business):
        return None
    reach = _reach(business, now)
    fresh = occurrences(
        found.plan.recurrence, zone=business.zone, until=reach, after=found.laid_until
    )
    by, until = By("clock"), bookable(business, now=now).end
    laid = _hold_all(session, business, found, fresh, until=until, by=by, now=now)
    for _, held in laid.held:
        booking.confirm(session, booking=held.id, by=by, now=now)
    facts: dict[str, Any] = {"business": session.business, "series": series, "laid": reach}
    session.execute(_LAID, facts)
    _again_tomorrow(session, replace(found, laid_until=reach), now)
    return laid


def _ids(business: Business) -> set[int]:
    return {service.id for service in business.services}


_CHANGE = text(
    "UPDATE series SET rule = :rule, but = :but, without = CAST(:without AS date[]),"
    " first = :first, clock = :clock, service_id = :service, provider_id = :provider,"
    " party = :party"
    " WHERE business_id = :business AND id = :series"
)


def move(
    session: Session,
    *,
    business: Business,
    series: Series,
    plan: Plan,
    since: datetime,
    by: By,
    now: datetime,
) -> Laid:
    """Move the occurrences from an instant on to another rule's days, the first to the first.

    Each booking keeps its row and its ref. What cannot be moved is reported and stays as it is; the
    caller undoes everything (`session.attempt`) where that is not what is wanted. A day that falls
    beyond what can be booked yet is given back, and laid out when it comes within reach.
    """
    session.execute(_LOCK_ROW, {"business": session.business, "series": series.id})
    session.execute(_LOCK_BOOKINGS, {"business": session.business, "series": series.id})
    old = standing(session, series.id, since=max(since, now), now=now)
    new = occurrences(plan.recurrence, zone=business.zone, until=_reach(business, now))
    new = [one for one in new if one.start > now]
    lock(session, business, series.person, [_wanted(plan, one.start) for one in new])
    held: list[tuple[Occurrence, Held]] = []
    refused: list[tuple[Occurrence, Refusal]] = []
    pairs = list(zip(old, new, strict=False))
    for (each, _), one in reversed(pairs) if _later(pairs) else pairs:
        wish = _wanted(plan, one.start)
        got = _move_one(session, business, series, wish, each=each, by=by, now=now)
        if isinstance(got, Held):
            held.append((one, got))
        else:
            refused.append((one, got))
    for each, _ in old[len(new) :]:
        changing.cancel(session, booking=each, by=by, now=now, why="moved")
    session.execute(_CHANGE, {"business": session.business, "series": series.id} | _columns(plan))
    return Laid(series.id, tuple(held), tuple(refused))


def _later(pairs: Sequence[tuple[tuple[int, datetime], Occurrence]]) -> bool:
    """Whether a series moves on: then its last goes first, out of the way of the one before it."""
    return any(one.start > start for (_, start), one in pairs)


def _move_one(
    session: Session,
    business: Business,
    series: Series,
    wanted: Wanted,
    *,
    each: int,
    by: By,
    now: datetime,
) -> Held | Refusal:
    got = booking.hold(
        session,
        business=business,
        wanted=wanted,
        person=series.person,
        until=now + timedelta(minutes=1),
        by=by,
        now=now,
        instead_of=each,
        series=series.id,
    )
    if isinstance(got, Refusal):
        return got
    gone = changing.swap(session, booking=each, hold=got.id, by=by, now=now)
    return gone or replace(got, id=each)
