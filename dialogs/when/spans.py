"""Rules for numbers beside days, stretches from one time to another, bounds, and exclusions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from dialogs.when.cascade import Found, State, rule
from dialogs.when.clocks import at_number as clock_at
from dialogs.when.hours import hour_of
from dialogs.when.items import Clock, ClockSpan, Day, Item, Part, Period
from dialogs.when.resolve import date_of, settle

_FIRST_MORNING = 8 * 60  # bare hours before it are in the afternoon
_LONGEST = 8 * 60


def _hour(found: Found, state: State) -> Item | None:
    """A bare number beside a day or a part of the day."""
    number = found.items[-1]
    clock = hour_of(number)
    if clock is None or (len(number.raw) > 2 and number.raw.isdigit()):
        return None
    if number.raw in state.lexicon.articles:
        return None
    return Item("CLOCK", clock, number.start, number.end)


def _in_digits(found: Found, _state: State) -> Item | None:
    """2, 3 or 430: hour and minutes in one number, where only an hour can stand."""
    number = found.items[-1]
    clock = hour_of(number) if len(number.raw) in {3, 4} and not number.value % 5 else None
    return Item("CLOCK", clock, number.start, number.end) if clock else None


def _hour_in_place(found: Found, state: State) -> list[Item] | None:
    """No, 4: the word of correction stays beside the hour; 430, where a booking is talked about."""
    made = _hour(found, state)
    talk = state.context.ref is not None or state.context.day is not None
    if made is None and talk:
        made = _in_digits(found, state)
    return [found.items[0], made] if made is not None else None


def _hour_first(found: Found, state: State) -> Item | None:
    clock = hour_of(found.items[0])
    if clock is None or clock.at > 720 or found.items[0].raw in state.lexicon.articles:
        return None
    return found.make("CLOCK", clock)


def _clock_span(found: Found, state: State) -> Item | None:
    """From 2 to 4, 10-3pm, between noon and four."""
    ends = found.all("CLOCK", "NUM", "DOTTED", "POINT")
    first, last = (_end(end) for end in ends)
    if first is None or last is None:
        return None
    if ends[0].kind == ends[1].kind == "NUM":
        plain = found.items[0].kind not in {"FROM", "BETWEEN", "AT"}
        if plain and (first.at > 720 or last.at > 720):
            return None
        if plain and any(end.raw in state.lexicon.articles for end in ends):
            return None
    for end, clock in zip(ends, (first, last), strict=True):
        if end.kind == "NUM" and end.raw.isdigit() and len(end.raw) > 2 and clock.at % 5:
            return None
    if first == last:
        return None
    return found.make("SPAN", ClockSpan(first, last))


def _plain_span(found: Found, state: State) -> Item | None:
    """10-12, 3 to 5, with nothing beside: no score ("3-2") and no scale ("1 to 10")."""
    ends = [hour_of(end) for end in found.all("NUM")]
    if found.items[0].kind == "NUM" and ends[0] is not None and ends[-1] is not None:
        first, last = ends[0].at, ends[-1].at
        if 0 < first < _FIRST_MORNING and not first < last <= first + _LONGEST:
            return None
    return _clock_span(found, state)


def _not_but(found: Found, state: State) -> list[Item] | None:
    """Not 3 but 4: two hours, the second in place of the first."""
    first, second = (_hour(Found([number]), state) for number in found.all("NUM"))
    if first is None or second is None:
        return None
    cue = found.first("BUT", "CUE")
    return [found.items[0], first, Item("CUE", None, first.end, first.end), second] if cue else None


def _end(item: Item) -> Clock | None:
    if item.kind != "DOTTED":
        return hour_of(item)
    hour, minute = (int(part) for part in item.value.split("."))
    return Clock(hour * 60 + minute, hour > 12) if hour <= 24 and minute < 60 else None


def _dom_span(found: Found, _state: State) -> Item | None:
    """2-5 october, oct 3-5, from the 4th to the 23rd of june."""
    month = found.first("MONTH")
    numbers = found.all("NUM", "ORD")
    if month is None or len(numbers) < 2:
        return None
    first, last = (Day(dom=number.value, month=month.value) for number in numbers[:2])
    if not all(1 <= number.value <= 31 for number in numbers[:2]):
        return None
    return found.make("DAYSPAN", (first, last))


def _month_span(found: Found, _state: State) -> Item | None:
    """June 28 to july 3."""
    months, numbers = found.all("MONTH"), found.all("NUM", "ORD")
    if not all(1 <= number.value <= 31 for number in numbers):
        return None
    first, last = (
        Day(dom=number.value, month=month.value)
        for number, month in zip(numbers, months, strict=True)
    )
    return found.make("DAYSPAN", (first, last))


def _dom_span_period(found: Found, _state: State) -> Item | None:
    """From 4 to 23 next month."""
    period = found.items[-1].value
    numbers = found.all("NUM", "ORD", "DAY")
    if not isinstance(period, Period) or period.unit != "month" or period.start is None:
        return None
    doms = [number.value.dom if number.kind == "DAY" else number.value for number in numbers]
    if None in doms or not all(1 <= dom <= 31 for dom in doms):
        return None
    first, last = (Day(dom=dom, month=period.start.month, year=period.start.year) for dom in doms)
    return found.make("DAYSPAN", (first, last))


def _day_span(found: Found, state: State) -> Item | None:
    """Monday to wednesday, the 3rd to the 12th of september, from tomorrow until friday."""
    if found.has("AT") and not state.lexicon.conventions.get("at_is_to"):
        return None
    days = found.all("DAY", "NUM")
    first, last = days[0], days[-1]
    if first.kind == "NUM":
        if not 1 <= first.value <= 31 or last.value.dom is None:
            return None
        one = Day(dom=first.value, month=last.value.month, year=last.value.year)
    else:
        one = first.value
    if last.kind == "NUM":
        if one.dom is None or not one.dom < last.value <= 31:
            return None
        return found.make("DAYSPAN", (one, replace(one, dom=last.value)))
    if one.dom and one.month is None and last.value.month:
        one = replace(one, month=last.value.month, year=last.value.year)
    return found.make("DAYSPAN", (one, last.value))


def _another_dom(found: Found, _state: State) -> list[Item] | None:
    """April 4 or 6: another day of the same month."""
    day, joint, number = found.items[0], found.items[1], found.items[-1]
    if day.value.dom is None or not day.value.dom < number.value <= 31:
        return None
    other = replace(day.value, dom=number.value, weekday=None)
    return [day, joint, Item("DAY", other, number.start, number.end)]


def _half_day(found: Found, _state: State) -> Item:
    """Sunday pm, friday in the am."""
    return found.make("DAYPART", Part("afternoon" if found.items[-1].value else "morning"))


def _over_days(found: Found, state: State) -> Item | None:
    """Friday 6pm to saturday 10am: from an instant to an instant."""
    days, clocks = found.all("DAY"), found.all("CLOCK")
    first, last = (date_of(day.value, state) for day in days)
    if first is None or last is None:
        return None
    if last < first and days[1].value.weekday is not None:
        last += timedelta(weeks=1)
    start, end = (
        datetime.combine(on, time()) + timedelta(minutes=settle(clock.value, state))
        for on, clock in zip((first, last), clocks, strict=True)
    )
    return found.make("INSTANT", (start, end)) if start < end else None


def _stretch(found: Found, _state: State) -> Item | None:
    """For two days from tomorrow, a week starting monday."""
    item = found.first("LEN")
    day = found.first("DAY")
    if item is None or day is None or item.value.minutes or item.value.months:
        return None
    last = replace(day.value, shift=day.value.shift + item.value.days - 1)
    return found.make("DAYSPAN", (day.value, last))


_T = "(?:CLOCK|NUM|DOTTED|POINT)"
_NO = "(?!NOUN|STREET|UNIT|LEN|MONTH|ORD)"
_UNTIL = "(?:TO|UNTIL|DASH)"


# Before the rules for days: two numbers that share a month.
BEFORE_DAYS = (
    rule(
        "from one day to another",
        "FROM? MONTH THE? (?:ORD|NUM) (?:TO|UNTIL|DASH) MONTH THE? (?:ORD|NUM)(?!COLON|MERIDIEM)",
        _month_span,
    ),
    rule(
        "days of a month",
        "(?:FROM|OF|BETWEEN|ON|THE){0,3} (?:ORD|NUM) (?:TO|UNTIL|DASH|AND|AT) "
        "(?:THE|ON)? (?:ORD|NUM) OF? MONTH",
        lambda f, s: _dom_span(f, s) if not f.has("AND") or f.has("BETWEEN") else None,
    ),
    rule(
        "days of a month",
        "FROM? MONTH THE? (?:ORD|NUM) (?:TO|UNTIL|DASH) THE? (?:ORD|NUM)(?!MERIDIEM|COLON|"
        "OCLOCK|MONTH|CLOCK)",
        _dom_span,
    ),
)

_BESIDE_TIMES = (
    rule(
        "a number beside a time",
        "(?<=[CLOCK SPAN][OR AND SLASH COMMA])NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM|DAY)",
        _hour,
    ),
    rule(
        "a number beside a time",
        "(?<=CLOCK COMMA OR)NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM|DAY)",
        _hour,
    ),
    rule(
        "a number beside a time",
        "(?<=CLOCK OR)NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM|DAY)",
        _in_digits,
    ),
)

HOURS = (
    rule("a number after at", "AT NUM(?!NOUN|STREET|UNIT|LEN|QUARTER|MONTH|NUM)", clock_at),
    rule("a part by am or pm", "(?<=DAY)(?:IN|THE|COMMA){0,3}MERIDIEM(?!X)", _half_day),
    rule("a number instead of another", "NUM(?=NOT (?:NUM|CLOCK))", _hour_first),
    rule(
        "the 4th or 6",
        "DAY (?:OR|AND|SLASH) THE? "
        "NUM(?!X? NOUN|MERIDIEM|COLON|OCLOCK|HOURMARK|UNIT|LEN|ISH|NUM|DAY)",
        _another_dom,
    ),
    rule(
        "one number and not the other",
        "NOT AT? NUM COMMA? (?:BUT|CUE) AT? NUM(?!X|NOUN|LABEL|UNIT|LEN|MONTH|ORD|NUM|STREET|DASH)",
        _not_but,
    ),
    rule(
        "a number ruled out",
        "(?<=NOT)(?:AT)?NUM(?!X|NOUN|LABEL|UNIT|LEN|MONTH|ORD|NUM|STREET|DASH|TO)",
        _hour,
    ),
    rule("a number and later", "NUM(?=(?:OR|AND)?[ONWARD BACKWARD LATER EARLIER])", _hour_first),
    rule(
        "a number that is asked about",
        "(?<=ASK)NUM(?!X|NOUN|LABEL|UNIT|LEN|MONTH|ORD|NUM|STREET|DASH|TO)",
        _hour,
    ),
    rule(
        "a number put in place",
        "CUE COMMA? NUM(?!X|NOUN|LABEL|UNIT|LEN|MONTH|ORD|NUM|STREET|DASH|TO)",
        _hour_in_place,
    ),
    rule("a number told as a time", "CLOCKWORD COLON? NUM(?!NOUN|X|UNIT|LEN|NUM|COLON)", _hour),
    rule("a number that is free", "(?<!FOR)NUM(?=FREE)", _hour_first),
    rule(
        "a number beside a day",
        "(?<=DAY)(?:COMMA|AT|BUT AT?)? NUM(?!NOUN|STREET|UNIT|LEN|MONTH|ORD|COLON|NUM)",
        _hour,
    ),
    rule(
        "a number beside a part of the day",
        "(?<=DAYPART)(?:COMMA|AT|ABOUT|STOP)? NUM(?!NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM)",
        _hour,
    ),
    rule(
        "a number beside a part of the day",
        "NUM(?=(?:IN|OF|ON|AT|BY)? (?:THE|THIS)? DAYPART(?!NOUN))",
        _hour_first,
    ),
    rule("a number beside a day", "(?<=[DAY DAYPART])DOTTED(?!NOUN|UNIT)", clock_at),
    rule("a number beside a day", "DOTTED(?=(?:ON|COMMA|IN|THE){0,3}[DAY DAYPART])", clock_at),
    rule("a number beside a day", "(?<!FOR)(?<!LABEL)NUM(?=(?:ON|COMMA)? DAY)", _hour_first),
    rule(
        "a number beside a bound",
        "(?<=[BEFORE AFTER PAST BY UNTIL])(?:ABOUT)?NUM(?!NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM)",
        _hour,
    ),
    rule(
        "a number beside a bound",
        "(?<=FROM)NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|ORD|NUM|TO|DASH|UNTIL|PERIOD)",
        _hour,
    ),
    *_BESIDE_TIMES,
    *_BESIDE_TIMES,  # 1, 2 or 3: each is beside the one before
    rule("a number beside a time", "NUM(?=[OR SLASH](?:CLOCK|SPAN))", _hour_first),
    rule("a number beside a stretch", "NUM(?=(?:DASH|TO|UNTIL) CLOCK)", _hour_first),
)

_MOMENT = "(?:DAY (?:AT|COMMA)? CLOCK|CLOCK (?:ON|COMMA)? DAY)"

RULES = (
    rule(
        "from one moment to another",
        f"FROM? {_MOMENT} (?:TO|UNTIL|DASH) (?:ON|AT)? {_MOMENT}",
        _over_days,
    ),
    rule(
        "days of a month",
        "(?:FROM|OF|BETWEEN|ON|THE){0,3} (?:DAY|NUM|ORD) (?:TO|UNTIL|DASH|AND) (?:THE|ON)? "
        "(?:DAY|NUM|ORD) (?:OF|IN|ON|THE){0,3} PERIOD",
        _dom_span_period,
    ),
    rule(
        "from one time to another",
        f"BETWEEN {_T} (?:AND|TO|UNTIL|DASH) AT? {_T} {_NO}",
        _clock_span,
    ),
    rule(
        "from one time to another",
        f"(?:FROM|AT)? CLOCK {_UNTIL} (?:AT|ABOUT)? {_T} {_NO}",
        _clock_span,
    ),
    rule(
        "from one time to another", f"(?:FROM|AT)? {_T} {_UNTIL} (?:AT|ABOUT)? CLOCK", _clock_span
    ),
    rule("from one time to another", f"FROM {_T} {_UNTIL} {_T} {_NO} (?!NUM)", _clock_span),
    rule(
        "from one time to another",
        f"(?<!FOR)(?<!NUM)(?<!DASH)(?<!SLASH) AT? NUM {_UNTIL} NUM(?!X|NOUN|STREET|UNIT|LEN|"
        f"MONTH|ORD|NUM|PERIOD|DASH|SLASH)",
        _plain_span,
    ),
    rule("from one time to another", f"NUM {_UNTIL} NUM (?=ON? DAY)", _clock_span),
    rule("from one time to another", "(?<![FOR NUM DASH SLASH X]) NUM DASH NUM(?=X)", _clock_span),
    rule("from one time to another", f"(?<=DAY) NUM {_UNTIL} NUM {_NO}", _clock_span),
    rule(
        "from one day to another",
        "(?:FROM|OF|STARTING)? DAY (?:TO|UNTIL|DASH|AT) (?:THE|ON){0,3} DAY",
        _day_span,
    ),
    rule("from one day to another", "FROM THE? NUM (?:TO|UNTIL|DASH) THE? DAY", _day_span),
    rule(
        "from one day to another",
        "BETWEEN (?:THE|ON){0,3} (?:DAY|NUM) (?:AND|TO|UNTIL|DASH) (?:THE|ON){0,3} DAY",
        _day_span,
    ),
    rule("a stretch from a day", "LEN STARTING DAY", _stretch),
)
