"""What must be true of the seasons of a business file: their days, and whose they are. Pure."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from core.blueprint import shape, values
from core.blueprint.compile import yearly
from core.blueprint.lines import Path
from core.blueprint.service_checks import unknown

Found = Iterator[tuple[Path, str]]
_LEAP = date(2024, 1, 1)
_EVERY_DAY = [(_LEAP + timedelta(days=n)).isoformat()[-5:] for n in range(366)]


def seasons(
    root: shape.Root, known: frozenset[str], hours: Callable[[Path, shape.Hours], Found]
) -> Found:
    """Yield what is wrong with the seasons; `hours` looks at weekly hours."""
    for n, season in enumerate(root.seasons):
        path: Path = ("seasons", n)
        yield from hours((*path, "open"), season.open)
        if season.who is not None and season.who not in known:
            yield (*path, "who"), unknown(season.who, known)
        if yearly(season.first) != yearly(season.last):
            yield (*path, "to"), "is written like “from”: both of every year, or both of one year"
        elif not yearly(season.first) and season.last < season.first:
            yield (*path, "to"), "lies before “from”"
        else:
            other = next((o for o in root.seasons[:n] if _meet(o, season)), None)
            if other is not None:
                days = f"{values.shown(other.first)} to {values.shown(other.last)}"
                yield path, f"shares days with the season from {days}"


def _meet(one: shape.Season, other: shape.Season) -> bool:
    """Whether two seasons of the same kind and for the same one have a day in common.

    One of a named year may lie within one of every year, and counts there.
    """
    if one.who != other.who or yearly(one.first) != yearly(other.first):
        return False
    if not yearly(one.first):
        return one.first <= other.last and other.first <= one.last
    return any(_holds(one, day) and _holds(other, day) for day in _EVERY_DAY)


def _holds(season: shape.Season, day: str) -> bool:
    if season.first <= season.last:
        return season.first <= day <= season.last
    return day >= season.first or day <= season.last
