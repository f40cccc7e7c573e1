"""A second transaction that arrives while the first is open, and waits for it at a known point."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.db import Session
from models.desk import Desk


class Other:
    """A second transaction, in a thread of its own."""

    def __init__(self, desk: Desk, work: Callable[[Session], Any]) -> None:
        self.desk = desk
        self.result: Any = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(work,))

    def _run(self, work: Callable[[Session], Any]) -> None:
        try:
            with self.desk.session() as session:
                self.result = work(session)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    def start_and_wait(self) -> None:
        """Start it, and return once it waits for a lock, or is done."""
        self._thread.start()
        deadline = time.monotonic() + 10
        while self._thread.is_alive() and not self._waiting():
            assert time.monotonic() < deadline
            time.sleep(0.005)

    def _waiting(self) -> bool:
        rows = self.desk.ask(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database()"
        )
        return bool(rows)

    def end(self) -> Any:  # noqa: ANN401 - what the work returns
        self._thread.join(20)
        assert not self._thread.is_alive()
        assert self.error is None, self.error
        return self.result


@contextmanager
def meeting(
    desk: Desk, first: Callable[[Session], Any], second: Callable[[Session], Any]
) -> Iterator[Other]:
    """Do the first, let the second arrive while it is not committed, then commit the first."""
    with desk.session() as session:
        first(session)
        other = Other(desk, second)
        other.start_and_wait()
    yield other
