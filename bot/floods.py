"""How much one sender, and one business, may send: buckets of tokens that fill up again.

Kept in memory, so that a flood costs the database nothing. Of several processes each has its own.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

_MOST = 100_000  # buckets that are remembered; the ones unused the longest go first


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a second after that."""

    burst: float
    per_second: float


PERSON = Rate(burst=30, per_second=0.5)
BUSINESS = Rate(burst=1000, per_second=200)


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float
    warned: bool = False


class Buckets:
    """Token buckets by key; all alike."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()
        self._lock = Lock()

    def full(self, key: Hashable) -> bool:
        """Whether one more is too much for now; takes nothing."""
        with self._lock:
            return self._filled(key).tokens < 1

    def take(self, key: Hashable) -> None:
        """Count one."""
        with self._lock:
            self._filled(key).tokens -= 1

    def warn(self, key: Hashable) -> bool:
        """Whether this is the first that is too much since the bucket was full again."""
        with self._lock:
            bucket = self._filled(key)
            first, bucket.warned = not bucket.warned, True
            return first

    def _filled(self, key: Hashable) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.pop(key, None) or _Bucket(self._rate.burst, now)
        more = (now - bucket.at) * self._rate.per_second
        bucket.tokens, bucket.at = min(self._rate.burst, bucket.tokens + more), now
        if bucket.tokens >= self._rate.burst:
            bucket.warned = False
        self._buckets[key] = bucket
        if len(self._buckets) > _MOST:
            self._buckets.popitem(last=False)
        return bucket
