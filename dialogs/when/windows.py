"""Choices to windows: the last step, where days and times meet the calendar and the zone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.when.cascade import State
from dialogs.when.days import talked_about
from dialogs.when.choices import Choice, Sorted
from dialogs.when.items import Bound, Clock, ClockSpan, Day, Item, Part, Period, Rule
from dialogs.when.merging import Days, narrow
from dialogs.when.model import Grain, Note, Problem, Window, Wish
from dialogs.when.repeats import WEEKDAYS
from dialogs.when.resolve import date_of, days_window, part_span, settle, settle_span, wall

_DAY = 1440
_MOST = 31


@dataclass(slots=True)
class _Making:
    """What is gathered on the way."""

    state: State
    zone: ZoneInfo
    note: Note | None = None
    windows: list[Window] = field(default_factory=list)

    def at(self, day: date, minutes: int) -> datetime:
        """The instant of a wall time that somebody said."""
        instant, note = wall(day, minutes, self.zone)
        self.note = self.note or note
        return instant


def wish(said: Sorted, state: State, zone: ZoneInfo, zone_said: ZoneInfo | None) -> Wish:
    """Everything that the row said, as windows."""
    making = _Making(state, zone)
    problem = Problem.IMPOSSIBLE_DATE if state.impossible else None
    choices = said.choices
    state.meal = said.meal
    if not choices and said.day_bounds and said.rule is None:
        choices = [Choice()]
    if said.rule is not None:
        rrule = _recurrence(said, making)
    else:
        rrule = None
        for choice in choices:
            _choice(choice, said, making)
    excluded, exclude_rrule = _excluded(said, making)
    first = choices[0] if choices else Choice()
    return Wish(
        windows=tuple(dict.fromkeys(making.windows)),
        exclude=tuple(excluded),
        exclude_rrule=exclude_rrule,
        rrule=rrule,
        duration=timedelta(minutes=said.length.minutes) if said.length else None,
        day_said=any(c.days is not None or c.instant is not None for c in choices)
        or bool(said.day_bounds)
        or rrule is not None,
        time_said=first.time is not None
        or bool(first.bounds)
        or first.part is not None
        or first.instant is not None,
        zone_said=zone_said,
        approximate=said.about,
        note=making.note,
        problem=problem,
        spans=tuple(said.spans),
        steps=tuple(state.steps or ()),
    )


def _limits(days: Days | None, state: State) -> tuple[date, date] | None:
    """First day and the day after the last, or None where no calendar has them."""
    if days is None:
        return None
    if isinstance(days, Period):
        return (days.start, days.end) if days.start and days.end else None
    if isinstance(days, Day):
        on = date_of(days, state)
        return (on, on + timedelta(days=1)) if on else None
    first, last = date_of(days[0], state), date_of(days[1], state)
    if first is None or last is None:
        return None
    if last < first:
        if days[1].weekday is not None:
            last += timedelta(days=7)
        elif days[0].month is not None and days[1].month is not None:
            first = (
                date_of(replace(days[0], year=last.year - (days[0].month > days[1].month)), state)
                or first
            )
        else:
            last = date_of(replace(days[1], on=None), replace_now(state, first)) or last
    return (first, last + timedelta(days=1)) if first <= last else None


def replace_now(state: State, day: date) -> State:
    """The same state on another day: dates count on from there."""
    return replace(state, now=datetime.combine(day, state.now.time()))


def _choice(choice: Choice, said: Sorted, making: _Making) -> None:
    state = making.state
    if choice.instant is not None:
        at = choice.instant.value
        making.windows.append(
            Window(making.at(at.date(), at.hour * 60 + at.minute), None, Grain.MINUTE)
        )
        return
    if choice.days is None and said.day_bounds:
        _bounded_days(choice, said, making)
        return
    limits = _limits(choice.days, state)
    if choice.days is not None and limits is None:
        return
    if choice.time is None and choice.part is None and not choice.bounds:
        if limits is not None:
            single = limits[1] - limits[0] == timedelta(days=1)
            making.windows.append(
                days_window(*limits, making.zone, Grain.DAY if single else Grain.RANGE)
            )
        return
    if limits is None:
        _timed(choice, talked_about(state) or state.today, making, assumed=True)
        return
    day, end = limits
    day = (
        max(day, min(state.today, end - timedelta(days=1)))
        if isinstance(choice.days, Period)
        else day
    )
    for _ in range(_MOST):
        _timed(choice, day, making, assumed=False)
        day += timedelta(days=1)
        if day >= end:
            break


def _bounded_days(choice: Choice, said: Sorted, making: _Making) -> None:
    """By friday, after the 10th, before friday at 5: a stretch of days with one open side."""
    start = end = None
    state = making.state
    for bound in said.day_bounds:
        limits = _limits(bound.of, state)  # type: ignore[arg-type] # day bounds hold days
        if limits is None:
            continue
        if bound.side in {"by", "until", "before"}:
            edge = limits[1] if _inclusive(bound) else limits[0]
            if isinstance(choice.time, Clock):
                day = limits[1] - timedelta(days=1)
                making.windows.append(
                    Window(
                        None, making.at(day, settle(choice.time, state, choice.part)), Grain.RANGE
                    )
                )
                return
            end = edge
        else:
            start = limits[1] if bound.side == "after" else limits[0]
            if isinstance(choice.time, Clock):
                making.windows.append(
                    Window(
                        making.at(limits[0], settle(choice.time, state, choice.part)),
                        None,
                        Grain.MINUTE,
                    )
                )
                return
    if start is not None or end is not None:
        making.windows.append(days_window(start, end, making.zone, Grain.RANGE))


def _inclusive(bound: Bound) -> bool:
    """By friday and until friday have the friday; until may ends before it."""
    return bound.side == "by" or (bound.side == "until" and isinstance(bound.of, Day))


def _timed(choice: Choice, day: date, making: _Making, *, assumed: bool) -> None:
    """A time of a day; without a day said it is today's, or tomorrow's once it has passed."""
    state = making.state
    today = not assumed and day == state.today
    fixed = not assumed or talked_about(state) is not None
    clock_now = state.now.hour * 60 + state.now.minute
    here = day == state.today
    if isinstance(choice.time, Clock):
        at = settle(choice.time, state, choice.part, today=today)
        if not fixed and here and at <= clock_now:
            day += timedelta(days=1)
        if choice.bounds:
            _bounds(choice, day, making, start=None, fixed=fixed)
            return
        making.windows.append(Window(making.at(day, at), None, Grain.MINUTE))
        return
    if isinstance(choice.time, ClockSpan):
        first, last = settle_span(choice.time, state, choice.part)
        if (
            not fixed
            and here
            and first is not None
            and first <= clock_now
            and (last is None or last <= clock_now or first < clock_now - 60)
        ):
            day += timedelta(days=1)
        start = making.at(day, first) if first is not None else None
        end = making.at(day, last) if last is not None else None
        making.windows.append(Window(start, end, Grain.RANGE))
        return
    if choice.bounds:
        _bounds(choice, day, making, start=None, fixed=fixed)
        return
    if choice.part is not None:
        span = part_span(choice.part, state)
        if not fixed and here and span.last <= clock_now:
            day += timedelta(days=1)
        making.windows.append(
            Window(making.at(day, span.first), making.at(day, span.last), Grain.DAYPART)
        )


def _bounds(choice: Choice, day: date, making: _Making, *, start: int | None, fixed: bool) -> None:
    """After 3, before noon, not before 2, by 5: one or both sides of a stretch of one day."""
    state = making.state
    first: int | None = start
    last: int | None = None
    clock_now = state.now.hour * 60 + state.now.minute
    if choice.part is not None and not choice.part_tells:
        span = part_span(choice.part, state)
        first, last = span.first, span.last
    part_first, part_last = first, last
    for bound in choice.bounds:
        if isinstance(bound.of, Part):
            span = part_span(bound.of, state)
            at = span.last if bound.side in {"after", "by"} else span.first
        elif isinstance(bound.of, Clock):
            at = settle(bound.of, state, choice.part, today=fixed and day == state.today)
        else:
            continue
        if bound.side in {"after", "from"}:
            first = at
        else:
            last = at or _DAY
    if first is not None and last is not None and first >= last:
        first = None if first == part_first else first
        last = None if last == part_last else last
    if not fixed and day == state.today and last is not None and last <= clock_now:
        day += timedelta(days=1)
    elif (
        not fixed
        and day == state.today
        and last is None
        and first is not None
        and first <= clock_now - 240
    ):
        day += timedelta(days=1)
    if last is None and fixed:
        last = _DAY
    if first is None and fixed and day != state.today:
        first = 0
    making.windows.append(
        Window(
            making.at(day, first) if first is not None else None,
            making.at(day, last) if last is not None else None,
            Grain.RANGE,
        )
    )


def _excluded(said: Sorted, making: _Making) -> tuple[list[Window], str | None]:
    """What was ruled out, in the days that the first choice speaks of."""
    inner = _Making(making.state, making.zone)
    rrule = None
    day = said.choices[0].days if said.choices else None
    for item in said.excluded:
        if item.kind == "RULE":
            rrule = _rule_text(item.value)
            continue
        choice = Choice()
        if item.kind in {"DAY", "PERIOD", "DAYSPAN"}:
            choice.days = item.value
            if isinstance(day, Period) and isinstance(item.value, Day):
                choice.days = narrow(item.value, day) or item.value
        elif item.kind == "DAYPART":
            choice.part = item.value
            choice.days = day
        else:
            choice.time = item.value
            choice.days = day
        _choice(choice, Sorted(), inner)
    return inner.windows, rrule


def _rule_text(rule: Rule) -> str:
    parts = [f"FREQ={rule.freq}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.byday:
        parts.append("BYDAY=" + ",".join(rule.byday))
    if rule.bymonthday:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.bymonthday)))
    return ";".join(parts)


def _recurrence(said: Sorted, making: _Making) -> str:
    """The rule, and the window of its first occurrence."""
    rule = said.rule or Rule("DAILY")
    state = making.state
    choice = said.choices[0] if said.choices else Choice()
    if choice.part is None:
        choice.part = rule.part
    start = state.today
    until = None
    for bound in said.day_bounds:
        limits = _limits(bound.of, state)  # type: ignore[arg-type] # day bounds hold days
        if limits is None:
            continue
        if bound.side in {"by", "until", "before"}:
            until = (limits[1] if _inclusive(bound) else limits[0]) - timedelta(days=1)
        else:
            start = limits[0]
    said_day = choice.days
    if isinstance(said_day, Day):
        if rule.freq == "WEEKLY" and not rule.byday and said_day.weekday is not None:
            rule = replace(rule, byday=(WEEKDAYS[said_day.weekday],))
        elif rule.freq == "MONTHLY" and not rule.bymonthday and not rule.byday and said_day.dom:
            rule = replace(rule, bymonthday=(said_day.dom,))
        else:
            start = date_of(said_day, state) or start
    elif said_day is not None:
        limits = _limits(said_day, state)
        start = max(limits[0], state.today) if limits else start
        if isinstance(said_day, tuple) and limits:
            until = limits[1] - timedelta(days=1)
    text = _rule_text(rule)
    if said.count is not None:
        text += f";COUNT={_count(rule, said.count)}"
    elif until is not None:
        text += f";UNTIL={until:%Y%m%d}T235959"
    first = _first(rule, start, choice, making)
    timed = Choice(days=Day(on=first), part=choice.part, time=choice.time, bounds=choice.bounds)
    _choice(timed, Sorted(), making)
    return text


def _count(rule: Rule, count: int) -> int:
    """Occurrences in so many; a negative count is a length in days."""
    if count > 0:
        return count
    days = -count
    if rule.freq == "DAILY":
        return max(days // rule.interval, 1)
    if rule.freq == "WEEKLY":
        return max(days // 7 // rule.interval, 1) * max(len(rule.byday), 1)
    return max(days // 30 // rule.interval, 1)


def _first(rule: Rule, start: date, choice: Choice, making: _Making) -> date:
    """The first day on or after `start` on which the rule falls and the time is still ahead."""
    state = making.state
    clock_now = state.now.hour * 60 + state.now.minute
    at = None
    if isinstance(choice.time, Clock):
        at = settle(choice.time, state, choice.part)
    elif choice.part is not None:
        at = part_span(choice.part, state).last
    for ahead in range(400):
        day = start + timedelta(days=ahead)
        if day == state.today and (
            (at is not None and at <= clock_now) or (at is None and rule.byday)
        ):
            continue
        if _falls(rule, day):
            return day
    return start


def _falls(rule: Rule, day: date) -> bool:
    if rule.bymonthday:
        return day.day in rule.bymonthday
    if not rule.byday:
        return True
    for each in rule.byday:
        place, weekday = each[:-2], each[-2:]
        if WEEKDAYS[day.weekday()] != weekday:
            continue
        if not place or int(place) == (day.day - 1) // 7 + 1:
            return True
        if int(place) == -1 and (day + timedelta(days=7)).month != day.month:
            return True
    return False
