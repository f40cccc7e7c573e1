"""Times in messages: as the place's country writes them, with their zones, and never guessed."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.hours import closed_why
from core.rules import Business, Holidays, Kind, Resource, Service, Shift
from dialogs.regions import read_in
from dialogs.when import read
from dialogs.wording import word
from dialogs.wording.catalog import translated
from dialogs.wording.page import Page

LANGUAGES = ("en", "es", "fr", "de", "it", "pt")


def shop(zone: str, country: str | None = None) -> Business:
    """Return a shop with one service and one person, open all day."""
    return Business(
        id=1,
        slug="shop",
        name="Shop",
        zone=ZoneInfo(zone),
        currency="EUR",
        languages=LANGUAGES,
        revision=1,
        hours=tuple(Shift(day, time(9), time(17)) for day in range(7)),
        resources=(Resource(1, "ana", "Ana", Kind.PROVIDER),),
        services=(Service(1, "cut", {"en": ("Haircut",)}, 30),),
        holidays=Holidays(country) if country else None,
    )


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        ("en", "America/New_York", "Tue, Mar 3 at 3:30 PM EST"),
        ("en", "Europe/London", "Tue 3 Mar at 15:30 GMT"),
        ("en", "Australia/Sydney", "Tue, 3 Mar at 3:30 pm AEDT"),
        ("en", "Europe/Rome", "Tue, 3 Mar at 15:30 CET"),
        ("fr", "Europe/Paris", "mar. 3 mars à 15h30 CET"),
        ("fr", "America/Toronto", "mar. 3 mars à 15h30 HNE"),
        ("de", "Europe/Berlin", "Di., 3. März, 15:30 Uhr MEZ"),
        ("it", "Europe/Rome", "mar 3 mar ore 15:30 CET"),
        ("es", "Europe/Madrid", "mar, 3 mar, 15:30 CET"),
        ("es", "America/Mexico_City", "mar 3 de mar, 3:30 pm CST"),
        ("pt", "America/Sao_Paulo", "ter., 3 de mar às 15:30 BRT"),
        ("pt", "Europe/Lisbon", "terça, 3/03 às 15:30 WET"),
    ],
)
def test_a_time_is_written_as_in_the_places_country(language: str, zone: str, said: str) -> None:
    """The order of day and month, the clock and the zone's name are the reader's own."""
    here = ZoneInfo(zone)
    page = Page({}, shop(zone), language, here, here)
    assert page.when(datetime(2026, 3, 3, 15, 30, tzinfo=here)) == said


@pytest.mark.parametrize(
    ("zone", "country", "month"),
    [
        ("America/New_York", None, 5),
        ("Australia/Sydney", None, 12),
        ("Europe/London", None, 12),
        ("Europe/Rome", None, 12),
        ("America/New_York", "GB", 12),
        ("Europe/Berlin", "US", 5),
    ],
)
def test_a_date_in_figures_is_read_as_it_is_written_there(
    zone: str, country: str | None, month: int
) -> None:
    """5/12 is in May in New York and in December in Sydney; the country beats the zone's."""
    here = ZoneInfo(zone)
    wish = read(
        "5/12 at 3pm",
        now=datetime(2026, 3, 2, 12, tzinfo=UTC),
        zone=here,
        locale=read_in("en", shop(zone, country)),
    )
    assert wish.windows[0].start is not None
    assert wish.windows[0].start.month == month


@pytest.mark.parametrize(
    ("country", "zone", "language", "on", "named"),
    [
        ("US", "America/New_York", "en", "2026-11-26", "Thanksgiving Day"),
        ("US", "America/New_York", "es", "2026-11-26", "festivo"),
        ("IT", "Europe/Rome", "it", "2026-01-06", "Epifania"),
        ("IT", "Europe/Rome", "en", "2026-01-06", "Epiphany"),
        ("IT", "Europe/Rome", "de", "2026-01-06", "Feiertag"),
        ("DE", "Europe/Berlin", "de", "2026-04-06", "Ostermontag"),
        ("FR", "Europe/Paris", "fr", "2026-07-14", "Fête nationale"),
        ("BR", "America/Sao_Paulo", "pt", "2026-04-03", "Sexta-feira Santa"),
    ],
)
def test_a_holiday_has_the_readers_name_or_none(
    country: str, zone: str, language: str, on: str, named: str
) -> None:
    """Why a place is closed is said in the reader's language, if only that it is a holiday."""
    place, day = shop(zone, country), date.fromisoformat(on)
    facts = {
        "reason": "closed",
        "facts": {"day": on, "why": closed_why(place, day)},
        "start": f"{on}T12:00:00+00:00",
    }
    text = word(
        "refused", facts, business=place, language=language, zone=place.zone, other=place.zone
    ).text
    assert f"({named})" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_doubled_hour_is_said_with_the_proposal(language: str) -> None:
    """1:30 on the night the clocks go back: which one was taken, by its zone's name."""
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 11, 1, 1, 30, tzinfo=zone).isoformat()
    facts = {
        "service": 1,
        "start": start,
        "expires": start,
        "remarks": [{"what": "fold", "start": start, "both": True}],
    }
    place = shop(zone.key)
    text = word("proposal", facts, business=place, language=language, zone=zone, other=zone).text
    page = Page({}, place, language, zone, zone)
    first, second = (
        page.zone_at(datetime(2026, 11, 1, 1, 30, fold=fold, tzinfo=zone)) for fold in (0, 1)
    )
    assert text.count(f"({first})") == 1  # in the remark
    assert f"{page.clock(datetime.fromisoformat(start))} {first}" in text  # in the proposal
    assert f" {second}" not in text
    assert translated(language, "Reply SECOND for the other.") in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_skipped_hour_is_said_with_the_proposal(language: str) -> None:
    """2:30 on the night the clocks go forward does not exist: what was taken instead is said."""
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 8, 3, 30, tzinfo=zone)
    remark = {"what": "gap", "start": start.isoformat()}
    facts = {
        "service": 1,
        "start": start.isoformat(),
        "expires": start.isoformat(),
        "remarks": [remark],
    }
    place = shop(zone.key)
    text = word("proposal", facts, business=place, language=language, zone=zone, other=zone).text
    page = Page({}, place, language, zone, zone)
    assert text.count(page.at(start)) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_says_the_place_s_time_too(language: str) -> None:
    """Who is elsewhere reads a break, a busy hour and opening hours on both clocks."""
    place = shop("America/New_York")
    there = ZoneInfo("Europe/London")
    nine, five = (datetime(2026, 3, 3, h, tzinfo=place.zone).isoformat() for h in (9, 17))
    page = Page({}, place, language, there, place.zone)
    for reason, told in (
        ("break", {"until": five}),
        ("busy", {"until": five, "who": "Ana"}),
        ("hours", {"spans": [[nine, five]]}),
    ):
        facts = {"reason": reason, "facts": told, "start": nine}
        text = word(
            "refused", facts, business=place, language=language, zone=there, other=place.zone
        ).text
        moment = datetime.fromisoformat(five)
        assert f"{page.clock(moment)} {page.zone_at(moment)}" in text
        here = Page({}, place, language, place.zone, there)
        assert f"{here.clock(moment)} {here.zone_at(moment)}" in text
