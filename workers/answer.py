"""Answer an address: each of its stored messages is one turn of the dialog, one transaction."""

import structlog
from sqlalchemy.exc import OperationalError

from dialogs import converse
from workers.runtime import Runtime

_log = structlog.get_logger()


def answer(runtime: Runtime, business: int, address: int) -> None:
    """Answer until nothing is open; a message that breaks is put off, and given up in the end."""
    while True:
        try:
            with runtime.database.transaction(business) as session:
                if not converse.hear(session, address=address, now=session.now):
                    return
        except OperationalError:  # the database is away, or a lock took too long
            raise
        except Exception as error:  # noqa: BLE001 - kept with the message, tried again
            _log.exception("unanswered", business=business, address=address)
            said = f"{type(error).__name__}: {error}"
            with runtime.database.transaction(business) as session:
                converse.give_up(session, address=address, error=said, now=session.now)
            return
