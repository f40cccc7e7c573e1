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


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * i) // 451
    month, day = divmod(h + i - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday_date(rule: str, year: int) -> date:
    """The day of "easter+39" or "11/TH/4", the fourth Thursday of November, in that year."""
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule[6:] or 0))
    month, weekday, place = rule.split("/")
    first = date(year, int(month), 1)
    ahead = ("MO", "TU", "WE", "TH", "FR", "SA", "SU").index(weekday) - first.weekday()
    on = first + timedelta(days=ahead % 7)
    if int(place) > 0:
        return on + timedelta(weeks=int(place) - 1)
    while (on + timedelta(weeks=1)).month == first.month:
        on += timedelta(weeks=1)
    return on
