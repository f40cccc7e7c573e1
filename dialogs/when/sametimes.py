"""Rules for what the moment or the booking under discussion fills in: tonight, the same time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from dialogs.when.calendar import add_months, week_start
from dialogs.when.cascade import Found, State, rule
from dialogs.when.items import Clock, Day, Item


def _part_of_today(found: Found, state: State) -> list[Item] | None:
    """Tonight, this morning: a part of the day, and of which day."""
    part = found.items[0]
    if part.value.hint != "today":
        return None
    day = Item("DAY", Day(on=state.today), part.start, part.end)
    return [day, Item("DAYPART", replace(part.value, hint=""), part.start, part.end)]


def _now_time(found: Found, state: State) -> list[Item] | None:
    """This time tomorrow, this time next week."""
    lead, days = found.items
    clock = Item(
        "CLOCK", Clock(state.now.hour * 60 + state.now.minute, sure=True), lead.start, lead.end
    )
    if days.kind == "DAY":
        return [clock, days]
    if days.value.unit == "month" and days.value.start is not None:
        months = (days.value.start.month - state.today.month) % 12
        on = add_months(state.today, months)
        return [clock, Item("DAY", Day(on=on), days.start, days.end)]
    if days.value.unit != "week" or days.value.start is None:
        return None
    on = week_start(days.value.start) + timedelta(days=state.today.weekday())
    return [clock, Item("DAY", Day(on=on), days.start, days.end)]


def _same_in(found: Found, state: State) -> list[Item] | None:
    """The same time next week: the booking's own weekday and hour, so many weeks on."""
    same, period = found.first("SAMETIME", "SAME"), found.items[-1]
    ref = state.context.ref
    if ref is None or same is None or period.value.start is None:
        return None
    if period.value.unit == "week":
        weeks = (period.value.start - week_start(ref.date())).days // 7
        if weeks <= 0:  # said of a booking that lies there already: count from it
            weeks = max((period.value.start - week_start(state.today)).days // 7, 1)
        on = ref.date() + timedelta(weeks=weeks)
    elif period.value.unit == "month":
        on = add_months(ref.date(), 1)
    else:
        return None
    day = Item("DAY", Day(on=on), period.start, period.end)
    if same.kind == "SAME":
        return [day]
    return [day, Item("CLOCK", Clock(ref.hour * 60 + ref.minute, sure=True), same.start, same.end)]


def _same_day(found: Found, state: State) -> Item | None:
    """The same day next week: the booking's weekday, a week on."""
    ref = state.context.ref
    unit = found.all("UNIT")[-1]
    if ref is None or unit.value not in {"week", "month"}:
        return None
    on = ref.date() + timedelta(weeks=1) if unit.value == "week" else add_months(ref.date(), 1)
    return found.make("DAY", Day(on=on))


def _same_time(found: Found, state: State) -> Item:
    """The same time as the booking that is talked about."""
    ref = state.context.ref
    if ref is None:
        return found.make("X", None)
    return found.make("CLOCK", Clock(ref.hour * 60 + ref.minute, sure=True))


SAME_DAY = (
    rule(
        "the same day in",
        "(?:ON|THE){0,3} SAME UNIT (?:ON|IN|OF|COMMA|THE){0,3} "
        "(?:(?:NEXT|FOLLOWING|COMING) UNIT|UNIT (?:NEXT|FOLLOWING|COMING))",
        _same_day,
    ),
)

# Once the bounds are found: what needs the moment or the booking under discussion.
TODAY = (
    rule("part of today", "DAYPART", _part_of_today),
    rule("this time", "NOWTIME (?:DAY|PERIOD)", _now_time),
    rule("the same time in", "SAMETIME (?:ON|IN|OF|COMMA|THE){0,3} PERIOD", _same_in),
    rule("the same time", "SAMETIME", _same_time),
)
