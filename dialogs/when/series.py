"""Recurrences: the rule, and the window of its first occurrence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from dialogs.when.cascade import State
from dialogs.when.choices import Choice, Sorted
from dialogs.when.items import Clock, Day, Rule
from dialogs.when.repeats import WEEKDAYS
from dialogs.when.resolve import date_of, part_span, settle
from dialogs.when.windows import Making, add_choice, inclusive, limits_of

_ENDS = frozenset({"by", "until", "before"})


def rule_text(rule: Rule) -> str:
    """The RRULE of RFC 5545, without count and until."""
    parts = [f"FREQ={rule.freq}"]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.byday:
        parts.append("BYDAY=" + ",".join(rule.byday))
    if rule.bymonthday:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.bymonthday)))
    return ";".join(parts)


def recurrence(said: Sorted, making: Making) -> str:
    """The rule, and the window of its first occurrence."""
    rule = _without(said.rule or Rule("DAILY"), said)
    state = making.state
    start, until = _between(said, state)
    choice = _told(said, rule, state)
    if choice.days is None and not said.choices and choice.time is not None:
        start = max(start, state.context.ref.date()) if state.context.ref else start
    said_day = choice.days
    byday = _weekdays(said)
    if byday and not rule.byday and rule.freq in {"DAILY", "WEEKLY"}:
        rule = replace(rule, freq="WEEKLY", byday=byday)
    elif isinstance(said_day, Day):
        if rule.freq == "WEEKLY" and not rule.byday and said_day.weekday is not None:
            rule = replace(rule, byday=(WEEKDAYS[said_day.weekday],))
        elif rule.freq == "MONTHLY" and not rule.bymonthday and not rule.byday and said_day.dom:
            rule = replace(rule, bymonthday=(said_day.dom,))
        else:
            start = date_of(said_day, state) or start
    elif said_day is not None:
        limits = limits_of(said_day, state)
        start = max(limits[0], state.today) if limits else start
        if limits:
            until = limits[1] - timedelta(days=1)
    text = rule_text(rule)
    if said.count is not None:
        text += f";COUNT={_count(rule, said.count)}"
    elif until is not None:
        text += f";UNTIL={until:%Y%m%d}T235959"
    first = _first(rule, start, choice, making)
    timed = Choice(days=Day(on=first), part=choice.part, time=choice.time, bounds=choice.bounds)
    add_choice(timed, Sorted(), making)
    return text


def lasting(said: Sorted, state: State) -> str | None:
    """The rule under discussion with another end: "for 8 weeks", "10 times", "until june".

    What said so is taken from the bounds; None where nothing did.
    """
    known = state.context.rule
    if known is None:
        return None
    parts = [part for part in known.split(";") if not part.startswith(("COUNT=", "UNTIL="))]
    _, until = _between(said, state)
    counted = said.count if said.count is not None else -(said.lasts or 0)
    if counted:
        parts.append(f"COUNT={_count(_rule_of(parts), counted)}")
    elif until is not None:
        said.day_bounds = [b for b in said.day_bounds if b.side not in _ENDS]
        parts.append(f"UNTIL={until:%Y%m%d}T235959")
    else:
        return None
    return ";".join(parts)


def _rule_of(parts: list[str]) -> Rule:
    """A rule's text read back, as far as counting needs it."""
    said = dict(part.split("=", 1) for part in parts)
    byday = tuple(said["BYDAY"].split(",")) if "BYDAY" in said else ()
    return Rule(said["FREQ"], interval=int(said.get("INTERVAL", "1")), byday=byday)


def _without(rule: Rule, said: Sorted) -> Rule:
    """Every day except sunday: the other days of the week."""
    out = {
        WEEKDAYS[item.value.weekday]
        for item in said.excluded
        if item.kind == "DAY" and item.value.weekday is not None
    }
    out.update(day for item in said.excluded if item.kind == "RULE" for day in item.value.byday)
    if not out or rule.interval != 1 or rule.freq not in {"DAILY", "WEEKLY"} or rule.part:
        return rule
    days = rule.byday or (WEEKDAYS if rule.freq == "DAILY" else ())
    left = tuple(day for day in days if day not in out)
    return replace(rule, freq="WEEKLY", byday=left) if left else rule


def _told(said: Sorted, rule: Rule, state: State) -> Choice:
    """The day and time of the recurrence; "every week" said of a booking has the booking's."""
    ref = state.context.ref
    if ref is not None and rule.freq != "DAILY" and not rule.byday and not said.choices:
        return Choice(time=Clock(ref.hour * 60 + ref.minute, sure=True))
    timed = (each for each in said.choices if each.time or each.part or each.bounds)
    choice = next(timed, said.choices[0] if said.choices else Choice())
    if choice.part is None:
        choice.part = rule.part
    return choice


def _weekdays(said: Sorted) -> tuple[str, ...]:
    """Mon wed fri every week, monday to friday each week: several weekdays beside the rule."""
    found: set[int] = set()
    for choice in said.choices:
        days = choice.days
        if isinstance(days, tuple):
            first, last = (day.weekday if day.dom is None else None for day in days)
            if first is None or last is None:
                return ()
            found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
        elif isinstance(days, Day) and days.weekday is not None and days.week is None:
            found.add(days.weekday)
        elif days is not None:
            return ()
    return tuple(WEEKDAYS[day] for day in sorted(found)) if len(found) > 1 else ()


def _between(said: Sorted, state: State) -> tuple[date, date | None]:
    """First day and last day of a recurrence, where the words bound it."""
    start, until = state.today, None
    for bound in said.day_bounds:
        limits = limits_of(bound.of, state)  # type: ignore[arg-type] # day bounds hold days
        if limits is None:
            continue
        if bound.side in _ENDS:
            until = (limits[1] if inclusive(bound) else limits[0]) - timedelta(days=1)
        else:
            start = limits[0]
    return start, until


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


def _first(rule: Rule, start: date, choice: Choice, making: Making) -> date:
    """The first day on or after `start` on which the rule falls and the time is still ahead."""
    state = making.state
    clock_now = state.now.hour * 60 + state.now.minute
    at = None
    froms = [b.of for b in choice.bounds if b.side in {"after", "from"} and isinstance(b.of, Clock)]
    if isinstance(choice.time, Clock) or froms:
        clock = choice.time if isinstance(choice.time, Clock) else froms[0]
        at = settle(clock, state, choice.part)
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
