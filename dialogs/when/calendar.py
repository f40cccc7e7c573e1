"""Calendar arithmetic that the rules share: weeks from Monday, months of their own length."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dialogs.when.items import Length


def week_start(day: date) -> date:
    """The Monday on or before."""
    return day - timedelta(days=day.weekday())


def next_month(first: date) -> date:
    """The first of the month after."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_start(today: date, month: int) -> date:
    """The first of that month: of the running one, else the next to come."""
    year = today.year + (month < today.month)
    return date(year, month, 1)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(min(max(day.year + years, 1), 9998), month + 1, 1)
    last = next_month(first) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)


def add(base: datetime, length: Length, sign: int) -> datetime:
    """So much later, or earlier with a sign of -1; working days skip Saturdays and Sundays."""
    if length.unit == "workday":
        day, left = base, length.days
        while left:
            day += timedelta(days=sign)
            left -= day.weekday() < 5
        return day
    moved = datetime.combine(add_months(base.date(), sign * length.months), base.time())
    return moved + sign * timedelta(days=length.days, minutes=length.minutes)
