"""Rules for numbers and lengths: in words, no time at all, "an hour and a half"."""

from __future__ import annotations

from dataclasses import replace

from dialogs.when.cascade import Found, State, rule
from dialogs.when.items import Item, Length

_LONGEST = 6 * 60  # what "6h" says where clocks are not written with the letter
_UNITS = {
    "minute": Length(minutes=1, unit="minute"),
    "hour": Length(minutes=60, unit="hour"),
    "day": Length(days=1, unit="day"),
    "workday": Length(days=1, unit="workday"),
    "week": Length(days=7, unit="week"),
    "fortnight": Length(days=14, unit="week"),
    "month": Length(months=1, unit="month"),
    "year": Length(months=12, unit="year"),
}


def length(count: int, unit: str) -> Length | None:
    """So many of a unit, or None where the unit is not one to count with."""
    one = _UNITS.get(unit)
    if one is None or not 0 < count <= 1000:
        return None
    return replace(
        one, months=one.months * count, days=one.days * count, minutes=one.minutes * count
    )


def _tens(found: Found, state: State) -> Item | None:
    """Twenty five, twenty-first: two words of one number."""
    tens, ones = found.all("NUM", "ORD")
    if tens.raw.isdigit() or ones.raw[:1].isdigit():
        return None
    if tens.value not in {20, 30, 40, 50} or not 1 <= ones.value <= 9:
        return None
    joined = found.has("AND")
    if joined and not state.lexicon.conventions.get("tens_and"):
        return None
    made = found.make(ones.kind, tens.value + ones.value)
    made.raw = "word"
    return made


def _not_a_time(found: Found, _state: State) -> Item:
    return found.make("X", None)


def _labelled(found: Found, _state: State) -> Item | None:
    """A number after "room", "option", "age" names that thing."""
    return found.make("X", None) if found.items[-1].raw.isdigit() or found.has("DASH") else None


def _times(found: Found, _state: State) -> Item:
    """Six times: how often, which only a recurrence makes use of."""
    number = found.first("NUM")
    return found.make("OCCUR", number.value if number else 1)


def _ages(found: Found, _state: State) -> Item | None:
    """Children of 5 and 7 years: no days of the month."""
    return found.make("X", None) if found.items[-1].value == "year" else None


def _length(found: Found, _state: State) -> Item | None:
    number, unit = found.first("NUM"), found.first("UNIT")
    made = length(number.value if number else 1, unit.value if unit else "")
    return found.make("LEN", made) if made else None


def _half(found: Found, _state: State) -> Item | None:
    """Half an hour, half a day."""
    unit = found.first("UNIT")
    value = unit.value if unit else ""
    if value == "hour":
        return found.make("LEN", Length(minutes=30, unit="minute"))
    return None


def _quarter(found: Found, _state: State) -> Item | None:
    unit = found.first("UNIT")
    if unit is None or unit.value != "hour":
        return None
    number = found.first("NUM")
    return found.make("LEN", Length(minutes=15 * (number.value if number else 1), unit="minute"))


def _and_a_half(found: Found, _state: State) -> Item | None:
    """An hour and a half, two and a half hours, an hour and a quarter."""
    number, unit, base = found.first("NUM"), found.first("UNIT"), found.first("LEN")
    more = 30 if found.has("HALF") else 15
    if base is not None:
        if base.value.unit != "hour":
            return None
        return found.make("LEN", base.value.plus(Length(minutes=more, unit="minute")))
    if number is None or unit is None or unit.value != "hour":
        return None
    return found.make("LEN", Length(minutes=60 * number.value + more, unit="minute"))


def _decimal(found: Found, state: State) -> Item | None:
    """1.5 hours, 1,5 Stunden."""
    unit = found.items[-1]
    digits = "".join(item.raw for item in found.items[:-1]).replace(",", ".")
    minutes_follow = state.lexicon.conventions["hour_is_clock"] and len(found.items[-2].raw) > 3
    if unit.value != "hour" or minutes_follow:
        return None
    try:
        hours = float(digits)
    except ValueError:
        return None
    return found.make("LEN", Length(minutes=round(hours * 60), unit="minute"))


def _slash_half(found: Found, _state: State) -> Item | None:
    date, unit = found.items[0], found.items[-1]
    if date.raw == "1/2" and unit.value == "hour":
        return found.make("LEN", Length(minutes=30, unit="minute"))
    return None


def _sum(found: Found, _state: State) -> Item | None:
    """One hour and twenty minutes."""
    first, second = found.all("LEN")
    if first.value.unit != "hour" or second.value.unit != "minute":
        return None
    return found.make("LEN", first.value.plus(second.value))


def _hour_clock(found: Found, _state: State) -> Item | list[Item] | None:
    """1h30 where a length is meant: "for 1h30"."""
    lead, clock = found.items[0], found.items[-1]
    if "h" not in clock.raw:
        return None
    made = found.make("LEN", Length(minutes=clock.value.at, unit="minute"))
    made.start = clock.start
    if lead.kind == "IN":  # dans 1h30
        return [lead, made]
    return made if lead.kind == "LASTING" else None


def _written_length(found: Found, state: State) -> Item | None:
    """1h30, where clocks are not written so."""
    clock = found.items[-1]
    told = state.lexicon.conventions["hour_is_clock"]
    if told or "h" not in clock.raw or clock.value.at > _LONGEST:
        return None
    return found.make("LEN", Length(minutes=clock.value.at, unit="minute"))


RULES = (
    rule("number in words", "NUM (?:DASH|AND)? (?:NUM|ORD)", _tens),
    rule("a number that names", "LABEL (?:NUM|ORD)(?! MERIDIEM|COLON)", _labelled),
    rule("so many times", "FOR? NUM COUNT", _times),
    rule("a number of things", "NUM (?:DASH|TO|OR|AND) NUM NOUN", _not_a_time),
    rule("a number of things", "NUM X? NOUN", _not_a_time),
    rule("ages", "(?:OF|ON)? NUM (?:AND|OR|COMMA) NUM UNIT", _ages),
    rule("a street and its number", "NUM X{1,2} STREET", _not_a_time),
    rule("ordinal of a street", "ORD STREET", _not_a_time),
    rule("ordinal of a thing", "ORD CLOCKWORD(?!AT|NUM|CLOCK|COLON)", _not_a_time),
    rule("ordinal of a thing", "ORD LABEL(?!NUM|FOR)", _not_a_time),
    rule("and a half", "NUM AND ARTICLE? (?:HALF|QUARTER) UNIT", _and_a_half),
    rule("half of a unit", "ARTICLE? HALF ARTICLE? DASH? UNIT", _half),
    rule("half of a unit", "DATE OF? ARTICLE? UNIT", _slash_half),
    rule("quarters of an hour", "(?:NUM QUARTER|QUARTER) OF? ARTICLE? UNIT", _quarter),
    rule("decimal hours", "(?:DOTTED|NUM (?:DOT|COMMA) NUM) DASH? UNIT", _decimal),
    rule("length in hours", "LASTING CLOCK", _hour_clock),
    rule("length in hours", "IN CLOCK(?!AND|TO|DASH|AT)", _hour_clock),
    rule("length in hours", "(?<!AT)(?<!BY)(?<!UNTIL)CLOCK", _written_length),
)

LENGTHS = (
    rule("length", "(?:NUM DASH? UNIT|ARTICLE UNIT)", _length),
    rule("and a half", "LEN AND ARTICLE? (?:HALF|QUARTER)(?! PAST|TO|NUM)", _and_a_half),
    rule("sum of lengths", "LEN AND? LEN", _sum),
)
