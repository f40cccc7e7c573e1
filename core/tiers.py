"""What a cancellation gives back, and until when, by the policy kept with the booking. Pure.

That policy has its tiers, the highest share first. Each lasts until its moment, exactly then
included: so many elapsed hours before the start, the wall hour at which the place's day of the
booking begins, or one of a day before. After the last nothing comes back. A share of what does not
divide is rounded in the customer's favour.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.deadline import Deadline

ALL = 100  # percent
NOTHING = "nothing"
_DAY = Deadline(days=0, at=time(0))


@dataclass(frozen=True, slots=True)
class Back:
    """What comes back: minor units, and by which tier: "100% until 24 h", "50% until day"."""

    amount: int
    tier: str


@dataclass(frozen=True, slots=True)
class Step:
    """How much comes back until when: minor units, an instant in UTC that is included."""

    until: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class _Tier:
    percent: int
    until: datetime
    name: str


def _tiers(policy: Mapping[str, Any], start: datetime, zone: ZoneInfo) -> Iterator[_Tier]:
    """Yield the tiers of a policy for a booking that begins at `start`, none above what is left."""
    most = policy.get("most", ALL)
    for percent, until, hours in policy.get("tiers", ()):
        if until == "hours":
            moment, name = start.astimezone(UTC) - timedelta(hours=hours), f"{hours} h"
        else:
            rule = _DAY if until == "day" else _wall(until)
            moment, name = rule.before(start, zone), until
        yield _Tier(min(percent, most), moment.astimezone(UTC), f"{percent}% until {name}")


def _wall(name: str) -> Deadline:
    """Read a wall time before the booking's day: "1d18:00"."""
    days, _, at = name.partition("d")
    return Deadline(days=int(days), at=time.fromisoformat(at))


def share(amount: int, percent: int) -> int:
    """Return so many percent of an amount, rounded up."""
    return -(-amount * percent // ALL)


def back(
    policy: Mapping[str, Any], *, paid: int, start: datetime, zone: ZoneInfo, at: datetime
) -> Back:
    """Return what comes back of what was `paid` where a customer cancels at an instant.

    `start` is the booking's, `zone` the place's, `at` when the cancelling message was received.
    """
    for tier in _tiers(policy, start, zone):
        if at <= tier.until:
            return Back(share(paid, tier.percent), tier.name)
    return Back(0, NOTHING)


def quote(
    policy: Mapping[str, Any], *, paid: int, start: datetime, zone: ZoneInfo, at: datetime
) -> tuple[Step, ...]:
    """Return how much comes back until when, from an instant on, in order; nothing after the last.

    Tiers that give the same are one, and those that give nothing are left out.
    """
    steps: list[Step] = []
    for tier in _tiers(policy, start, zone):
        amount = share(paid, tier.percent)
        if at > tier.until or not amount or (steps and tier.until <= steps[-1].until):
            continue
        if steps and steps[-1].amount == amount:
            steps.pop()
        steps.append(Step(tier.until, amount))
    return tuple(steps)


def entered(
    policy: Mapping[str, Any], *, start: datetime, zone: ZoneInfo, at: datetime | None
) -> int:
    """Return the percentage that a booking keeps when it is moved: a tier once entered stays so.

    `at` is when its customer asked; None: somebody else moves it, and nothing new is entered.
    """
    most: int = policy.get("most", ALL)
    if at is None:
        return most
    shares = (tier.percent for tier in _tiers(policy, start, zone) if at <= tier.until)
    return min(most, next(shares, 0))
