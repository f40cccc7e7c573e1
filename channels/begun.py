"""How far a message of several pieces has come, so that a second try goes on where it ended."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

_MOST = 1000  # letters that are remembered


@dataclass(slots=True)
class Begun:
    """Which letters of several pieces were begun, and how many pieces of each were taken.

    Kept in memory: another process begins anew, and its reader sees the first pieces twice.
    """

    _taken: OrderedDict[int, int] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, letter: int) -> int:
        """Return how many pieces of a letter the vendor has."""
        with self._lock:
            return self._taken.get(letter, 0)

    def keep(self, letter: int, taken: int) -> None:
        """Remember them; of a finished letter nothing is."""
        with self._lock:
            self._taken[letter] = taken
            while len(self._taken) > _MOST:
                self._taken.popitem(last=False)

    def forget(self, letter: int) -> None:
        """Remember nothing of a letter that is sent."""
        with self._lock:
            self._taken.pop(letter, None)
