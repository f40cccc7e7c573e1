"""Rules for days and stretches of days: dates, weekdays, weeks, months, "the day after", holidays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from dialogs.when.calendar import add, month_start, next_month, week_start
from dialogs.when.cascade import Found, State, rule
from dialogs.when.merging import narrow
from dialogs.when.items import Day, Item, Length, Part, Period

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


def _day_month(found: Found, state: State) -> Item | None:
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
    return _dated(found, state, dom.value, month.value, year)


def _month_year(found: Found, _state: State) -> Item | None:
    month, year = found.first("MONTH"), _year(found.items[-1])
    if month is None or year is None or len(found.items[-1].raw) == 2:
        return None
    first = date(year, month.value, 1)
    return found.make("PERIOD", Period(first, next_month(first), "month"))


def _numeric(found: Found, state: State) -> Item | None:
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
        made = impossible(found, state) if len(parts) > 2 else found.make("X", None)
        return made
    made_day = _dated(found, state, dom, month, year or None)
    return made_day


def _dotted_date(found: Found, state: State) -> Item | None:
    """15.1 as a date, where the language writes dates so and the word before is one for days."""
    dom, month = (int(part) for part in found.items[-1].value.split("."))
    if not state.lexicon.conventions.get("dotted_dates") or not 1 <= month <= 12:
        return None
    return _dated(found, state, dom, month, None)


def _ordinal(found: Found, state: State) -> Item | None:
    """The 9th; in words only after "on the" or "for the"."""
    item = found.first("ORD")
    if item is None or not 1 <= item.value <= 31:
        return None
    told = item.raw[:1].isdigit() or (found.has("ON", "FOR") and found.has("THE"))
    if not told and item.value < 10:
        return None
    return _dated(found, state, item.value, None, None)


def _article_day(found: Found, state: State) -> Item | None:
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


def _weekday_number(found: Found, state: State) -> Item | None:
    """Friday 23, sexta 13, martes 3: the day of the month, where the calendar bears it out."""
    day, number = found.items[0], found.items[-1]
    if day.value.weekday is None or not 1 <= number.value <= 31 or day.value.week is not None:
        return None
    if len(number.raw) > 2 or day.value.dom is not None or day.value.shift:
        return None
    if number.value <= 12:
        if not state.lexicon.conventions.get("article_day"):
            return None
        from dialogs.when.resolve import date_of  # noqa: PLC0415 - a day resolves with all the rules for days

        on = date_of(Day(dom=number.value), state)
        if on is None or on.weekday() != day.value.weekday:
            return None
    return found.make("DAY", Day(weekday=day.value.weekday, dom=number.value))


def _day_number(found: Found, state: State) -> Item | None:
    """El día 15, dia 15: a number after the word for day."""
    unit, number = found.first("UNIT"), found.items[-1]
    if unit is None or unit.value != "day" or not state.lexicon.conventions.get("day_number"):
        return None
    return _dated(found, state, number.value, None, None)


def _relative(found: Found, state: State) -> Item:
    return found.make("DAY", Day(on=state.today + timedelta(days=found.items[-1].value)))


def _weekday(found: Found, state: State) -> Item:
    """Friday, this friday, next friday, friday after next, last friday."""
    weekday = found.first("WDAY")
    value = weekday.value if weekday else 0
    week: int | None = None
    if found.has("AFTERNEXT"):
        week = 2
    elif found.has("COMING"):
        week = None
    elif found.has("NEXT"):
        week = 1
    elif found.has("LAST"):
        week = -1
    shift = 0
    if found.has("UNIT"):
        shift = 14 if found.first("UNIT").value == "fortnight" else 7  # type: ignore[union-attr] # has() says so
    return found.make("DAY", Day(weekday=value, week=week, shift=shift))


def _british_week(found: Found, state: State) -> Item | None:
    """Tuesday week, a week on friday, a fortnight tomorrow."""
    unit = found.first("UNIT", "LEN")
    day = found.first("DAY")
    if unit is None or day is None:
        return None
    if unit.kind == "LEN":
        days = unit.value.days if unit.value.unit == "week" else 0
    else:
        days = {"week": 7, "fortnight": 14}.get(unit.value, 0)
    if not days:
        return None
    return found.make("DAY", replace(day.value, shift=day.value.shift + days))


def _nth_weekday(found: Found, state: State) -> Item | None:
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
        if weekday.value != "week" or lead.kind == "LAST":
            return None
        start = week_start(first) + timedelta(weeks=lead.value - 1)
        if first.weekday() > 3:
            start += timedelta(weeks=1)
        return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
    days = [first + timedelta(n) for n in range((end - first).days)]
    hits = [each for each in days if each.weekday() == weekday.value]
    place = -1 if lead.kind == "LAST" else lead.value - 1
    if not -1 <= place < len(hits):
        return None
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


def _ahead(found: Found, state: State) -> Item | None:
    """In three days, two weeks from now, an hour ago; later and earlier count from the booking."""
    item = found.first("LEN")
    if item is None:
        return None
    value: Length = item.value
    back = found.has("AGO", "EARLIER", "BEFORE", "PULL")
    base = state.now
    if found.has("LATER", "EARLIER", "BEFORE", "AFTER", "PUSH", "PULL"):
        if state.context.ref is not None:
            base = state.context.ref.replace(tzinfo=None)
        elif state.context.day is not None and not value.minutes:
            base = datetime.combine(state.context.day, base.time())
    at = add(base, value, -1 if back else 1)
    if value.minutes:
        return found.make("INSTANT", at.replace(second=0, microsecond=0))
    return found.make("DAY", Day(on=at.date()))


def _from_day(found: Found, state: State) -> Item | None:
    """Two days after friday, a week from tomorrow, the day before christmas."""
    item, day = found.first("LEN"), found.first("DAY")
    if item is None or day is None or item.value.minutes or item.value.months:
        return None
    days = item.value.days
    if found.has("BEFORE"):
        days = -days
    return found.make("DAY", replace(day.value, shift=day.value.shift + days))


def talked_about(state: State) -> date | None:
    """The day of the booking under discussion, else the day under discussion."""
    ref = state.context.ref
    return ref.date() if ref is not None else state.context.day


def _day_after(found: Found, state: State) -> Item | None:
    """The day after, the next day, the day before, the week after: beside what is talked about."""
    unit = found.first("UNIT")
    if unit is None:
        return None
    base = talked_about(state) or state.today
    step = -1 if found.has("BEFORE", "EARLIER") else 1
    if unit.value == "day":
        return found.make("DAY", Day(on=base + timedelta(days=step)))
    if unit.value == "week":
        start = week_start(base) + timedelta(weeks=step)
        return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
    return None


def _following(found: Found, state: State) -> Item:
    """The following friday: the first after the day that is talked about."""
    base = talked_about(state) or state.today
    ahead = (found.items[-1].value - base.weekday() - 1) % 7 + 1
    return found.make("DAY", Day(on=base + timedelta(days=ahead)))


def _or_the_next(found: Found, _state: State) -> list[Item]:
    """Tomorrow or the day after: one day and the one beside it."""
    day, last = found.items[0], found.items[-1]
    step = -1 if found.has("BEFORE") else 1
    beside = Item("DAY", replace(day.value, shift=day.value.shift + step), found.items[1].end, last.end)
    return [day, found.items[1], beside]


def _same(found: Found, state: State) -> Item | None:
    """That day, the same day; the same time is a clock time of its own."""
    unit = found.first("UNIT")
    if unit is None or unit.value != "day":
        return None
    day = talked_about(state)
    return found.make("DAY", Day(on=day)) if day else found.make("X", None)


def _unit(found: Found, state: State) -> Item | None:
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
            return _day_after(found, state)
        return None
    return found.make("PERIOD", period)


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


def _next_length(found: Found, state: State) -> Item | None:
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


def _day_in_weeks(found: Found, _state: State) -> Item | None:
    """Freitag in einer Woche, heute in zwei Wochen."""
    day, item = found.items[0], found.items[-1]
    if item.value.unit != "week":
        return None
    base = Day(weekday=day.value) if day.kind == "WDAY" else day.value
    return found.make("DAY", replace(base, shift=base.shift + item.value.days))


def _two_ordinals(found: Found, state: State) -> Item | None:
    """Am siebenundzwanzigsten zwölften."""
    dom, month = found.all("ORD")
    if not state.lexicon.conventions.get("dot_ordinals") or not 1 <= month.value <= 12:
        return None
    return _dated(found, state, dom.value, month.value, None)


def _within(found: Found, state: State) -> Item | None:
    """D'ici trois jours: from now until then."""
    item = found.items[-1]
    if item.value.minutes:
        return None
    end = add(datetime.combine(state.today, datetime.min.time()), item.value, 1).date()
    return found.make("PERIOD", Period(state.today, end + timedelta(days=1), "stretch"))


def _stretch(found: Found, state: State) -> Item | None:
    """For three days from today."""
    item = found.first("LEN")
    if item is None or item.value.minutes:
        return None
    end = add(datetime.combine(state.today, datetime.min.time()), item.value, 1).date()
    return found.make("PERIOD", Period(state.today, end, "stretch"))


def _month_alone(found: Found, state: State) -> Item | None:
    """June, in june, next june: the whole month to come, or the one that runs."""
    month = found.first("MONTH")
    if month is None:
        return None
    first = month_start(state.today, month.value)
    if found.has("NEXT") and first <= state.today:
        first = first.replace(year=first.year + 1)
    return found.make("PERIOD", Period(first, next_month(first), "month"))


def _piece(found: Found, state: State) -> Item | None:
    """Early next week, the end of the month, mid june, later this week, the rest of the week."""
    item = found.items[-1]
    if item.kind == "UNIT":
        period = unit_period(state.today, item.value, 0)
    else:
        period = item.value
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


def _week_of(found: Found, state: State) -> Item | None:
    """The week of the 14th, w/c Feb 4."""
    unit, day = found.first("UNIT"), found.first("DAY", "NUM")
    if (unit is not None and unit.value != "week") or day is None:
        return None
    from dialogs.when.resolve import date_of  # noqa: PLC0415 - a day resolves with all the rules for days

    on = date_of(day.value if day.kind == "DAY" else Day(dom=day.value), state)
    if on is None:
        return None
    start = week_start(on)
    return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))


def _holiday(found: Found, state: State) -> Item:
    month, dom = state.lexicon.holidays[found.items[-1].value]
    return found.make("DAY", Day(dom=dom, month=month))


def _part(found: Found, _state: State) -> Item:
    """Late afternoon, early in the morning."""
    part: Part = found.items[-1].value
    hint = "early" if found.has("EARLY") else "late" if found.has("LATE") else "mid"
    return found.make("DAYPART", replace(part, hint=hint))


def _as_month(item: Item, state: State) -> Item:
    first = month_start(state.today, item.value)
    return Item("PERIOD", Period(first, next_month(first), "month"), item.start, item.end)


def _beside(found: Found) -> Item | None:
    unit, day = found.first("UNIT"), found.items[-1]
    if unit is None or unit.value not in {"day", "week"}:
        return None
    days = (1 if unit.value == "day" else 7) * (-1 if found.has("BEFORE") else 1)
    return found.make("DAY", replace(day.value, shift=day.value.shift + days))


def _of_period(found: Found, _state: State) -> Item | None:
    """Tuesday next week, the 3rd of this month, next week on friday."""
    day, period = found.first("DAY"), found.first("PERIOD")
    if day is None or period is None:
        return None
    made = narrow(day.value, period.value)
    return found.make("DAY", made) if isinstance(made, Day) else None


def _early_day(found: Found, _state: State) -> list[Item] | None:
    """Early friday morning, late tomorrow afternoon; early tomorrow is its morning."""
    lead, day = found.items[0], found.first("DAY")
    if day is None:
        return None
    early = lead.kind == "EARLY"
    part = found.first("DAYPART")
    named = part.value if part else Part("morning" if early else "evening")
    hint = ("early" if early else "late") if part else ""
    return [day, Item("DAYPART", replace(named, hint=hint), lead.start, found.items[-1].end)]


def _weekend(found: Found, state: State) -> Item | None:
    """The weekend, weekend: the coming one, or the one that runs."""
    if found.items[-1].value != "weekend":
        return None
    return found.make("PERIOD", unit_period(state.today, "weekend", 0))


_TIME_AHEAD = "(?!X|NOUN|STREET|UNIT|LEN|PERIOD)"

RULES = (
    rule("date in digits", "DATE", _numeric),
    rule("a holiday", "THE? NAMED", _holiday),
    rule(
        "day and month",
        "(?:THE|ON|FOR)* UNIT? (?:ORD|NUM(?!COLON)) (?:STOP|DOT|DASH|SLASH)? UNIT? OF? (?:THE|DASH|SLASH)? MONTH (?:(?:STOP|DOT|COMMA|OF|DASH|SLASH)? NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|TO|DASH))?",
        _day_month,
    ),
    rule(
        "day and month",
        "(?:THE|ON|FOR)* UNIT? (?:ORD|NUM(?!COLON)) (?:STOP|DOT|DASH|SLASH)? OF? THE? MONTH",
        _day_month,
    ),
    rule(
        "month and day",
        "MONTH (?:STOP|DOT|COMMA|DASH|SLASH)? THE? (?:ORD|NUM)(?!COLON|MERIDIEM|OCLOCK|HOURMARK) COMMA? NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|TO|DASH)",
        _day_month,
    ),
    rule(
        "month and day",
        "MONTH (?:STOP|DOT|COMMA|DASH|SLASH)? THE? (?:ORD|NUM)(?!COLON|MERIDIEM|OCLOCK|HOURMARK)",
        _day_month,
    ),
    rule("month and year", "MONTH (?:OF|COMMA|DASH|SLASH)? NUM", _month_year),
    rule("date with a dot", "(?:ON|THE|FOR|WDAY) DOTTED(?!OCLOCK|MERIDIEM|HOURMARK)", _dotted_date),
    rule("the week after next", "THE? UNIT AFTERNEXT", _unit),
    rule("weekday after next", "THE? WDAY AFTERNEXT", _weekday),
    rule("a relative day", "REL", _relative),
    rule(
        "length from a day",
        "(?:LEN|THE? UNIT) (?:FROM|AFTER|ON|BEFORE) (?:ON|THE)? DAY",
        lambda f, s: _from_day(f, s) if f.has("LEN") else None,
    ),
    rule("within a length", "BY LEN", _within),
    rule("a day in a week", "(?:WDAY|DAY) IN LEN", _day_in_weeks),
    rule("day and month in words", "(?:THE|ON)? ORD ORD", _two_ordinals),
    rule(
        "a length ahead",
        "(?:IN|WITHIN) LEN HENCE?",
        lambda f, s: _next_length(f, s) or _ahead(f, s) if f.has("WITHIN") else _ahead(f, s),
    ),
    rule("a length from now", "LEN CLOCKWORD", _ahead),
    rule("pushed or pulled", "(?:PUSH|PULL) (?:BY|FOR|ABOUT)* LEN", _ahead),
    rule("a length from there", "LEN (?:AFTER|BEFORE)(?=STOP|COMMA|$)", _ahead),
    rule("a length from now", "LEN (?:HENCE|AGO|LATER|EARLIER)", _ahead),
    rule("a stretch from today", "FOR LEN HENCE", _stretch),
    rule("the next so many", "(?:THE)? NEXT LEN", _next_length),
    rule(
        "nth of a period",
        "(?:THE|ON)* (?:ORD|LAST) (?:WDAY|UNIT) (?:OF|IN) (?:THE|THIS)? (?:MONTH|UNIT)(?!AFTERNEXT)",
        _nth_weekday,
    ),
    rule(
        "a period by its unit",
        "(?:THE|THIS|IN)? (?:THIS|NEXT|LAST|COMING) COMING? UNIT(?!LEN)",
        _unit,
    ),
    rule("a period by its unit", "THE? UNIT (?:COMING|NEXT|FOLLOWING)", _unit),
    rule("a month", "(?:IN|THIS|NEXT|LAST|OF) (?:THE)? MONTH", _month_alone),
    rule(
        "nth of a period",
        "(?:THE|ON)* (?:ORD|LAST) (?:WDAY|UNIT) (?:OF|IN)? (?:THE|THIS)? PERIOD",
        _nth_weekday,
    ),
    rule(
        "part of a period",
        "(?:IN|THE|BY)* (?:EARLY|LATE|LATER|MID|REST) (?:OF|IN|THE|DASH)? (?:PERIOD|UNIT|MONTH)",
        lambda f, s: _piece(
            f if f.items[-1].kind != "MONTH" else Found([*f.items[:-1], _as_month(f.items[-1], s)]),
            s,
        ),
    ),
    rule("the following weekday", "(?:THE|ON)? FOLLOWING WDAY", _following),
    rule("the day after", "THE? FOLLOWING UNIT", _day_after),
    rule("weekday", "(?:THE|ON)? (?:THIS|NEXT|LAST|COMING) COMING? WDAY", _weekday),
    rule("weekday", "WDAY (?:COMING|NEXT)(?!UNIT|PERIOD|WDAY|MONTH|LEN)", _weekday),
    rule("weekday", "(?:THE )?WDAY", _weekday),
    rule("a week on a day", "(?:LEN|UNIT) (?:ON|FROM|AFTER)? (?:THE)? DAY", _british_week),
    rule("a day week", "DAY UNIT(?!DAY|COMING|AFTERNEXT)", _british_week),
    rule("the week of a day", "(?:IN|THE|FOR)* WEEKOF (?:THE|ON)? (?:DAY|NUM(?!COLON|MERIDIEM))", _week_of),
    rule("the week of a day", "(?:IN|THE)* UNIT (?:OF|STARTING)? (?:THE)? (?:DAY)", _week_of),
    rule("that day", "(?:ON)? SAME UNIT", _same),
    rule("the day after that one", "DAY (?:OR|AND|COMMA|SLASH) THE? (?:NEXT UNIT|UNIT (?:AFTER|BEFORE))(?!DAY|CLOCK|NUM|PERIOD)", _or_the_next),
    rule("the day after", "UNIT (?:AFTER|BEFORE) (?=STOP|COMMA|AT|$)", _day_after),
    rule("the day after", "THE (?:NEXT UNIT|UNIT (?:AFTER|BEFORE|LATER)(?!CLOCK|NUM))", _day_after),
    rule("length from a day", "LEN (?:FROM|AFTER|BEFORE) DAY", _from_day),
    rule("the day before a day", "THE? UNIT (?:AFTER|BEFORE) DAY", lambda f, s: _beside(f)),
    rule("the nth", "(?:ON|FOR) THE ORD" + _TIME_AHEAD, _ordinal),
    rule("the nth", "(?:THE )?ORD(?!NOUN|STREET|LEN|UNIT|FREE? NOUN)", _ordinal),
    rule("weekday and number", "DAY NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|NOUN|UNIT|DASH|TO|NUM|ISH)", _weekday_number),
    rule("a number with its article", "(?:ON|FOR)? (?:THE|ON) NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|NOUN|UNIT|LEN|AND NUM|DOT|STREET|NUM|DAYPART|ISH|TO NUM|DASH NUM)", _article_day),
    rule("the nth day", "(?:THE|ON)? UNIT NUM(?!COLON|MERIDIEM|OCLOCK)", _day_number),
    rule(
        "a weekend",
        "(?:THE|ON|AT|FOR|IN|ANY|OVER)? (?:THE )?UNIT".replace("|OVER", ""),
        lambda f, s: _weekend(f, s),
    ),
    rule("a month", "MONTH", _month_alone),
    rule("a day of a period", "DAY (?:OF|IN|COMMA|ON)* PERIOD", _of_period),
    rule("a day of a period", "PERIOD (?:ON|COMMA|THE)* DAY", _of_period),
    rule("part of a day", "(?:EARLY|LATE) (?:ON|IN)? DAY (?:IN|THE)* DAYPART", _early_day),
    rule("part of a day", "(?:EARLY|LATE) (?:ON)? DAY(?!OF|AT|CLOCK)", _early_day),
    rule("part of a day", "(?:EARLY|LATE|MID) (?:IN|OF|DASH)? (?:THE|THIS)? DAYPART", _part),
)
