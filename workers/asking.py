"""Work that asks a vendor of money: recorded, asked outside any transaction, recorded.

A piece of work is leased while it is asked: who dies meanwhile leaves it to be asked again, under
the same key, which does it once. What passes is tried again for as long as the work stands; few ask
at once, so that a vendor that is slow holds up nobody's messages.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from channels.till import PayError, Till
from core import due
from core.db import Database, Session
from core.due import Work
from workers.measures import FAILURES, SEND

LEASE = timedelta(seconds=30)  # longer than a vendor may take
_AT_ONCE = threading.BoundedSemaphore(4)  # of a process
_BUSY = timedelta(seconds=1)
_FIRST, _LONGEST = 5.0, 300.0  # seconds until it is asked again, doubling

_log = structlog.get_logger()

Record = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: `ask` returns what records the answer; the others record that there is none.

    `facts` are kept with the work before it is asked.
    """

    ask: Callable[[Till], Record]
    refused: Callable[[Session, PayError], None]
    waits: Callable[[Session], None]
    facts: dict[str, Any] = field(default_factory=dict)


def lease(session: Session, work: Work, asked: Asked | None) -> None:
    """Keep a piece of work to this thread while it is asked; done where nothing is to be asked."""
    if asked is None:
        due.done(session, work.id, now=session.now)
    else:
        due.lease(session, work.id, until=session.now + LEASE, facts=asked.facts)


def ask(database: Database, till: Till, business: int, work: Work, asked: Asked) -> None:
    """Ask, and write down what came of it."""
    if not _AT_ONCE.acquire(blocking=False):
        with database.transaction(business) as session:
            due.later(session, work.id, error="others ask", due=session.now + _BUSY)
        return
    try:
        with SEND.labels("till").time():
            record = asked.ask(till)
    except PayError as error:
        FAILURES.labels("till", "permanent" if error.permanent else "passing").inc()
        _log.warning("money not moved", work=work.kind, id=work.subject, error=str(error))
        _failed(database, business, work, asked, error)
        return
    finally:
        _AT_ONCE.release()
    with database.transaction(business) as session:
        record(session)
        due.done(session, work.id, now=session.now)


def _failed(database: Database, business: int, work: Work, asked: Asked, error: PayError) -> None:
    with database.transaction(business) as session:
        if error.permanent:
            asked.refused(session, error)
            due.done(session, work.id, now=session.now)
            return
        asked.waits(session)
        pause = error.wait or min(_FIRST * 2 ** min(work.attempts, 10), _LONGEST)
        due.later(session, work.id, error=str(error), due=session.now + timedelta(seconds=pause))
