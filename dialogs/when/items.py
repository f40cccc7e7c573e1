"""What the grammar works on: kinds of items, and the values that items carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

# Each kind is one character, so that a row of items is a string and a rule is a regular expression.
KIND_NAMES = tuple(
    """
    X NUM ORD CLOCK MERIDIEM DATE DOTTED UNIT LEN WDAY WDAYS MONTH REL DAYPART POINT EDGE
    MEAL DAY PERIOD DAYSPAN SPAN INSTANT BOUND EXCLUDE RULE ZONE SAME AT ON IN FOR FROM TO
    BETWEEN AND OR BY BEFORE AFTER OF THE ARTICLE NOT ANY ABOUT ISH PAST MINUS THIS NEXT
    LAST EVERY OTHER HENCE AGO LATER EARLIER WITHIN STARTING CUE ASK FREE NOUN LABEL HALF
    QUARTER OCLOCK HOURMARK COMMA STOP DASH SLASH COLON DOT COMING AFTERNEXT STREET TIMES
    EARLY LATE MID ONWARD ALLDAY WORKDAY LASTING REST NAMED SAMETIME CLOCKWORD SOFT OCCUR
    COUNT YOURS MINE GREETING UNTIL MOVE BACKWARD NEGATED NOWTIME BUT WEEKOF FOLLOWING PRECEDING
    PUSH PULL
    """.split()  # noqa: SIM905 - a hundred names read better without quotes
)
KINDS = {
    name: chr(0x41 + place) if place < 26 else chr(0xC0 + place)
    for place, name in enumerate(KIND_NAMES)
}


class Item:
    """One thing in the row: a kind, what it means, and which characters of the text it is."""

    __slots__ = ("end", "kind", "raw", "start", "value")

    value: Any  # what the kind carries: a Clock, a Day, a number …

    def __init__(self, kind: str, value: object, start: int, end: int, raw: str = "") -> None:
        self.kind = kind
        self.value = value
        self.start = start
        self.end = end
        self.raw = raw

    def __repr__(self) -> str:
        return f"{self.kind}({self.value if self.value is not None else self.raw})"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in minutes after midnight; not `sure` where am or pm is still to be chosen."""

    at: int
    sure: bool = False
    about: bool = False

    @property
    def other(self) -> int:
        """The same face of the clock twelve hours away."""
        return (self.at + 720) % 1440

    def half(self, *, pm: bool) -> Clock:
        """The same face in the morning or in the afternoon, now sure."""
        return replace(self, at=self.at % 720 + (720 if pm else 0), sure=True)


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """A stretch of the day between two clock times, either of them open."""

    first: Clock | None
    last: Clock | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day by name, with the hint what of it: early, late, middle."""

    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """What words said of one day; the fields that are None were not said.

    `on` is a date already certain. `week` tells in which week from this one a weekday lies: None is
    the coming one. `shift` adds days after everything else. `turns`: day and month may be the other
    way round, where a weekday said with them tells so ("sat 7/3"). `keeps`: the booking under
    discussion was moved by whole days and keeps its hour, unless another one is said. `any`: of any
    week ("any friday").
    """

    on: date | None = None
    weekday: int | None = None
    week: int | None = None
    dom: int | None = None
    month: int | None = None
    year: int | None = None
    shift: int = 0
    turns: bool = False
    keeps: bool = False
    any: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of days `[start, end)`, and the unit it was said in."""

    start: date | None
    end: date | None
    unit: str


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time: calendar months, days, and minutes, each on its own."""

    months: int = 0
    days: int = 0
    minutes: int = 0
    unit: str = ""

    def plus(self, other: Length) -> Length:
        """Both lengths together."""
        return Length(
            self.months + other.months,
            self.days + other.days,
            self.minutes + other.minutes,
            other.unit,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """One side of something: not before it, or not after it."""

    side: str  # "from" and "after", "until", "by" and "before"
    of: Clock | Day | Period | Part
    about: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence before it has a start: the parts of an RRULE."""

    freq: str
    interval: int = 1
    byday: tuple[str, ...] = ()
    bymonthday: tuple[int, ...] = ()
    part: Part | None = None
