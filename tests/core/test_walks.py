"""What is asked under a lock or of everybody walks an index to a few rows of however many."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import TextClause, text

from core import people, preferring
from core.db import Session
from models.desk import Desk

MANY = 4000
_BOOKINGS = """
INSERT INTO bookings (business_id, ref, person_id, service_id, purpose, party, starts_at, ends_at,
    wall, zone, status, version, events, price, currency, policy, created_at, turn_id)
SELECT {business}, 'T' || n, {person}, {service}, 'booking', 1, now(), now() + interval '1 hour',
    localtimestamp, 'UTC', CASE mod(n, 3) WHEN 0 THEN 'cancelled' ELSE 'completed' END, 1, 1, 0,
    'USD', '{{}}', now(), CASE WHEN n < 10 THEN {rare} ELSE {often} END
FROM generate_series(1, {many}) AS n
"""
_PEOPLE = """
INSERT INTO people (business_id, name, created_at)
SELECT {business}, 'Person ' || n, now() FROM generate_series(1, {many}) AS n
"""


@pytest.fixture
def crowded(desk: Desk) -> Desk:
    """Give Juniper with thousands of haircuts, nearly all of them Ben's turns, and of people."""
    business = desk.business
    facts = {
        "business": desk.number,
        "person": desk.person(),
        "service": business.service_named("haircut").id,
        "rare": business.provider_named("ana").id,
        "often": business.provider_named("ben").id,
        "many": MANY,
    }
    with desk.database.owner.begin() as connection:
        for statement in (_BOOKINGS, _PEOPLE):
            connection.exec_driver_sql(statement.format(**facts))
    with desk.database.owner.connect() as connection:
        connection.exec_driver_sql("ANALYZE bookings, people")
    return desk


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a plan that read a table or an index."""
    if "Scan" in plan["Node Type"] and ("Relation Name" in plan or "Index Name" in plan):
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


def walked(session: Session, statement: TextClause, facts: dict[str, Any]) -> set[str]:
    """Run a statement; return the indexes that it walked, and assert that it looked at few rows."""
    asked = text(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.text}")
    found = session.execute(asked, {"business": session.business} | facts).scalar_one()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    looked = sum(
        (s["Actual Rows"] + s.get("Rows Removed by Filter", 0)) * s["Actual Loops"]
        for s in scans(plan)
    )
    assert looked < 60, plan
    return {str(s["Index Name"]) for s in scans(plan) if "Index Name" in s}


def test_whose_turn_it_is_walks_back_to_the_newest(crowded: Desk) -> None:
    """Under row-level security too, for whoever has thousands of turns and whoever has nine."""
    business = crowded.business
    staff = [business.provider_named(key).id for key in ("ana", "ben")]
    with crowded.session() as session:
        facts = {"service": business.service_named("haircut").id, "resources": staff, "but": None}
        facts |= {"now": session.now}
        assert walked(session, preferring.TURN, facts) == {"bookings_turn"}


def test_people_are_found_by_name_without_reading_all(crowded: Desk) -> None:
    """By the whole name or the first of it, whatever the case and the accents."""
    zoe = crowded.meet("sms", "+12125550199", name="Zo\N{LATIN SMALL LETTER E WITH DIAERESIS} Sand")
    crowded.meet("sms", "+12125550198", name="Zoetrope")
    with crowded.session() as session:
        assert walked(session, people.NAMED_LIKE, {"name": "zoe"}) == {"people_key"}
        for said in ("zoe", "ZOE SAND", "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"):
            assert [person for person, _ in people.named_like(session, said)] == [zoe.person]
        assert [name for _, name in people.named_like(session, "person 17")] == ["Person 17"]
        assert people.named_like(session, "zo") == []
        assert people.named_like(session, "100%") == []
