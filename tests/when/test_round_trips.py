"""Whatever time the bot writes reads back to the same instant: every format, language and zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from core.rules import Business
from dialogs.regions import read_in
from dialogs.when import read, ready
from dialogs.wording.catalog import translated
from dialogs.wording.page import Page

LANGUAGES = ("en", "es", "fr", "de", "it", "pt")
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "America/Toronto"),
    *("Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome"),
    *("Europe/Lisbon", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland"),
    *("Africa/Johannesburg", "UTC"),
)
moments = st.integers(0, 60 * 24 * 365 * 6).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)

for _language in LANGUAGES:
    ready(_language)
    translated(_language, "Yes")


@lru_cache
def place_in(zone: ZoneInfo) -> Business:
    """Return a business in a zone, which has nothing else that a time is written with."""
    return Business(1, "place", "Place", zone, "EUR", LANGUAGES, 1, (), (), ())


def changes(zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which a zone's clocks change in the years of `moments`."""
    found, day = [], datetime(2025, 1, 1, tzinfo=UTC)
    while day.year < 2031:
        after = day + timedelta(days=1)
        if day.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            hours = [day + timedelta(hours=n) for n in range(25)]
            found += [
                b
                for a, b in pairwise(hours)
                if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()
            ]
        day = after
    return found


CHANGES = {zone: changes(ZoneInfo(zone)) for zone in ZONES}


@st.composite
def meetings(draw: st.DrawFn) -> tuple[datetime, datetime, ZoneInfo]:
    """Return a now, a later moment and its zone: any, or hours about a change of the clocks."""
    zone = ZoneInfo(draw(zones).key)
    near = CHANGES[zone.key]
    close: bool = draw(st.booleans())
    if near and close:
        moment = draw(st.sampled_from(near)) + timedelta(minutes=draw(st.integers(-150, 150)))
        now = moment - timedelta(
            minutes=draw(st.one_of(st.integers(1, 150), st.integers(1, 60 * 24 * 300)))
        )
    else:
        now = draw(moments)
        moment = now + timedelta(minutes=draw(st.integers(60, 60 * 24 * 300)))
    return now, moment.astimezone(zone), zone


@given(meetings(), st.sampled_from(LANGUAGES))
def test_what_the_bot_writes_reads_back_to_the_same_instant(
    meeting: tuple[datetime, datetime, ZoneInfo], language: str
) -> None:
    """Day, time and zone as the wording formats them mean that instant, in every language.

    An hour that comes twice has its zone's name, which tells the second from the first.
    """
    now, moment, zone = meeting
    said = Page({}, place_in(zone), language, zone, zone).when(moment)
    wish = read(said, now=now, zone=zone, locale=read_in(language, place_in(zone)))
    found = [w.start.astimezone(UTC) for w in wish.windows[:1] if w.start]
    assert found == [moment.astimezone(UTC)], said
    assert wish.problem is None, said


@given(meetings(), st.sampled_from(LANGUAGES))
def test_a_time_with_the_other_zone_beside_it_reads_back(
    meeting: tuple[datetime, datetime, ZoneInfo], language: str
) -> None:
    """What stands in brackets, the same time at the place, does not confuse the reading."""
    now, moment, zone = meeting
    place = ZoneInfo("America/Denver")
    said = Page({}, place_in(place), language, zone, place).when(moment)
    wish = read(said, now=now, zone=zone, locale=read_in(language, place_in(place)))
    found = [w.start.astimezone(UTC) for w in wish.windows[:1] if w.start]
    assert found == [moment.astimezone(UTC)], said
    assert wish.problem is None, said


@given(meetings(), st.sampled_from(LANGUAGES))
def test_deadlines_labels_days_and_clocks_read_back(
    meeting: tuple[datetime, datetime, ZoneInfo], language: str
) -> None:
    """So do a day and time without a zone, a button's label, a day alone and a time alone."""
    now, moment, zone = meeting
    if moment.fold:
        return  # without the zone's name the words mean the first
    page = Page({}, place_in(zone), language, zone, zone)
    locale = read_in(language, place_in(zone))

    def start(said: str) -> datetime | None:
        windows = read(said, now=now, zone=zone, locale=locale).windows
        return windows[0].start if windows else None

    deadline = page.by(moment, beside=moment)
    assert start(deadline) == moment, deadline
    label = f"{page.day(moment)}, {page.clock(moment)}"
    assert start(label) == moment, label
    if moment.date() != now.astimezone(zone).date():
        day = start(page.day(moment))
        assert day is not None, page.day(moment)
        assert day.date() == moment.date(), page.day(moment)
    clock = start(page.clock(moment))
    assert clock is not None, page.clock(moment)
    if not any(abs(clock - change) < timedelta(days=1) for change in CHANGES[zone.key]):
        assert clock.time() == moment.time(), page.clock(moment)


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.integers(0, 95),
    st.integers(1, 40),
    zones,
    st.sampled_from(LANGUAGES),
)
def test_hours_of_a_day_read_back(
    on: date, first: int, length: int, zone: ZoneInfo, language: str
) -> None:
    """From when to when, as opening hours are written, is that span of the clock."""
    zone = ZoneInfo("Asia/Tokyo") if CHANGES[zone.key] else zone
    begins = datetime.combine(on, time(), tzinfo=zone) + timedelta(minutes=15 * first)
    ends = begins + timedelta(minutes=15 * length)
    page = Page({}, place_in(zone), language, zone, zone)
    said = f"{page.day(begins)}, {page.spans([(begins.isoformat(), ends.isoformat())])[0]}"
    now = datetime.combine(on - timedelta(days=40), time(9), tzinfo=zone)
    windows = read(said, now=now, zone=zone, locale=read_in(language, place_in(zone))).windows
    assert [(w.start, w.end) for w in windows] == [(begins, ends)], said
