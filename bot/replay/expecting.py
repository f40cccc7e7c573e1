"""Hold what a script expects against the state and against what was said. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.replay.script import ScriptError

_KEYS = frozenset({"bookings", "waitlist", "offers", "payments", "blocks", "opted_out"})
_WALL = len("2026-03-03T15:00")


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
                f"{name}: {len(state[name])} instead of {count}"
                for name, count in value.items()
                if len(state[name]) != count
            ]
        elif key in _KEYS:
            missed += [
                f"no {key} like {item}"
                for item in value
                if not any(_matches(item, found) for found in state[key])
            ]
        else:
            raise ScriptError(f"nothing called {key!r} can be expected")
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
    """Compare; a wall time without an offset is the place's."""
    if (
        isinstance(wanted, str)
        and isinstance(found, str)
        and re.fullmatch(r"[\d:T-]{16,19}", wanted)
    ):
        return found.startswith(wanted[:_WALL])
    return wanted == found
