"""The script: one JSON object a line, read and checked before anything runs. Pure."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
        ("calendar", "to", "add move remove"),
        ("fail", "", "permanent"),
        ("advance", "", ""),
        ("to_time", "", ""),
        ("state", "", ""),
        ("expect", "", ""),
    )
}
CHANNELS = ("sms", "whatsapp", "telegram", "slack")
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
    elif verb == "location" and not _is_place(keys[verb]):
        raise ScriptError(f"line {number}: a location is [latitude, longitude]")
    elif verb in {"say", "press", "link", "calendar", "pay", "fail"}:
        if not isinstance(keys[verb], str):
            raise ScriptError(f'line {number}: "{verb}" takes a text')
    elif verb == "expect" and not isinstance(keys[verb], dict):
        raise ScriptError(f'line {number}: "expect" takes an object')


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
    return timedelta(**parts)
