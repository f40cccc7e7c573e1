"""Builders for stretches of days: next week, early june, the weekend, the first week of may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from dialogs.when.amounts import length
from dialogs.when.calendar import add, month_start, next_month, week_start
from dialogs.when.cascade import Found, State
from dialogs.when.dates import holiday
from dialogs.when.items import Bound, Day, Item, Length, Part, Period
from dialogs.when.merging import narrow
from dialogs.when.relative import ahead, day_after
from dialogs.when.resolve import date_of


def unit_period(today: date, name: str, step: int) -> Period | None:
    """The week, weekend, month or year that lies `step` of them from today's."""
    monday = week_start(today)
    if name in {"week", "workweek"}:
        start = monday + timedelta(weeks=step)
        return Period(start, start + timedelta(days=5 if name == "workweek" else 7), "week")
    if name == "fortnight":
        start = monday + timedelta(weeks=step)
        return Period(start, start + timedelta(days=14), "week")
    if name == "weekend":
        start = monday + timedelta(days=5, weeks=step)
        return Period(start, start + timedelta(days=2), "weekend")
    if name == "month":
        start = today.replace(day=1)
        for _ in range(max(step, 0)):
            start = next_month(start)
        if step < 0:
            start = (start - timedelta(days=1)).replace(day=1)
        return Period(start, next_month(start), "month")
    if name == "year":
        return Period(date(today.year + step, 1, 1), date(today.year + step + 1, 1, 1), "year")
    return None


def unit(found: Found, state: State) -> Item | None:
    """This week, next month, the weekend, the week after next, last year."""
    unit = found.first("UNIT")
    name = unit.value if unit else ""
    step = 1 if found.has("NEXT", "FOLLOWING") else -1 if found.has("LAST") else 0
    if found.has("COMING") and not found.has("NEXT"):
        step = 0 if name == "weekend" else 1
    if found.has("AFTERNEXT"):
        step = 2
    period = unit_period(state.today, name, step)
    if period is None:
        if name == "day" and found.has("NEXT", "FOLLOWING"):
            return day_after(found, state)
        return None
    return found.make("PERIOD", period)


def next_length(found: Found, state: State) -> Item | None:
    """The next three days, within two weeks: a stretch from now on."""
    item = found.first("LEN")
    if item is None:
        return None
    value: Length = item.value
    if value.minutes:
        return None
    start = state.today
    if found.has("NEXT") and value.unit == "day":
        start += timedelta(days=1)
    end = add(datetime.combine(start, datetime.min.time()), value, 1).date()
    if found.has("WITHIN"):
        end += timedelta(days=1)
    return found.make("PERIOD", Period(start, end, "stretch"))


def this_or_next(found: Found, state: State) -> list[Item] | None:
    """This week or next: both."""
    name = found.items[1].value
    this, following = (unit_period(state.today, name, step) for step in (0, 1))
    if this is None or following is None:
        return None
    joint, last = found.items[2], found.items[-1]
    return [
        Item("PERIOD", this, found.items[0].start, found.items[1].end),
        joint,
        Item("PERIOD", following, last.start, last.end),
    ]


def ahead_or_within(found: Found, state: State) -> Item | None:
    """In three days is a day; within three days, in the next three days, is a stretch."""
    return (next_length(found, state) if found.has("WITHIN") else None) or ahead(found, state)


def within(found: Found, state: State) -> Item | None:
    """D'ici trois jours: from now until then."""
    item = found.items[-1]
    if item.value.minutes:
        return None
    end = add(datetime.combine(state.today, datetime.min.time()), item.value, 1).date()
    return found.make("PERIOD", Period(state.today, end + timedelta(days=1), "stretch"))


def within_unit(found: Found, state: State) -> Item | None:
    """In the next week, within a month: from now until that much later."""
    value = length(1, found.items[-1].value)
    if value is None or value.minutes or value.unit == "day":
        return None
    end = add(datetime.combine(state.today, datetime.min.time()), value, 1).date()
    return found.make("PERIOD", Period(state.today, end + timedelta(days=1), "stretch"))


def stretch_from_today(found: Found, state: State) -> Item | None:
    """For three days from today."""
    item = found.first("LEN")
    if item is None or item.value.minutes:
        return None
    end = add(datetime.combine(state.today, datetime.min.time()), item.value, 1).date()
    return found.make("PERIOD", Period(state.today, end, "stretch"))


def month_alone(found: Found, state: State) -> Item | None:
    """June, in june, next june: the whole month to come, or the one that runs."""
    month = found.first("MONTH")
    if month is None:
        return None
    first = month_start(state.today, month.value)
    if found.has("NEXT") and first <= state.today:
        first = first.replace(year=first.year + 1)
    return found.make("PERIOD", Period(first, next_month(first), "month"))


def piece(found: Found, state: State) -> Item | None:
    """Early next week, the end of the month, mid june, later this week, the rest of the week."""
    item = found.items[-1]
    period: Period | None = item.value if item.kind == "PERIOD" else None
    if item.kind == "UNIT":
        period = unit_period(state.today, item.value, 0)
    elif item.kind == "MONTH":
        period = as_month(item, state).value
    if period is None or period.start is None or period.end is None or period.unit == "weekend":
        return None
    start, end = period.start, period.end
    days = (end - start).days
    third = max(days // 3, 1)
    if found.has("REST"):
        start = max(start, state.today)
    elif found.has("LATE", "LATER"):
        start = end - timedelta(days=third + (days == 7) * 2)
        if start <= state.today < end:
            start = state.today
    elif found.has("MID"):
        start, end = (
            start + timedelta(days=third - (days == 7)),
            end - timedelta(days=third + (days == 7)),
        )
    else:
        end = start + timedelta(days=third + (days == 7))
    return found.make("PERIOD", Period(start, end, period.unit))


def before_end(found: Found, state: State) -> Item | None:
    """Before the end of the month: until it ends."""
    item = found.items[-1]
    period: Period | None = item.value if item.kind == "PERIOD" else None
    if item.kind == "UNIT":
        period = unit_period(state.today, item.value, 0)
    elif item.kind == "MONTH":
        period = as_month(item, state).value
    return found.make("BOUND", Bound("by", period)) if period else None


def week_of(found: Found, state: State) -> Item | None:
    """The week of the 14th, w/c Feb 4."""
    unit, day = found.first("UNIT"), found.first("DAY", "NUM")
    if (unit is not None and unit.value not in {"week", "weekend"}) or day is None:
        return None
    on = date_of(day.value if day.kind == "DAY" else Day(dom=day.value), state)
    if on is None:
        return None
    start = week_start(on)
    if unit is not None and unit.value == "weekend":
        saturday = start + timedelta(days=5)
        return found.make("PERIOD", Period(saturday, saturday + timedelta(days=2), "weekend"))
    return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))


def holiday_week(found: Found, state: State) -> Item | None:
    """Thanksgiving week, easter weekend: the one that the holiday is in."""
    unit = found.items[-1]
    on = date_of(holiday(Found(found.items[:-1]), state).value, state)
    if on is None or unit.value not in {"week", "weekend"}:
        return None
    start = week_start(on)
    if unit.value == "week":
        return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
    saturday = start + timedelta(days=5)
    return found.make("PERIOD", Period(saturday, saturday + timedelta(days=2), "weekend"))


def as_month(item: Item, state: State) -> Item:
    """A month's name as its days."""
    first = month_start(state.today, item.value)
    return Item("PERIOD", Period(first, next_month(first), "month"), item.start, item.end)


def of_period(found: Found, _state: State) -> Item | None:
    """Tuesday next week, the 3rd of this month, next week on friday."""
    day, period = found.first("DAY"), found.first("PERIOD")
    if day is None or period is None:
        return None
    made = narrow(day.value, period.value)
    return found.make("DAY", made) if isinstance(made, Day) else None


def weekend(found: Found, state: State) -> Item | None:
    """The weekend, weekend: the coming one, or the one that runs."""
    if found.items[-1].value != "weekend":
        return None
    return found.make("PERIOD", unit_period(state.today, "weekend", 0))


def nth_weekday(found: Found, state: State) -> Item | None:
    """The second monday of next month, the last friday of june, the last day of the month."""
    period, lead = found.items[-1], found.first("ORD", "LAST")
    first, end = _span_of(period, state)
    weekday = found.first("WDAY", "UNIT")
    if lead is None or weekday is None or first is None or end is None:
        return None
    if weekday.kind == "UNIT":
        if weekday.value == "day":
            on = (
                end - timedelta(days=1)
                if lead.kind == "LAST"
                else first + timedelta(lead.value - 1)
            )
            return found.make("DAY", Day(on=on))
        if weekday.value != "week":
            return None
        if lead.kind == "LAST":
            start = week_start(end - timedelta(days=1))
            return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
        start = week_start(first) + timedelta(weeks=lead.value - 1)
        if first.weekday() > 3:
            start += timedelta(weeks=1)
        return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
    days = [first + timedelta(n) for n in range((end - first).days)]
    hits = [each for each in days if each.weekday() == weekday.value]
    place = -1 if lead.kind == "LAST" else lead.value - 1
    if not -1 <= place < len(hits):
        return None
    if period.kind == "UNIT" and hits[place] < state.today and not found.has("THIS"):
        later = Item("PERIOD", Period(end, next_month(end), "month"), period.start, period.end)
        return nth_weekday(Found([*found.items[:-1], later]), state)
    return found.make("DAY", Day(on=hits[place]))


def _span_of(item: Item, state: State) -> tuple[date | None, date | None]:
    if item.kind == "PERIOD":
        return item.value.start, item.value.end
    if item.kind == "MONTH":
        first = month_start(state.today, item.value)
        return first, next_month(first)
    if item.kind == "UNIT" and item.value == "month":
        first = state.today.replace(day=1)
        return first, next_month(first)
    return None, None


def hinted_part(found: Found, _state: State) -> Item:
    """Late afternoon, early in the morning."""
    part: Part = found.items[-1].value
    hint = "early" if found.has("EARLY") else "late" if found.has("LATE") else "mid"
    return found.make("DAYPART", replace(part, hint=hint))
