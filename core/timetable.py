"""Classes on their days: each is a session that occupies its room and teacher by itself.

Sessions are made from now to the furthest day that can be booked and some days more. Time that
somebody booked is never overwritten: such a conflict is reported, and tried again the next time.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import Range, insert

from core import due
from core import tables as t
from core.db import Session
from core.locks import lock_days
from core.policy import on_duty
from core.rules import Business, ClassTime, Service
from core.span import DAY, Span, days_between, instant, local_days
from core.standing import standing
from core.taking import lapse_around

_SPARE = timedelta(days=8)  # made beyond the furthest day, so that no day without us is missed


_LOCK_PLACE = text("SELECT 1 FROM businesses WHERE id = :business FOR NO KEY UPDATE")


class Clash(NamedTuple):
    """A class that did not get a resource, because bookings have it."""

    service: int
    start: datetime
    resource: int
    refs: tuple[str, ...]


class Kept(NamedTuple):
    """A class that is no longer in the timetable, but that people have booked."""

    service: int
    start: datetime
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """What was done: how many sessions were made or dropped, and what could not be done."""

    made: int = 0
    dropped: int = 0
    clashes: tuple[Clash, ...] = ()
    kept: tuple[Kept, ...] = ()


class _Held(NamedTuple):
    """One class on one day, as the rules want it; instants in UTC, `taken` with the buffers."""

    span: Span
    taken: Span
    seats: tuple[tuple[int, int], ...]  # (resource, seat)


_Place = tuple[int, datetime]  # service and start


def materialise(session: Session, business: Business) -> Timetable:
    """Bring the sessions of classes in line with the rules; done twice, nothing happens.

    One at a time for a business. A class that is to go is locked before it is looked whether
    somebody has booked it: who books it then waits, and finds it gone.
    """
    lock_place(session)
    wanted = dict(_wanted(business, session.now))
    rows = _rows(session)
    if any(service.times for service in business.services):
        _again_tomorrow(session)
    if not wanted and not rows:
        return Timetable()
    live = live_refs(session, [row.id for row in rows.values()])
    kept, stale = [], []
    for place, row in rows.items():
        held = wanted.get(place)
        if held is not None and row.active and row.ends_at == held.span.end:
            continue
        if row.active and row.id in live:
            wanted.pop(place, None)
            kept.append(Kept(*place, live[row.id]))
        elif held is None and row.active:
            stale.append(row.id)
    _drop(session, stale)
    ids, made = _sessions(session, wanted, rows)
    clashes = _occupy(session, business.zone, wanted, ids)
    return Timetable(made, len(stale), tuple(clashes), tuple(kept))


def lock_place(session: Session) -> None:
    """Wait for whoever else lays out the classes of the business, until the transaction ends."""
    session.execute(_LOCK_PLACE, {"business": session.business})


def _again_tomorrow(session: Session) -> None:
    """Have the classes laid out anew every day, as days come within reach."""
    at = session.now + timedelta(days=1)
    key = f"classes:{at:%Y-%m-%d}"
    due.post(session, kind="classes", subject=session.business, key=key, due=at)


def live_refs(session: Session, sessions: list[int]) -> dict[int, tuple[str, ...]]:
    """Return the refs of the bookings that still stand, by session."""
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    if not sessions:
        return found
    bookings = t.bookings.c
    for row in session.execute(
        select(bookings.session_id, bookings.ref)
        .where(
            bookings.business_id == session.business,
            bookings.session_id.in_(sessions),
            standing(session.now),
        )
        .order_by(bookings.id)
    ):
        found[row.session_id] += (row.ref,)
    return found


def _wanted(business: Business, now: datetime) -> Iterator[tuple[_Place, _Held]]:
    """Yield every class from now on that lies in the hours of its place and of its staff."""
    first = now.astimezone(business.zone).date()
    last = first + timedelta(days=business.furthest) + _SPARE
    for service in business.services:
        for time in service.times:
            for day in days_between(first, last):
                if day.weekday() == time.weekday:
                    start = instant(day, time.starts, business.zone)
                    span = Span(start, start + service.length)
                    if start >= now and _open(business, time, span):
                        yield (service.id, start), _held(business, service, time, span)


def _open(business: Business, time: ClassTime, span: Span) -> bool:
    """Whether the place and everybody a class needs work then; the shift may be last night's."""
    return all(on_duty(business, who, span) for who in (None, *time.resources))


def _held(business: Business, service: Service, time: ClassTime, span: Span) -> _Held:
    seats = tuple(
        (r, seat)
        for r in sorted(time.resources)
        for seat in range(1, business.resource(r).seats + 1)
    )
    return _Held(span, span.widened(*service.buffers), seats)


def _rows(session: Session) -> dict[_Place, Row[Any]]:
    sessions = t.sessions.c
    return {
        (row.service_id, row.starts_at): row
        for row in session.execute(
            select(t.sessions)
            .where(sessions.business_id == session.business, sessions.starts_at >= session.now)
            .order_by(sessions.id)
            .with_for_update(key_share=True)
        )
    }


def _drop(session: Session, ids: list[int]) -> None:
    for table, column in ((t.sessions, "id"), (t.allocations, "session_id")):
        if ids:
            session.execute(
                update(table)
                .where(
                    table.c.business_id == session.business,
                    table.c[column].in_(ids),
                    table.c.active,
                )
                .values(active=False)
            )


def _sessions(
    session: Session, wanted: dict[_Place, _Held], rows: dict[_Place, Row[Any]]
) -> tuple[dict[_Place, int], int]:
    """Make or bring back the sessions that are missing; return every id, and how many were new."""
    ids = {place: rows[place].id for place in wanted if place in rows}
    missing = [
        {
            "business_id": session.business,
            "service_id": place[0],
            "starts_at": held.span.start,
            "ends_at": held.span.end,
        }
        for place, held in sorted(wanted.items())
        if place not in rows or not rows[place].active or rows[place].ends_at != held.span.end
    ]
    if missing:
        made = insert(t.sessions).values(missing)
        table = t.sessions.c
        for row in session.execute(
            made.on_conflict_do_update(
                index_elements=["business_id", "service_id", "starts_at"],
                set_={"ends_at": made.excluded.ends_at, "active": True},
            ).returning(table.id, table.service_id, table.starts_at)
        ):
            ids[row.service_id, row.starts_at] = row.id
    return ids, len(missing)


def _occupy(
    session: Session, zone: ZoneInfo, wanted: dict[_Place, _Held], ids: dict[_Place, int]
) -> Iterator[Clash]:
    """Let each session occupy what it needs and nothing else; yield what others have."""
    needed = {
        (ids[place], resource, seat, held.taken.start, held.taken.end): (place, held.taken)
        for place, held in wanted.items()
        for resource, seat in held.seats
    }
    table = t.allocations.c
    wrong: list[int] = []
    for row in session.execute(
        select(t.allocations).where(
            table.business_id == session.business,
            table.session_id.in_(sorted(set(ids.values()))),
            table.active,
        )
    ):
        key = (row.session_id, row.resource_id, row.seat, row.during.lower, row.during.upper)
        if needed.pop(key, None) is None:
            wrong.append(row.id)
    if wrong:
        session.execute(
            update(t.allocations)
            .where(table.business_id == session.business, table.id.in_(wrong))
            .values(active=False)
        )
    if not needed:
        return
    lock_days(
        session,
        resources={key[1] for key in needed},
        days={day for _, taken in needed.values() for day in local_days(taken, zone)},
        exclusive=True,
    )
    lapse_around(
        session,
        {key[1] for key in needed},
        Span(min(key[3] for key in needed), max(key[4] for key in needed)),
        now=session.now,
    )
    rows = [
        {
            "business_id": session.business,
            "session_id": key[0],
            "resource_id": key[1],
            "seat": key[2],
            "during": Range(taken.start, taken.end),
            "slot_start": taken.start,
        }
        for key, (_, taken) in sorted(needed.items(), key=lambda item: item[0][1:])
    ]
    done = {
        (row.session_id, row.resource_id, row.seat)
        for row in session.execute(
            insert(t.allocations)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(table.session_id, table.resource_id, table.seat)
        )
    }
    for key, (place, taken) in needed.items():
        if key[:3] not in done:
            yield Clash(*place, key[1], _who_has(session, key[1], key[2], taken))


def _who_has(session: Session, resource: int, seat: int, taken: Span) -> tuple[str, ...]:
    held, bookings = t.allocations.c, t.bookings.c
    return tuple(
        session.execute(
            select(bookings.ref)
            .join(
                t.allocations,
                (held.business_id == bookings.business_id) & (held.booking_id == bookings.id),
            )
            .where(
                held.business_id == session.business,
                held.resource_id == resource,
                held.seat == seat,
                held.active,
                held.slot_start < taken.end,
                held.slot_start > taken.start - DAY,
                func.upper(held.during) > taken.start,
            )
            .order_by(bookings.starts_at)
        ).scalars()
    )
