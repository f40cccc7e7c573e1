"""The waitlist: whatever frees time says so, and the line is walked in order by an index."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.wiring import simulated
from core import blocking, businesses, offers, waitlist
from core.booking import By
from core.span import MINUTE, Span
from core.waitlist import Free, Waiting
from models.desk import MONDAY, Desk
from workers import tick

BY = By("test")
FREED = "SELECT count(*) FROM due_work WHERE kind = 'freed' AND done_at IS NULL"


def waits(desk: Desk, start: datetime, who: int = 1, **more: Any) -> Waiting:  # noqa: ANN401 - as join's
    """Let a customer wait for a haircut at a start, and nothing else be due."""
    business, person = desk.business, desk.person(who)
    with desk.session() as session:
        found = waitlist.join(
            session,
            person=person,
            service=business.service_named("haircut").id,
            **{"windows": [Span(start, start + MINUTE)]} | more,
            by=BY,
            now=session.now,
        )
    tick.drain(simulated(desk.database))
    return found


def _cancelled(desk: Desk, at: datetime) -> Callable[[], object]:
    number = desk.booked("haircut", at, provider="ana")
    return lambda: desk.cancel(number)


def _released(desk: Desk, at: datetime) -> Callable[[], object]:
    number = desk.held("haircut", at, provider="ana").id
    return lambda: desk.release(number)


def _lapsed(desk: Desk, at: datetime) -> Callable[[], object]:
    number = desk.held("haircut", at, provider="ana").id
    desk.clock(MONDAY + timedelta(minutes=6))
    return lambda: desk.expire(number)


def _lapsed_by_the_next(desk: Desk, at: datetime) -> Callable[[], object]:
    desk.held("haircut", at, provider="ana")
    desk.clock(MONDAY + timedelta(minutes=6))
    return lambda: desk.held("haircut", at + 15 * MINUTE, provider="ana", who=8)


def _moved(desk: Desk, at: datetime) -> Callable[[], object]:
    number = desk.booked("haircut", at, provider="ana")
    hold = desk.held("haircut", at + 120 * MINUTE, provider="ana", instead_of=number).id
    return lambda: desk.swap(number, hold)


def _unblocked(desk: Desk, at: datetime) -> Callable[[], object]:
    ana = desk.business.provider_named("ana").id
    span = Span(at, at + 60 * MINUTE)
    with desk.session() as session:
        blocking.block(
            session,
            business=desk.business,
            resource=ana,
            span=span,
            source="hand",
            title="dentist",
            now=session.now,
        )

    def lift() -> None:
        with desk.session() as session:
            assert blocking.lift(session, resource=ana, source="hand", title="dentist")

    return lift


def _opened(desk: Desk, _at: datetime) -> Callable[[], object]:
    def change() -> None:
        with desk.session() as session:
            session.execute(
                text("UPDATE businesses SET revision = revision + 1 WHERE id = :business"),
                {"business": session.business},
            )

    return change


WAYS = [_cancelled, _released, _lapsed, _lapsed_by_the_next, _moved, _unblocked, _opened]


@pytest.mark.parametrize("way", WAYS)
def test_whatever_frees_time_is_looked_at(
    desk: Desk, way: Callable[[Desk, datetime], Callable[[], object]]
) -> None:
    """Freed time is due work for the one allocator, where somebody waits."""
    waits(desk, desk.at("15:00", "03-05"))
    free = way(desk, desk.at("10:00"))
    before = desk.ask(FREED)[0][0]
    free()
    assert desk.ask(FREED)[0][0] > before == 0


def test_nobody_waits_and_nothing_is_written(desk: Desk) -> None:
    """Freed time costs nothing where nobody waits."""
    desk.cancel(desk.booked("haircut", desk.at("10:00")))
    assert desk.ask(FREED)[0][0] == 0


def test_a_free_time_goes_to_the_first_and_no_is_kept(desk: Desk) -> None:
    """The first in line has the offer; one who refused it is passed over, with the reason kept."""
    at = desk.at("15:00")
    ana = desk.business.provider_named("ana").id
    booked = desk.booked("haircut", at, provider="ana")
    first, second = (waits(desk, at, who=who, provider=ana) for who in (1, 2))
    desk.cancel(booked)
    runtime = simulated(desk.database)
    tick.drain(runtime)
    with desk.session() as session:
        (offer,) = offers.open_to(session, first.person)
        assert (offer.start, offer.status, offer.provider) == (at, "open", ana)
        assert offer.sent == session.now
        assert offer.answer_by == session.now + 30 * MINUTE
        offers.close(session, [offer.id], status="declined", now=session.now)
    desk.release(offer.booking)
    tick.drain(runtime)
    with desk.session() as session:
        assert offers.open_to(session, first.person) == []
        assert [o.start for o in offers.open_to(session, second.person)] == [at]
        said = [(row.kind, row.starts_at) for row in offers.decisions(session, first.id)]
        assert said == [("refused", at), ("offered", at)]


def test_an_offer_ends_with_its_hold(desk: Desk) -> None:
    """When nobody answered in time the offer is closed, the time is free and the next is asked."""
    at = desk.at("15:00")
    booked = desk.booked("haircut", at, provider="ana")
    ana = desk.business.provider_named("ana").id
    first, second = (waits(desk, at, who=who, provider=ana) for who in (1, 2))
    desk.cancel(booked)
    runtime = simulated(desk.database)
    tick.drain(runtime)
    desk.clock(MONDAY + timedelta(minutes=30))
    tick.drain(runtime)
    with desk.session() as session:
        assert offers.open_to(session, first.person) == []
        (offer,) = offers.open_to(session, second.person)
        assert offer.answer_by == session.now + 30 * MINUTE
    desk.clock(MONDAY + timedelta(hours=1))
    tick.drain(runtime)
    assert {row.status for row in desk.ask("SELECT status FROM offers")} == {"lapsed"}
    assert desk.wrong() == ()
    assert desk.hold("haircut", at, provider="ana", who=5)


@pytest.fixture
def crowded(desk: Desk) -> tuple[Desk, datetime]:
    """Give a desk where thousands wait for another time than one."""
    at = desk.at("15:00", "03-05")
    waits(desk, desk.at("10:00", "03-06"), who=3)
    desk.harm(
        "INSERT INTO waits (business_id, person_id, service_id, party, windows, until, created_at)"
        " SELECT business_id, person_id, service_id, party, windows, until, created_at FROM waits,"
        " generate_series(1, 5000)",
        "INSERT INTO wait_cells SELECT w.business_id, w.service_id, w.party, 0, c.cell, w.id"
        " FROM waits w, (SELECT DISTINCT cell FROM wait_cells) AS c ON CONFLICT DO NOTHING",
    )
    waits(desk, at, who=4)
    return desk, at


def test_the_line_is_walked_by_its_index(crowded: tuple[Desk, datetime]) -> None:
    """Of thousands who wait for something else nobody is looked at."""
    desk, at = crowded
    desk.harm("ANALYZE waits, wait_cells")
    service = desk.business.service_named("haircut").id
    with desk.session() as session:
        found = waitlist.in_line(session, [Free(service, 1, at, ())])
        assert [one.person for one in found] == [desk.person(4)]
        assert waitlist.wanted(session) == [(service, 1)]
        businesses.load(session)
    plan = "\n".join(
        row[0]
        for row in desk.ask(
            "EXPLAIN SELECT wait_id FROM wait_cells WHERE business_id = 1 AND service_id = 1"
            " AND party = 1 AND provider_id = 0 AND cell = 5 AND wait_id > 0 ORDER BY wait_id"
            " LIMIT 10"
        )
    )
    assert "Index Only Scan using wait_cells_pkey" in plan
    assert "Sort" not in plan
