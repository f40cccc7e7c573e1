"""Future bookings that a change of the rules would leave without what they were promised."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf
from typing import NamedTuple

from sqlalchemy import select

from core import tables as t
from core.db import Session
from core.hours import open_spans
from core.locks import lock_days
from core.rules import Business, Service
from core.serving import leading
from core.span import DAY, Span, days_between, merged
from core.standing import standing


@dataclass(frozen=True, slots=True)
class Affected:
    """What happens to which bookings; `str` is the line to show. `lines` name each of them."""

    text: str
    refs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join((self.text, *(f"    {line}" for line in self.lines)))


class Standing(NamedTuple):
    """A future booking and one of the resources it occupies; instants aware."""

    ref: str
    service: int
    party: int
    start: datetime
    end: datetime
    resource: int
    seat: int


def orphans(session: Session, old: Business, new: Business) -> tuple[Affected, ...]:
    """Return what must be refused: bookings whose service, resource, seat or zone would go."""
    resources = {r.id for r in new.resources}
    services = {s.id for s in new.services}
    seats = {r.id: r.seats for r in new.resources}
    gone = {r.id: r.name for r in old.resources if r.id not in resources}
    dropped = {s.id: s.name(old.languages[0]) for s in old.services if s.id not in services}
    fewer = {r.id: r.name for r in old.resources if seats.get(r.id, r.seats) < r.seats}
    moved = old.zone.key != new.zone.key
    if not (gone or dropped or fewer or moved):
        return ()
    _guard(session, old, {*gone, *fewer}, {*dropped}, moved=moved)
    rows = standing_bookings(session)
    found: list[Affected | None] = [
        *(
            _affected(f"{name} cannot be removed: bookings need it", _of(rows, resource=r), old)
            for r, name in gone.items()
        ),
        *(
            _affected(f"{name} cannot be removed: it is booked", _of(rows, service=s), old)
            for s, name in dropped.items()
        ),
        *(
            _affected(
                f"{name} cannot have {seats[r]} seats: more are booked",
                [row for row in _of(rows, resource=r) if row.seat > seats[r]],
                old,
            )
            for r, name in fewer.items()
        ),
    ]
    if moved:
        text = f"the time zone cannot become {new.zone.key}: bookings stand in {old.zone.key}"
        found.append(_affected(text, rows, old))
    return tuple(a for a in found if a is not None)


def concerns(session: Session, old: Business, new: Business) -> tuple[Affected, ...]:
    """Return what is only said: bookings that stay as they are and no longer fit the rules."""
    rows = [row for row in standing_bookings(session) if row.resource in new.by_id]
    before, after = _Open(old), _Open(new)
    service = {s.id: s for s in new.services}
    was = {s.id: s for s in old.services}

    def outside(row: Standing) -> bool:
        return before.covers(row) and not after.covers(row)

    def other_length(row: Standing) -> bool:
        earlier, later = was[row.service], service[row.service]
        decides = not later.lengths or row.resource in later.needs[leading(later)].any_of
        return decides and earlier.takes(row.resource) != later.takes(row.resource)

    tables: dict[str, set[int]] = {}
    for row in rows:
        tables.setdefault(row.ref, set()).add(row.resource)

    def seated(row: Standing, business: Business) -> float:
        sizes = [business.resource(r).capacity for r in tables[row.ref]]
        whole = sum(size for size in sizes if size is not None)
        return whole if any(sizes) else inf

    def too_small(row: Standing) -> bool:
        return seated(row, new) < row.party <= seated(row, old)

    def not_by(row: Standing) -> bool:
        def may(s: Service) -> bool:
            return any(row.resource in need.any_of for need in s.needs)

        return may(was[row.service]) and not may(service[row.service])

    rules: list[tuple[str, Callable[[Standing], bool]]] = [
        ("now lie outside the hours and stay as they are", outside),
        ("keep the length that they were booked with", other_length),
        ("are for more people than their table takes now, and keep it", too_small),
        ("keep somebody who no longer does that service", not_by),
    ]
    known = [row for row in rows if row.service in service and row.service in was]
    found = (_affected(text, [r for r in known if rule(r)], new) for text, rule in rules)
    return tuple(a for a in found if a is not None)


def standing_bookings(session: Session) -> list[Standing]:
    """Return every future booking that stands, once for each seat it occupies, by start."""
    bookings, held = t.bookings.c, t.allocations.c
    rows = session.execute(
        select(
            bookings.ref,
            bookings.service_id,
            bookings.party,
            bookings.starts_at,
            bookings.ends_at,
            held.resource_id,
            held.seat,
        )
        .join(
            t.allocations,
            (held.business_id == bookings.business_id)
            & (held.booking_id == bookings.id)
            & held.active,
        )
        .where(
            bookings.business_id == session.business,
            bookings.ends_at > session.now,
            standing(session.now),
        )
        .order_by(bookings.starts_at, bookings.id, held.resource_id, held.seat)
    )
    return [Standing._make(row) for row in rows]


def _guard(
    session: Session, old: Business, resources: set[int], services: set[int], *, moved: bool
) -> None:
    """Wait for whoever is booking what goes; who comes later finds that the rules have changed."""
    used = {
        r
        for service in old.services
        if moved or service.id in services
        for need in service.needs
        for r in need.any_of
    }
    today = session.now.astimezone(old.zone).date()
    last = today + timedelta(days=old.furthest + 1)
    lock_days(
        session,
        resources=resources | used,
        days=days_between(today - DAY, last),
        exclusive=True,
    )


def _of(
    rows: list[Standing], *, resource: int | None = None, service: int | None = None
) -> list[Standing]:
    return [
        row
        for row in rows
        if (resource is None or row.resource == resource)
        and (service is None or row.service == service)
    ]


def _affected(text: str, rows: list[Standing], business: Business) -> Affected | None:
    if not rows:
        return None
    lines = {row.ref: _line(row, business) for row in rows}
    return Affected(text, tuple(lines), tuple(lines.values()))


def _line(row: Standing, business: Business) -> str:
    local = row.start.astimezone(business.zone)
    service = business.service(row.service).name(business.languages[0])
    return f"{row.ref} {service}, {business.resource(row.resource).name}, {local:%a %d %b %Y %H:%M}"


class _Open:
    """When the resources of a business are open, each day looked up once."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._days: dict[tuple[int, date], list[Span]] = {}

    def covers(self, row: Standing) -> bool:
        """Whether a booking lies in the hours of its resource; last night's shift counts."""
        if row.resource not in self._business.by_id:
            return False
        day = row.start.astimezone(self._business.zone).date()
        if (row.resource, day) not in self._days:
            self._days[row.resource, day] = merged(
                span
                for at in (day - DAY, day, day + DAY)
                for span in open_spans(self._business, row.resource, at)
            )
        booked = Span(row.start, row.end)
        return any(span.covers(booked) for span in self._days[row.resource, day])
