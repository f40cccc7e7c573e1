"""Times, money and counts as the reader writes them: Babel, made plain for text messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import (
    format_skeleton,
    format_time,
    get_timezone_location,
    get_timezone_name,
)
from babel.lists import format_list
from babel.numbers import format_currency, get_currency_precision

_SHORT = 5  # letters of a zone's short name
_HALF_A_YEAR = timedelta(days=182)
_AFTER = {"de": " Uhr"}  # what a time of day is called after its digits
_PLAIN = str.maketrans({"\u202f": " ", "\u00a0": " ", "\u2009": " ", "\u2019": "'", "\u2013": "-"})


@lru_cache(maxsize=256)
def locale_at(language: str, zone: str, country: str | None = None) -> Locale:
    """Return the language as it is written in a country, else in a zone's: en in New York is en_US.

    A language that is not at home there is written as where it is.
    """
    territory = country or get_global("zone_territories").get(zone)
    for name in (f"{language}_{territory}", language, "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


def day(moment: date | datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Return weekday, day and month: "Tue, Mar 3"."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone).date()
    noon = datetime(moment.year, moment.month, moment.day, 12, tzinfo=zone)
    said = format_skeleton("MMMEd", noon, tzinfo=zone, locale=locale).translate(_PLAIN)
    # "3 de mar." would end a sentence twice; in German no sentence ends with a day.
    return said if locale.language == "de" else said.rstrip(".")


def weekday(number: int, locale: Locale) -> str:
    """Return the short name of a weekday, 0 being Monday: "Tue"."""
    return str(locale.days["format"]["abbreviated"][number])


def clock(moment: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Return a time of day: "3:00 PM", "15:00", "15h00", "15:00 Uhr"; said back it is read so."""
    return _digits(moment, locale, zone) + _AFTER.get(locale.language, "")


def hour(moment: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Return a whole hour as a scale shows it: "3 PM", "15:00"."""
    return _digits(moment, locale, zone).replace(":00 ", " ")


def span(start: datetime, end: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Return from when to when on a day: "9:00 AM-5:00 PM", "09:00-17:00 Uhr"."""
    return f"{_digits(start, locale, zone)}-{clock(end, locale, zone)}"


def _digits(moment: datetime, locale: Locale, zone: ZoneInfo) -> str:
    pattern = locale.time_formats["short"].pattern
    if "a" not in pattern:  # both digits of the hour: a bare 7:30 would be an evening's
        pattern = "HH'h'mm" if locale.language == "fr" else "HH:mm"
    said = format_time(moment, pattern, tzinfo=zone, locale=locale).translate(_PLAIN)
    return said.replace("a.m.", "am").replace("p.m.", "pm")  # no second stop ends a sentence


def zone_name(moment: datetime, locale: Locale, zone: ZoneInfo) -> str:
    """Return the zone's short name at that moment: "EST", "MEZ"; "GMT-3" where it has none."""
    local = moment.astimezone(zone)
    others = {(local + _HALF_A_YEAR).tzname()} - {local.tzname()}  # French WEST is winter's
    for name in (get_timezone_name(local, width="short", locale=locale), local.tzname()):
        if name and name.isalpha() and len(name) <= _SHORT and name not in others:
            return name
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def zone_long(zone: str, locale: Locale) -> str:
    """Return what people call a zone: "Mountain Time", else its city."""
    name = get_timezone_name(ZoneInfo(zone), width="long", zone_variant="generic", locale=locale)
    if name.startswith("GMT"):
        name = get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
    return name.translate(_PLAIN)


def money(minor: int, currency: str, locale: Locale) -> str:
    """Return an amount of minor units: "$35", "$12.50"."""
    digits = get_currency_precision(currency)
    amount = minor / 10**digits
    whole = minor % 10**digits == 0
    pattern = _whole_pattern(locale) if whole else None
    said = format_currency(
        amount, currency, format=pattern, locale=locale, currency_digits=not whole
    )
    return said.translate(_PLAIN)


def _whole_pattern(locale: Locale) -> str:
    return str(locale.currency_formats["standard"].pattern).replace(".00", "")


def listed(items: Sequence[str], locale: Locale, *, either: bool = False) -> str:
    """Return "a, b and c", or "a, b or c"."""
    return format_list(items, style="or" if either else "standard", locale=locale)


def because(said: str, facts: Mapping[str, Any]) -> str:
    """Return blocked time with the reason beside it, where its provider gave one."""
    return f"{said} ({facts['reason']})" if facts.get("reason") else said
