"""A small town: the same for a seed, right under faults; each oracle sees what it is there for."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text

from bot.simulate import counting, playing
from bot.simulate.playing import Plan, played
from bot.simulate.town import Town
from core.db import Database
from core.rules import Business
from support.counts import count

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = tuple(str(path) for path in sorted(EXAMPLES.glob("*.toml")))


def _play(url: str, plan: Plan, picture: Path | None = None) -> bool:
    database = Database(url)
    try:
        return played(database, plan, picture=picture)
    finally:
        database.close()


def test_a_seed_gives_the_same_table(
    databases_twice: tuple[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """One worker, no faults: the same people do the same, and the table is equal byte for byte."""
    plan = Plan(days=2, customers=12, seed=7, faults=False, files=FILES)
    tables = []
    for url in databases_twice:
        assert _play(url, plan, tmp_path / "book.png")
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1]
    assert "the book is right" in tables[0]
    assert Image.open(io.BytesIO((tmp_path / "book.png").read_bytes())).width >= 800


@pytest.fixture
def databases_twice(fresh_database: Callable[[], str]) -> tuple[str, str]:
    """Give the URLs of two empty databases."""
    return fresh_database(), fresh_database()


@pytest.mark.parametrize("seed", range(1, count(1, 5) + 1))
def test_the_book_is_right_whatever_fails(
    database_url: str, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    """Workers and connections are killed, messages repeat, vendors fail: nothing goes wrong."""
    plan = Plan(count(2, 30), count(10, 2000), seed, faults=True, files=FILES)
    right = _play(database_url, plan)
    said = capsys.readouterr()
    assert right, said.out
    assert "killed {'" in said.err


DAMAGE = {
    "a reminder was lost": "DELETE FROM outbox WHERE note = 'reminder'",
    "an offer outlived its deadline": (
        "INSERT INTO offers (business_id, wait_id, person_id, booking_id, service_id, starts_at,"
        " sent_at, answer_by, status, created_at) SELECT w.business_id, w.id, w.person_id, b.id,"
        " w.service_id, b.starts_at, slotkeeper_now() - interval '2 h',"
        " slotkeeper_now() - interval '1 h', 'open', slotkeeper_now()"
        " FROM waits w, bookings b WHERE b.business_id = w.business_id LIMIT 1"
    ),
    "somebody was passed over unexplained": (
        "INSERT INTO offers (business_id, wait_id, person_id, booking_id, service_id, starts_at,"
        " created_at) SELECT w.business_id, w.id, w.person_id, b.id, w.service_id,"
        " CAST(w.windows -> 0 ->> 0 AS timestamptz), slotkeeper_now() FROM waits w, bookings b"
        " WHERE b.business_id = w.business_id ORDER BY w.id DESC LIMIT 1"
    ),
    "a message was not answered": "UPDATE inbox SET answered_at = NULL",
    "a message broke": "UPDATE inbox SET error = 'it broke'",
    "due work broke": "UPDATE due_work SET error = 'it broke'",
}
_WAITS = """
INSERT INTO waits (business_id, person_id, service_id, party, windows, until, created_at)
SELECT b.business_id, b.person_id, b.service_id, b.party,
    jsonb_build_array(jsonb_build_array(slotkeeper_now() + interval '1 h',
        slotkeeper_now() + interval '2 h')),
    slotkeeper_now() + interval '2 h', slotkeeper_now() - interval '1 h'
FROM (SELECT * FROM bookings ORDER BY id LIMIT 1) AS b, generate_series(1, 2)
"""


def test_each_oracle_sees_its_damage(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What must never be is found where it is: the rows are damaged by hand, each is named."""
    towns: list[tuple[Town, list[Business]]] = []

    def keep(town: Town, places: list[Business]) -> counting.Count:
        towns.append((town, places))
        return counting.counted(town, places)

    monkeypatch.setattr(playing, "counted", keep)
    database = Database(database_url)
    try:
        assert played(database, Plan(2, 10, 3, faults=False, files=FILES))
        town, places = towns[0]
        for statement in (_WAITS, *DAMAGE.values()):
            with database.owner.begin() as connection:
                connection.execute(text(statement))
        never = counting.counted(town, places).never
        assert {what for what, found in never.items() if found} == set(DAMAGE)
    finally:
        database.close()
