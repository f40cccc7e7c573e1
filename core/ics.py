"""A booking as a calendar file (RFC 5545), published or cancelled as RFC 5546 has it. Pure.

The zone is written out with the very changes of its clock around the booking: programs that do not
know it still show the right hour, and nothing in it depends on the tables of whoever reads it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from icalendar import Component, Timezone

MEDIA = "text/calendar; charset=utf-8"
_PRODUCT = "-//Slotkeeper//Slotkeeper//EN"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking as its customer's calendar has it. `uid` stays, `sequence` rises with each change.

    `start` and `end` are aware; `zone` is the place's, in which they are written.
    """

    uid: str
    sequence: int
    cancelled: bool
    start: datetime
    end: datetime
    zone: ZoneInfo
    summary: str
    description: str
    location: str
    organiser: str
    contact: str  # a URI of the organiser's


def written(entry: Entry, *, now: datetime) -> bytes:
    """Return the file: UTF-8, lines folded at 75 octets and ended by CRLF."""
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415 - 60 ms for who needs it

    organiser = vCalAddress(entry.contact)
    organiser.params["CN"] = _plain(entry.organiser).replace('"', "'")
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    begin, end = (moment.astimezone(entry.zone) for moment in (entry.start, entry.end))
    if begin.fold or end.fold:  # a wall time that comes twice is read as the first of both
        begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    event.add("dtstart", begin)
    event.add("dtend", end)
    event.add("summary", _plain(entry.summary))
    event.add("description", _plain(entry.description))
    if entry.location:
        event.add("location", _plain(entry.location))
    event.add("organizer", organiser)
    event.add("transp", "OPAQUE")
    whole = Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "CANCEL" if entry.cancelled else "PUBLISH")
    if "TZID" in event["dtstart"].params:
        whole.add_component(_timezone(entry.zone.key, begin.year))
    whole.add_component(event)
    return bytes(whole.to_ical())


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text).strip()


@lru_cache(maxsize=64)
def _timezone(key: str, year: int) -> "Timezone":
    """Write out a zone from the year before to the year after: each onset in the time before it."""
    from icalendar import Timezone  # noqa: PLC0415 - as above

    zone = ZoneInfo(key)
    begin, end = (datetime(y, 1, 1, tzinfo=UTC) for y in (year - 1, year + 2))
    found = Timezone()
    found.add("tzid", key)
    found.add_component(_observance(zone, begin, begin.astimezone(zone).utcoffset()))
    day = begin
    while day < end:
        if _kind(zone, day) != _kind(zone, day + _DAY):
            onset = _onset(zone, day, day + _DAY)
            before = (onset - _MINUTE).astimezone(zone).utcoffset()
            found.add_component(_observance(zone, onset, before))
        day += _DAY
    return found


def _kind(zone: ZoneInfo, moment: datetime) -> tuple[object, ...]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname(), bool(local.dst())


def _onset(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the minute in which a zone's clock changes between two moments."""
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        if _kind(zone, middle) == _kind(zone, before):
            before = middle
        else:
            after = middle
    return after


def _observance(zone: ZoneInfo, onset: datetime, before: timedelta | None) -> "Component":
    from icalendar import TimezoneDaylight, TimezoneStandard  # noqa: PLC0415 - as above

    since, offset = onset.astimezone(zone), before or timedelta(0)
    part = TimezoneDaylight() if since.dst() else TimezoneStandard()
    part.add("dtstart", (onset + offset).replace(tzinfo=None))
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", since.utcoffset() or timedelta(0))
    part.add("tzname", since.tzname() or "")
    return part
