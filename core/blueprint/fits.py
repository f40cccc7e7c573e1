"""Whether the hours of a week can hold what a business file offers. Pure.

Times are minutes from the midnight of a weekday; what lies beyond it is above 1440.
"""

from collections.abc import Iterator
from itertools import islice, product

from core.blueprint import shape, values
from core.blueprint.compile import own_hours, pool, shifts
from core.blueprint.lines import Path
from core.rules import Shift

Found = Iterator[tuple[Path, str]]
_Parts = list[tuple[int, int]]
_COMBINATIONS = 2000  # of resources, looked at for one service


def minutes(shift: Shift) -> tuple[int, int]:
    """Return a shift in minutes from the midnight of its weekday."""
    return values.minutes_of(shift.opens, shift.closes)


def unheld(root: shape.Root) -> Found:
    """Yield each service that no hours of the week can hold, and each class outside of them."""
    week = _Week(root)
    seasons = [_Week(root, n) for n in range(len(root.seasons))]
    for key, service in root.services.items():
        path: Path = ("services", key)
        yield from _classes(path, service, week)
        pools = [
            [k for word in need for k in pool(root, word) if k in week.everyone]
            for need in service.needs
        ]
        if not pools or not all(pools):
            continue
        for field, few, length in _lengths(service, pools):
            if not any(w.holds(few, length) for w in (week, *seasons)):
                text = f"no hours of the week can hold the {length} min of “{key}”"
                yield (*path, *field), text


def _lengths(
    service: shape.Service, pools: list[list[str]]
) -> Iterator[tuple[Path, list[list[str]], int]]:
    """Yield each length of a service, with its field and those who take so long."""
    own = service.lengths
    others = [[k for k in each if k not in own] for each in pools]
    if all(others):
        yield ("length",), others, service.length
    for key, length in own.items():
        if any(key in each for each in pools):
            yield ("lengths", key), [[key] if key in each else each for each in pools], length


def _classes(path: Path, service: shape.Service, week: "_Week") -> Found:
    for n, time in enumerate(service.times):
        start = time.at.hour * 60 + time.at.minute
        known = [k for k in time.occupies if k in week.everyone]
        for day in values.days(time.day):
            for who in (None, *known):
                if not _covers(week.open(who, day), start, start + service.length):
                    at = f"{values.WEEKDAYS[day]} {time.at:%H:%M}"
                    name = "the place" if who is None else f"“{who}”"
                    yield (*path, "times", n), f"{at} does not fit: {name} is not free for it"
                    break


def _covers(parts: _Parts, start: int, end: int) -> bool:
    return any(a <= start and end <= b for a, b in parts)


class _Week:
    """When the place and each resource are open on the weekdays of an ordinary week.

    Of a season, where one is named by its number, else outside of all of them.
    """

    def __init__(self, root: shape.Root, number: int | None = None) -> None:
        season = None if number is None else root.seasons[number]
        self.everyone = dict(root.resources())
        self._weekly = shifts(root.open)
        if season is not None and season.who is None:
            self._weekly = shifts(season.open)
        elif season is not None and season.who in self.everyone:
            own = {"hours": season.open, "days": None, "off": None}
            self.everyone[season.who] = self.everyone[season.who].model_copy(update=own)
        self._known: dict[tuple[str | None, int], _Parts] = {}

    def holds(self, pools: list[list[str]], length: int) -> bool:
        """Whether one resource of each pool is open together for so many minutes."""
        return any(
            self._together(chosen, day, length)
            for chosen in islice(product(*pools), _COMBINATIONS)
            for day in range(7)
        )

    def open(self, who: str | None, day: int) -> _Parts:
        """Return when a resource (None: the place) is open on a day, last night's shift too."""
        return [
            *((a - values.DAY, b - values.DAY) for a, b in self._shift(who, (day - 1) % 7)),
            *self._shift(who, day),
        ]

    def _together(self, chosen: tuple[str, ...], day: int, length: int) -> bool:
        free = self._shift(None, day)
        for key in chosen:
            free = _both(free, self._shift(key, day))
        return any(b - a >= length for a, b in free)

    def _shift(self, who: str | None, day: int) -> _Parts:
        if (who, day) not in self._known:
            self._known[who, day] = _open(
                self._weekly, None if who is None else self.everyone[who], day
            )
        return self._known[who, day]


def _open(weekly: tuple[Shift, ...], facts: shape.Resource | None, day: int) -> _Parts:
    """Return when a resource is open, in minutes from a day's midnight, breaks cut out."""
    free = [minutes(s) for s in weekly if s.weekday == day]
    if facts is None:
        return free
    own = own_hours(facts, weekly)
    if own is not None:
        free = _both(free, [minutes(s) for s in own if s.weekday == day])
    for shift in shifts(facts.breaks):
        later = values.DAY * ((shift.weekday - day) % 7)
        start, end = (m + later for m in minutes(shift))
        free = [
            part
            for a, b in free
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]
    return free


def _both(left: _Parts, right: _Parts) -> _Parts:
    return [(max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) < min(b, d)]


def overlapping_classes(root: shape.Root) -> Found:
    """Yield each class that needs a room or a teacher whom another class has at that time."""
    held: list[tuple[int, int, str, str]] = []
    for key, service in root.services.items():
        for n, time in enumerate(service.times):
            for day in values.days(time.day):
                begins = day * values.DAY + time.at.hour * 60 + time.at.minute
                start, end = begins - service.before, begins + service.length + service.after
                for who in (*time.occupies, key):
                    for a, b, other, name in held:
                        if other == who and a < end and start < b:
                            yield (
                                ("services", key, "times", n),
                                f"“{who}” is taken by “{name}” at that time",
                            )
                    held.append((start, end, who, key))
