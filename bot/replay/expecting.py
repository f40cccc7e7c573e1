"""Hold what a script expects against the state and against what was said. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_KEYS = frozenset({"bookings", "waitlist", "offers", "payments", "blocks", "opted_out"})
_WALL = len("2026-03-03T15:00")


def misread(expected: Mapping[str, Any]) -> str | None:
    """Say what of an expectation cannot be read, None where all can."""
    for key, value in expected.items():
        if key == "said":
            wrong = _misread_said(value)
        elif key == "count":
            wrong = _misread_count(value)
        elif key in _KEYS:
            wrong = None if isinstance(value, list) else f'"{key}" is a list of items'
        else:
            wrong = f"nothing called {key!r} can be expected"
        if wrong is not None:
            return wrong
    return None


def _misread_said(value: object) -> str | None:
    if not isinstance(value, Mapping) or set(value) != {"to", "matches"}:
        return '"said" is {"to": address, "matches": pattern}'
    try:
        re.compile(value["matches"])
    except (re.error, TypeError) as error:
        return f"{value['matches']!r} is not a regular expression: {error}"
    return None


def _misread_count(value: object) -> str | None:
    if not isinstance(value, Mapping):
        return '"count" is an object'
    unknown = sorted(set(value) - _KEYS)
    return f"nothing called {', '.join(unknown)} can be counted" if unknown else None


def unmet(
    expected: Mapping[str, Any], state: Mapping[str, Any], said: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return a sentence for each thing that is expected and not so."""
    missed: list[str] = []
    for key, value in expected.items():
        if key == "said":
            missed += _unsaid(value, said)
        elif key == "count":
            missed += [
                f"{name}: {len(state.get(name, ()))} instead of {count}"
                for name, count in value.items()
                if len(state.get(name, ())) != count
            ]
        else:
            missed += [
                f"no {key} like {item}"
                for item in value
                if not any(_matches(item, found) for found in state.get(key, ()))
            ]
    return missed


def _unsaid(wanted: Mapping[str, str], said: Mapping[str, Sequence[str]]) -> list[str]:
    texts = said.get(wanted["to"], ())
    if any(re.search(wanted["matches"], text) for text in texts):
        return []
    heard = " / ".join(texts) or "nothing"
    return [f"{wanted['to']} heard {heard!r}, nothing like {wanted['matches']!r}"]


def _matches(wanted: object, found: object) -> bool:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_same(value, found.get(key)) for key, value in wanted.items())
    return wanted == found


def _same(wanted: object, found: object) -> bool:
    """Compare; a wall time without an offset is the place's, one with an offset is an instant."""
    if not isinstance(wanted, str) or not isinstance(found, str):
        return wanted == found
    if re.fullmatch(r"[\d-]{10}T[\d:]{5,8}", wanted):
        return found.startswith(wanted[:_WALL])
    one, other = _instant(wanted), _instant(found)
    return wanted == found if one is None or other is None else one == other


def _instant(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d\d-\d\dT", text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
