"""What a phone number tells of where its owner lives, by the plans of the world's regions. Pure."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SEASONS = (datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12))  # noqa: DTZ001 - wall times


@lru_cache(maxsize=4096)
def zone_of(number: str) -> str | None:
    """Return the IANA zone of an E.164 number's region; None where it has none, or several.

    Zones that keep the same time all year count as one: London's for the United Kingdom.
    """
    import phonenumbers  # noqa: PLC0415 - only who has a phone needs the plans of all regions
    from babel.core import get_global  # noqa: PLC0415 - likewise
    from phonenumbers import timezone  # noqa: PLC0415 - likewise

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    zones = timezone.time_zones_for_geographical_number(parsed)
    times = {_times(zone) for zone in zones}
    if len(times) != 1 or None in times:
        return None
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    territories = get_global("zone_territories")
    return next((z for z in zones if territories.get(z) == region), zones[0])


def _times(zone: str) -> tuple[str, ...] | None:
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return tuple(str(wall.replace(tzinfo=place).utcoffset()) for wall in _SEASONS)


def e164(said: str, *, like: str, zone: str) -> str | None:
    """Return a number that somebody wrote as "+" and digits; None where it can be no number.

    Without a country's code it is of the region of another number (`like`), else of a zone's.
    """
    import phonenumbers  # noqa: PLC0415 - as above
    from babel.core import get_global  # noqa: PLC0415 - as above

    region = get_global("zone_territories").get(zone)
    try:
        code = phonenumbers.parse(like).country_code or 0
        region = phonenumbers.region_code_for_country_code(code)
    except phonenumbers.NumberParseException:
        pass  # the place's own country then
    try:
        parsed = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
