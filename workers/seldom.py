"""Lines of the log that would repeat with every request or job while something is away."""

import threading
import time


class Seldom:
    """Says whether it is time for the line again; the first time it always is."""

    def __init__(self, seconds: float = 5.0) -> None:
        self._seconds = seconds
        self._next = 0.0
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        now = time.monotonic()
        with self._lock:
            due = now >= self._next
            if due:
                self._next = now + self._seconds
        return due
