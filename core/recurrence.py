"""Recurrences: a rule and a wall time become the instants of one place. Pure.

A rule is RFC 5545's RRULE without DTSTART; the first day and the wall time stand beside it. The
wall time is kept across clock changes: one that does not exist moves on by the gap, one that exists
twice is the first of the two.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from core.span import wall

MOST = 400  # occurrences looked at, more than a year of days

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_COUNT = re.compile(r"COUNT=(\d+)")
_UNTIL = re.compile(r"UNTIL=(\d{8})")
_ONE_WEEKDAY = re.compile(r"BYDAY=(-?\d)?([A-Z]{2})(?=;|$)")
_BYDAY = re.compile(r"(?<=BYDAY=)[^;]+")
_WEEKDAY = re.compile("|".join(_WEEKDAYS))
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule from `first` on at a wall `clock`, but for a second rule's days and some dates."""

    rule: str
    first: date
    clock: time
    but: str | None = None
    without: frozenset[date] = frozenset()

    @property
    def bounded(self) -> bool:
        """Whether it ends by itself."""
        return "COUNT=" in self.rule or "UNTIL=" in self.rule


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One day of a recurrence: the place's day, the instant, and what a clock change did to it."""

    day: date
    start: datetime
    note: str | None = None  # "gap" or "fold"


def readable(rule: str) -> bool:
    """Whether a rule is one that can recur here: a whole RRULE of days, weeks, months or years."""
    try:
        _rule(rule, datetime(2000, 1, 1))  # noqa: DTZ001 - wall time, as everything inside is
    except ValueError:
        return False
    return True


def occurrences(
    recurrence: Recurrence, *, zone: ZoneInfo, until: date, after: date | None = None
) -> list[Occurrence]:
    """Return the occurrences on days after `after`, up to `until` included, at most `MOST`.

    A rule's COUNT counts the days that are left out as well. Raises ValueError where the rule is
    none that can recur here.
    """
    days = takewhile(lambda day: day <= until, _days(recurrence))
    fresh = (day for day in days if after is None or day > after)
    return [_at(day, recurrence.clock, zone) for day in islice(fresh, MOST)]


def last_day(recurrence: Recurrence) -> date | None:
    """Return the last day of a recurrence that ends by itself, None where there is none."""
    days = list(islice(_days(recurrence), MOST)) if recurrence.bounded else []
    return days[-1] if days else None


def shifted(rule: str, first: date) -> str:
    """Return a rule of one weekday as that of its new first day: every Tuesday, every Wednesday."""
    found = _ONE_WEEKDAY.search(rule)
    if found is None:
        return rule
    return f"{rule[: found.start(2)]}{_WEEKDAYS[first.weekday()]}{rule[found.end(2) :]}"


def turned(rule: str, days: int) -> str:
    """Return a rule whose weekdays are so many days later, as another zone's calendar has them."""
    if days == 0:
        return rule
    return _BYDAY.sub(lambda found: _later_weekdays(found[0], days), rule)


def _later_weekdays(part: str, days: int) -> str:
    return _WEEKDAY.sub(lambda d: _WEEKDAYS[(_WEEKDAYS.index(d[0]) + days) % 7], part)


def moved(recurrence: Recurrence, *, since: date, to: date, clock: time) -> Recurrence:
    """Return what is left of a recurrence from a day on, begun on another day and hour.

    A COUNT loses what came before, left out or not; days left out stay so, as many days later, and
    so does its last day. One that is begun on a day before its first lasts until its last day.
    """
    whole, by = replace(recurrence, but=None, without=frozenset()), to - since
    before = sum(1 for _ in takewhile(lambda day: day < since, _days(whole)))
    rule = _UNTIL.sub(lambda f: f"UNTIL={date.fromisoformat(f[1]) + by:%Y%m%d}", recurrence.rule)
    last = last_day(whole) if since < recurrence.first else None
    left = f"UNTIL={last + by:%Y%m%d}T235959" if last is not None else None
    rule = _COUNT.sub(lambda found: left or f"COUNT={max(1, int(found[1]) - before)}", rule)
    without = frozenset(day + by for day in recurrence.without if day >= since)
    return replace(recurrence, rule=shifted(rule, to), first=to, clock=clock, without=without)


def _at(day: date, clock: time, zone: ZoneInfo) -> Occurrence:
    found = wall(day, clock, zone)
    return Occurrence(day, found.instant, found.note)


def _days(recurrence: Recurrence) -> Iterator[date]:
    """Yield the days in order, exceptions taken out."""
    begins = datetime.combine(recurrence.first, recurrence.clock)
    whole = rruleset(cache=False)
    whole.rrule(_rule(recurrence.rule, begins))
    if recurrence.but is not None:
        whole.exrule(_rule(recurrence.but, begins))
    return (at.date() for at in whole if at.date() not in recurrence.without)


@lru_cache(maxsize=256)
def _rule(rule: str, begins: datetime) -> rrule:
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError(f"no recurrence of days, weeks, months or years: {rule!r}")
    read = rrulestr(rule, dtstart=begins, ignoretz=True)
    if not isinstance(read, rrule):
        raise TypeError(f"several rules in one: {rule!r}")
    return read
