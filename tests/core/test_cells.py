"""Spans as cells: whatever lies in a span lies in one of its cells, and in no other."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.cells import LEVELS, UNIT, cover, holding
from core.span import Span

_START = datetime(2026, 3, 1, tzinfo=UTC)
_units = st.integers(0, 200_000)


@given(st.lists(st.tuples(_units, st.integers(1, 60_000)), min_size=1, max_size=3), _units)
def test_an_instant_is_found_where_its_span_is(spans: list[tuple[int, int]], at: int) -> None:
    """Exactly one cell that covers some spans holds an instant in them; none holds another."""
    unit = timedelta(seconds=UNIT)
    covered = cover(Span(_START + n * unit, _START + (n + size) * unit) for n, size in spans)
    found = covered & set(holding(_START + at * unit))
    assert len(found) == any(n <= at < n + size for n, size in spans)


def test_ends_are_rounded_outward() -> None:
    """A single minute is found by its start, whatever the five minutes it lies in."""
    minute = datetime(2026, 3, 1, 14, 33, tzinfo=UTC)
    assert cover([Span(minute, minute + timedelta(minutes=1))]) & set(holding(minute))


def test_a_span_takes_few_cells() -> None:
    """Two months from any minute on are two cells a level at most."""
    for minutes in range(0, 1440, 35):
        start = _START + timedelta(minutes=minutes)
        assert len(cover([Span(start, start + timedelta(days=60))])) <= 2 * LEVELS
