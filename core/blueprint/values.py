"""How a business file writes days, hours, lengths of time, money and names. Pure.

Each reader takes what TOML gave and returns the value, or raises UnreadableError: its sentence
says what is wrong and how the value is written.
"""

import re
import zoneinfo
from datetime import time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Any

from babel import localedata
from babel.numbers import get_currency_precision, is_currency

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = ("daily", "every day")

_LENGTH = re.compile(r"\s*(\d{1,6})\s*(min|minutes?|h|hours?|d|days?|weeks?)(?![a-z])\s*", re.ASCII)
_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10080}
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
EN_DASH = "\N{EN DASH}"
_DASH = re.compile(rf"\s*[-{EN_DASH}]\s*")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_HANDLE = re.compile(r"[A-Za-z0-9_.-]{2,64}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)
_LONGEST = 200  # characters of a name
MOST_MONEY = 2**31 - 1  # minor units, as the column holds them
DAY = 1440  # minutes


class UnreadableError(ValueError):
    """A value that is not written as it must be; the message says how it is written."""


def guess(word: str, known: Any) -> str:  # noqa: ANN401 - any iterable of words
    """Return ' (did you mean …?)' where a known word looks like this one, else nothing."""
    lowered = {str(k).lower(): str(k) for k in known}
    close = get_close_matches(word.lower(), lowered, n=3, cutoff=0.6)
    close.sort(key=lambda k: (sorted(k) != sorted(word.lower()), k[:1] != word[:1].lower()))
    return f" (did you mean “{lowered[close[0]]}”?)" if close else ""


def plain(value: str) -> str:
    """Read a name or a sentence: printable, on one line."""
    text = value.strip()
    if not text:
        raise UnreadableError("must not be empty")
    if len(text) > _LONGEST:
        raise UnreadableError(f"has {len(text)} characters; {_LONGEST} are the most")
    if not text.isprintable():
        raise UnreadableError("holds characters that cannot be shown")
    return text


def key(value: str) -> str:
    """Read the key by which the file names a resource or a service."""
    if not _KEY.fullmatch(value):
        raise UnreadableError("a key is made of letters a-z, digits, - and _, at most 40 of them")
    return value


def length(value: Any) -> int:  # noqa: ANN401 - whatever TOML gave
    """Read a length of time, as "45 min", "2 h", "1 h 30 min" or "60 days", in minutes."""
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        raise UnreadableError(f'write {value} with its unit, as "{value} min" or "{value} h"')
    if not isinstance(value, str):
        raise UnreadableError('is not a length of time; write it as "45 min" or "2 h"')
    at, minutes = 0, 0
    while found := _LENGTH.match(value, at):
        minutes += int(found[1]) * _UNITS[found[2][0]]
        at = found.end()
    if at == 0 or at < len(value):
        raise UnreadableError(f'“{shown(value)}” is not a length of time; write it as "1 h 30 min"')
    return minutes


def clock(value: Any) -> time:  # noqa: ANN401 - whatever TOML gave
    """Read a wall time, as "09:00" or "24:00"."""
    if isinstance(value, time):  # TOML has times of its own: 09:00:00
        value = value.strftime("%H:%M")
    if not isinstance(value, str):
        raise UnreadableError('is not a time; write it in quotes, as "09:00"')
    found = _CLOCK.fullmatch(value.strip())
    if not found or (found[1] == "24" and found[2] != "00"):
        raise UnreadableError(f'“{shown(value)}” is not a time; write it from "00:00" to "24:00"')
    return time(int(found[1]) % 24, int(found[2]))


def span(value: Any) -> tuple[time, time]:  # noqa: ANN401 - whatever TOML gave
    """Read hours, as "09:00-19:00"; an end at or before the start is the next morning."""
    if not isinstance(value, str):
        raise UnreadableError('are not hours; write them in quotes, as "09:00-19:00"')
    parts = _DASH.split(value.strip())
    if len(parts) != 2:  # noqa: PLR2004 - from and to
        raise UnreadableError(f'“{shown(value)}” are not hours; write them as "09:00-19:00"')
    opens, closes = (clock(part) for part in parts)
    if parts[0].startswith("24"):
        raise UnreadableError(
            f"“{shown(value)}” begins where the day ends; name the next day instead"
        )
    return opens, closes


def spans(value: Any) -> tuple[tuple[time, time], ...]:  # noqa: ANN401 - whatever TOML gave
    """Read a day's hours, one span or a list; in order, none overlapping another."""
    read = sorted(span(item) for item in (value if isinstance(value, list) else [value]))
    if not read:
        raise UnreadableError("holds no hours; leave the day out where it is closed")
    for (opens, closes), (following, _) in pairwise(read):
        if closes <= opens or following < closes:
            raise UnreadableError(f"{hours_text(opens, closes)} reaches into {following:%H:%M}")
    return tuple(read)


def hours_text(opens: time, closes: time) -> str:
    """Return hours as people write them."""
    return f"{opens:%H:%M}{EN_DASH}{closes:%H:%M}"


def minutes_of(opens: time, closes: time) -> tuple[int, int]:
    """Return a span as minutes from the midnight of its day; the next morning is beyond 1440."""
    start, end = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
    return start, end if end > start else end + DAY


def days(label: str) -> tuple[int, ...]:
    """Read weekdays (0 = Monday), as "tue", "tue-fri", "mon, wed" or "daily"."""
    text = label.strip().lower()
    if text in _EVERY:
        return tuple(range(7))
    found: list[int] = []
    for part in text.split(","):
        ends = [_weekday(end, label) for end in _DASH.split(part.strip())]
        if len(ends) > 2:  # noqa: PLR2004 - from and to
            raise UnreadableError(
                f'“{shown(label)}” names no days; write them as "tue-fri" or "sat"'
            )
        count = (ends[-1] - ends[0]) % 7 + 1
        found += [(ends[0] + n) % 7 for n in range(count)]
    if len(set(found)) < len(found):
        raise UnreadableError(f"“{shown(label)}” names a day twice")
    return tuple(found)


def _weekday(word: str, label: str) -> int:
    for names in (WEEKDAYS, _FULL):
        if word in names:
            return names.index(word)
    hint = guess(word, (*WEEKDAYS, *_FULL, *_EVERY)) or '; write days as "tue-fri" or "sat"'
    raise UnreadableError(f"“{shown(label)}” names no days{hint}")


def money(value: Any) -> Decimal:  # noqa: ANN401 - whatever TOML gave
    """Read an amount in the business's currency, as "35.00" or 35."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise UnreadableError('is not an amount; write it as "35.00" or 35')
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise UnreadableError(
            f'“{shown(str(value))}” is not an amount; write it as "35.00"'
        ) from None
    if not amount.is_finite() or amount > MOST_MONEY:
        raise UnreadableError("is more than can be asked")
    if amount < 0:
        raise UnreadableError("must not be negative")
    return amount


def minor(amount: Decimal, code: str) -> int:
    """Turn an amount into whole minor units of a currency."""
    digits = get_currency_precision(code)
    units = amount.scaleb(digits)
    if units != units.to_integral_value():
        raise UnreadableError(f"has more than the {digits} decimals of {code}")
    if units > MOST_MONEY:
        raise UnreadableError("is more than can be asked")
    return int(units)


def currency(value: str) -> str:
    """Read a currency by its ISO 4217 code."""
    if not is_currency(value):
        raise UnreadableError(f'“{shown(value)}” is no currency; write its code, as "USD"')
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def zone(value: str) -> str:
    """Read an IANA time zone."""
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        hint = guess(value, _zones()) or '; write it as "Europe/Rome"'
        raise UnreadableError(f"“{shown(value)}” is no time zone{hint}") from None
    return value


def language(value: str) -> str:
    """Read a language by its code."""
    if not re.fullmatch(r"[a-z]{2,3}(_[A-Za-z]{2,4})?", value) or not localedata.exists(value):
        raise UnreadableError(f'“{shown(value)}” is no language; write its code, as "en"')
    return value


def number(value: str) -> str:
    """Read a phone number with its country; returned as E.164."""
    digits = re.sub(r"[\s().-]", "", value)
    if not _NUMBER.fullmatch(digits):
        raise UnreadableError(
            f'“{shown(value)}” is no phone number; write it with its country, as "+1 212 555 0100"'
        )
    return digits


def handle(value: str) -> str:
    """Read the name of a bot or the id of a team."""
    name = value.strip().removeprefix("@")
    if not _HANDLE.fullmatch(name):
        raise UnreadableError(f"“{shown(value)}” is no name of a bot or a team")
    return name


def shown(value: str) -> str:
    """Return what somebody wrote, short and without control characters, for a message."""
    text = "".join(c if c.isprintable() else "·" for c in value)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - a line's worth
