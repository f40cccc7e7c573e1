"""The row of items sorted into choices: each a day, a part of it, a time, as one alternative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from dialogs.when.items import Bound, Clock, ClockSpan, Day, Item, Length, Part, Period, Rule
from dialogs.when.merging import Days, apposed, lend_month, merge, merge_part

_EARLY = 7 * 60
_JOINTS = frozenset({"OR", "AND", "COMMA", "SLASH", "DASH"})


@dataclass(slots=True)
class Choice:
    """One alternative while it is being put together."""

    days: Days | None = None
    part: Part | None = None
    time: Clock | ClockSpan | None = None
    bounds: list[Bound] = field(default_factory=list)
    instant: Item | None = None
    time_first: bool = False  # the time was said before the day, and may serve the next day too
    part_tells: bool = False  # the part only says which half of the day a bound is in
    joined: bool = False  # by "or", "and" or a comma to the one before


@dataclass(slots=True)
class Sorted:
    """Everything the row said. A negative `count` of a recurrence is a length in days."""

    choices: list[Choice] = field(default_factory=list)
    rule: Rule | None = None
    length: Length | None = None
    count: int | None = None
    lasts: int | None = None  # days, said with no recurrence beside them
    excluded: list[Item] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    day_bounds: list[Bound] = field(default_factory=list)
    about: bool = False
    meal: bool | None = None


@dataclass(slots=True)
class _Walk:
    """Where the walk over the row stands."""

    row: list[Item]
    out: Sorted = field(default_factory=Sorted)
    current: Choice = field(default_factory=Choice)
    joint: bool = False
    corrected: bool = False

    def kind(self, place: int) -> str:
        """The kind at that place of the row, or nothing beyond its ends."""
        return self.row[place].kind if 0 <= place < len(self.row) else ""

    def open_choice(self, joined: bool) -> None:  # noqa: FBT001 - it is the one thing said
        """Close the choice at hand and begin another."""
        self.out.choices.append(self.current)
        self.current = Choice(joined=joined)


def sort(row: list[Item]) -> Sorted:
    """Walk the row once: fill the open choice, open another at a joint, replace at a correction."""
    walk = _Walk(row)
    for place, item in enumerate(row):
        if item.kind in _JOINTS:
            walk.joint = True
        elif item.kind == "CUE":
            walk.corrected = walk.corrected or not _trailing(walk, place)
        else:
            take = _TAKERS.get(item.kind)
            if take is not None and take(walk, place, item):
                walk.out.spans.append((item.start, item.end))
                walk.joint = False
    out = walk.out
    if walk.current != Choice():
        out.choices.append(walk.current)
    _share(out.choices)
    if out.length is not None:
        for choice in out.choices:
            _start_of_length(choice)
    return out


def _trailing(walk: _Walk, place: int) -> bool:
    """Whether a word of correction ends its sentence, and so speaks of what came before it."""
    return place > 0 and walk.kind(place + 1) in {"", "STOP"}


def _take_rule(walk: _Walk, _place: int, item: Item) -> bool:
    """A recurrence; weekly said beside its days: the days win, the longer interval stays."""
    old, new = walk.out.rule, item.value
    if old is None:
        walk.out.rule = new
    elif old.freq == new.freq:
        walk.out.rule = replace(
            old,
            interval=max(old.interval, new.interval),
            byday=tuple(dict.fromkeys((*old.byday, *new.byday))),
            part=old.part or new.part,
        )
    elif new.byday and not old.byday:
        walk.out.rule = new
    return True


def _take_count(walk: _Walk, _place: int, item: Item) -> bool:
    walk.out.count = item.value
    return True


def _take_exclusion(walk: _Walk, _place: int, item: Item) -> bool:
    walk.out.excluded.append(item.value)
    return True


def _take_meal(walk: _Walk, _place: int, item: Item) -> bool:
    """A meal tells am from pm, and is no time itself."""
    if walk.out.meal is None:
        walk.out.meal = item.value
    return False


def _take_length(walk: _Walk, place: int, item: Item) -> bool:
    """How long it takes, or how long a recurrence goes on."""
    value: Length = item.value
    leads = {walk.kind(place - 1), walk.kind(place + 1) if walk.kind(place + 1) == "FOR" else ""}
    if not value.minutes and leads & {"FOR", "WITHIN", "IN"}:
        days = value.days or 30 * value.months
        if walk.out.rule is not None:
            walk.out.count = -days
            return True
        walk.out.lasts = days
    if value.minutes and not value.days and walk.out.length is None:
        walk.out.length = value
        return True
    return False


def _take_bound(walk: _Walk, _place: int, item: Item) -> bool:
    bound: Bound = item.value
    if isinstance(bound.of, (Day, Period)):
        walk.out.day_bounds.append(bound)
        return True
    time = walk.current.time
    if isinstance(time, Clock) and bound.side in {"until", "by"} and isinstance(bound.of, Clock):
        walk.current.time = ClockSpan(time, bound.of)
        return True
    if time is not None and walk.joint:
        walk.open_choice(joined=True)
    walk.current.bounds.append(bound)
    return True


def _take_instant(walk: _Walk, _place: int, item: Item) -> bool:
    if walk.current.instant is not None and not walk.corrected:
        walk.open_choice(walk.joint)
    walk.current.instant = item
    walk.corrected = False
    return True


def _take_time(walk: _Walk, place: int, item: Item) -> bool:
    value, current = item.value, walk.current
    walk.out.about = walk.out.about or (isinstance(value, Clock) and value.about)
    before = walk.kind(place - 1)
    if isinstance(current.time, Clock) and isinstance(value, Clock) and before in {"TO", "UNTIL"}:
        current.time = ClockSpan(current.time, value)  # "at 2 on friday, and it goes to 5"
        return True
    corrected = _corrected(walk, place)
    if current.time is None:
        if corrected:
            current.bounds.clear()
        current.time_first = current.days is None
        current.time = value
    elif corrected:
        current.time = value
    elif current.time != value:
        walk.open_choice(walk.joint)
        walk.current.time, walk.current.time_first = value, True
    return True


def _take_part(walk: _Walk, place: int, item: Item) -> bool:
    value: Part = item.value
    current, corrected = walk.current, _corrected(walk, place)
    if current.part is None or corrected:
        current.part_tells = bool(current.bounds) and current.time is None
        current.part = value
        return True
    merged = None if walk.joint else merge_part(current.part, value)
    if merged is None:
        walk.open_choice(walk.joint)
    walk.current.part = merged or value
    return True


def _take_days(walk: _Walk, place: int, item: Item) -> bool:
    value: Days = item.value
    held, corrected = walk.current.days, _corrected(walk, place)
    if held is None or corrected:
        walk.current.days = value
        return True
    merged = merge(held, value) if not walk.joint or apposed(held, value) else None
    if merged is None and walk.joint:
        walk.current.days = lend_month(held, value)
    if merged is None:
        walk.open_choice(walk.joint)
    walk.current.days = merged or value
    return True


def _corrected(walk: _Walk, place: int) -> bool:
    """Whether this replaces what was said: after "no" or "make it", or before "actually"."""
    told = walk.corrected or any(
        item.kind == "CUE" and _trailing(walk, place + 1 + ahead)
        for ahead, item in enumerate(walk.row[place + 1 : place + 3])
    )
    walk.corrected = False
    return told


_TAKERS: dict[str, Callable[[_Walk, int, Item], bool]] = {
    "RULE": _take_rule,
    "OCCUR": _take_count,
    "EXCLUDE": _take_exclusion,
    "MEAL": _take_meal,
    "LEN": _take_length,
    "BOUND": _take_bound,
    "INSTANT": _take_instant,
    "CLOCK": _take_time,
    "SPAN": _take_time,
    "DAYPART": _take_part,
    "DAY": _take_days,
    "PERIOD": _take_days,
    "DAYSPAN": _take_days,
}


def _start_of_length(choice: Choice) -> None:
    """Take "from 2" for a start where the length is said too: "an hour from 2"."""
    if choice.time is None and len(choice.bounds) == 1:
        (bound,) = choice.bounds
        if bound.side == "from" and isinstance(bound.of, Clock):
            choice.time = bound.of
            choice.bounds.clear()


def _fits(choice: Choice, after: Choice) -> bool:
    """Whether the part said last is also the first one's: no 4 "in the morning" of the next 9."""
    early = isinstance(choice.time, Clock) and choice.time.at % 720 < _EARLY
    own = choice.days != after.days
    return not (early and own and after.part is not None and after.part.name == "morning")


def _share(choices: list[Choice]) -> None:
    """Lend what was said once to the alternatives beside it: "wed or thurs morning", "3 or 4"."""
    for before, choice in pairwise(choices):
        if choice.days is None and choice.instant is None:
            choice.days = before.days
        if choice.time is None and not choice.bounds and choice.part is None and before.time_first:
            choice.time = before.time
        if choice.part is None and choice.time is not None and before.time is not None:
            choice.part = before.part
    for after, choice in pairwise(reversed(choices)):
        if choice.days is None and choice.instant is None:
            choice.days = after.days
        if not after.joined or choice.bounds:
            continue
        if choice.time is None and (choice.part is None or after.part is None):
            choice.time = after.time
            choice.bounds = list(after.bounds)
        if choice.part is None and not (isinstance(choice.time, Clock) and choice.time.sure):
            choice.part = after.part if _fits(choice, after) else None
