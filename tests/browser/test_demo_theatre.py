"""The demo's first scene: when it begins, what stands on the board, and what is never emptied."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL, make_url

from bot.acting import Who, meet
from bot.commands.apply import read_files
from bot.commands.replay import EXAMPLES
from bot.demo import board, cast, theatre
from core import booking, businesses
from core.applying import applied
from core.choosing import Wanted
from core.db import Database
from core.hours import open_spans
from core.quiet import awake
from core.rules import Business
from support.postgres import Databases


@pytest.fixture(scope="module")
def server(databases: Databases) -> Iterator[URL]:
    """Give a server whose demo database is dropped afterwards."""
    yield make_url(databases.url)
    databases._drop(theatre.DATABASE)


@pytest.fixture
def demo(server: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give the demo's database on DATABASE_URL's server."""
    monkeypatch.setenv("DATABASE_URL", server.render_as_string(hide_password=False))
    with theatre.opened(fresh=True) as database:
        yield database


def rules(database: Database) -> dict[str, Business]:
    """Return the businesses of the demo."""
    found = {}
    for slug, number in businesses.listed(database).items():
        with database.transaction(number) as session:
            found[slug] = businesses.load(session)
    return found


def test_a_fresh_demo_begins_on_a_good_morning(demo: Database) -> None:
    """Whenever it is started, nobody sleeps, the studio is open, and tomorrow at three too."""
    places = rules(demo)
    new_york = ZoneInfo("America/New_York")
    for hours in range(0, 24 * 400, 7):
        real = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hours)
        begins = theatre.first_moment(places["juniper"], real)
        assert real <= begins <= real + timedelta(days=9)
        local = begins.astimezone(new_york)
        assert time(8) <= local.time() <= time(11, 30)
        asked = datetime.combine(local.date() + timedelta(days=1), time(15), tzinfo=new_york)
        for moment in (begins, asked):
            day = moment.astimezone(new_york).date()
            opened = open_spans(places["juniper"], None, day)
            assert any(span.start - timedelta(hours=2) <= moment < span.end for span in opened)
        for place in places.values():
            assert awake(place.quiet, place.zone, begins) == begins, (place.slug, begins)


def test_the_first_scene_is_a_busy_day(demo: Database) -> None:
    """Each place's board shows bookings on the day that is on; all phones' people are met."""
    for slug, number in businesses.listed(demo).items():
        with demo.transaction(number) as session:
            shown = board.board(session, None)
        booked = [item for item in shown["items"] if item["customer"]]
        assert len(booked) >= 5, slug
        assert {item["status"] for item in booked} <= {"confirmed", "completed"}


def test_the_board_knows_joined_tables_and_limits(demo: Database, tmp_path: Path) -> None:
    """A party at two tables stands at both; of a limit are counted whom it counts."""
    written = (EXAMPLES / "aurora.toml").read_text()
    joins = ('grid = "15 min"\n', 'grid = "15 min"\njoins = [["S1", "S2"]]\n')
    for old, new in (joins, ("party = 10", "party = 12")):
        assert old in written
        written = written.replace(old, new)
    (tmp_path / "aurora.toml").write_text(written)
    blueprints, problems = read_files([str(tmp_path / "aurora.toml")])
    assert problems == []
    number = applied(demo, blueprints[0]).business
    with demo.transaction(number) as session:
        business = businesses.load(session)
        day = board.current_day(business, session.now) + timedelta(days=8)
        while not open_spans(business, None, day):
            day += timedelta(days=1)
        start = open_spans(business, None, day)[0].start
        person = meet(session, Who("sms", "+16465550199", "Maya")).person
        booking.hold(
            session,
            business=business,
            wanted=Wanted(business.service_named("table"), start, 12, None),
            person=person,
            until=session.now + timedelta(minutes=5),
            by=booking.By(f"person:{person}"),
            now=session.now,
        )
        shown = board.board(session, day)
    held = [item for item in shown["items"] if item["status"] == "held"]
    assert [item["joined"] for item in held] == [["S1", "S2"]] * 2
    with demo.transaction(businesses.listed(demo)["juniper"]) as session:
        shown = board.board(session, None)
    ben = next(column["id"] for column in shown["columns"] if column["name"] == "Ben")
    assert shown["limits"] == {ben: [4, 8]}


def test_everybody_has_a_number_of_their_own() -> None:
    """No two phones share an address, and every number is one that nobody can have."""
    for one in cast.CASTS.values():
        who = [(phone.who.channel, phone.who.address) for phone in one.phones]
        assert len(set(who)) == len(who)
        numbers = [address for channel, address in who if channel == "sms"]
        assert all(address[-7:-2] == "55501" or "555001" in address for address in numbers)


def test_what_is_kept_is_kept(demo: Database, server: URL) -> None:
    """Opened again the demo goes on; only `fresh` empties it."""
    del server
    number = businesses.listed(demo)["juniper"]
    with demo.transaction(number) as session:
        before = board.marks(session)
    with theatre.opened() as again, again.transaction(number) as session:
        assert board.marks(session) == before
    with theatre.opened(fresh=True) as empty:
        assert number not in businesses.listed(empty).values()


def test_a_start_that_was_cut_short_is_begun_again(demo: Database) -> None:
    """A first scene that was not set to its end is not played: its clock stands still."""
    demo.set_clock(frozen=datetime(2026, 1, 1, tzinfo=UTC))
    with theatre.opened() as again:
        assert again.now() > datetime(2026, 1, 2, tzinfo=UTC)


def test_no_other_database_is_emptied(fresh_database: Callable[[], str]) -> None:
    """The business's own database is not the demo's, and is refused before anything is done."""
    real = Database(fresh_database())
    with pytest.raises(ValueError, match="not the demo's"):
        theatre.begin_afresh(real)
    real.close()
