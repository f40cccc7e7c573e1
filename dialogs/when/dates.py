"""Builders for dates: in digits, in words, a day of the month, a weekday with its number."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from dialogs.when.calendar import holiday_date, next_month
from dialogs.when.cascade import Found, State
from dialogs.when.items import Day, Item, Period
from dialogs.when.resolve import date_of

_YEARS = range(1990, 2100)


def _year(item: Item | None) -> int | None:
    if item is None or item.kind != "NUM":
        return None
    year: int = item.value
    if len(item.raw) == 2 and item.raw.isdigit():
        return 2000 + year
    return year if year in _YEARS else None


def impossible(found: Found, state: State) -> Item:
    """Note that the words name a date that no calendar has; the item stays a day without a date."""
    item = found.make("DAY", Day())
    state.impossible.append(item)
    return item


def _dated(
    found: Found, state: State, dom: int, month: int | None, year: int | None
) -> Item | None:
    if not 1 <= dom <= 31:
        return None
    if month is not None:
        try:
            date(year or 2024, month, dom)
        except ValueError:
            return impossible(found, state)
    return found.make("DAY", Day(dom=dom, month=month, year=year))


def day_month(found: Found, state: State) -> Item | None:
    """October 2, the 3rd of June 2026, 28. Oktober, 21 mai."""
    month = found.first("MONTH")
    numbers = found.all("NUM", "ORD")
    unit = found.first("UNIT")
    if month is None or not numbers or (unit is not None and unit.value != "day"):
        return None
    dom = numbers[0]
    year = _year(numbers[1]) if len(numbers) > 1 else None
    if len(numbers) > 1 and (year is None or numbers[1].kind == "ORD"):
        return None
    if dom.raw.isdigit() and len(dom.raw) > 2:
        return None
    if dom.value > 31 and len(numbers) == 1 and dom.start > month.start:
        return impossible(found, state)  # march 45
    return _dated(found, state, dom.value, month.value, year)


def month_year(found: Found, _state: State) -> Item | None:
    """October 2026."""
    month, year = found.first("MONTH"), _year(found.items[-1])
    if month is None or year is None or len(found.items[-1].raw) == 2:
        return None
    first = date(year, month.value, 1)
    return found.make("PERIOD", Period(first, next_month(first), "month"))


def two_of_month(found: Found, _state: State) -> list[Item] | None:
    """14/15 march: two days to choose from."""
    item, month = found.items
    doms = [int(part) for part in re.findall(r"\d+", item.raw)]
    if len(doms) != 2 or "/" not in item.raw or not 1 <= doms[0] < doms[1] <= 31:
        return None
    first, last = (Day(dom=dom, month=month.value) for dom in doms)
    return [
        Item("DAY", first, item.start, item.end),
        Item("OR", None, item.end, item.end),
        Item("DAY", last, item.end, month.end),
    ]


def numeric(found: Found, state: State) -> Item | None:
    """5/12, 2026-03-04, 15.01., 22-10-2026: the order of day and month is the language's."""
    item = found.items[-1]
    parts = re.findall(r"\d+", item.raw)
    numbers = [int(part) for part in parts]
    if len(parts[0]) == 4:
        year, month, dom = numbers
    else:
        first, second = numbers[:2]
        mdy = state.lexicon.conventions["date_order"] == "mdy" and "." not in item.raw
        dom, month = (second, first) if mdy else (first, second)
        if month > 12 >= dom:
            dom, month = month, dom
        year = 0
        if len(numbers) > 2:
            year = numbers[2] + (2000 if numbers[2] < 100 else 0)
    if not 1 <= dom <= 31 or not 1 <= month <= 12:
        return impossible(found, state) if len(parts) > 2 else found.make("X", None)
    made = _dated(found, state, dom, month, year or None)
    if made is not None and len(parts[0]) < 4 and dom <= 12 and not year:
        made.value = replace(made.value, turns=True)
    return made


def dotted_date(found: Found, state: State) -> Item | None:
    """15.1 as a date, where the language writes dates so and the word before is one for days."""
    dom, month = (int(part) for part in found.items[-1].value.split("."))
    if not state.lexicon.conventions.get("dotted_dates") or not 1 <= month <= 12:
        return None
    return _dated(found, state, dom, month, None)


def ordinal(found: Found, state: State) -> Item | None:
    """The 9th; in words only after "on the" or "for the"."""
    item = found.first("ORD")
    if item is None:
        return None
    if item.value > 31:
        return impossible(found, state) if found.has("ON", "FOR") and found.has("THE") else None
    told = item.raw[:1].isdigit() or (found.has("ON", "FOR") and found.has("THE"))
    if not told and item.value < 10:
        return None
    return _dated(found, state, item.value, None, None)


def article_day(found: Found, state: State) -> Item | None:
    """El 15, le 15, il 15: a number after the article; in English only "on the 15"."""
    number = found.items[-1]
    always = state.lexicon.conventions.get("article_day")
    if not number.raw.isdigit() or len(number.raw) > 2:
        return None
    if not always and not found.has("ON", "FOR"):
        return None
    if not always and not found.has("THE") and number.value <= 12:
        return None
    return _dated(found, state, number.value, None, None)


def article_part(found: Found, state: State) -> Item | None:
    """El 15 por la tarde, le 16 au matin: the article tells it from "las 5 de la tarde"."""
    if not state.lexicon.conventions.get("article_day"):
        return None
    return article_day(found, state)


def until_day(found: Found, state: State) -> list[Item] | None:
    """Jusqu'au 13, hasta el 13: the article in the word for until says that it is a day."""
    until, number = found.items
    if until.raw not in state.lexicon.conventions.get("until_day", ()):
        return None
    day = article_day(Found([number]), state)
    return [until, day] if day is not None else None


def weekday_dated(found: Found, _state: State) -> Item | None:
    """Until friday the 13th: one day, said twice."""
    weekday, day = found.items[0].value, found.items[-1].value
    if weekday.weekday is None or weekday.dom is not None or weekday.week is not None:
        return None
    if day.dom is None or day.weekday is not None:
        return None
    return found.make("DAY", day)


def day_alone(found: Found, _state: State) -> Item:
    """From thursday at 6 onward: the hour is what bounds, and thursday its day."""
    return found.items[-1]


def weekday_number(found: Found, state: State) -> Item | None:
    """Friday 23, sexta 13, martes 3: the day of the month, where the calendar bears it out."""
    day, number = found.items[0], found.items[-1]
    if day.value.weekday is None or not 1 <= number.value <= 31 or day.value.week is not None:
        return None
    if len(number.raw) > 2 or day.value.dom is not None or day.value.shift:
        return None
    if number.value <= 12:
        if not state.lexicon.conventions.get("article_day"):
            return None
        on = date_of(Day(dom=number.value), state)
        if on is None or on.weekday() != day.value.weekday:
            return None
    return found.make("DAY", Day(weekday=day.value.weekday, dom=number.value))


def day_number(found: Found, state: State) -> Item | None:
    """El día 15, dia 15: a number after the word for day."""
    unit, number = found.first("UNIT"), found.items[-1]
    if unit is None or unit.value != "day" or not state.lexicon.conventions.get("day_number"):
        return None
    return _dated(found, state, number.value, None, None)


def two_ordinals(found: Found, state: State) -> Item | None:
    """Am siebenundzwanzigsten zwölften."""
    dom, month = found.all("ORD")
    if not state.lexicon.conventions.get("dot_ordinals") or not 1 <= month.value <= 12:
        return None
    return _dated(found, state, dom.value, month.value, None)


def holiday(found: Found, state: State) -> Item:
    """Christmas eve, easter monday, thanksgiving: the next of those that the lexicon names."""
    when = state.lexicon.holidays[found.items[-1].value]
    if isinstance(when, list):
        return found.make("DAY", Day(month=when[0], dom=when[1]))
    ahead = (holiday_date(when, state.today.year + years) for years in (0, 1))
    return found.make("DAY", Day(on=next(on for on in ahead if on >= state.today)))
