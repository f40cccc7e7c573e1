"""Answer an address: each of its stored messages is one turn of the dialog, one transaction."""

import structlog

from core.db import Wake, passing
from dialogs import converse
from workers.measures import TURN
from workers.runtime import Runtime

AT_ONCE = 20  # turns, then others come first

_log = structlog.get_logger()


def answer(runtime: Runtime, business: int, address: int) -> None:
    """Answer until nothing is open; a message that breaks is put off, and given up in the end.

    Raises what says nothing of the message: a database that is away, a lock that took too long.
    """
    for _ in range(AT_ONCE):
        try:
            with TURN.time(), runtime.database.transaction(business) as session:
                if not converse.hear(session, address=address, now=session.now):
                    return
        except Exception as error:
            if passing(error):
                raise
            _log.exception("unanswered", business=business, address=address)
            said = f"{type(error).__name__}: {error}"
            with runtime.database.transaction(business) as session:
                converse.give_up(session, address=address, error=said, now=session.now)
            return
    runtime.database.wake((Wake("answer", business, address),))
