"""The row of items sorted into choices: each a day, a part of it, a time, as one alternative."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from dialogs.when.merging import Days, apposed, merge, merge_part
from dialogs.when.items import Bound, Clock, ClockSpan, Day, Item, Length, Part, Period, Rule


_JOINTS = frozenset({"OR", "AND", "COMMA", "SLASH", "DASH"})


@dataclass(slots=True)
class Choice:
    """One alternative while it is being put together."""

    days: Days | None = None
    part: Part | None = None
    time: Clock | ClockSpan | None = None
    bounds: list[Bound] = field(default_factory=list)
    instant: Item | None = None
    time_first: bool = False
    part_tells: bool = False  # the part only says which half of the day a bound is in
    joined: bool = False  # by "or", "and" or a comma to the one before


@dataclass(slots=True)
class Sorted:
    """Everything the row said."""

    choices: list[Choice] = field(default_factory=list)
    rule: Rule | None = None
    length: Length | None = None
    count: int | None = None
    excluded: list[Item] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    day_bounds: list[Bound] = field(default_factory=list)
    about: bool = False
    meal: bool | None = None


_SLOTS = {
    "DAY": "days",
    "PERIOD": "days",
    "DAYSPAN": "days",
    "DAYPART": "part",
    "CLOCK": "time",
    "SPAN": "time",
    "INSTANT": "instant",
    "BOUND": "bounds",
}


def sort(row: list[Item]) -> Sorted:
    """Walk the row once: fill the open choice, open another at a joint, replace at a correction."""
    out = Sorted()
    current = Choice()
    joint = corrected = False
    asked_for_length = False
    for place, item in enumerate(row):
        kind = item.kind
        if kind in _JOINTS:
            joint = True
            continue
        if kind == "CUE":
            corrected = corrected or not _trailing(row, place)
            continue
        if kind == "LEN":
            asked_for_length |= _length(item, row, place, out)
            continue
        if kind == "RULE":
            out.rule = _rules(out.rule, item.value)
        elif kind == "OCCUR":
            out.count = item.value
        elif kind == "EXCLUDE":
            out.excluded.append(item.value)
        elif kind == "MEAL":
            out.meal = item.value if out.meal is None else out.meal
            continue
        elif kind in _SLOTS:
            if _closes(item, row, place, current):
                out.spans.append((item.start, item.end))
                continue
            corrected = corrected or _cue_after(row, place)
            current = _put(item, current, out, joint=joint, corrected=corrected)
            corrected = False
        else:
            continue
        out.spans.append((item.start, item.end))
        joint = False
    if current != Choice():
        out.choices.append(current)
    _share(out.choices)
    if out.length is not None:
        for choice in out.choices:
            _starting(choice)
    return out


def _cue_after(row: list[Item], place: int) -> bool:
    """Whether the sentence corrects itself after the item: "make it this thursday actually"."""
    return any(
        item.kind == "CUE" and item.raw in {"actually", "instead", "rather"}
        for item in row[place + 1 : place + 3]
    )


def _closes(item: Item, row: list[Item], place: int, current: Choice) -> bool:
    """Take the end that follows a start said before: "at 2 on friday, and it goes to 5"."""
    if not isinstance(current.time, Clock):
        return False
    if item.kind == "BOUND" and item.value.side in {"until", "by"} and isinstance(item.value.of, Clock):
        current.time = ClockSpan(current.time, item.value.of)
        return True
    if item.kind == "CLOCK" and place and row[place - 1].kind in {"TO", "UNTIL"}:
        current.time = ClockSpan(current.time, item.value)
        return True
    return False


def _trailing(row: list[Item], place: int) -> bool:
    """Whether a word of correction ends its sentence, and so speaks of what came before it."""
    return place > 0 and (place + 1 == len(row) or row[place + 1].kind == "STOP")


def _length(item: Item, row: list[Item], place: int, out: Sorted) -> bool:
    value: Length = item.value
    lead = row[place - 1].kind if place else ""
    if place + 1 < len(row) and row[place + 1].kind == "FOR":
        lead = "FOR"  # sechs Wochen lang
    if out.rule is not None and not value.minutes and lead in {"FOR", "WITHIN", "IN"}:
        out.spans.append((item.start, item.end))
        out.count = -value.days if value.days else -30 * value.months
        out.length = out.length or None
        return True
    if value.minutes and not value.days and out.length is None:
        out.length = value
        out.spans.append((item.start, item.end))
    return False


def _rules(old: Rule | None, new: Rule) -> Rule:
    """Weekly said beside its days; the days win, the longer interval stays."""
    if old is None:
        return new
    if old.freq == new.freq:
        return replace(
            old,
            interval=max(old.interval, new.interval),
            byday=tuple(dict.fromkeys((*old.byday, *new.byday))),
            part=old.part or new.part,
        )
    return new if new.byday and not old.byday else old


def _put(item: Item, current: Choice, out: Sorted, *, joint: bool, corrected: bool) -> Choice:
    slot = _SLOTS[item.kind]
    value = item.value
    if slot == "instant":
        value = item
    if slot == "bounds":
        if isinstance(value.of, (Day, Period)):
            if value.side == "by" and out.rule is None and current.days is None:
                pass
            out.day_bounds.append(value)
            return current
        if isinstance(value.of, Part):
            pass
        if current.time is not None and joint:
            out.choices.append(current)
            return Choice(bounds=[value], joined=True)
        current.bounds.append(value)
        return current
    if isinstance(value, Clock) and value.about:
        out.about = True
    held = getattr(current, slot)
    if slot == "time" and current.bounds and held is None and corrected:
        current.bounds.clear()
    if held is None:
        if joint and _full(current, slot):
            out.choices.append(current)
            fresh = Choice(joined=True)
            setattr(fresh, slot, value)
            return fresh
        if slot == "time":
            current.time_first = current.days is None
        if slot == "part" and current.bounds and current.time is None:
            current.part_tells = True
        setattr(current, slot, value)
        return current
    if corrected:
        setattr(current, slot, value)
        return current
    if slot == "part":
        merged_part = merge_part(held, value)
        if merged_part is not None and not joint:
            current.part = merged_part
            return current
    if slot == "days" and not joint or slot == "days" and apposed(held, value):
        merged = merge(held, value)
        if merged is not None:
            current.days = merged
            return current
    if slot == "time" and held == value:
        return current
    out.choices.append(current)
    fresh = Choice(joined=joint)
    setattr(fresh, slot, value)
    if slot == "time":
        fresh.time_first = True
    return fresh


def _full(current: Choice, slot: str) -> bool:
    """Whether a joint before this slot opens another choice: "monday 3pm or tuesday" does."""
    return False


def _starting(choice: Choice) -> None:
    """Take "from 2" for a start where the length is said too: "an hour from 2"."""
    if choice.time is None and len(choice.bounds) == 1:
        (bound,) = choice.bounds
        if bound.side == "from" and isinstance(bound.of, Clock):
            choice.time = bound.of
            choice.bounds.clear()


def _share(choices: list[Choice]) -> None:
    """Lend what was said once to the alternatives beside it: "wed or thurs morning", "3 or 4 on friday"."""
    for before, choice in zip(choices, choices[1:], strict=False):
        if choice.days is None and choice.instant is None:
            choice.days = before.days
        if choice.time is None and not choice.bounds and choice.part is None and before.time_first:
            choice.time = before.time
        if choice.part is None and choice.time is not None and before.time is not None:
            choice.part = before.part
    for choice, after in zip(reversed(choices[:-1]), reversed(choices[1:]), strict=False):
        if choice.days is None and choice.instant is None:
            choice.days = after.days
        if after.joined and not choice.bounds:
            if choice.time is None and (choice.part is None or after.part is None):
                choice.time = after.time
                choice.bounds = list(after.bounds)
            if choice.part is None and (choice.time is None or not _sure(choice.time)):
                choice.part = after.part


def _sure(time: Clock | ClockSpan) -> bool:
    return isinstance(time, Clock) and time.sure
