"""What comes back when one cancels: each tier a second before its moment, at it and after it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import tiers

NEW_YORK = ZoneInfo("America/New_York")
ROME = ZoneInfo("Europe/Rome")
SYDNEY = ZoneInfo("Australia/Sydney")
STUDIO = {"tiers": [[100, "hours", 24], [50, "day", 0]]}
TABLE = {"tiers": [[100, "hours", 48]]}
EVE = {"tiers": [[100, "2d12:00", 0], [60, "1d18:00", 0], [10, "hours", 2]]}
ROOMS = {"tiers": [[100, "hours", 0]]}
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Each row: the policy, the zone, the booking's wall time, a tier's last moment in UTC, and what
# comes back of 8001 until then and after it.
BOUNDARIES = [
    (STUDIO, NEW_YORK, "2026-03-05 15:00", "2026-03-04 20:00", 8001, 4001),
    (STUDIO, NEW_YORK, "2026-03-05 15:00", "2026-03-05 05:00", 4001, 0),
    # The clocks go forward on 8 March at 2 am: a day before by the clock is 23 hours.
    (STUDIO, NEW_YORK, "2026-03-08 15:00", "2026-03-07 19:00", 8001, 4001),
    (STUDIO, NEW_YORK, "2026-03-08 15:00", "2026-03-08 05:00", 4001, 0),
    # They go back on 1 November: a day before by the clock is 25 hours.
    (STUDIO, NEW_YORK, "2026-11-01 15:00", "2026-10-31 20:00", 8001, 4001),
    (STUDIO, NEW_YORK, "2026-11-01 15:00", "2026-11-01 04:00", 4001, 0),
    (TABLE, ROME, "2026-03-30 20:00", "2026-03-28 18:00", 8001, 0),
    (TABLE, ROME, "2026-10-25 20:00", "2026-10-23 19:00", 8001, 0),
    (EVE, ROME, "2026-03-29 20:00", "2026-03-27 11:00", 8001, 4801),
    (EVE, ROME, "2026-03-29 20:00", "2026-03-28 17:00", 4801, 801),
    (EVE, ROME, "2026-03-30 20:00", "2026-03-29 16:00", 4801, 801),
    (EVE, ROME, "2026-03-30 20:00", "2026-03-30 16:00", 801, 0),
    # The night in which the clocks of Sydney go back: 2:30 comes twice, and here is the first.
    (ROOMS, SYDNEY, "2026-04-05 02:30", "2026-04-04 15:30", 8001, 0),
    (STUDIO, SYDNEY, "2026-04-05 02:30", "2026-04-03 15:30", 8001, 4001),
    (STUDIO, SYDNEY, "2026-10-04 03:30", "2026-10-02 16:30", 8001, 4001),
    (STUDIO, SYDNEY, "2026-10-04 03:30", "2026-10-03 14:00", 4001, 0),
]


@pytest.mark.parametrize("row", BOUNDARIES, ids=lambda row: f"{row[2]} until {row[3]}")
def test_each_tier_to_the_second(row: tuple[dict[str, Any], ZoneInfo, str, str, int, int]) -> None:
    """A second before its moment and exactly at it the tier counts, a second later the next."""
    policy, zone, start, last, until, after = row
    begins, moment = at(start, zone), utc(last)

    def back(when: datetime) -> int:
        return tiers.back(policy, paid=8001, start=begins, zone=zone, at=when).amount

    assert [back(moment - SECOND), back(moment), back(moment + SECOND)] == [until, until, after]


def test_a_tier_says_its_name() -> None:
    """The name is what is kept with a refund."""
    start = at("2026-03-05 15:00", NEW_YORK)
    moments = (utc(t) for t in ("2026-03-04 20:00", "2026-03-04 20:01", "2026-03-05 06:00"))
    named = [
        tiers.back(STUDIO, paid=100, start=start, zone=NEW_YORK, at=when).tier for when in moments
    ]
    assert named == ["100% until 24 h", "50% until day", "nothing"]


def test_a_quote_says_what_comes_and_until_when() -> None:
    """From now on: the tier that counts, then those after it; nothing once the last has passed."""
    start = at("2026-03-05 15:00", NEW_YORK)

    def quoted(when: str, policy: dict[str, Any] = STUDIO) -> list[tuple[datetime, int]]:
        found = tiers.quote(policy, paid=4000, start=start, zone=NEW_YORK, at=utc(when))
        return [(step.until, step.amount) for step in found]

    first, second = (utc("2026-03-04 20:00"), 4000), (utc("2026-03-05 05:00"), 2000)
    assert quoted("2026-03-02 12:00") == [first, second]
    assert quoted("2026-03-04 20:00:01") == [second]
    assert quoted("2026-03-05 05:00:01") == []
    assert quoted("2026-03-02 12:00", STUDIO | {"most": 50}) == [second]


def test_what_was_entered_stays_entered() -> None:
    """Moved from a tier of half to a month later it still gives back half, whatever comes then."""
    start, later = at("2026-03-05 15:00", NEW_YORK), at("2026-04-05 15:00", NEW_YORK)
    asked = utc("2026-03-04 20:00:01")
    most = tiers.entered(STUDIO, start=start, zone=NEW_YORK, at=asked)
    assert most == 50
    moved = STUDIO | {"most": most}
    assert tiers.back(moved, paid=4000, start=later, zone=NEW_YORK, at=asked).amount == 2000
    assert tiers.entered(moved, start=later, zone=NEW_YORK, at=None) == 50
    assert tiers.entered(STUDIO, start=start, zone=NEW_YORK, at=None) == 100
    assert tiers.entered(STUDIO, start=start, zone=NEW_YORK, at=start) == 0


@given(
    percents=st.lists(st.integers(0, 100), min_size=1, max_size=4),
    hours=st.sets(st.integers(0, 200), min_size=4, max_size=4),
    paid=st.integers(0, 10**7),
    minutes=st.lists(st.integers(-600, 20_000), min_size=2, max_size=8),
)
def test_waiting_never_pays(
    percents: list[int], hours: set[int], paid: int, minutes: list[int]
) -> None:
    """The later one cancels the less comes back, never more than was paid, as the quote says."""
    falling = zip(sorted(percents, reverse=True), sorted(hours, reverse=True), strict=False)
    policy = {"tiers": [[percent, "hours", n] for percent, n in falling]}
    start = at("2026-03-09 15:00", NEW_YORK)
    moments = [start.astimezone(UTC) - timedelta(minutes=m) for m in sorted(minutes, reverse=True)]
    got = [tiers.back(policy, paid=paid, start=start, zone=NEW_YORK, at=w).amount for w in moments]
    assert got == sorted(got, reverse=True)
    assert all(0 <= amount <= paid for amount in got)
    for when, amount in zip(moments, got, strict=True):
        steps = tiers.quote(policy, paid=paid, start=start, zone=NEW_YORK, at=when)
        assert (steps[0].amount if steps else 0) == amount
