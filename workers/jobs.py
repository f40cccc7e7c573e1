"""The jobs, and the one place where a job that breaks is dealt with.

A job carries ids and may run any number of times: it looks at its rows, and does what is still to
do. So nothing is lost where one breaks: its rows stay open, and the tick finds them. Only what a
moment heals (a lock that took too long, two transactions in each other's way) is tried again at
once.
"""

import random
import time
from collections.abc import Callable

import structlog

from core.db import Wake, away, passing
from workers.answer import answer
from workers.deliver import deliver
from workers.due import do
from workers.runtime import Runtime
from workers.seldom import Seldom

JOBS: dict[str, Callable[[Runtime, int, int], None]] = {
    "answer": answer,
    "deliver": deliver,
    "due": do,
}
TRIES = 3

_say = Seldom()
_log = structlog.get_logger()


def attempt(runtime: Runtime, wake: Wake) -> bool:
    """Do a job; where it breaks, say so in the log, leave it to the tick and return False."""
    for left in reversed(range(TRIES)):
        try:
            JOBS[wake.kind](runtime, wake.business, wake.subject)
        except Exception as error:  # noqa: BLE001 - whatever it is, the rows stay open
            if left and passing(error) and not away(error):
                time.sleep(random.uniform(0.01, 0.05))  # noqa: S311 - so that two do not meet again
                continue
            if not away(error):
                _log.exception("job broke", job=wake.kind, business=wake.business, id=wake.subject)
            elif _say:
                _log.warning("database away", job=wake.kind, error=_line(error))
            return False
        return True
    return False


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
