"""Two sayings about one day, fitted together: "friday" and "next week", "monday" and "the 14th"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs.when.items import Day, Part, Period

# Parts of the day that a finer name beside them narrows: "first thing in the morning".
_WIDE = frozenset({"morning", "afternoon", "evening", "night"})

Days = Day | Period | tuple[Day, Day]


def merge_part(held: Part, value: Part) -> Part | None:
    """Two names of one part of the day: "late" and "afternoon", "first thing" and "morning"."""
    if held.name == value.name:
        return replace(held, hint=held.hint or value.hint)
    if (held.name in _WIDE) != (value.name in _WIDE):
        return value if held.name in _WIDE else held
    return None


def apposed(held: Days, value: Days) -> bool:
    """Whether a comma between the two still speaks of one day: "monday, the 14th"."""
    if not isinstance(held, Day) or not isinstance(value, Day):
        return isinstance(held, Period) or isinstance(value, Period)
    one, two = (held, value) if held.weekday is not None else (value, held)
    return (
        one.weekday is not None and one.dom is None and two.dom is not None and two.weekday is None
    )


def merge(held: Days, value: Days) -> Days | None:
    """Two sayings about one day or stretch, where they fit together: "friday" and "next week"."""
    if isinstance(held, tuple) or isinstance(value, tuple):
        return None
    if isinstance(held, Period):
        return _overlap(held, value) if isinstance(value, Period) else narrow(value, held)
    if isinstance(value, Period):
        return narrow(held, value)
    return held if held == value else _one_day(held, value)


def lend_month(held: Days, value: Days) -> Days:
    """The 4th or the 6th of april: the first is of april too."""
    if not isinstance(held, Day) or not isinstance(value, Day):
        return held
    if held.dom is None or held.month is not None or held.weekday is not None:
        return held
    return replace(held, month=value.month, year=value.year) if value.month else held


def _one_day(held: Day, value: Day) -> Day | None:
    """Two sayings about one day: a weekday and a number, a number and its month."""
    if held.dom is not None and value.dom is not None:
        fits = held.month is None and value.month is not None and held.dom == value.dom
        return value if fits else None
    one, two = (held, value) if held.dom is not None else (value, held)
    if one.dom is not None and two.weekday is not None and two.on is None:
        return replace(one, weekday=two.weekday)
    sure, other = (held, value) if held.on is not None else (value, held)
    if sure.on is not None and other.on is None and other.weekday == sure.on.weekday():
        return sure
    return None


def narrow(day: Day, period: Period) -> Days | None:
    """The day of that description inside the period: friday of next week, the 3rd of this month."""
    if period.start is None or period.end is None or day.shift:
        return None
    if day.on is not None:
        return day if period.start <= day.on < period.end else None
    if day.dom is not None and day.month is None and period.unit == "month":
        return replace(day, month=period.start.month, year=period.start.year)
    if day.dom is not None and day.month is not None and period.unit == "year":
        return replace(day, year=period.start.year)
    if day.dom is not None:
        return day
    if day.weekday is not None:
        ahead = (day.weekday - period.start.weekday()) % 7
        on = period.start + timedelta(days=ahead)
        return Day(on=on) if on < period.end else None
    return None


def _overlap(held: Period, value: Period) -> Period | None:
    """June and next year: that june; two other stretches share what they have in common."""
    if held.start is None or held.end is None or value.start is None or value.end is None:
        return None
    month, year = (held, value) if value.unit == "year" else (value, held)
    if year.unit == "year" and month.unit == "month" and year.start and month.start and month.end:
        years = year.start.year - month.start.year
        last = month.end.replace(year=month.end.year + years)
        return Period(month.start.replace(year=year.start.year), last, "month")
    start, end = max(held.start, value.start), min(held.end, value.end)
    return Period(start, end, value.unit) if start < end else None
