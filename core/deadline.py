"""The latest moment before a booking until which something counts. Pure.

Elapsed time ("24 h before") and wall time ("18:00 the day before") differ on the days when clocks
change; which of them is meant is said by the rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Self
from zoneinfo import ZoneInfo

from core.span import DAY, MINUTE, instant


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many elapsed `minutes` before the start; None: `at` a wall time, so many `days` before."""

    minutes: int | None = None
    days: int = 0
    at: time = time(0)

    def before(self, start: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant for a booking that begins at `start`; `zone` is the place's."""
        if self.minutes is not None:
            return start.astimezone(UTC) - self.minutes * MINUTE
        return instant(start.astimezone(zone).date() - self.days * DAY, self.at, zone)

    @property
    def name(self) -> str:
        """What tells it from other rules: "1440", "1d18:00"."""
        return str(self.minutes) if self.minutes is not None else f"{self.days}d{self.at:%H:%M}"

    def to_json(self) -> dict[str, Any]:
        """Return it as rules and bookings keep it."""
        if self.minutes is not None:
            return {"minutes": self.minutes}
        return {"days": self.days, "at": f"{self.at:%H:%M}"}

    @classmethod
    def all_of(cls, kept: Iterable[Mapping[str, Any] | int]) -> tuple[Self, ...]:
        """Read several; a number is of minutes."""
        rules = (cls(minutes=k) if isinstance(k, int) else cls.from_json(k) for k in kept)
        return tuple(rule for rule in rules if rule is not None)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> Self | None:
        """Read what `to_json` wrote; None where there is none."""
        if kept is None:
            return None
        if "minutes" in kept:
            return cls(minutes=kept["minutes"])
        return cls(days=kept["days"], at=time.fromisoformat(kept["at"]))


def change_until(policy: Mapping[str, Any], start: datetime, zone: ZoneInfo) -> datetime | None:
    """Return until when a booking's customer may change it alone, exactly then included."""
    rule = Deadline.from_json(policy.get("change_until"))
    return rule.before(start, zone) if rule is not None else None
