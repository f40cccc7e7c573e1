"""Choices to windows: the last step, where days and times meet the calendar and the zone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialogs.when.cascade import State
from dialogs.when.choices import Choice, Sorted
from dialogs.when.items import Bound, Clock, ClockSpan, Day, Item, Part, Period
from dialogs.when.merging import Days
from dialogs.when.model import Grain, Note, Window
from dialogs.when.relative import talked_about
from dialogs.when.resolve import date_of, days_window, part_span, settle, settle_span, wall

_DAY = 1440
_MOST = 31
_SMALL_HOURS = 300  # a night is over at five
_STALE = 240  # "after 3" said at half past five still means today


@dataclass(slots=True)
class Making:
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


def limits_of(days: Days | None, state: State) -> tuple[date, date] | None:
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


def add_choice(choice: Choice, said: Sorted, making: Making) -> None:
    """Put the windows of one alternative behind those already made."""
    state = making.state
    if choice.instant is not None:
        _moments(choice.instant, making)
        return
    if choice.days is None and said.day_bounds:
        _bounded_days(choice, said, making)
        return
    limits = limits_of(choice.days, state)
    if choice.days is not None and limits is None:
        return
    if choice.time is None and choice.part is None and not choice.bounds:
        ref = state.context.ref
        if limits is not None and isinstance(choice.days, Day) and choice.days.keeps and ref:
            at = making.at(limits[0], ref.hour * 60 + ref.minute)
            making.windows.append(Window(at, None, Grain.MINUTE))
        elif limits is not None:
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


def _moments(item: Item, making: Making) -> None:
    """An instant counted from another, or a stretch from one instant to another."""
    ends: tuple[datetime, ...] = item.value if isinstance(item.value, tuple) else (item.value,)
    start, *after = (making.at(end.date(), end.hour * 60 + end.minute) for end in ends)
    if after:
        making.windows.append(Window(start, after[0], Grain.RANGE))
    else:
        making.windows.append(Window(start, None, Grain.MINUTE))


def _bounded_days(choice: Choice, said: Sorted, making: Making) -> None:
    """By friday, after the 10th, before friday at 5: a stretch of days with one open side."""
    start = end = None
    state = making.state
    for bound in said.day_bounds:
        limits = limits_of(bound.of, state)  # type: ignore[arg-type] # day bounds hold days
        if limits is None:
            continue
        if bound.side in {"by", "until", "before"}:
            edge = limits[1] if inclusive(bound) else limits[0]
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


def inclusive(bound: Bound) -> bool:
    """By friday and until friday have the friday; until may ends before it, the end of may not."""
    return bound.side == "by" or (
        bound.side == "until" and (isinstance(bound.of, Day) or _ending(bound.of))
    )


def _ending(of: object) -> bool:
    """Whether this is the last part of a month: its end is the month's."""
    if not isinstance(of, Period) or of.unit != "month" or of.start is None or of.end is None:
        return False
    return of.start.day > 1 and of.end.day == 1


def _timed(choice: Choice, day: date, making: Making, *, assumed: bool) -> None:
    """A time of a day; without a day said it is today's, or tomorrow's once it has passed."""
    state = making.state
    today = not assumed and day == state.today
    fixed = not assumed or talked_about(state) is not None
    clock_now = state.now.hour * 60 + state.now.minute
    here = day == state.today
    if isinstance(choice.time, Clock):
        at = settle(choice.time, state, choice.part, today=today)
        if here and at >= _DAY and clock_now < at - _DAY <= _SMALL_HOURS:
            at -= _DAY  # "tonight at 2", asked after midnight
        if not fixed and here and at <= clock_now:
            day += timedelta(days=1)
        if choice.bounds:
            _bounds(choice, day, making, fixed=fixed)
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
        _bounds(choice, day, making, fixed=fixed)
        return
    if choice.part is not None:
        span = part_span(choice.part, state)
        if not fixed and here and span.last <= clock_now:
            day += timedelta(days=1)
        making.windows.append(
            Window(making.at(day, span.first), making.at(day, span.last), Grain.DAYPART)
        )


def _bounds(choice: Choice, day: date, making: Making, *, fixed: bool) -> None:
    """After 3, before noon, not before 2, by 5: one or both sides of a stretch of one day."""
    state = making.state
    here = day == state.today
    first, last = _sides(choice, state, today=fixed and here)
    clock_now = state.now.hour * 60 + state.now.minute
    if first is not None and first >= _DAY:  # "after midnight" is the next day's
        day, first = day + timedelta(days=1), first - _DAY
        last = _SMALL_HOURS if choice.part is not None and last is None else last
    elif not fixed and here and _gone(first, last, clock_now):
        day += timedelta(days=1)
    if last is None and fixed:
        last = _DAY
    if first is None and fixed and not here:
        first = 0
    making.windows.append(
        Window(
            making.at(day, first) if first is not None else None,
            making.at(day, last) if last is not None else None,
            Grain.RANGE,
        )
    )


def _gone(first: int | None, last: int | None, now: int) -> bool:
    """Whether the stretch is over today, or began long ago without an end."""
    return last <= now if last is not None else first is not None and first <= now - _STALE


def _sides(choice: Choice, state: State, *, today: bool) -> tuple[int | None, int | None]:
    """Both sides in minutes of the day; a part of the day is one too, unless it contradicts."""
    first: int | None = None
    last: int | None = None
    for bound in choice.bounds:
        if isinstance(bound.of, Part):
            span = part_span(bound.of, state)
            at = span.last if bound.side in {"after", "by"} else span.first
        elif isinstance(bound.of, Clock):
            at = settle(bound.of, state, choice.part, today=today)
        else:
            continue
        if bound.side in {"after", "from"}:
            first = at
        else:
            last = at or _DAY
    if choice.part is not None and not choice.part_tells:
        span = part_span(choice.part, state)
        if first is None and (last is None or span.first < last):
            first = span.first
        if last is None and (first is None or span.last > first):
            last = span.last
    return first, last
