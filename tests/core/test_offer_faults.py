"""Whoever works dies at some line between a cancellation and the booking of who waited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.wiring import simulated
from core import inbox, sending, waitlist
from core.booking import By
from core.span import MINUTE, Span
from models.desk import MONDAY, NO_LIMITS, Desk
from support.counts import PROVE
from support.postgres import connected
from workers import tick

EVERYDAY = 10  # of the lines at which somebody may die


class _KilledError(BaseException):
    """The end of a process: nothing catches it, and what was not committed is gone."""


class _Fate:
    """Counts the lines that speak to the database; the process dies before one, or after it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lines = 0
        self.dies_at: int | None = None
        for name in ("send", "commit"):
            monkeypatch.setattr(sending, name, self._counted(getattr(sending, name)))

    def _counted(self, line: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:  # noqa: ANN401 - whatever the line takes and gives
            self.lines += 1
            if self.lines == self.dies_at:
                raise _KilledError
            found = line(*given)
            if self.dies_at is not None and self.lines == -self.dies_at:
                raise _KilledError
            return found

        return counted


def _story(desk: Desk, fate: _Fate, dies_at: int | None) -> int:
    """Cancel, offer, answer and book, with one death; return how many lines there were."""
    at, runtime = desk.at("15:00"), simulated(desk.database)
    booked = desk.booked("haircut", at, provider="ana")
    reader = desk.meet("sms", "+12125550077")
    with desk.session() as session:
        waitlist.join(
            session,
            person=reader.person,
            service=desk.business.service_named("haircut").id,
            provider=desk.business.provider_named("ana").id,
            windows=[Span(at, at + MINUTE)],
            by=By("test"),
            now=session.now,
        )
    tick.drain(runtime)
    fate.lines, fate.dies_at = 0, dies_at
    for life in range(2):
        try:
            if desk.row(booked).status == "confirmed":
                desk.cancel(booked)
            tick.drain(runtime)
            with desk.session() as session:
                inbox.store(
                    session,
                    address=reader.address,
                    channel="sms",
                    message="yes",
                    kind="text",
                    body="yes",
                    now=session.now,
                )
            tick.drain(runtime)
        except _KilledError:
            assert life == 0
            fate.dies_at = None
            desk.clock(MONDAY + timedelta(seconds=25))  # the lease of a letter is over
        else:
            break
    fate.dies_at = None
    _check(desk, reader.person)
    return fate.lines


def _check(desk: Desk, person: int) -> None:
    """Check that the time is theirs, told once, and that nothing is left open."""
    mine = desk.ask("SELECT status, purpose FROM bookings WHERE person_id = :p", p=person)
    assert [row.status for row in mine if row.status != "released"] == ["confirmed"]
    assert [row.status for row in desk.ask("SELECT status FROM offers")] == ["taken"]
    assert [row.status for row in desk.ask("SELECT status FROM waits")] == ["booked"]
    assert desk.ask("SELECT count(*) FROM wait_cells")[0][0] == 0
    assert desk.ask("SELECT count(*) FROM outbox WHERE note = 'booked'")[0][0] == 1
    assert desk.ask("SELECT count(*) FROM outbox WHERE status <> 'sent'")[0][0] == 0
    assert desk.wrong() == ()


def test_who_dies_at_any_line_leaves_no_orphan(
    fresh_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each line and after it: the tick goes on, and the time is booked once."""
    fate = _Fate(monkeypatch)
    lines = _on_a_day(fresh_database(), fate, None)
    deaths = [sign * line for line in range(1, lines + 1) for sign in (1, -1)]
    for dies_at in deaths if PROVE else deaths[:: len(deaths) // EVERYDAY]:
        _on_a_day(fresh_database(), fate, dies_at)


def _on_a_day(url: str, fate: _Fate, dies_at: int | None) -> int:
    with connected(url, size=2) as database:
        database.set_clock(frozen=MONDAY)
        return _story(Desk.of(url, database, "juniper", NO_LIMITS), fate, dies_at)
