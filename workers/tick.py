"""Find whatever is due, expired or forgotten, and have it looked at."""

from collections.abc import Sequence
from datetime import datetime

from core.db import Database, Wake
from core.due import FORGOTTEN, NEXT
from workers.answer import answer
from workers.deliver import deliver
from workers.due import do
from workers.runtime import Runtime

BATCH = 200

JOBS = {"answer": answer, "deliver": deliver, "due": do}


def forgotten(database: Database, *, now: datetime, limit: int = BATCH) -> list[Wake]:
    """Return what is due by now and not done, each address or piece of work once."""
    rows = database.route(FORGOTTEN, {"now": now, "limit": limit})
    return list(dict.fromkeys(Wake(r.kind, r.business_id, r.subject) for r in rows))


def next_due(database: Database) -> datetime | None:
    """Return the instant of the earliest thing that is not done yet, past or to come."""
    found: datetime | None = database.route(NEXT)[0][0]
    return found


def tick(database: Database) -> Sequence[Wake]:
    """Wake the workers for everything that is due; return what was found."""
    found = forgotten(database, now=database.now())
    if found:
        database.wake(found)
    return found


def drain(runtime: Runtime) -> int:
    """Do here and now all that is due at this instant; return how many pieces that was."""
    count = 0
    while found := forgotten(runtime.database, now=runtime.database.now()):
        for wake in found:
            JOBS[wake.kind](runtime, wake.business, wake.subject)
        count += len(found)
    return count
