"""Zones by name: the abbreviations of a language, and cities as the tz database names them."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from dialogs.when.lexicon import Lexicon, fold


def named(words: str, lexicon: Lexicon) -> ZoneInfo | None:
    """The zone that words name ("et", "london", "new york"), or None."""
    name = fold(words).strip()
    key = lexicon.zones.get(name) or _cities().get(name.replace(" ", "_"))
    return ZoneInfo(key) if key else None


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """The last part of each zone's name, from the list that comes with the tzdata package."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return {
        fold(key.rpartition("/")[2]): key
        for key in reversed(listed)
        if "/" in key and not key.startswith(("Etc/", "SystemV/"))
    }
