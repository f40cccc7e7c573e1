"""Builders for days beside another: tomorrow, next friday, a week on tuesday, the day after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from dialogs.when.calendar import add, add_months, week_start
from dialogs.when.cascade import Found, State
from dialogs.when.items import Bound, Clock, Day, Item, Length, Part, Period
from dialogs.when.resolve import date_of

_EIGHT = 8
IN_EIGHT = "(?:WDAY|DAY|REL|HENCE) (?:IN|AT) NUM(?!UNIT|COLON)"


def talked_about(state: State) -> date | None:
    """The day of the booking under discussion, else the day under discussion."""
    ref = state.context.ref
    return ref.date() if ref is not None else state.context.day


def relative_day(found: Found, state: State) -> Item:
    """Tomorrow, the day after tomorrow."""
    return found.make("DAY", Day(on=state.today + timedelta(days=found.items[-1].value)))


def weekday(found: Found, _state: State) -> Item:
    """Friday, this friday, next friday, friday after next, last friday."""
    said = found.first("WDAY")
    value = said.value if said else 0
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


def any_weekday(found: Found, _state: State) -> Item:
    """Any friday: of whichever week; the coming one is the first."""
    return found.make("DAY", Day(weekday=found.items[-1].value, any=True))


def british_week(found: Found, _state: State) -> Item | None:
    """Tuesday week, a week on friday, a fortnight tomorrow."""
    unit = found.first("UNIT", "LEN")
    day = found.first("DAY")
    if unit is None or day is None or (unit.kind == "UNIT" and found.has("AFTER")):
        return None
    if unit.kind == "LEN" and unit.value.unit == "month" and day.value.on is not None:
        return found.make("DAY", Day(on=add_months(day.value.on, unit.value.months)))
    if unit.kind == "LEN":
        days = unit.value.days if unit.value.unit == "week" else 0
    else:
        days = {"week": 7, "fortnight": 14}.get(unit.value, 0)
    if not days:
        return None
    return found.make("DAY", replace(day.value, shift=day.value.shift + days))


def ahead(found: Found, state: State) -> Item | None:
    """In three days, two weeks from now, an hour ago."""
    return _counted(found, state.now, -1 if found.has("AGO") else 1)


def ago(found: Found, state: State) -> Item | None:
    """Hace una hora, il y a deux jours; vor einer Stunde, where the word for before says so."""
    if found.has("BEFORE") and not state.lexicon.conventions.get("before_is_ago"):
        return None
    return None if found.items[0].raw == "back" else _counted(found, state.now, -1)


def moved(found: Found, state: State) -> Item | None:
    """An hour later, a week earlier, push it back 20 minutes: counted from the booking.

    Where nothing is under discussion the words mean no time: counting from now would be a guess.
    """
    item = found.first("LEN")
    ref = state.context.ref
    back = -1 if found.has("EARLIER", "BEFORE", "PULL") else 1
    if item is None:
        return None
    state.relative = True
    if ref is not None:
        made = _counted(found, ref.replace(tzinfo=None), back)
        if made is not None and made.kind == "DAY":
            made.value = replace(made.value, keeps=True)
        return made
    if state.context.day is not None and not item.value.minutes:
        return _counted(found, datetime.combine(state.context.day, state.now.time()), back)
    return found.make("X", None)


def moved_days(found: Found, state: State) -> Item | None:
    """Adiar uma semana, mover un día: moved by days; an hour without its "by" is a length."""
    item = found.first("LEN")
    return None if item is None or item.value.minutes else moved(found, state)


def _counted(found: Found, base: datetime, sign: int) -> Item | None:
    item = found.first("LEN")
    if item is None:
        return None
    value: Length = item.value
    at = add(base, value, sign)
    if value.minutes:
        return found.make("INSTANT", at.replace(second=0, microsecond=0))
    return found.make("DAY", Day(on=at.date()))


def beside_ref(found: Found, state: State) -> list[Item] | None:
    """Later that day, earlier that week: what is left of it on that side of the booking."""
    side, unit = found.items[0], found.items[-1]
    ref = state.context.ref
    if ref is None or unit.value not in {"day", "week"}:
        return None
    later = side.kind == "LATER"
    if unit.value == "day":
        at = Clock(ref.hour * 60 + ref.minute, sure=True)
        bound = Bound("after" if later else "before", at)
        day = Item("DAY", Day(on=ref.date()), unit.start, unit.end)
        return [day, Item("BOUND", bound, side.start, side.end)]
    monday = week_start(ref.date())
    first = ref.date() + timedelta(days=1) if later else monday
    last = monday + timedelta(weeks=1) if later else ref.date()
    return [found.make("PERIOD", Period(first, last, "week"))] if first < last else None


def so_many_from_now(found: Found, _state: State) -> Item | None:
    """Two fridays from now: the second to come."""
    number, days = found.first("NUM"), found.first("WDAYS")
    if number is None or days is None or not 1 <= number.value <= 52:
        return None
    return found.make("DAY", Day(weekday=days.value, shift=7 * (number.value - 1)))


def from_day(found: Found, _state: State) -> Item | None:
    """Two days after friday, a week from tomorrow, the day before christmas."""
    item, day = found.first("LEN"), found.first("DAY")
    if item is None or day is None or item.value.minutes or item.value.months:
        return None
    days = item.value.days
    if found.has("BEFORE"):
        days = -days
    return found.make("DAY", replace(day.value, shift=day.value.shift + days))


def day_after(found: Found, state: State) -> Item | None:
    """The day after, the next day, the day before, the week after: beside what is talked about."""
    unit = found.first("UNIT")
    if unit is None:
        return None
    base = talked_about(state) or state.today
    step = -1 if found.has("BEFORE", "EARLIER", "PRECEDING") else 1
    if unit.value == "day":
        return found.make("DAY", Day(on=base + timedelta(days=step)))
    if unit.value == "week":
        start = week_start(base) + timedelta(weeks=step)
        return found.make("PERIOD", Period(start, start + timedelta(weeks=1), "week"))
    return None


def following(found: Found, state: State) -> Item:
    """The following friday: the first after the day that is talked about."""
    base = talked_about(state) or state.today
    ahead = (found.items[-1].value - base.weekday() - 1) % 7 + 1
    return found.make("DAY", Day(on=base + timedelta(days=ahead)))


def this_or_next(found: Found, _state: State) -> list[Item] | None:
    """This friday or next; not this friday but next: the second is a week on."""
    said = next(place for place, item in enumerate(found.items) if item.kind == "WDAY")
    weekday, last = found.items[said], found.items[-1]
    return [
        *(item for item in found.items[:said] if item.kind == "NOT"),
        Item("DAY", Day(weekday=weekday.value), weekday.start, weekday.end),
        *found.items[said + 1 : -1],
        Item("DAY", Day(weekday=weekday.value, week=1), last.start, last.end),
    ]


def or_the_next(found: Found, _state: State) -> list[Item]:
    """Tomorrow or the day after: one day and the one beside it."""
    day, last = found.items[0], found.items[-1]
    step = -1 if found.has("BEFORE") else 1
    beside = Item(
        "DAY", replace(day.value, shift=day.value.shift + step), found.items[1].end, last.end
    )
    return [day, found.items[1], beside]


def same_day(found: Found, state: State) -> Item | None:
    """That day, the same day; the same time is a clock time of its own."""
    unit = found.first("UNIT")
    if unit is None or unit.value != "day":
        return None
    day = talked_about(state)
    return found.make("DAY", Day(on=day)) if day else found.make("X", None)


def day_in_weeks(found: Found, state: State) -> Item | None:
    """Freitag in einer Woche, heute in zwei Wochen."""
    day, item = found.items[0], found.items[-1]
    if item.value.unit not in {"week", "day"}:
        return None
    base = Day(weekday=day.value) if day.kind == "WDAY" else day.value
    if day.kind == "REL":
        base = Day(on=state.today + timedelta(days=day.value))
    days = item.value.days
    if days == _EIGHT and state.lexicon.conventions.get("eight"):
        days -= 1  # heute in acht Tagen is a week from today
    return found.make("DAY", replace(base, shift=base.shift + days))


def in_eight(found: Found, state: State) -> Item | None:
    """De hoy en ocho, oggi a otto: eight days counting both ends, as a week is counted there."""
    day, link, number = found.items
    days = {8: 7, 15: 14}.get(number.value)
    if days is None or number.raw.isdigit() or link.raw != state.lexicon.conventions.get("eight"):
        return None
    if day.kind == "WDAY":
        return found.make("DAY", Day(weekday=day.value, shift=days))
    ahead = day.value if day.kind == "REL" else 0
    if day.kind == "DAY":
        return found.make("DAY", replace(day.value, shift=day.value.shift + days))
    return found.make("DAY", Day(on=state.today + timedelta(days=ahead + days)))


def in_weeks_weekday(found: Found, _state: State) -> Item | None:
    """In two weeks on tuesday: the tuesday of the week after next."""
    item = found.items[1]
    if item.value.unit != "week":
        return None
    return found.make("DAY", Day(weekday=found.items[-1].value, week=item.value.days // 7))


def weekday_beside(found: Found, state: State) -> Item | None:
    """The monday after the 14th, the friday before christmas."""
    weekday, base = found.items[0].value, date_of(found.items[-1].value, state)
    if weekday.weekday is None or weekday.dom is not None or base is None:
        return None
    if found.has("BEFORE"):
        on = base - timedelta(days=(base.weekday() - weekday.weekday - 1) % 7 + 1)
    else:
        on = base + timedelta(days=(weekday.weekday - base.weekday() - 1) % 7 + 1)
    return found.make("DAY", Day(on=on))


def beside(found: Found, state: State) -> Item | None:
    """The day before christmas, the week after that friday."""
    unit, day = found.first("UNIT"), found.items[-1]
    if unit is None or unit.value not in {"day", "week"}:
        return None
    step = -1 if found.has("BEFORE") else 1
    if unit.value == "week":
        base = date_of(day.value, state)
        start = week_start(base) + timedelta(weeks=step) if base else None
        week = Period(start, start + timedelta(weeks=1), "week") if start else None
        return found.make("PERIOD", week) if week else None
    return found.make("DAY", replace(day.value, shift=day.value.shift + step))


def early_day(found: Found, _state: State) -> list[Item] | None:
    """Early friday morning, late tomorrow afternoon; early tomorrow is its morning."""
    lead, day = found.items[0], found.first("DAY")
    if day is None:
        return None
    early = lead.kind == "EARLY"
    part = found.first("DAYPART")
    named = part.value if part else Part("morning" if early else "evening")
    hint = ("early" if early else "late") if part else ""
    return [day, Item("DAYPART", replace(named, hint=hint), lead.start, found.items[-1].end)]
