"""A series of 52 weeks, checked and booked in one transaction, to 52 single bookings.

The two take turns on the same connection; whatever is booked is undone at the end of each.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from world import FULL, Bench, Figure, Tenant, at_most, fill, median_ms, settle, timed

from core import booking, series
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.recurrence import Recurrence, occurrences
from core.series import Plan
from core.span import MINUTE

ROWS = 1_000_000 if FULL else 100_000
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
WEEKS = 52
AGAIN = Recurrence(f"FREQ=WEEKLY;COUNT={WEEKS}", date(2027, 3, 2), time(15))
BY = By("bench")


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time of a series, and how it compares to as many single bookings."""
    with bench.database("bench_series") as database:
        database.set_clock(frozen=NOW)
        tenants = settle(database, tenants=4, people=100)
        fill(database, tenants, rows=ROWS)
        tenant = tenants[0]
        with database.transaction(tenant.business.id) as session:
            whole = median_ms(timed(lambda: undone(session, tenant, whole_series), times=10))
            singly = median_ms(timed(lambda: undone(session, tenant, one_by_one), times=3, warm=1))
    yield at_most(f"a series of {WEEKS}, checked and booked, p50", whole, 150, unit="ms")
    yield at_most(f"the same, to {WEEKS} single bookings", whole / singly, 0.5, unit="x")


class _UndoneError(Exception):
    """Takes back what was measured."""


def undone(session: Session, tenant: Tenant, work: Callable[[Session, Tenant], None]) -> None:
    """Do it and take it back."""
    try:
        with session.attempt():
            work(session, tenant)
            _undo()
    except _UndoneError:
        return


def _undo() -> None:
    raise _UndoneError


def _agreed(refused: object) -> None:
    if refused:
        raise RuntimeError(f"not booked: {refused}")


def whole_series(session: Session, tenant: Tenant) -> None:
    """Hold and confirm the series."""
    laid = series.hold(
        session,
        business=tenant.business,
        plan=Plan(tenant.business.services[0], AGAIN, provider=tenant.providers[0]),
        person=tenant.people[0],
        until=NOW + 5 * MINUTE,
        by=BY,
        now=NOW,
    )
    _agreed(laid.refused)
    _agreed(series.confirm(session, business=tenant.business, series=laid.series, by=BY, now=NOW))


def one_by_one(session: Session, tenant: Tenant) -> None:
    """Hold and confirm as many single bookings."""
    reach = NOW.date() + timedelta(days=365)
    for one in occurrences(AGAIN, zone=tenant.business.zone, until=reach):
        got = booking.hold(
            session,
            business=tenant.business,
            wanted=Wanted(tenant.business.services[0], one.start, 1, tenant.providers[0]),
            person=tenant.people[0],
            until=NOW + 5 * MINUTE,
            by=BY,
            now=NOW,
        )
        if isinstance(got, Held):
            _agreed(booking.confirm(session, booking=got.id, by=BY, now=NOW))
        else:
            _agreed(got)
