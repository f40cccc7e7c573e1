"""Calendar files: every line as RFC 5545 has it, and read back as what was meant."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Component

from core.ics import Entry, written
from support.strict_ics import checked


def _instant(part: Component, name: str) -> datetime:
    found: Any = part[name]
    assert isinstance(found.dt, datetime)
    return found.dt


def _offset(part: Component, name: str) -> timedelta:
    found: Any = part[name]
    assert isinstance(found.td, timedelta)
    return found.td


NOW = datetime(2026, 3, 2, 14, 0, 0, 5000, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
ENTRY = Entry(
    uid="juniper-k7qf2@slotkeeper",
    sequence=0,
    cancelled=False,
    start=datetime(2026, 3, 3, 20, tzinfo=UTC),
    end=datetime(2026, 3, 3, 20, 30, tzinfo=UTC),
    zone=NEW_YORK,
    summary="Haircut with Ana, Juniper Studio",
    description="Your reference is K7QF2.",
    location="12 Main St, New York",
    organiser="Juniper Studio",
    contact="mailto:juniper@slotkeeper.invalid",
)


def values(content: bytes, component: str) -> dict[str, str]:
    return {name: value for inside, name, _, value in checked(content) if inside == component}


def test_a_booking_is_published() -> None:
    """The event says what, when at the place, where, by whom, and which version of it."""
    content = written(ENTRY, now=NOW)
    calendar, event = values(content, "VCALENDAR"), values(content, "VEVENT")
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert event == {
        "UID": "juniper-k7qf2@slotkeeper",
        "DTSTAMP": "20260302T140000Z",
        "SEQUENCE": "0",
        "STATUS": "CONFIRMED",
        "DTSTART": "20260303T150000",
        "DTEND": "20260303T153000",
        "SUMMARY": "Haircut with Ana\\, Juniper Studio",
        "DESCRIPTION": "Your reference is K7QF2.",
        "LOCATION": "12 Main St\\, New York",
        "ORGANIZER": "mailto:juniper@slotkeeper.invalid",
        "TRANSP": "OPAQUE",
    }


def test_a_cancellation_is_of_the_same_event() -> None:
    """The same UID and a later version, with the method that takes it out of a calendar."""
    content = written(replace(ENTRY, cancelled=True, sequence=1), now=NOW)
    event = values(content, "VEVENT")
    assert values(content, "VCALENDAR")["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (ENTRY.uid, "1", "CANCELLED")


@pytest.mark.parametrize(
    "key",
    [
        "America/New_York",
        "Europe/Dublin",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "America/Santiago",
        "Pacific/Chatham",
    ],
)
def test_the_zone_written_out_is_the_zone(key: str) -> None:
    """The last onset before any moment of the year gives the offset that the zone has then."""
    zone = ZoneInfo(key)
    content = written(replace(ENTRY, zone=zone), now=NOW)
    calendar = Calendar.from_ical(content)
    parts: list[tuple[datetime, timedelta, timedelta]] = []
    for part in calendar.timezones[0].subcomponents:
        before = _offset(part, "tzoffsetfrom")
        onset = _instant(part, "dtstart").replace(tzinfo=UTC) - before
        parts.append((onset, before, _offset(part, "tzoffsetto")))
    parts.sort()
    for (_, _, after), (_, before, _) in itertools.pairwise(parts):
        assert before == after
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment.year == 2026:
        offset = [to for onset, _, to in parts if onset <= moment][-1]
        assert offset == moment.astimezone(zone).utcoffset(), moment
        moment += timedelta(hours=1)
    for onset, before, _ in parts[1:]:
        assert (onset - timedelta(minutes=1)).astimezone(zone).utcoffset() == before


def test_utc_needs_no_zone() -> None:
    """A place that keeps UTC has its times in UTC, and no zone written out."""
    content = written(replace(ENTRY, zone=ZoneInfo("UTC")), now=NOW)
    assert values(content, "VTIMEZONE") == {}
    assert values(content, "VEVENT")["DTSTART"] == "20260303T200000Z"


def test_the_hour_that_comes_twice_is_not_mistaken() -> None:
    """The second of two equal wall times is written in UTC, since the first would be read."""
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    twice = replace(ENTRY, start=second, end=second + timedelta(hours=1))
    assert values(written(twice, now=NOW), "VEVENT")["DTSTART"] == "20261101T063000Z"
    first = replace(ENTRY, start=second - timedelta(hours=1), end=second - timedelta(minutes=45))
    assert values(written(first, now=NOW), "VEVENT")["DTSTART"] == "20261101T013000"


@given(
    summary=st.text(),
    location=st.text(),
    organiser=st.text(),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - made aware below
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_in_it_is_data(
    summary: str, location: str, organiser: str, start: datetime
) -> None:
    """No text breaks out of its line, none is cut, and the times are the booking's."""
    begin = start.replace(microsecond=0, second=0, tzinfo=UTC)
    entry = replace(
        ENTRY,
        summary=summary,
        location=location,
        organiser=organiser,
        start=begin,
        end=begin + timedelta(minutes=45),
    )
    content = written(entry, now=NOW)
    checked(content)
    event = Calendar.from_ical(content).events[0]
    assert _instant(event, "dtstart").astimezone(UTC) == begin.astimezone(UTC)
    assert _instant(event, "dtend").astimezone(UTC) == begin + timedelta(minutes=45)
    assert len(Calendar.from_ical(content).events) == 1


def test_text_comes_back_as_it_was() -> None:
    """Commas, semicolons, backslashes and long letters are read back as they were written."""
    odd = 'Cut; wash, "dry" \\ and ' + "ü" * 90 + "💇"
    content = written(replace(ENTRY, summary=odd), now=NOW)
    checked(content)
    assert str(Calendar.from_ical(content).events[0]["summary"]) == odd
