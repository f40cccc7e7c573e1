"""Slot search: ten providers and thirty days in a large book of allocations.

The clocks go forward within the thirty days. Beside it, in the same run and on the same connection,
stands a query for each provider and day with a sweep over its rows: it must find the same starts.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import text
from world import FULL, Bench, Figure, Tenant, at_most, fill, median_ms, settle, timed

from core import finding
from core.db import Session
from core.finding import Search
from core.rules import Business, Season
from core.span import Span, instant

ROWS = 1_000_000 if FULL else 300_000
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)  # in New York the clocks change on 14 March
WINDOW = Span(NOW, NOW + timedelta(days=30))
SHOWN = 400  # what a dialog looks through
_ALL = 100_000
_DAY = text(
    "SELECT slot_start AS since, upper(during) AS until FROM allocations"
    " WHERE resource_id = :resource AND active AND slot_start >= :from AND slot_start < :until"
    " UNION ALL SELECT starts_at, ends_at FROM busy"
    " WHERE resource_id = :resource AND active AND ends_at > :from AND starts_at < :until"
    " ORDER BY since"
)


def search(session: Session, tenant: Tenant, limit: int) -> list[datetime]:
    """Return the free starts as the core finds them."""
    found = finding.free(
        session,
        business=tenant.business,
        search=Search(tenant.business.services[0]),
        windows=[WINDOW],
        now=NOW,
        limit=limit,
    )
    return [slot.start for slot in found]


def with_rules(business: Business) -> Business:
    """Return the business with every rule that a search looks at, none of which forbids a start."""
    service = business.services[0]
    ruled = replace(service, grid=business.grid, max_day=10_000, max_week=10_000)
    return replace(
        business,
        seasons=(Season("01-01", "12-31", business.hours),),
        services=(ruled, *business.services[1:]),
        resources=tuple(replace(r, max_day=1000, max_week=1000) for r in business.resources),
        gaps=30,
    )


def a_query_a_day(session: Session, tenant: Tenant) -> list[datetime]:
    """Return the free starts, each provider's each day looked up and swept by itself."""
    zone, starts = tenant.business.zone, set()
    step, length = timedelta(minutes=tenant.business.grid), tenant.business.services[0].length
    first = WINDOW.start.astimezone(zone).date()
    for provider in tenant.providers:
        for n in range(31):
            day = first + timedelta(days=n)
            opens, closes = (instant(day, time(h), zone) for h in (9, 21))
            facts = {"resource": provider, "from": opens - timedelta(hours=1), "until": closes}
            taken = [(r.since, r.until) for r in session.execute(_DAY, facts)]
            at, n_taken = opens, 0
            while at + length <= closes:
                while n_taken < len(taken) and taken[n_taken][1] <= at:
                    n_taken += 1
                clear = n_taken == len(taken) or taken[n_taken][0] >= at + length
                if clear and WINDOW.start <= at < WINDOW.end:
                    starts.add(at)
                at += step
    return sorted(starts)


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time of a search, and how it compares."""
    with bench.database("bench_search") as database:
        database.set_clock(frozen=NOW)
        tenants = settle(database, hours="09:00-21:00")
        last = WINDOW.end - timedelta(days=1, hours=WINDOW.end.hour) + timedelta(hours=23)
        fill(database, tenants, rows=ROWS, before=last)
        tenant = tenants[7]
        with database.transaction(tenant.business.id) as session:
            ours, theirs = search(session, tenant, _ALL), a_query_a_day(session, tenant)
            if not ours or ours != theirs:
                raise RuntimeError(
                    f"{len(ours)} starts were found, and {len(theirs)} a day at once"
                )
            whole = median_ms(timed(lambda: search(session, tenant, SHOWN), times=200))
            every = median_ms(timed(lambda: search(session, tenant, _ALL), times=50))
            ruled = replace(tenant, business=with_rules(tenant.business))
            if search(session, ruled, _ALL) != ours:
                raise RuntimeError("rules that forbid nothing change what is found")
            rules = median_ms(timed(lambda: search(session, ruled, SHOWN), times=200))
            daily = median_ms(timed(lambda: a_query_a_day(session, tenant), times=10))
    name = f"slot search, 10 providers x 30 days of {ROWS:,} rows, p50"
    yield at_most(name, whole, 4, unit="ms")
    yield at_most("  with all rules on, to the bare one", rules / whole, 1.5, unit="x")
    yield at_most("  to a query per provider and day", whole / daily, 0.1, unit="x")
    yield Figure("  a query per provider and day", f"{daily:.1f} ms")
    yield Figure(f"  all {len(ours)} starts rather than the first {SHOWN}", f"{every:.2f} ms")
