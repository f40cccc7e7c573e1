"""From what was said to dates and instants: which friday, am or pm, a change of the clocks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogs.when.calendar import add_months, week_start
from dialogs.when.cascade import State
from dialogs.when.items import Clock, ClockSpan, Day, Part
from dialogs.when.model import Grain, Note, Window

_DAY = 1440
_NOON = 720
_FIRST_MORNING = 8 * 60
_SMALL_HOURS = 5 * 60
_YEARS_AHEAD = 8


def date_of(day: Day, state: State) -> date | None:
    """The date meant, counted from today; None where no calendar has it."""
    found = _base(day, state)
    return found + timedelta(days=day.shift) if found else None


def _base(day: Day, state: State) -> date | None:
    if day.on is not None:
        return day.on
    if day.dom is not None:
        return _dated(day, state.today)
    if day.weekday is not None:
        if day.week is None and (on := _discussed(day.weekday, state)) is not None:
            return on
        return _weekday(day.weekday, day.week, state.today)
    return None


def _discussed(weekday: int, state: State) -> date | None:
    """The day of that name among those under discussion."""
    days = state.context.days
    return next((on for on in days if on.weekday() == weekday and on > state.today), None)


def _weekday(weekday: int, week: int | None, today: date) -> date:
    """The coming one, never today; with a week, the one of that Monday-to-Sunday week from now."""
    if week is None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    on = week_start(today) + timedelta(days=weekday, weeks=week)
    if week < 0 and on + timedelta(weeks=1) < today:
        on += timedelta(weeks=1)
    return on


def _dated(day: Day, today: date) -> date | None:
    """The next such date; a weekday said with it picks the month in which it is right."""
    if day.turns and day.weekday is not None:
        ways = (day, replace(day, dom=day.month, month=day.dom))
        dates = [_dated(replace(way, turns=False), today) for way in ways]
        return next((on for on in dates if on and on.weekday() == day.weekday), dates[0])
    if day.year is not None:
        return _date(day.year, day.month or today.month, day.dom or 1)
    hits: list[date] = []
    first = today.replace(day=1)
    for months in range(12 * _YEARS_AHEAD if day.month else 24):
        month = add_months(first, months)
        if day.month is not None and month.month != day.month:
            continue
        on = _date(month.year, month.month, day.dom or 1)
        if on is None or on < today:
            continue
        if day.month is not None or day.weekday is None or on.weekday() == day.weekday:
            return on
        hits.append(on)
    return hits[0] if hits else None


def _date(year: int, month: int, dom: int) -> date | None:
    try:
        return date(year, month, dom)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class PartSpan:
    """A part of the day in minutes after midnight."""

    first: int
    last: int
    pm: bool | None


def part_span(part: Part, state: State) -> PartSpan:
    """The window of a named part; "late" and "early" are halves of it."""
    named = state.lexicon.dayparts
    window = named.get(part.name) or named["night"]  # Portuguese evenings are its noite
    first, last = window.first, window.last
    own = state.context.dayparts.get(part.name)
    if own is not None:
        first, last = _minutes(own[0]), _minutes(own[1])
        last = last if last > first else last + _DAY
    half = (last - first) // 2
    if part.hint == "early":
        last = first + half
    elif part.hint == "late":
        first = last - half
    elif part.hint == "mid":
        first, last = first + half // 2, last - half // 2
    return PartSpan(first, last, window.pm)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _open(at: int, state: State) -> bool:
    """Whether the place is open at that minute of a day, where its hours are known."""
    hours = state.context.hours
    if hours is None:
        return False
    first, last = _minutes(hours[0]), _minutes(hours[1])
    if last <= first:
        return at >= first or at < last
    return first <= at < last


def settle(clock: Clock, state: State, part: Part | None = None, *, today: bool = False) -> int:
    """Minutes after midnight, am or pm chosen: words beside it, opening hours, then the habit."""
    if clock.sure:
        at = clock.at
        if part is None or part_span(part, state).first < _NOON:
            return at
        if at == _DAY:
            return _DAY
        # "Saturday night at 1am": a night's small hours belong to the next day.
        return at + _DAY if part.name == "night" and _next_day(at, state, today=today) else at
    at = clock.at % _NOON
    if part is not None:
        chosen = _beside(at, part, state, today=today)
        if chosen is not None:
            return chosen
    if state.meal is not None and at >= 5 * 60:
        return at + _NOON if state.meal else at
    usual = at if _FIRST_MORNING <= at < _NOON else at + _NOON
    other = usual + _NOON if usual < _NOON else at
    if _open(other, state) and not _open(usual, state):
        usual, other = other, usual
    if today and usual <= _minutes(state.now.time()) < other:
        return other
    return usual


def _next_day(at: int, state: State, *, today: bool) -> bool:
    """Whether a small hour of a night is the next day's: not in "domenica alle 2 di notte"."""
    return at < _SMALL_HOURS and (today or not state.lexicon.conventions.get("night_is_early"))


def _beside(at: int, part: Part, state: State, *, today: bool) -> int | None:
    """The reading of a bare hour that the part of the day allows."""
    span = part_span(replace(part, hint=""), state)
    if span.pm is None:
        return min((at, at + _NOON), key=lambda each: abs(each - (span.first + span.last) // 2))
    if not span.pm:
        return at
    if span.last >= _DAY:  # a night: twelve is midnight, the small hours belong to the next day
        if at < 60:
            return _DAY + at
        if at < _SMALL_HOURS and span.first >= 20 * 60:
            return _DAY + at if _next_day(at, state, today=today) else at
    if span.first >= 17 * 60 and at < 60:
        return _DAY + at
    return at + _NOON


def settle_span(span: ClockSpan, state: State, part: Part | None) -> tuple[int | None, int | None]:
    """Both ends in minutes after the first day's midnight, the second after the first.

    Where only the end is sure, the start is the face that makes the shorter stretch: 10-3pm begins
    in the morning, 2-5pm in the afternoon, 11 to 3am the evening before.
    """
    first, last = span.first, span.last
    if first is None or last is None:
        start = settle(first, state, part) if first else None
        end = settle(last, state, part) if last else None
        return start, end
    if last.sure and not first.sure:
        face = first.at % _NOON
        closes = last.at or _DAY
        starts = ((face, closes), (face + _NOON, closes), (face + _NOON, closes + _DAY))
        return min(
            (each for each in starts if each[1] > each[0]), key=lambda each: each[1] - each[0]
        )
    start = settle(first, state, part)
    step = _DAY if last.sure else _NOON
    end = last.at % step
    while end <= start:
        end += step
    return start, end


def wall(day: date, minutes: int, zone: ZoneInfo) -> tuple[datetime, Note | None]:
    """The instant of a wall time in its zone; one that the clocks skip moves on by the gap."""
    naive = datetime.combine(day, time()) + timedelta(minutes=minutes)
    first = naive.replace(tzinfo=zone)
    moved = first.astimezone(UTC).astimezone(zone)
    if moved.replace(tzinfo=None) != naive:
        return moved, Note.GAP
    if naive.replace(tzinfo=zone, fold=1).utcoffset() != first.utcoffset():
        return first, Note.FOLD
    return first, None


def days_window(start: date | None, end: date | None, zone: ZoneInfo, grain: Grain) -> Window:
    """Whole days, from midnight to midnight of their zone."""
    return Window(
        wall(start, 0, zone)[0] if start else None, wall(end, 0, zone)[0] if end else None, grain
    )
