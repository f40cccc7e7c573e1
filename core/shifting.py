"""Move a series, or what is left of it: each booking to the day and hour that its rule gives it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeAlias

from sqlalchemy import text

from core import booking, changing
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.hours import local
from core.recurrence import Occurrence, occurrences
from core.refusals import Refusal
from core.rules import Business
from core.series import LOCK_ROW, Laid, Plan, Series, columns, reach, standing, wish
from core.together import lock

_SPARE = timedelta(days=32)  # looked at beyond, so that the nearest day is known
_LOCK_BOOKINGS = text(
    "SELECT id FROM bookings WHERE business_id = :business AND series_id = :series"
    " AND (status = 'confirmed' OR expires_at IS NOT NULL) ORDER BY id FOR NO KEY UPDATE"
)
_CHANGE = text(
    "UPDATE series SET rule = :rule, but = :but, without = CAST(:without AS date[]),"
    " first = :first, clock = :clock, service_id = :service, provider_id = :provider,"
    " party = :party, extras = CAST(:extras AS jsonb), laid_until = :laid"
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

    Each booking keeps its row and its ref. What cannot be moved is reported and stays as it is,
    and so does the series where nothing can; the caller undoes everything (`session.attempt`) where
    that is not what is wanted. A day that falls beyond what can be booked yet is given back, and
    laid out when it comes within reach.
    """
    session.execute(LOCK_ROW, {"business": session.business, "series": series.id})
    session.execute(_LOCK_BOOKINGS, {"business": session.business, "series": series.id})
    last = reach(business, now)
    old = standing(session, series.id, since=max(since, now), now=now)
    pairs = list(_paired(business, plan, old, last, now))
    going = [(each, one) for each, one in pairs if one is not None and one.day <= last]
    if not going:
        return Laid(series.id, (), ())
    lock(session, business, series.person, [wish(plan, one.start) for _, one in going])
    held: list[tuple[Occurrence, Held]] = []
    refused: list[tuple[Occurrence, Refusal]] = []
    for each, one in reversed(going) if _later(old, going) else going:
        wanted = wish(plan, one.start)
        got = _move_one(session, business, series, wanted, each=each, by=by, now=now)
        if isinstance(got, Held):
            held.append((one, got))
        else:
            refused.append((one, got))
    if held:
        for each in {each for each, _ in old} - {each for each, _ in going}:
            changing.cancel(session, booking=each, by=by, now=now, why="moved")
        laid = min(series.laid_until + _by(business, series, old, pairs), last)
        facts = {"business": session.business, "series": series.id, "laid": laid}
        session.execute(_CHANGE, facts | columns(plan))
    return Laid(series.id, tuple(held), tuple(refused))


_Old: TypeAlias = Sequence[tuple[int, datetime]]  # bookings and their starts, in order
_Pairs: TypeAlias = Sequence[tuple[int, Occurrence | None]]


def _paired(
    business: Business, plan: Plan, old: _Old, last: date, now: datetime
) -> Iterator[tuple[int, Occurrence | None]]:
    """Yield each booking with the occurrence that is as much later as the first one's is.

    So a day that was given back, or moved by itself, leaves the others where they belong. None
    where the rule has no more.
    """
    if not old:
        return
    days = [local(start, business).date() for _, start in old]
    by = plan.recurrence.first - days[0]
    until = max(last, days[-1] + by) + _SPARE
    new = occurrences(plan.recurrence, zone=business.zone, until=until)
    left = [one for one in new if one.start > now]
    for (each, _), day in zip(old, days, strict=True):
        found = min(left, key=lambda one: abs(one.day - (day + by)), default=None)
        left = [one for one in left if found is not None and one.day > found.day]
        yield each, found


def _by(business: Business, series: Series, old: _Old, pairs: _Pairs) -> timedelta:
    """Return how much later the last of a series is, of those that stood on its own days."""
    days = {
        one.day
        for one in occurrences(series.plan.recurrence, zone=business.zone, until=series.laid_until)
    }
    both = [
        (local(start, business).date(), one.day)
        for (_, start), (_, one) in zip(old, pairs, strict=True)
        if one is not None
    ]
    was, is_now = next((pair for pair in reversed(both) if pair[0] in days), both[-1])
    return is_now - was


def _later(old: _Old, going: Sequence[tuple[int, Occurrence]]) -> bool:
    """Whether a series moves on: then its last goes first, out of the way of the one before it."""
    starts = dict(old)
    return any(one.start > starts[each] for each, one in going)


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
