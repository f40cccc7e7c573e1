"""A booking's reference: short, never twice, and never misread."""

import itertools

from sqlalchemy import text

from core.db import Database

_REFS = text(
    "SELECT count(DISTINCT ref) AS different, min(length(ref)) AS shortest,"
    " max(length(ref)) AS longest, bool_and(ref ~ '^[A-HJ-NP-Z2-9]+$') AS clear"
    " FROM (SELECT slotkeeper_ref(n) AS ref FROM generate_series(:first, :last) AS n) AS refs"
)
EDGE = 2**25


def test_references_are_five_clear_characters(database: Database) -> None:
    """The first fifty thousand differ, have five characters, and neither 0, O, 1 nor I."""
    with database.owner.connect() as connection:
        row = connection.execute(_REFS, {"first": 1, "last": 50_000}).one()
    assert (row.different, row.shortest, row.longest, row.clear) == (50_000, 5, 5, True)


def test_references_grow_where_five_are_used_up(database: Database) -> None:
    """Beyond thirty-three million they have six, so none of them was there before."""
    with database.owner.connect() as connection:
        facts = {"first": EDGE - 1000, "last": EDGE - 1}
        assert connection.execute(_REFS, facts).one().longest == 5
        row = connection.execute(_REFS, {"first": EDGE, "last": EDGE + 1000}).one()
    assert (row.different, row.shortest, row.longest) == (1001, 6, 6)


def test_references_next_to_each_other_do_not_look_alike(database: Database) -> None:
    """Two bookings in a row share two characters in their places at most, nearly always."""
    with database.owner.connect() as connection:
        refs = connection.execute(
            text("SELECT slotkeeper_ref(n) FROM generate_series(1, 500) AS n")
        ).scalars()
        found = list(refs)
    same = [sum(a == b for a, b in zip(x, y, strict=True)) for x, y in itertools.pairwise(found)]
    assert max(same) <= 3
    assert sum(n > 2 for n in same) < 25
