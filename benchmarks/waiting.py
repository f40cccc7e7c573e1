"""A cancellation to its first offer, with a thousand and with a million who wait."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from world import FULL, Bench, Figure, Tenant, at_most, median_ms, settle, timed

from bot.wiring import simulated
from core import booking, changing, waitlist
from core.booking import By, Held
from core.cells import cover
from core.choosing import Wanted
from core.db import Database
from core.span import MINUTE, Span
from core.waitlist import Free
from workers import due

FEW, MANY = 1_000, 1_000_000 if FULL else 200_000
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
BY = By("bench")
TIMES = 60
# Windows of an hour and a half, ten a day in the fifty days after tomorrow; each has the same many.
WINDOWS = [
    Span(start, start + 90 * MINUTE)
    for start in (NOW + timedelta(days=2 + n % 50, hours=n // 50) for n in range(500))
]
_WAITS = """
INSERT INTO waits (business_id, person_id, service_id, provider_id, party, windows, until,
    created_at)
SELECT %(business)s, %(first)s + n %% %(people)s, %(service)s,
    CASE WHEN n %% 3 = 0 THEN (%(staff)s::bigint[])[1 + n %% 10] END, 1,
    (%(windows)s::jsonb[])[1 + n %% 500], (%(ends)s::timestamptz[])[1 + n %% 500], %(now)s
FROM generate_series(1, %(many)s) AS n
"""
_CELLS = """
INSERT INTO wait_cells (business_id, service_id, party, provider_id, cell, wait_id)
SELECT w.business_id, w.service_id, w.party, coalesce(w.provider_id, 0), c.cell, w.id
FROM waits w JOIN unnest(%s::timestamptz[], %s::bigint[]) AS c(until, cell) ON c.until = w.until
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the match where some fit and where nobody does, and a cancellation to its offer."""
    seen = {}
    for many in (FEW, MANY):
        with bench.database(f"bench_waiting_{many}") as database:
            database.set_clock(frozen=NOW)
            tenant = settle(database, tenants=1, people=1000)[0]
            _fill(bench, tenant, many)
            seen[many] = (*_matches(database, tenant), _offers(database, tenant))
    fits, none, offered = seen[MANY]
    yield at_most(f"who is first of {MANY:,} who wait, p99", _p99(fits), 1, unit="ms")
    yield at_most("  where nobody fits, p99", _p99(none), 1, unit="ms")
    yield at_most("a cancellation to its stored offer, p50", median_ms(offered), 20, unit="ms")
    few = median_ms(seen[FEW][2])
    yield at_most(f"  to {FEW:,} who wait", median_ms(offered) / few, 2, unit="x")


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98] * 1000


def _fill(bench: Bench, tenant: Tenant, many: int) -> None:
    cells = [(w.end, cell) for w in WINDOWS for cell in cover([w])]
    business = tenant.business
    facts = {
        "business": business.id,
        "first": tenant.people[0],
        "people": len(tenant.people),
        "service": business.services[0].id,
        "staff": [p.id for p in business.providers],
        "windows": [f'[["{w.start.isoformat()}", "{w.end.isoformat()}"]]' for w in WINDOWS],
        "ends": [w.end for w in WINDOWS],
        "now": NOW,
        "many": many,
    }
    with bench.admin(f"bench_waiting_{many}") as raw:
        raw.execute("SET session_replication_role = replica")
        raw.execute(
            "INSERT INTO addresses (business_id, person_id, channel, address, last_used_at,"
            " created_at) SELECT business_id, id, 'sms', '+1' || (2000000000 + id), %s, %s"
            " FROM people",
            [NOW, NOW],
        )
        raw.execute(_WAITS, facts)
        raw.execute(_CELLS, [[end for end, _ in cells], [cell for _, cell in cells]])
        for table in ("waits", "wait_cells"):
            raw.execute(f"VACUUM (ANALYZE) {table}")


def _matches(database: Database, tenant: Tenant) -> tuple[list[float], list[float]]:
    """Return the times of matches of two hours of starts that some wait for, and nobody."""
    service, staff = tenant.business.services[0].id, (tenant.business.providers[0].id,)

    def starts(first: datetime) -> list[Free]:
        return [Free(service, 1, first + 15 * n * MINUTE, staff) for n in range(8)]

    with database.transaction(tenant.business.id) as session:
        some, nobody = starts(WINDOWS[7].start), starts(NOW + timedelta(days=1))
        if not waitlist.in_line(session, some) or waitlist.in_line(session, nobody):
            raise RuntimeError("who waits for what is not as it should be")
        return (
            timed(lambda: waitlist.in_line(session, some), times=500),
            timed(lambda: waitlist.in_line(session, nobody), times=500),
        )


def _offers(database: Database, tenant: Tenant) -> list[float]:
    """Return the times from a cancellation to the offer of its time, each of a day of its own."""
    business, runtime = tenant.business, simulated(database)
    woken: list[int] = []
    database.wake = lambda wakes: woken.extend(w.subject for w in wakes if w.kind == "due")
    booked = []
    for n in range(TIMES):
        with database.transaction(business.id) as session:
            wanted = Wanted(business.services[0], WINDOWS[n].start, 1, business.providers[0].id)
            held = booking.hold(
                session,
                business=business,
                wanted=wanted,
                person=tenant.people[-1],
                until=NOW + 5 * MINUTE,
                by=BY,
                now=NOW,
            )
            if not isinstance(held, Held):
                raise TypeError(f"not held: {held}")
            booking.confirm(session, booking=held.id, by=BY, now=NOW)
            booked.append(held.id)
    left = iter(booked)

    def freed() -> None:
        woken.clear()
        with database.transaction(business.id) as session:
            changing.cancel(session, booking=next(left), by=BY, now=NOW)
        due.do(runtime, business.id, woken[0])

    return timed(freed, times=TIMES - 5, warm=5)
