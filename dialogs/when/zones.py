"""Zones by name, in a row of items and alone: abbreviations, and cities of the tz database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from dialogs.when.items import Item
from dialogs.when.lexicon import Lexicon, fold
from dialogs.when.model import Context, Problem, Wish

_LEADS = frozenset({"AT", "AND", "TO", "DASH", "UNTIL", "BY", "AFTER", "BEFORE", "FROM", "ABOUT"})
_SURELY_CLOCKED = frozenset({"CLOCK", "MERIDIEM", "POINT", "OCLOCK", "CLOCKWORD"})
_CLOCKED = _SURELY_CLOCKED | {"NUM", "DAYPART", "DOTTED", "REL", "WDAY", "ISH", "UNIT", "HOURMARK"}
_ANY_YEAR = 2026
# Canada/Central and Australia/West are names of sides, which streets and stations have too.
_CONTINENTS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)
_SIDES = frozenset({"North", "South", "West", "ACT"})
_TOLD = frozenset({"NUM", "CLOCK", "DOTTED", "POINT", "MERIDIEM", "OCLOCK", "COLON", "AT"})
_LINKS = frozenset({"SLASH", "COMMA", "DASH", "AND", "X"})
_BEHIND_CITY = frozenset(
    """
    STOP COMMA SLASH DASH ON REL WDAY MONTH THIS NEXT DAYPART FOR OR AND THE DOT ASK FREE CUE UNTIL
    """.split()  # noqa: SIM905 - the names read better without quotes
)
_WINTER = frozenset({"mez", "wez", "oez", "hne", "hnc", "hnr", "hnp", "hna", "hnt"})
_SUMMER = frozenset({"mesz", "wesz", "oesz", "hae", "hac", "har", "hap", "haa", "hat"})


def named(words: str, lexicon: Lexicon) -> ZoneInfo | None:
    """The zone that words name ("et", "london", "new york"), or None."""
    name = fold(words).strip()
    key = lexicon.zones.get(name) or _cities().get(name.replace(" ", "_"))
    return ZoneInfo(key) if key else None


@lru_cache(maxsize=1)
def _cities() -> dict[str, str]:
    """The last part of each zone's name, from the list that comes with the tzdata package."""
    found = find_spec("tzdata")  # importlib.resources takes 20 ms to import
    package = Path(found.origin).parent if found is not None and found.origin else None
    listed = (package / "zones").read_text(encoding="utf-8").split() if package else []
    return {
        fold(key.rpartition("/")[2]): key
        for key in reversed(listed)
        if key.startswith(_CONTINENTS) and key.rpartition("/")[2] not in _SIDES
    }


def _whose(items: list[Item], context: Context) -> dict[str, ZoneInfo | None]:
    """Return the zones of "your time" and "my time"; bare times are in one's own unless it is told.

    Then a name may say which: "I'm in Denver, so 2pm my time".
    """
    if context.own is not None:
        return {"YOURS": context.place, "MINE": context.own}
    for item in items:
        if item.kind == "MINE":
            item.kind = "X"
    return {"YOURS": context.place}


def zone_said(
    items: list[Item], words: Lexicon, context: Context, zone: ZoneInfo
) -> tuple[list[Item], ZoneInfo | None]:
    """A zone said with a time ("3pm ET", "10am london time"), taken out of the row.

    An abbreviation that is the reader's own means the reader's zone: CST in Mexico City.
    """
    items = _told_twice(items, words)
    whose = _whose(items, context)
    for place, item in enumerate(items):
        if item.kind in whose:
            return _told(items[:place]) + items[place + 1 :], whose[item.kind]
        if item.kind == "ZONE":
            found = _by_name(items, place, words, zone)
            if found is not None:
                return found
            item.kind = "X"
        if item.kind == "X" and place and items[place - 1].kind in _SURELY_CLOCKED:
            found = _right_behind(items, place, words, zone)
            if found is not None:
                return found
        if item.kind == "CLOCKWORD":
            found = _zone_beside(items, place, words)
            if found is not None:
                return found
    return items, None


def _by_name(
    items: list[Item], place: int, words: Lexicon, zone: ZoneInfo
) -> tuple[list[Item], ZoneInfo | None] | None:
    """An abbreviation or a zone's name with a time: "3pm ET", "GMT-3"."""
    name = items[place].raw
    offset = _offset(items, place) if name in {"gmt", "utc"} else None
    if offset is not None:
        return offset
    behind = _behind(items, place, words)
    if behind is None:
        return None
    return behind, zone if name in _own(zone) else named(name, words)


def _right_behind(
    items: list[Item], place: int, words: Lexicon, zone: ZoneInfo
) -> tuple[list[Item], ZoneInfo | None] | None:
    """What a zone calls itself where that is the time ("3 PM WET"), or a city: "2pm London"."""
    if items[place].raw in _own(zone):
        return items[:place] + items[place + 1 :], zone
    size = _city(items, place, words)
    if not size:
        return None
    city = named(" ".join(each.raw for each in items[place : place + size]), words)
    return items[:place] + items[place + size :], city


def _city(items: list[Item], place: int, words: Lexicon) -> int:
    """How many items from there on are a city that ends what is said of a time: "2pm London"."""
    for size in (3, 2, 1):
        ahead = items[place + size].kind if place + size < len(items) else "STOP"
        name = " ".join(each.raw for each in items[place : place + size])
        if place + size <= len(items) and ahead in _BEHIND_CITY and named(name, words):
            return size
    return 0


def _told_twice(items: list[Item], words: Lexicon) -> list[Item]:
    """Leave out the second of two zones' times: "3pm ET / noon PT", "3pm london, 10am here".

    They are one moment, told for two readers; with an "or" between them they are two.
    """
    ends: list[
        tuple[int, int, bool]
    ] = []  # where a time with its zone begins and ends, and is ours
    for place, item in enumerate(items):
        if not place or items[place - 1].kind not in _SURELY_CLOCKED:
            continue
        here = item.raw in words.here
        size = 1 if here or item.kind == "ZONE" else _city(items, place, words)
        if size:
            start, end = place, place + size
            while start and items[start - 1].kind in _TOLD:
                start -= 1
            end += end < len(items) and items[end].kind == "CLOCKWORD"
            ends.append((start, end, here))
    for (_, closed, here), (opened, end, _) in pairwise(ends):
        between = [each.kind for each in items[closed:opened]]
        if len(between) <= 2 and set(between) <= _LINKS:
            kept = closed - 1 - (items[closed - 1].kind == "CLOCKWORD") if here else closed
            return items[:kept] + items[end:]
    return items


def _behind(items: list[Item], place: int, words: Lexicon) -> list[Item] | None:
    """The row without its zone, where that stands behind a time or beside the word for time."""
    before = items[place - 1].kind if place else ""
    if place > 1 and items[place - 1].raw == "(":
        before = items[place - 2].kind
    if items[place].raw in words.ambiguous and not _surely_clocked(items, place, before):
        return None  # "2 mountain bikes"
    ahead = place + 1 < len(items) and items[place + 1].kind == "CLOCKWORD"
    if not ahead and before not in _CLOCKED:
        return None
    start = place - (before == "CLOCKWORD")
    return _told(items[:start]) + items[place + 1 + ahead :]


def _surely_clocked(items: list[Item], place: int, before: str) -> bool:
    """Whether a word that is a zone among other things stands behind a time: "at 4 mountain"."""
    lead = items[place - 2].kind if before == "NUM" and place > 1 else ""
    return before in _SURELY_CLOCKED or lead in _LEADS


@lru_cache(maxsize=512)
def _own(zone: ZoneInfo) -> frozenset[str]:
    """What a zone calls itself in summer and in winter."""
    seasons = (datetime(_ANY_YEAR, month, 1, tzinfo=zone) for month in (1, 7))
    return frozenset((season.tzname() or "").lower() for season in seasons)


def second_time(found: Wish, items: list[Item], now: datetime) -> Wish:
    """Take the second of an hour that comes twice where the zone said is winter's: "1:30 EST".

    It may be ahead although the first is past.
    """
    said = {each.raw for each in items}  # not every zone's own name is in every lexicon

    def winters(moment: datetime | None) -> bool:
        later = moment.replace(fold=1) if moment else None
        if later is None or moment is None or later.utcoffset() == moment.utcoffset():
            return False
        return bool(said & {(later.tzname() or "").lower(), *_WINTER})

    def second(moment: datetime | None) -> datetime | None:
        return moment.replace(fold=1) if moment and winters(moment) else moment

    starts = {(w.start.tzname() or "").lower() for w in found.windows if w.start}
    if said & (starts | _SUMMER) and not said & _WINTER:
        return replace(found, note=None)  # "1:50 AM EDT" is the first, and nothing is in doubt
    if not any(winters(m) for w in found.windows for m in (w.start, w.end)):
        return found
    windows = tuple(replace(w, start=second(w.start), end=second(w.end)) for w in found.windows)
    first = windows[0].start
    ahead = first is not None and first.astimezone(UTC) > now.astimezone(UTC)
    problem = None if found.problem is Problem.PAST and ahead else found.problem
    return replace(found, windows=windows, note=None, problem=problem)


def _offset(items: list[Item], place: int) -> tuple[list[Item], ZoneInfo | None] | None:
    """GMT-3, UTC+2: whole hours are a zone; other offsets are only taken out of the row."""
    told = items[place + 1 : place + 3]
    if len(told) < 2 or told[0].raw not in {"+", "-"} or told[0].start != items[place].end:
        return None
    sign, number = told
    left = items[:place] + items[place + 3 :]
    if number.kind == "CLOCK":
        return left, None
    if number.kind != "NUM" or not 0 <= number.value <= 12:
        return None
    # the tz database counts these west of Greenwich
    west = "-" if sign.raw == "+" else "+"
    return left, ZoneInfo(f"Etc/GMT{west}{number.value}")


def _told(items: list[Item]) -> list[Item]:
    """A number before a zone is a time: "10 denver time"."""
    if items and items[-1].kind == "NUM":
        return [*items[:-1], Item("AT", None, items[-1].start, items[-1].start), items[-1]]
    return items


def _zone_beside(
    items: list[Item], place: int, words: Lexicon
) -> tuple[list[Item], ZoneInfo] | None:
    """The city before or after the word for time: "new york time", "hora de nueva york"."""
    ahead = place + 1
    ahead += ahead < len(items) and items[ahead].kind in {"OF", "FROM", "IN"}
    for size in (3, 2, 1):
        for start, end in ((place - size, place), (ahead, ahead + size)):
            if start < 0 or end > len(items):
                continue
            zone = named(" ".join(each.raw for each in items[start:end]), words)
            if zone is not None:
                first, last = (start, place + 1) if start < place else (place, end)
                return _told(items[:first]) + items[last:], zone
    return None
