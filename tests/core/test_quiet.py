"""Nobody is woken: quiet hours are the reader's, half-open, and may lie over midnight."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.quiet import awake
from core.rules import Quiet

ROME = ZoneInfo("Europe/Rome")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ROME).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("01-10T20:59", "01-10T20:59"),
        ("01-10T21:00", "01-11T08:00"),
        ("01-10T23:30", "01-11T08:00"),
        ("01-11T00:00", "01-11T08:00"),
        ("01-11T07:59", "01-11T08:00"),
        ("01-11T08:00", "01-11T08:00"),
        ("03-28T22:00", "03-29T08:00"),  # the clocks change that night
        ("10-24T22:00", "10-25T08:00"),
    ],
)
def test_quiet_hours_over_midnight(now: str, then: str) -> None:
    """From 21:00 on it waits until 08:00; at 08:00 itself one may speak."""
    assert awake(Quiet(), ROME, at(now)) == at(then)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("05-05T03:59", "05-05T03:59"),
        ("05-05T04:00", "05-05T12:00"),
        ("05-05T12:00", "05-05T12:00"),
    ],
)
def test_quiet_hours_of_a_morning(now: str, then: str) -> None:
    """Quiet hours that do not touch midnight end on the same day."""
    assert awake(Quiet(time(4), time(12)), ROME, at(now)) == at(then)


def test_no_quiet_hours() -> None:
    """Where they begin when they end there are none."""
    assert awake(Quiet(time(8), time(8)), ROME, at("05-05T08:00")) == at("05-05T08:00")


def test_the_reader_is_elsewhere() -> None:
    """The hours are those of the reader's zone, wherever the place is."""
    noon_in_rome = at("05-05T12:00")
    assert awake(Quiet(), ZoneInfo("America/Denver"), noon_in_rome) == datetime(
        2026, 5, 5, 14, tzinfo=UTC
    )
