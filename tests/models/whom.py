"""Who gets a customer that names nobody, worked out from a list of bookings in the hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Given:
    """A booking that stands, or a hold until it `lapses`; `since` to `until` with its buffers."""

    number: int  # in the order in which they were given
    service: str
    who: str
    person: int
    start: datetime
    since: datetime
    until: datetime
    asked: bool  # for whom it is, by name
    lapses: datetime | None = None


def whom(
    rule: str,
    named: Sequence[str],
    book: Sequence[Given],
    wanted: Given,
    *,
    now: datetime,
    zone: ZoneInfo,
) -> list[str]:
    """Return the providers in the order in which they are tried for what is wanted."""
    stand = [one for one in book if one.lapses is None or one.lapses > now]
    if rule == "usual":
        last = {
            who: max(
                (
                    one.start.timestamp()
                    for one in stand
                    if one.who == who
                    and one.person == wanted.person
                    and one.lapses is None
                    and one.start <= now
                ),
                default=0,
            )
            for who in named
        }
        return sorted(named, key=lambda who: -last[who])
    if rule == "least busy":
        return sorted(named, key=lambda who: _minutes(who, stand, wanted.start, zone))
    if rule == "round robin":
        turns = {
            who: max(
                (
                    one.number
                    for one in stand
                    if one.who == who and one.service == wanted.service and not one.asked
                ),
                default=-1,
            )
            for who in named
        }
        return sorted(named, key=lambda who: turns[who])
    return list(named)


def _minutes(
    who: str, book: Sequence[Given], start: datetime, zone: ZoneInfo
) -> tuple[float, float]:
    """Return the minutes of somebody's day and week, each booking counted where it begins."""
    today = start.astimezone(zone).date()
    day = week = 0.0
    for one in book:
        if one.who != who:
            continue
        begins = one.since.astimezone(zone).date()
        long = (one.until - one.since).total_seconds() / 60
        day += long * (begins == today)
        week += long * (begins.isocalendar()[:2] == today.isocalendar()[:2])
    return day, week
