"""The public holidays of one country, loaded without those of all others. Pure.

The library loads a country when it is asked for, but with the first one its package loads all 250,
for a tenth of a second at each start. Only the country's own module is let in here.
"""

import importlib.util
import sys
from datetime import date
from functools import lru_cache
from typing import Any

import holidays
from holidays.registry import EntityLoader

_PACKAGE = "holidays.countries"


def countries() -> frozenset[str]:
    """Return the codes of the countries whose holidays are known."""
    return frozenset(EntityLoader.get_country_codes())


def regions(country: str) -> tuple[str, ...]:
    """Return the codes of a known country's regions whose holidays are known."""
    found: tuple[str, ...] = _country(country).subdivisions
    return found


@lru_cache(maxsize=256)
def public_days(country: str, region: str | None, year: int) -> dict[date, str]:
    """Return each public holiday of a year with its English name, on the day itself."""
    calendar: Any = _country(country)(subdiv=region, years=year, observed=False, language="en_US")
    return dict(calendar)


@lru_cache(maxsize=256)
def names_in(country: str, region: str | None, year: int, language: str) -> dict[date, str]:
    """Return each public holiday of a year in a language; none where the library has no names."""
    known: tuple[str, ...] = _country(country).supported_languages
    exact = f"{language}_{country}"
    chosen = next((k for k in (exact, language) if k in known), None)
    if chosen is None:
        chosen = next((k for k in sorted(known) if k.partition("_")[0] == language), None)
    if chosen is None and _country(country).default_language != language:
        return {}
    spoken = chosen or language
    calendar: Any = _country(country)(subdiv=region, years=year, observed=False, language=spoken)
    return dict(calendar)


def _country(code: str) -> Any:  # noqa: ANN401 - a class of the library's own for each country
    spec = importlib.util.find_spec(_PACKAGE)
    if _PACKAGE not in sys.modules and spec is not None:  # a package that has not run its opening
        sys.modules[_PACKAGE] = importlib.util.module_from_spec(spec)
    return getattr(holidays, code)
