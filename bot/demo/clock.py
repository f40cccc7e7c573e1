"""The demo's clock: moved forward, with everything that falls due on the way done at its time."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import text

from core.db import Database, Wake
from workers.jobs import attempt
from workers.runtime import Runtime
from workers.tick import forgotten, next_due

FURTHEST = timedelta(days=366)  # ahead of the real time; no business can be booked further ahead
_TRIES = 3
_CLOCK = text("SELECT clock_timestamp() AS real, slotkeeper_now() AS now FROM clock")


class ClockError(Exception):
    """The clock cannot be moved there; the message says why."""


def move(runtime: Runtime, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
    """Move the clock to an instant, or by so much, and return the new time.

    Whatever falls due on the way is done at its time, as if one had waited. Raises ClockError for
    an instant that is past or too far away.
    """
    database = runtime.database
    start = database.route(_CLOCK)[0]
    target = to if to is not None else start.now + (by or timedelta(0))
    if target < start.now:
        raise ClockError("The clock only goes forward; start afresh to go back.")
    if target > start.real + FURTHEST:
        raise ClockError("The clock goes no further than a year ahead.")
    passed = start.now
    while (due := next_due(database, after=passed)) is not None and due < target:
        _set(database, due)
        _work(runtime)
        passed = due
    _set(database, target)
    _work(runtime)
    return database.now()


def _set(database: Database, moment: datetime) -> None:
    """Set the clock to an instant, unless time has passed it meanwhile."""
    row = database.route(_CLOCK)[0]
    database.set_clock(ahead=max(moment, row.now) - row.real)


def _work(runtime: Runtime) -> None:
    """Do what is due, each thing a few times at most: what a broken one needs is time."""
    tried: Counter[Wake] = Counter()
    while True:
        found = forgotten(runtime.database, now=runtime.database.now())
        again = [wake for wake in found if tried[wake] < _TRIES]
        if not again:
            return
        for wake in again:
            tried[wake] += 1
            attempt(runtime, wake)
