"""What is done once Slack has its answer: in threads of its own, so that no door waits for it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import structlog

_THREADS = 4
_MOST = 1000  # that may wait; a profile that is not read now is read with the next message

_log = structlog.get_logger()


class Afterwards:
    """Does small things soon; what fails is logged, and nothing depends on it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack-after")
        self._room = BoundedSemaphore(_MOST)

    def put(self, work: Callable[[], object]) -> None:
        """Do something soon, unless too much waits already."""
        if not self._room.acquire(blocking=False):
            _log.warning("left out", at="slack")
            return
        self._pool.submit(self._do, work)

    def close(self) -> None:
        """Finish what is under way; what only waits is left."""
        self._pool.shutdown(cancel_futures=True)

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever it is: a courtesy that was not done
            _log.warning("not done", at="slack", error=str(error))
        finally:
            self._room.release()
