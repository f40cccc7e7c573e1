"""What must be true between the fields of a business file. Pure.

Each check yields the path of the field at fault and a sentence; all of them run, so that a file is
put right in one go.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from core import public_days
from core.blueprint import compile as facts_of
from core.blueprint import shape, values
from core.blueprint.extra_checks import extras, lengths
from core.blueprint.fits import minutes, overlapping_classes, unheld
from core.blueprint.lines import Path
from core.blueprint.season_checks import seasons
from core.blueprint.service_checks import confirmation, money, most, needs, starting, unknown
from core.deadline import Deadline

Found = Iterator[tuple[Path, str]]
_LONGEST_CLOSURE = 366  # days
_NOON = time(12)


def check(root: shape.Root, known: frozenset[str], sound: Callable[[str], bool]) -> Found:
    """Yield every problem; `known` are the resource keys written, even those that are wrong.

    `sound` tells whether the values under a top-level key could all be read: what depends on
    others is not judged without them.
    """
    yield from _place(root)
    yield from _timing(root)
    yield from _tiers(root.cancellation)
    yield from _resources(root)
    yield from _joins(root)
    yield from _days(root, known)
    yield from seasons(root, known, _hours)
    yield from _names(root)
    if root.holidays is not None:
        yield from _holidays(root.holidays)
    for key, service in root.services.items():
        path: Path = ("services", key)
        if sound("currency"):
            yield from money(path, service, root.currency)
        yield from needs(path, service, root, known)
        yield from lengths(path, service, root, known)
        yield from extras(path, service, root, known, money_sound=sound("currency"))
        yield from starting(path, service)
        yield from most(path, service)
        yield from confirmation(path, service, root)
    if all(sound(part) for part in ("open", "providers", "rooms", "tables")):
        yield from unheld(root)
        yield from overlapping_classes(root)


def _place(root: shape.Root) -> Found:
    yield from _hours(("open",), root.open)
    if not root.services:
        yield ("services",), "names nothing that can be booked"
    if len(set(root.languages)) < len(root.languages):
        yield ("languages",), "names a language twice"
    limits = root.limits
    if limits.per_day and limits.per_week and limits.per_day > limits.per_week:
        yield ("limits", "per_day"), "must not be more than “per_week”"
    if limits.per_day and limits.open and limits.per_day > limits.open:
        yield ("limits", "per_day"), "must not be more than “open”, which counts all days"


def _timing(root: shape.Root) -> Found:
    if values.DAY % root.grid:
        yield ("grid",), "must divide the day, as 5, 10, 15, 20, 30 or 60 min do"
    if root.furthest % values.DAY:
        yield ("furthest",), 'counts whole days, as "60 days"'
    if root.notice >= root.furthest:
        yield ("notice",), "must be shorter than “furthest”, or nothing can ever be booked"
    if root.quiet[0] == root.quiet[1]:
        yield ("quiet",), "begins when it ends; name two different times"
    yield from _reminders(root.reminders, ("reminders",))
    for key, service in root.services.items():
        yield from _reminders(service.reminders or [], ("services", key, "reminders"))
    wait = root.waitlist
    if wait.accept_soon > wait.accept:
        yield ("waitlist", "accept_soon"), "must not be longer than “accept”"
    if wait.cutoff > wait.soon:
        yield ("waitlist", "cutoff"), "must not be longer than “soon”"


def _reminders(rules: list[Deadline], where: Path) -> Found:
    for n, (earlier, later) in enumerate(pairwise(rules), 1):
        if earlier.minutes and later.minutes and later.minutes >= earlier.minutes:
            yield (*where, n), "is not shorter than the one before it; the longest is first"


def _tiers(tiers: list[shape.Tier]) -> Found:
    for n, (before, after) in enumerate(pairwise(tiers), 1):
        path: Path = ("cancellation", n)
        if after.back > before.back:
            yield (*path, "back"), f"rises from {before.back} to {after.back}; it may only fall"
        if before.until == "day":
            yield (*path, "until"), "follows “day”, which must be the last"
        elif isinstance(after.until, int) and isinstance(before.until, int):
            if after.until >= before.until:
                found = f"goes from {before.until} h to {after.until} h; the hours must fall"
                yield (*path, "until"), found
        elif after.until == before.until:
            yield (*path, "until"), "is the same as of the one before it"


def _hours(path: Path, hours: shape.Hours) -> Found:
    seen: dict[int, str] = {}
    for label, spans in hours.items():
        yield from _backwards((*path, label), spans)
        for day in values.days(label):
            if day in seen:
                name = values.WEEKDAYS[day]
                yield (*path, label), f"{name} stands in “{seen[day]}” as well"
            seen.setdefault(day, label)
    found = facts_of.shifts(hours)
    for shift in found:
        following = [minutes(s) for s in found if s.weekday == (shift.weekday + 1) % 7]
        if any(begins + values.DAY < minutes(shift)[1] for begins, _ in following):
            text = values.hours_text(shift.opens, shift.closes)
            yield path, f"{text} reaches into the next day's hours"
            break


def _backwards(path: Path, spans: tuple[tuple[time, time], ...]) -> Found:
    """Look for hours turned around: a night's shift is over by noon."""
    for opens, closes in spans:
        if _NOON < closes < opens:
            yield path, f"{values.hours_text(opens, closes)} ends before it starts"


def _resources(root: shape.Root) -> Found:
    seen: dict[str, str] = {}
    kinds: dict[str, Mapping[str, shape.Resource]] = {
        "providers": root.providers,
        "rooms": root.rooms,
        "tables": root.tables,
    }
    names: dict[str, str] = {}
    for kind, found in kinds.items():
        for key, facts in found.items():
            path: Path = (kind, key)
            if key.lower() in seen:
                yield path, f"“{key}” is the key of one of the {seen[key.lower()]} as well"
            seen[key.lower()] = kind
            name = (facts.name or facts_of.named(key)).lower()
            if name in names and names[name].lower() != key.lower():
                yield path, f"has the same name as “{names[name]}”"
            names[name] = key
            yield from _own_hours(path, facts, root)
    for key, service in root.services.items():
        if service.times and key.lower() in seen:
            where = seen[key.lower()]
            yield ("services", key), f"a class needs a key of its own; one of the {where} has it"


def _joins(root: shape.Root) -> Found:
    seen: set[frozenset[str]] = set()
    for n, tables in enumerate(root.joins):
        path: Path = ("joins", n)
        unknown_ones = [key for key in tables if key not in root.tables]
        if unknown_ones:
            hint = values.guess(unknown_ones[0], root.tables)
            yield path, f"“{values.shown(unknown_ones[0])}” is not one of the tables{hint}"
        elif len(set(tables)) < len(tables):
            yield path, "names a table twice"
        elif len(tables) < 2:  # noqa: PLR2004 - a pair
            yield path, "names fewer than two tables"
        elif frozenset(tables) in seen:
            yield path, "stands there already"
        seen.add(frozenset(tables))


def _own_hours(path: Path, facts: shape.Resource, root: shape.Root) -> Found:
    given = [name for name in ("hours", "days", "off") if getattr(facts, name) is not None]
    for extra in given[1:]:
        yield (*path, extra), f"stands beside “{given[0]}”; name only one of the two"
    if facts.hours is not None:
        yield from _hours((*path, "hours"), facts.hours)
    yield from _hours((*path, "breaks"), facts.breaks)
    weekly = facts_of.shifts(root.open)
    night = any(minutes(s)[1] > values.DAY for s in weekly)
    for label, spans in facts.breaks.items():
        for opens, closes in spans:
            if closes <= opens and not night:
                text = values.hours_text(opens, closes)
                yield (*path, "breaks", label), f"{text} ends before it starts"
    if facts_of.own_hours(facts, weekly) == () and weekly:
        yield (*path, given[0]), "leaves no day on which the place is open"


def _days(root: shape.Root, known: frozenset[str]) -> Found:
    seen: set[tuple[object, str | None]] = set()
    groups: dict[str, list[Any]] = {"closed": list(root.closed), "special": list(root.special)}
    for group, rules in groups.items():
        for n, rule in enumerate(rules):
            path: Path = (group, n)
            spanned = rule.first is not None and rule.last is not None
            if (rule.day is None) == (not spanned and rule.first is None and rule.last is None):
                yield path, "names either “day”, or “from” and “to”"
                continue
            if rule.day is None and not spanned:
                yield path, "names “from” and “to” together"
                continue
            if spanned and not 0 <= (rule.last - rule.first).days < _LONGEST_CLOSURE:
                yield (*path, "to"), "lies before “from”, or more than a year after it"
                continue
            if rule.who is not None and rule.who not in known:
                yield (*path, "who"), unknown(rule.who, known)
            if group == "special":
                yield from _backwards((*path, "hours"), rule.hours)
            for day in facts_of.dates(rule):
                if (day, rule.who) in seen:
                    yield path, f"{day} has a rule already"
                    break
                seen.add((day, rule.who))


def _names(root: shape.Root) -> Found:
    seen: dict[tuple[str, str], str] = {}
    main = root.languages[0]
    for key, service in root.services.items():
        path: Path = ("services", key, "names")
        if main not in service.names:
            yield path, f"has no name in “{main}”, the first of the languages"
        for code, names in service.names.items():
            if code not in root.languages:
                hint = values.guess(code, root.languages)
                yield (
                    (*path, code),
                    f"is not among the languages ({', '.join(root.languages)}){hint}",
                )
            for name in names:
                other = seen.setdefault((code, name.lower()), key)
                if other != key:
                    yield (*path, code), f"“{name}” is a name of “{other}” as well"


def _holidays(rules: shape.Holidays) -> Found:
    countries = public_days.countries()
    if rules.country not in countries:
        hint = values.guess(rules.country, countries)
        yield ("holidays", "country"), f"“{rules.country}” is no country code such as “US”{hint}"
        return
    regions = public_days.regions(rules.country)
    if rules.region is not None and rules.region not in regions:
        hint = values.guess(rules.region, regions)
        yield (
            ("holidays", "region"),
            f"“{rules.region}” is no region of {rules.country} whose holidays are known{hint}",
        )
