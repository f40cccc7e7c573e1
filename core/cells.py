"""Spans of time as cells of a tree, so that an index finds whose span holds an instant. Pure.

A cell of level n is 2**n units of five minutes, counted from the epoch. A span is the fewest cells
that make it up, two a level at most; an instant lies in one cell of each level. So whoever waits
within a span is found by equality alone, in order, however many wait for something else.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from core.span import Span, merged

UNIT = 300  # seconds
LEVELS = 16  # the widest cell is nearly four months
_SHIFT = LEVELS.bit_length()


def cover(spans: Iterable[Span]) -> set[int]:
    """Return the cells that make up some spans, their ends rounded to whole units outward."""
    found: set[int] = set()
    for span in merged(spans):
        first = int(span.start.timestamp()) // UNIT
        last = -(-int(span.end.timestamp()) // UNIT)
        found.update(_cells(first, last))
    return found


def _cells(first: int, last: int) -> Iterator[int]:
    """Yield the cells of `[first, last)`: from the narrow ones at its ends to the wide within."""
    level = 0
    while first < last:
        if level == LEVELS - 1:
            yield from (_number(level, cell) for cell in range(first, last))
            return
        if first & 1:
            yield _number(level, first)
            first += 1
        if last & 1:
            last -= 1
            yield _number(level, last)
        first, last, level = first >> 1, last >> 1, level + 1


def holding(moment: datetime) -> list[int]:
    """Return the cell of each level in which an instant lies."""
    unit = int(moment.timestamp()) // UNIT
    return [_number(level, unit >> level) for level in range(LEVELS)]


def _number(level: int, cell: int) -> int:
    return cell << _SHIFT | level
