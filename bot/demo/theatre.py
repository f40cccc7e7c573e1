"""The demo's database: made, filled with the example businesses and their people, begun afresh."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import DBAPIError

from bot import acting
from bot.commands.apply import read_files
from bot.commands.replay import EXAMPLES
from bot.demo.board import current_day
from bot.demo.cast import CASTS, Block, Cast, Seed
from bot.embedded import default_home
from bot.opening import server
from core import blocking, booking, businesses
from core.applying import applied
from core.blueprint import Blueprint
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database, Session, migrate, passing
from core.hours import open_spans
from core.rules import Business
from core.span import DAY, MINUTE, Span, instant
from core.tables import TENANT_TABLES

DATABASE = "slotkeeper_demo"
_BEGINS = time(10)  # when a fresh demo begins, where it cannot begin at the real time
_MORNING = (time(8), time(11, 30))  # in New York: then nobody sleeps in Rome or Sydney either
_TRIES = 5  # at emptying it, which may meet those who are at work in it
_AFTERNOON = time(15)  # what the first suggestion asks for, tomorrow
_EMPTY = text(f"TRUNCATE businesses, {', '.join(table.name for table in TENANT_TABLES)}")


def home() -> Path:
    """Name the folder of the demo's own data, beside that of the real one."""
    return default_home().with_name("slotkeeper-demo")


@contextmanager
def opened(data: Path | None = None, *, fresh: bool = False) -> Iterator[Database]:
    """Give the demo's database, ready to play; what was said and booked there is kept.

    It is a database of its own on whichever server: the demo's clock moves, and it is emptied.
    """
    with server(data or home()) as url:
        _make(url)
        database = Database(url.set(database=DATABASE).render_as_string(hide_password=False))
        try:
            migrate(database)
            if fresh or not _whole(database):
                begin_afresh(database)
            else:
                for blueprint in _examples():
                    applied(database, blueprint)
            yield database
        finally:
            database.close()


def _make(url: URL) -> None:
    admin = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
    with admin.connect() as connection:
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if connection.execute(known, {"name": DATABASE}).one_or_none() is None:
            connection.execute(text(f"CREATE DATABASE {DATABASE}"))
    admin.dispose()


def _examples() -> list[Blueprint]:
    blueprints, problems = read_files([str(EXAMPLES / f"{slug}.toml") for slug in CASTS])
    if problems:
        raise RuntimeError("\n".join(map(str, problems)))
    return blueprints


def _whole(database: Database) -> bool:
    """Whether the demo was set up to the end: until then its clock stands still."""
    frozen = database.route(text("SELECT frozen FROM clock"))[0].frozen
    return frozen is None and set(CASTS) <= set(businesses.listed(database))


def begin_afresh(database: Database) -> None:
    """Empty the demo's database and set its first scene; the clock is set to a good morning.

    Raises ValueError for any other database than a demo's.
    """
    if database.url.database != DATABASE:
        raise ValueError(f"{database.url.database} is not the demo's database")
    for _ in range(_TRIES - 1):
        try:
            return _begin(database)
        except DBAPIError as error:
            if not passing(error):
                raise
    return _begin(database)


def _begin(database: Database) -> None:
    real = _real(database)
    with database.owner.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '20s'"))
        connection.execute(_EMPTY)
        connection.execute(text("UPDATE clock SET frozen = :now"), {"now": real - DAY})
    numbers = {b.slug: applied(database, b).business for b in _examples()}
    with database.transaction(numbers["juniper"]) as session:
        begins = first_moment(businesses.load(session), real)
    database.set_clock(frozen=begins - DAY)
    for slug, cast in CASTS.items():
        with database.transaction(numbers[slug]) as session:
            _set_scene(session, cast, begins)
    database.set_clock(ahead=begins - real)


def _real(database: Database) -> datetime:
    real: datetime = database.route(text("SELECT clock_timestamp() AS real"))[0].real
    return real


def first_moment(juniper: Business, real: datetime) -> datetime:
    """Return when a fresh demo begins: now on the morning of a working day, else on the next one.

    The day after has to be open too, so that the first suggestion finds its time.
    """
    today = real.astimezone(juniper.zone)
    if _good(juniper, real) and _MORNING[0] <= today.time() <= _MORNING[1]:
        return real
    for ahead in range(60):
        start = instant(today.date() + timedelta(days=ahead), _BEGINS, juniper.zone)
        if start >= real and _good(juniper, start):
            return start
    return real


def _good(juniper: Business, start: datetime) -> bool:
    day = start.astimezone(juniper.zone).date()
    busy = instant(day, _BEGINS, juniper.zone)
    asked = instant(day + timedelta(days=1), _AFTERNOON, juniper.zone)
    return all(
        any(span.start <= moment < span.end for span in open_spans(juniper, None, of))
        for of, moment in ((day, busy), (day + timedelta(days=1), asked))
    )


def _set_scene(session: Session, cast: Cast, begins: datetime) -> None:
    business = businesses.load(session)
    for phone in cast.phones:
        if phone.provider is None:
            acting.meet(session, phone.who)
        else:
            acting.link(session, phone.who, business.provider_named(phone.provider))
    day = current_day(business, begins)
    for block in cast.blocks:
        _block(session, business, block, day + timedelta(days=block.day))
    for number, seed in enumerate(cast.seeds):
        _book(session, business, seed, day + timedelta(days=seed.day), number)


def _moment(business: Business, day: date, wall: str) -> datetime:
    """Return the instant of a wall time; one before the opening is of the night that follows."""
    clock = time.fromisoformat(wall)
    opens = min((span.start for span in open_spans(business, None, day)), default=None)
    night = opens is not None and clock < opens.astimezone(business.zone).time()
    return instant(day + timedelta(days=1) if night else day, clock, business.zone)


def _block(session: Session, business: Business, block: Block, day: date) -> None:
    ends = (_moment(business, day, wall) for wall in (block.start, block.end))
    blocking.block(
        session,
        business=business,
        resource=business.provider_named(block.provider).id,
        span=Span(*ends),
        source="calendar",
        title=block.title,
        now=session.now,
    )


def _book(session: Session, business: Business, seed: Seed, day: date, number: int) -> None:
    """Book as a customer did who is not on the page; what the rules refuse is left out."""
    who = acting.Who("sms", f"+1646555{120 + number:04}", seed.name)
    reader = acting.meet(session, who)
    wanted = Wanted(
        service=business.service_named(seed.service),
        start=_moment(business, day, seed.at),
        party=seed.party,
        provider=business.provider_named(seed.by).id if seed.by else None,
    )
    by = By(f"person:{reader.person}")
    held = booking.hold(
        session,
        business=business,
        wanted=wanted,
        person=reader.person,
        until=session.now + 5 * MINUTE,
        by=by,
        now=session.now,
    )
    if isinstance(held, Held):
        booking.confirm(session, booking=held.id, by=by, now=session.now)
