"""Move a series, or what is left of it: each booking to the day and hour that its rule gives it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text

from core import booking, changing
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.recurrence import Occurrence, occurrences
from core.refusals import Refusal
from core.rules import Business
from core.series import LOCK_ROW, Laid, Plan, Series, columns, reach, standing, wish
from core.together import lock

_LOCK_BOOKINGS = text(
    "SELECT id FROM bookings WHERE business_id = :business AND series_id = :series"
    " AND (status = 'confirmed' OR expires_at IS NOT NULL) ORDER BY id FOR NO KEY UPDATE"
)
_CHANGE = text(
    "UPDATE series SET rule = :rule, but = :but, without = CAST(:without AS date[]),"
    " first = :first, clock = :clock, service_id = :service, provider_id = :provider,"
    " party = :party, extras = CAST(:extras AS jsonb)"
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
    session.execute(LOCK_ROW, {"business": session.business, "series": series.id})
    session.execute(_LOCK_BOOKINGS, {"business": session.business, "series": series.id})
    old = standing(session, series.id, since=max(since, now), now=now)
    new = occurrences(plan.recurrence, zone=business.zone, until=reach(business, now))
    new = [one for one in new if one.start > now]
    lock(session, business, series.person, [wish(plan, one.start) for one in new])
    held: list[tuple[Occurrence, Held]] = []
    refused: list[tuple[Occurrence, Refusal]] = []
    pairs = list(zip(old, new, strict=False))
    for (each, _), one in reversed(pairs) if _later(pairs) else pairs:
        wanted = wish(plan, one.start)
        got = _move_one(session, business, series, wanted, each=each, by=by, now=now)
        if isinstance(got, Held):
            held.append((one, got))
        else:
            refused.append((one, got))
    for each, _ in old[len(new) :]:
        changing.cancel(session, booking=each, by=by, now=now, why="moved")
    session.execute(_CHANGE, {"business": session.business, "series": series.id} | columns(plan))
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
