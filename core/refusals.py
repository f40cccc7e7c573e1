"""Why something cannot be booked: an expected answer, typed, that the dialog puts into words."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Each reason names what `facts` holds beside it; instants there are aware datetimes."""

    PAST = "past"
    NOTICE = "notice"  # minutes, earliest
    FURTHEST = "furthest"  # days, last (date)
    OFF_GRID = "off_grid"  # grid (minutes)
    FIXED_STARTS = "fixed_starts"  # day (date), starts: the instants of that day
    CLOSED = "closed"  # day (date), why
    HOURS = "hours"  # spans (list of [opens, closes])
    BREAK = "break"  # who, until
    OFF = "off"  # who, day (date)
    BUSY = "busy"  # who, until: blocked by hand or by a calendar
    TAKEN = "taken"  # who
    NO_CLASS = "no_class"
    FULL = "full"  # left (seats)
    PARTY = "party"  # largest
    DAY_LIMIT = "day_limit"  # who, most
    WEEK_LIMIT = "week_limit"  # who, most
    PERSON_DAY = "person_day"  # most
    PERSON_WEEK = "person_week"  # most
    SERVICE_DAY = "service_day"  # most
    SERVICE_WEEK = "service_week"  # most
    PERSON_OPEN = "person_open"  # most
    NOT_BY = "not_by"  # who
    GONE = "gone"  # the hold or the booking is no longer there to act on
    TOO_LATE = "too_late"  # until: when a customer could still cancel or move alone
    NEEDS_MONEY = "needs_money"  # amount (minor units)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation that did not happen, and why."""

    reason: Reason
    facts: dict[str, Any] = field(default_factory=dict)
