"""Half-open spans of time, and the way between wall clocks and instants. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class Span(NamedTuple):
    """`[start, end)`: two aware instants, the end not included."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def covers(self, other: "Span") -> bool:
        """Whether the other lies wholly inside this one."""
        return self.start <= other.start and other.end <= self.end

    def widened(self, before: timedelta, after: timedelta) -> "Span":
        """Return the span with buffers put around it."""
        return Span(self.start - before, self.end + after)

    @property
    def length(self) -> timedelta:
        """Elapsed time, never wall time: both ends are compared as instants."""
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall clock reading turned into an instant, with what the clock change did to it."""

    instant: datetime
    note: str | None  # None, "gap" (the reading does not exist) or "fold" (it exists twice)


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a wall time: a gap moves on by the gap, a fold takes the first."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def wall(day: date, clock: time, zone: ZoneInfo) -> Wall:
    """Return the same instant, and say where the wall time is missing or doubled."""
    first = datetime.combine(day, clock.replace(fold=0), tzinfo=zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return Wall(first.astimezone(UTC), None)
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == first.replace(
        tzinfo=None
    )
    return Wall(first.astimezone(UTC), "fold" if exists else "gap")


def local_days(span: Span, zone: ZoneInfo) -> list[date]:
    """Return every calendar day of the zone that the span touches, in order."""
    first = span.start.astimezone(zone).date()
    last = (span.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield every day from the first to the last, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the union as disjoint spans in order; touching spans become one."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start <= out[-1].end:
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        elif span.start < span.end:
            out.append(span)
    return out


def minus(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return what is left of the spans once every hole is cut out of them."""
    left = merged(spans)
    for hole in merged(holes):
        kept: list[Span] = []
        for span in left:
            if not span.overlaps(hole):
                kept.append(span)
                continue
            if span.start < hole.start:
                kept.append(Span(span.start, hole.start))
            if hole.end < span.end:
                kept.append(Span(hole.end, span.end))
        left = kept
    return left


def both(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """Return the time that lies in both."""
    right = list(right)
    return merged(
        Span(max(a.start, b.start), min(a.end, b.end)) for a in left for b in right if a.overlaps(b)
    )
