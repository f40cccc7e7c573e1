"""The script: one JSON object a line, read and checked before anything runs. Pure."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.replay.expecting import misread

# What a line may hold: the key that names what it does, and the keys that go with it.
LINES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    verb: (frozenset(needs.split()), frozenset(may.split()))
    for verb, needs, may in (
        ("now", "", ""),
        ("link", "from channel to", "name"),
        ("say", "from channel to", "name language tz id"),
        ("press", "from channel to", "id"),
        ("location", "from channel to", "id"),
        ("pay", "", "outcome to"),
        ("carrier", "from to", "channel"),
        ("calendar", "", "add move remove to"),
        ("fail", "", "permanent"),
        ("advance", "", ""),
        ("to_time", "", ""),
        ("state", "", ""),
        ("expect", "", ""),
    )
}
CHANNELS = ("sms", "whatsapp", "telegram", "slack")
_FURTHEST = timedelta(days=3660)
CARRIERS = ("opted_out", "opted_in")
OUTCOMES = ("paid", "failed", "expired", "late")
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


class ScriptError(Exception):
    """A line that cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, the verb that names what it does, and all its keys."""

    number: int
    verb: str
    keys: dict[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - JSON
        return self.keys[name]

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - JSON
        return self.keys.get(name, default)


def read(rows: Iterable[str]) -> list[Line]:
    """Read a script; ScriptError at the first line that cannot be read."""
    lines = [_line(number, row) for number, row in enumerate(rows, 1) if row.strip()]
    if not lines or lines[0].verb != "now":
        number = lines[0].number if lines else 1
        raise ScriptError(f'line {number}: a script begins with {{"now": "…"}}')
    again = next((line.number for line in lines[1:] if line.verb == "now"), None)
    if again is not None:
        raise ScriptError(f'line {again}: only the first line is {{"now": "…"}}')
    return lines


def _line(number: int, row: str) -> Line:
    try:
        keys = json.loads(row)
    except ValueError as error:
        raise ScriptError(f"line {number}: not JSON: {error}") from None
    if not isinstance(keys, dict):
        raise ScriptError(f"line {number}: not a JSON object")
    verbs = [verb for verb in LINES if verb in keys]
    verb = verbs[0] if verbs else None
    if verb is None:
        raise ScriptError(f"line {number}: none of {', '.join(LINES)} is here")
    needs, may = LINES[verb]
    missing, extra = needs - keys.keys(), keys.keys() - needs - may - {verb}
    if missing:
        raise ScriptError(f'line {number}: "{verb}" needs {", ".join(sorted(missing))}')
    if extra:
        raise ScriptError(f'line {number}: "{verb}" knows no {", ".join(sorted(extra))}')
    if "channel" in keys and keys["channel"] not in CHANNELS:
        raise ScriptError(f"line {number}: the channel is one of {', '.join(CHANNELS)}")
    _check(number, verb, keys)
    return Line(number, verb, keys)


def _check(number: int, verb: str, keys: dict[str, Any]) -> None:
    if verb in {"now", "to_time"}:
        instant(number, keys[verb])
    elif verb == "advance":
        duration(number, keys[verb])
    wrong = _wrong(verb, keys)
    if wrong is not None:
        raise ScriptError(f"line {number}: {wrong}")


def _wrong(verb: str, keys: dict[str, Any]) -> str | None:
    """Say what is wrong with a line's values, None where nothing is."""
    texts = {"say", "press", "link", "calendar", "pay", "fail", "carrier"} & {verb}
    texts |= {"from", "to", "name", "language", "tz", "id", "outcome"} & keys.keys()
    broken = sorted(name for name in texts if not isinstance(keys[name], str))
    if broken:
        return f'"{broken[0]}" takes a text'
    odd = sorted(name for name in texts - {"say"} if not keys[name].isprintable())
    if odd:
        return f'"{odd[0]}" holds what no channel would send'
    value = keys[verb]
    wrongs = {
        "location": not _is_place(value) and "a location is [latitude, longitude]",
        "carrier": str(value) not in CARRIERS and f"the carrier says one of {', '.join(CARRIERS)}",
        "pay": keys.get("outcome", "paid") not in OUTCOMES
        and f"an outcome is one of {', '.join(OUTCOMES)}",
        "calendar": not _is_event(keys)
        and "a calendar line adds or moves {title, start, end}, or removes a title",
        "say": not _is_zone(keys.get("tz", "UTC")) and f"{keys.get('tz')!r} is not a time zone",
        "fail": not isinstance(keys.get("permanent", True), bool)
        and '"permanent" is true or false',
        "expect": misread(value) if isinstance(value, dict) else '"expect" takes an object',
    }
    return wrongs.get(verb) or None


def _is_event(keys: dict[str, Any]) -> bool:
    """Whether a calendar line names one change, with times that can be read."""
    changes = [keys[name] for name in ("add", "move", "remove") if name in keys]
    if len(changes) != 1:
        return False
    if "remove" in keys:
        return isinstance(changes[0], str)
    event = changes[0]
    if not isinstance(event, dict) or set(event) != {"title", "start", "end"}:
        return False
    try:
        start, end = (datetime.fromisoformat(event[edge]) for edge in ("start", "end"))
    except (TypeError, ValueError):
        return False
    return (start.tzinfo is None) == (end.tzinfo is None) and start < end


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_place(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == len(("latitude", "longitude"))
        and all(isinstance(x, (int, float)) for x in value)
    )


def instant(number: int, value: object) -> datetime:
    """Read an ISO instant with an offset."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ScriptError(f"line {number}: {value!r} is not an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ScriptError(f"line {number}: {value!r} needs an offset")
    return moment


def duration(number: int, value: object) -> timedelta:
    """Read an ISO duration such as PT24H or P1DT30M."""
    found = _DURATION.fullmatch(str(value))
    parts = {k: int(v) for k, v in found.groupdict().items() if v} if found else {}
    if not parts:
        raise ScriptError(f"line {number}: {value!r} is not an ISO 8601 duration such as PT24H")
    try:
        length = timedelta(**parts)
    except OverflowError:
        length = timedelta.max
    within_reach(number, length)
    return length


def within_reach(number: int, length: timedelta) -> None:
    """Refuse a way so long that going through every day of it would never end."""
    if length > _FURTHEST:
        raise ScriptError(f"line {number}: the clock moves {_FURTHEST.days} days at most at once")
