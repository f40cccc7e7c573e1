"""Rules for recurrences: every tuesday, mondays, every other week, the 5th of every month."""

from __future__ import annotations

from dataclasses import replace

from dialogs.when.cascade import Found, State, rule
from dialogs.when.items import Item, Part, Rule
from dialogs.when.relative import so_many_from_now

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WORK = WEEKDAYS[:5]
_NAMED = {
    "daily": Rule("DAILY"),
    "weekly": Rule("WEEKLY"),
    "biweekly": Rule("WEEKLY", interval=2),
    "monthly": Rule("MONTHLY"),
    "quarterly": Rule("MONTHLY", interval=3),
    "yearly": Rule("YEARLY"),
    "workdays": Rule("WEEKLY", byday=_WORK),
    "weekends": Rule("WEEKLY", byday=("SA", "SU")),
    "mornings": Rule("DAILY", part=Part("morning")),
    "afternoons": Rule("DAILY", part=Part("afternoon")),
    "evenings": Rule("DAILY", part=Part("evening")),
    "nights": Rule("DAILY", part=Part("night")),
}
_FREQ = {
    "day": Rule("DAILY"),
    "workday": Rule("WEEKLY", byday=_WORK),
    "week": Rule("WEEKLY"),
    "fortnight": Rule("WEEKLY", interval=2),
    "weekend": Rule("WEEKLY", byday=("SA", "SU")),
    "month": Rule("MONTHLY"),
    "year": Rule("YEARLY"),
}


def _named(found: Found, _state: State) -> Item:
    return found.make("RULE", _NAMED[found.items[0].value])


def _interval(found: Found) -> int:
    if found.has("OTHER"):
        return 2
    number = found.first("NUM", "ORD")
    return number.value if number else 1


def _days(found: Found, _state: State) -> Item | None:
    """Every tuesday and thursday, every other friday."""
    interval = _interval(found)
    if not 1 <= interval <= 52:
        return None
    days = sorted({item.value for item in found.all("WDAY", "WDAYS")})
    return found.make(
        "RULE", Rule("WEEKLY", interval=interval, byday=tuple(WEEKDAYS[day] for day in days))
    )


def _range(found: Found, _state: State) -> Item | None:
    """Every monday to friday."""
    first, last = (item.value for item in found.all("WDAY", "WDAYS"))
    days = sorted((first + step) % 7 for step in range((last - first) % 7 + 1))
    return found.make("RULE", Rule("WEEKLY", byday=tuple(WEEKDAYS[day] for day in days)))


def _unit(found: Found, _state: State) -> Item | None:
    """Every two weeks, each day, every third month."""
    unit = found.first("UNIT")
    made = _FREQ.get(unit.value) if unit else None
    interval = _interval(found)
    if made is None or not 1 <= interval <= 52:
        return None
    return found.make("RULE", replace(made, interval=made.interval * interval))


def _part(found: Found, _state: State) -> Item:
    return found.make("RULE", Rule("DAILY", part=found.items[-1].value))


def _day_of_month(found: Found, _state: State) -> Item | None:
    """On the 19th of every month."""
    dom, unit = found.first("ORD", "NUM"), found.first("UNIT")
    if found.has("TIMES"):
        if found.first("TIMES").value != "monthly":  # type: ignore[union-attr] # has() says it is there
            return None
    elif unit is None or unit.value != "month":
        return None
    if dom is None or not 1 <= dom.value <= 31:
        return None
    return found.make("RULE", Rule("MONTHLY", bymonthday=(dom.value,)))


def _weekday_of_month(found: Found, _state: State) -> Item | None:
    """The first monday of every month, every last friday of the month."""
    weekday, unit = found.first("WDAY"), found.first("UNIT")
    lead = found.first("ORD", "LAST")
    if weekday is None or lead is None:
        return None
    if unit is not None and unit.value != "month":
        return None
    if found.has("TIMES") and found.first("TIMES").value != "monthly":  # type: ignore[union-attr] # has() says it is there
        return None
    if not found.has("EVERY", "TIMES"):
        return None
    place = -1 if lead.kind == "LAST" else lead.value
    return found.make("RULE", Rule("MONTHLY", byday=(f"{place}{WEEKDAYS[weekday.value]}",)))


def _several_of_month(found: Found, _state: State) -> Item | None:
    """Every first and third monday."""
    places = sorted({item.value for item in found.all("ORD")})
    weekday = found.items[-1] if found.items[-1].kind == "WDAY" else found.first("WDAY")
    if weekday is None or not all(1 <= place <= 5 for place in places):
        return None
    days = tuple(f"{place}{WEEKDAYS[weekday.value]}" for place in places)
    return found.make("RULE", Rule("MONTHLY", byday=days))


def _next_so_many(found: Found, _state: State) -> list[Item] | None:
    """The next four mondays."""
    number, days = found.first("NUM"), found.items[-1]
    if number is None or not 1 < number.value <= 52:
        return None
    rule = found.make("RULE", Rule("WEEKLY", byday=(WEEKDAYS[days.value],)))
    return [rule, Item("OCCUR", number.value, days.end, days.end)]


_LIST = "(?:(?:COMMA|AND|OR|SLASH|DASH|COMMA AND) (?:ON|EVERY|THE)? (?:WDAY|WDAYS)){0,6}"

RULES = (
    rule("so many weekdays from now", "NUM WDAYS HENCE", so_many_from_now),
    rule(
        "nth weekday of months",
        "(?:EVERY|THE|ON){0,3} (?:ORD|LAST) WDAY (?:OF|IN)? (?:TIMES|(?:EVERY|THE|ARTICLE)? UNIT)",
        _weekday_of_month,
    ),
    rule(
        "several weekdays of months",
        "EVERY THE? ORD (?:AND|OR|SLASH|COMMA) THE? ORD WDAY (?:OF (?:THE|EVERY)? UNIT)?",
        _several_of_month,
    ),
    rule(
        "day of months", "(?:ON|THE){0,3} UNIT? (?:ORD|NUM) OF? (?:TIMES|EVERY UNIT)", _day_of_month
    ),
    rule("day of months", "(?:TIMES|EVERY UNIT) ON THE (?:ORD|NUM)(?!WDAY)", _day_of_month),
    rule(
        "nth weekday of months",
        "(?:TIMES|EVERY UNIT) (?:ON|THE){0,2} (?:ORD|LAST) WDAY",
        _weekday_of_month,
    ),
    rule("every day from one to another", "EVERY WDAY (?:TO|UNTIL|DASH) WDAY", _range),
    rule("the next so many", "(?:FOR? THE? NEXT|WITHIN) NUM WDAYS", _next_so_many),
    rule("every so many days", "ON? EVERY (?:OTHER|ORD|NUM)? WDAY " + _LIST, _days),
    rule("weekdays in the plural", "ON? EVERY? WDAYS " + _LIST, _days),
    rule("every so many", "EVERY (?:OTHER|ORD|NUM)? UNIT", _unit),
    rule("every part of the day", "EVERY DAYPART", _part),
    rule("a named recurrence", "TIMES", _named),
)
