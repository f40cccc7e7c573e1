"""A worker dies amid what a provider planned: it is done once, by whoever comes next."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from core import due, people, plans
from models.desk import MONDAY, NO_LIMITS, Desk
from support.postgres import connected
from workers.due import do
from workers.runtime import Runtime

ROOT = Path(__file__).parents[2]
_DIES = """
import os, signal, sys
from core import businesses, db, due
from workers.due import KINDS
with db.Database(sys.argv[1]).transaction(int(sys.argv[2])) as session:
    claimed = due.claim(session, int(sys.argv[3]), now=session.now)
    KINDS[claimed.kind](session, claimed)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("deaths", [1, 3])
def test_a_plan_is_carried_out_once_whoever_dies(database_url: str, deaths: int) -> None:
    """Each death leaves nothing behind; then one booking is cancelled and one letter posted."""
    with connected(database_url, size=3) as database:
        database.set_clock(frozen=MONDAY)
        desk = Desk.of(database_url, database, "juniper", NO_LIMITS)
        booking = desk.booked("haircut", datetime(2026, 3, 3, 20, tzinfo=UTC), provider="ana")
        work = _staged(desk, booking)
        for _ in range(deaths):
            command = [sys.executable, "-c", _DIES, database_url, str(desk.number), str(work)]
            died = subprocess.run(command, check=False, cwd=ROOT, timeout=60)
            assert died.returncode == -signal.SIGKILL
        for _ in range(2):
            do(Runtime(database, {}), desk.number, work)
        with desk.session() as session:
            count = "SELECT count(*) FROM booking_events WHERE kind = 'cancelled'"
            assert session.execute(text(count)).scalar_one() == 1
            notes = [r.note for r in session.execute(text("SELECT note FROM outbox")).all()]
            assert sorted(notes) == ["cancelled_by_provider", "hand_done"]


def _staged(desk: Desk, booking: int) -> int:
    """Stage the cancelling of a booking; return the due work that will carry it out."""
    with desk.session() as session:
        ana = desk.business.provider_named("ana").id
        at = people.at(session, channel="slack", address="U0ANA", now=session.now)
        facts = {"booking": booking, "version": 1, "by": f"provider:{ana}", "message": None}
        plan = plans.add(
            session,
            resource=ana,
            address=at.address,
            message=None,
            kind="cancel",
            status="staged",
            facts=facts,
            now=session.now,
        )
        due.post(session, kind="plan", subject=plan.id, key=f"plan:{plan.id}", due=session.now)
        found = session.execute(text("SELECT id FROM due_work WHERE kind = 'plan'"))
        return int(found.scalar_one())
