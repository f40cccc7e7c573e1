"""Spans are half-open; wall clocks become instants, also where they jump."""

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.span import (
    DAY,
    MINUTE,
    Span,
    both,
    days_between,
    instant,
    local_days,
    merged,
    minus,
    wall,
)

ZERO = datetime(2026, 3, 8, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


def span(start: int, end: int) -> Span:
    return Span(ZERO + start * MINUTE, ZERO + end * MINUTE)


def minutes(spans: list[Span]) -> set[int]:
    return {m for s in spans for m in range((s.start - ZERO) // MINUTE, (s.end - ZERO) // MINUTE)}


SPANS = st.lists(st.builds(span, st.integers(0, 60), st.integers(0, 60)), max_size=6)


def of(spans: list[Span]) -> list[Span]:
    """Leave out what ends before it begins: nobody makes such a span but a clock that jumps."""
    return [s for s in spans if s.start < s.end]


@given(SPANS, SPANS)
def test_spans_are_sets_of_minutes(left: list[Span], right: list[Span]) -> None:
    """Union, difference and intersection are those of the minutes; empty spans are nothing."""
    assert minutes(merged(left)) == minutes(of(left))
    assert minutes(minus(left, right)) == minutes(of(left)) - minutes(of(right))
    assert minutes(both(of(left), of(right))) == minutes(of(left)) & minutes(of(right))


@given(SPANS)
def test_merged_spans_are_apart_and_in_order(spans: list[Span]) -> None:
    """No two of them touch, and none is empty."""
    found = merged(spans)
    assert all(a.end < b.start for a, b in itertools.pairwise(found))
    assert all(s.start < s.end for s in found)


def test_ends_do_not_belong_to_a_span() -> None:
    """Touching spans do not overlap; a span covers one that ends where it ends."""
    assert not span(0, 30).overlaps(span(30, 60))
    assert span(0, 31).overlaps(span(30, 60))
    assert span(0, 30).covers(span(10, 30))
    assert not span(0, 30).covers(span(10, 31))
    assert span(10, 20).widened(5 * MINUTE, MINUTE) == span(5, 21)


def test_a_length_is_elapsed_time() -> None:
    """Two wall times two hours apart are one hour apart on the night that the clocks change."""
    start = datetime(2026, 3, 8, 1, 30, tzinfo=NEW_YORK)
    assert Span(start, start.replace(hour=3)).length == timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc", "note"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), "07:30", "gap"),
        ("America/New_York", date(2026, 3, 8), time(3), "07:00", None),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "05:30", "fold"),
        ("America/New_York", date(2026, 11, 1), time(2), "07:00", None),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "15:45", "gap"),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "14:45", "fold"),
        ("Pacific/Apia", date(2011, 12, 30), time(12), "22:00", "gap"),
        ("America/Havana", date(2026, 3, 8), time(0), "05:00", "gap"),
        ("America/Havana", date(2026, 11, 1), time(0, 30), "04:30", "fold"),
        ("Europe/Dublin", date(2026, 10, 25), time(1, 15), "00:15", "fold"),
    ],
)
def test_a_wall_time_that_is_missing_or_doubled(
    zone: str, day: date, clock: time, utc: str, note: str | None
) -> None:
    """A gap moves on by the gap, a fold takes the first, and both are said."""
    found = wall(day, clock, ZoneInfo(zone))
    assert (f"{found.instant:%H:%M}", found.note) == (utc, note)
    assert found.instant == instant(day, clock, ZoneInfo(zone))


def test_local_days_of_a_span() -> None:
    """A span that ends at midnight does not touch the next day; one that is longer does."""
    evening = instant(date(2026, 3, 7), time(22), NEW_YORK)
    midnight = instant(date(2026, 3, 8), time(0), NEW_YORK)
    assert local_days(Span(evening, midnight), NEW_YORK) == [date(2026, 3, 7)]
    longer = Span(evening, midnight + timedelta(microseconds=1))
    assert local_days(longer, NEW_YORK) == [date(2026, 3, 7), date(2026, 3, 8)]
    three = Span(evening, midnight + DAY)
    assert [day.day for day in local_days(three, NEW_YORK)] == [7, 8, 9]


def test_days_between_are_both_included() -> None:
    """The first and the last day belong to it."""
    first = date(2026, 2, 28)
    assert [day.day for day in days_between(first, first + DAY)] == [28, 1]
    assert list(days_between(first, first - DAY)) == []
