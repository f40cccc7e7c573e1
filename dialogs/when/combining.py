"""A wish said over two messages: the later one's part replaces, the rest is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.when.model import Grain, Window, Wish
from dialogs.when.resolve import wall

_MINUTES = 60


def combine(earlier: Wish, later: Wish, *, now: datetime, zone: ZoneInfo) -> Wish:
    """Put "3pm" to "tomorrow", or "friday instead" in its place.

    `now` is an aware instant and `zone` the reader's; a time that was said alone and would lie in
    the past on the new day is kept as it is, for the caller to refuse.
    """
    if not later:
        return earlier
    if not earlier:
        return later
    windows = later.windows or earlier.windows
    if earlier.windows and later.windows:
        if later.time_said and not later.day_said and earlier.day_said:
            windows = _times_on_days(earlier.windows, later.windows, later.zone_said or zone)
        elif later.day_said and not later.time_said and earlier.time_said:
            windows = _times_on_days(later.windows, earlier.windows, earlier.zone_said or zone)
    timed = later.time_said or not later.windows
    return replace(
        later,
        windows=tuple(window for window in windows if not _over(window, now)) or windows,
        exclude=(*earlier.exclude, *later.exclude),
        exclude_rrule=later.exclude_rrule or earlier.exclude_rrule,
        each=later.each or (None if later.day_said else earlier.each),
        rrule=later.rrule or (None if later.day_said and later.time_said else earlier.rrule),
        duration=later.duration or earlier.duration,
        day_said=later.day_said or earlier.day_said,
        time_said=later.time_said or earlier.time_said,
        zone_said=later.zone_said or earlier.zone_said,
        approximate=later.approximate if timed else earlier.approximate,
        note=later.note or (earlier.note if not timed else None),
        problem=later.problem,
    )


def _over(window: Window, now: datetime) -> bool:
    last = window.end or (window.start if window.grain is Grain.MINUTE else None)
    return last is not None and last <= now


def _times_on_days(
    days: tuple[Window, ...], times: tuple[Window, ...], zone: ZoneInfo
) -> tuple[Window, ...]:
    """Every time of day on every day; a stretch of more than a week takes its first week."""
    made: list[Window] = []
    for day in days:
        anchor = day.start or day.end
        if anchor is None:
            continue
        first = anchor.date()
        last = day.end.date() if day.end and day.grain is Grain.RANGE else first + timedelta(days=1)
        for ahead in range(max(1, min((last - first).days, 7))):
            made.extend(_on(first + timedelta(days=ahead), each, zone) for each in times)
    return tuple(dict.fromkeys(made))


def _on(day: date, window: Window, zone: ZoneInfo) -> Window:
    """The same stretch of wall time on another day."""
    anchor = window.start or window.end
    if anchor is None:
        return window
    base = datetime.combine(anchor.date(), time())

    def moved(instant: datetime | None) -> datetime | None:
        if instant is None:
            return None
        local = instant.replace(tzinfo=None) - base
        return wall(day, int(local.total_seconds()) // _MINUTES, zone)[0]

    return replace(window, start=moved(window.start), end=moved(window.end))
