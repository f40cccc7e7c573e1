"""Everything that the row said, as the wish that is handed out."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from dialogs.when.cascade import State
from dialogs.when.choices import Choice, Sorted
from dialogs.when.items import Day, Period, Rule
from dialogs.when.merging import narrow
from dialogs.when.model import Grain, Problem, Window, Wish
from dialogs.when.repeats import WEEKDAYS
from dialogs.when.series import lasting, recurrence, rule_text
from dialogs.when.windows import Making, add_choice


def wish(said: Sorted, state: State, zone: ZoneInfo, zone_said: ZoneInfo | None) -> Wish:
    """Everything that the row said, as windows."""
    making = Making(state, zone)
    choices = said.choices
    state.meal = said.meal
    again = lasting(said, state) if said.rule is None else None
    if not choices and said.day_bounds and said.rule is None:
        choices = [Choice()]
    if said.rule is not None:
        rrule: str | None = recurrence(said, making)
    else:
        rrule = again
        _day_ruled_out(choices, said)
        for choice in choices:
            add_choice(choice, said, making)
    excluded, exclude_rrule = _excluded(said, making)
    problem = _problem(making)
    if problem is Problem.IMPOSSIBLE_TIME:
        making.windows.clear()
    first = choices[0] if choices else Choice()
    return Wish(
        windows=tuple(dict.fromkeys(making.windows)),
        exclude=tuple(excluded),
        exclude_rrule=exclude_rrule,
        rrule=rrule,
        each=_each(choices),
        duration=timedelta(minutes=said.length.minutes) if said.length else None,
        day_said=any(c.days is not None or c.instant is not None for c in choices)
        or bool(said.day_bounds)
        or rrule is not None,
        time_said=first.time is not None
        or bool(first.bounds)
        or first.part is not None
        or first.instant is not None
        or (isinstance(first.days, Day) and first.days.keeps),
        zone_said=zone_said,
        approximate=said.about,
        relative=state.relative,
        source=_source(state, zone),
        note=making.note,
        problem=problem,
        spans=tuple(said.spans),
        steps=tuple(state.steps or ()),
    )


def _source(state: State, zone: ZoneInfo) -> Wish | None:
    """The time that something is moved from; None where none was said."""
    if not state.source:
        return None
    choice, making = Choice(), Making(state, zone)
    for item in state.source:
        if item.kind == "CLOCK":
            choice.time = item.value
        elif item.kind == "DAYPART":
            choice.part = item.value
        else:
            choice.days = item.value
    add_choice(choice, Sorted(), making)
    day, timed = choice.days is not None, choice.time is not None
    return Wish(tuple(making.windows), day_said=day, time_said=timed)


def _problem(making: Making) -> Problem | None:
    """Why to ask: no such date, no such time, or all of it over."""
    state = making.state
    if state.impossible:
        return Problem.IMPOSSIBLE_DATE
    if state.no_time and all(w.grain in {Grain.DAY, Grain.RANGE} for w in making.windows):
        return Problem.IMPOSSIBLE_TIME
    now = state.now.replace(tzinfo=making.zone)
    ends = [
        window.end or (window.start if window.grain is Grain.MINUTE else None)
        for window in making.windows
    ]
    over = bool(ends) and all(end is not None and end <= now for end in ends)
    return Problem.PAST if over else None


def _day_ruled_out(choices: list[Choice], said: Sorted) -> None:
    """Not friday at 2 but at 3: a time without a day means the day that was spoken of."""
    days = [
        part.value
        for item in said.excluded
        if item.kind == "BOTH"
        for part in item.value
        if part.kind == "DAY"
    ]
    for choice in choices:
        if days and choice.days is None and choice.instant is None and choice.time is not None:
            choice.days = days[-1]


def _each(choices: list[Choice]) -> str | None:
    """Return the rule of the days that were said to be of any week."""
    days = {c.days.weekday for c in choices if isinstance(c.days, Day) and c.days.any}
    named = tuple(WEEKDAYS[day] for day in sorted(day for day in days if day is not None))
    return rule_text(Rule("WEEKLY", byday=named)) if named else None


def _excluded(said: Sorted, making: Making) -> tuple[list[Window], str | None]:
    """What was ruled out, in the days that the first choice speaks of."""
    inner = Making(making.state, making.zone)
    rrule = None
    day = said.choices[0].days if said.choices else None
    if day is None and making.windows and making.windows[0].start:
        day = Day(on=making.windows[0].start.date())
    for item in said.excluded:
        if item.kind == "RULE":
            rrule = rule_text(item.value)
            continue
        if said.rule is not None and item.kind == "DAY" and item.value.weekday is not None:
            rrule = rule_text(Rule("WEEKLY", byday=(WEEKDAYS[item.value.weekday],)))
            continue
        choice = Choice(days=day)
        for part in item.value if item.kind == "BOTH" else (item,):
            if part.kind in {"DAY", "PERIOD", "DAYSPAN"}:
                choice.days = part.value
                if isinstance(day, Period) and isinstance(part.value, Day):
                    choice.days = narrow(part.value, day) or part.value
            elif part.kind == "DAYPART":
                choice.part = part.value
            else:
                choice.time = part.value
        add_choice(choice, Sorted(), inner)
    return inner.windows, rrule
