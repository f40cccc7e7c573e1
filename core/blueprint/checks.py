"""What must be true between the fields of a business file. Pure.

Each check yields the path of the field at fault and a sentence; all of them run, so that a file is
put right in one go.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from itertools import islice, product
from typing import Any

import holidays as public_holidays

from core.blueprint import compile as facts_of
from core.blueprint import shape, values
from core.blueprint.lines import Path
from core.rules import Shift

Found = Iterator[tuple[Path, str]]
_LONGEST_CLOSURE = 366  # days
_COMBINATIONS = 2000  # of resources, looked at for one service


def check(root: shape.Root, known: frozenset[str], sound: Callable[[str], bool]) -> Found:
    """Yield every problem; `known` are the resource keys written, even those that are wrong.

    `sound` tells whether the values under a top-level key could all be read: what depends on
    others is not judged without them.
    """
    yield from _rules(root)
    yield from _resources(root)
    yield from _days(root, known)
    yield from _names(root)
    if root.holidays is not None:
        yield from _holidays(root.holidays)
    for key, service in root.services.items():
        path: Path = ("services", key)
        yield from _money(path, service, root.currency if sound("currency") else None)
        yield from _service(path, service, root, known)
        if all(sound(part) for part in ("open", "providers", "rooms", "tables")):
            yield from _fits(path, key, service, root)
    if all(sound(part) for part in ("open", "providers", "rooms", "tables", "services")):
        yield from _class_overlaps(root)


def _rules(root: shape.Root) -> Found:
    yield from _hours(("open",), root.open)
    if not root.services and not root.providers:
        yield ("services",), "names nothing that can be booked"
    if values.DAY % root.grid:
        yield ("grid",), "must divide the day, as 5, 10, 15, 20, 30 or 60 min do"
    if root.furthest % values.DAY:
        yield ("furthest",), 'counts whole days, as "60 days"'
    if root.notice >= root.furthest:
        yield ("notice",), "must be shorter than “furthest”, or nothing can ever be booked"
    if root.quiet[0] == root.quiet[1]:
        yield ("quiet",), "begins when it ends; name two different times"
    if len(set(root.languages)) < len(root.languages):
        yield ("languages",), "names a language twice"
    for n, (earlier, later) in enumerate(zip(root.reminders, root.reminders[1:], strict=False)):
        if later >= earlier:
            yield ("reminders", n + 1), "comes no later than the one before; the earliest is first"
    yield from _tiers(root.cancellation)
    wait = root.waitlist
    if wait.accept_soon > wait.accept:
        yield ("waitlist", "accept_soon"), "must not be longer than “accept”"
    if wait.cutoff > wait.soon:
        yield ("waitlist", "cutoff"), "must not be longer than “soon”"
    if root.limits.per_day and root.limits.open and root.limits.per_day > root.limits.open:
        yield ("limits", "per_day"), "must not be more than “open”, which counts all days"


def _tiers(tiers: list[shape.Tier]) -> Found:
    for n, (before, after) in enumerate(zip(tiers, tiers[1:], strict=False)):
        path: Path = ("cancellation", n + 1)
        if after.back > before.back:
            yield (*path, "back"), f"rises from {before.back} to {after.back}; it may only fall"
        if before.until == "day":
            yield (*path, "until"), "follows “day”, which must be the last"
        elif after.until != "day" and after.until >= before.until:
            yield (
                (*path, "until"),
                f"goes from {before.until} h to {after.until} h; the hours must fall",
            )


def _hours(path: Path, hours: shape.Hours) -> Found:
    seen: dict[int, str] = {}
    for label in hours:
        for day in values.days(label):
            if day in seen:
                name = values.WEEKDAYS[day]
                yield (*path, label), f"{name} stands in “{seen[day]}” as well"
            seen.setdefault(day, label)
    found = facts_of.shifts(hours)
    for shift in found:
        start, end = _minutes(shift)
        following = [_minutes(s) for s in found if s.weekday == (shift.weekday + 1) % 7]
        if any(begins + values.DAY < end for begins, _ in following):
            text = values.hours_text(shift.opens, shift.closes)
            what = "ends before it starts, or" if end - start > values.DAY // 2 else ""
            yield path, f"{text} {what} reaches into the next day's hours".replace("  ", " ")
            break


def _minutes(shift: Shift) -> tuple[int, int]:
    return values.minutes_of(shift.opens, shift.closes)


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
            if name in names:
                yield path, f"has the same name as “{names[name]}”"
            names[name] = key
            yield from _own_hours(path, facts, root)
    for key, service in root.services.items():
        if service.times and key.lower() in seen:
            where = seen[key.lower()]
            yield ("services", key), f"a class needs a key of its own; one of the {where} has it"


def _own_hours(path: Path, facts: shape.Resource, root: shape.Root) -> Found:
    given = [name for name in ("hours", "days", "off") if getattr(facts, name) is not None]
    for extra in given[1:]:
        yield (*path, extra), f"stands beside “{given[0]}”; name only one of the two"
    if facts.hours is not None:
        yield from _hours((*path, "hours"), facts.hours)
    yield from _hours((*path, "breaks"), facts.breaks)
    weekly = facts_of.shifts(root.open)
    night = any(_minutes(s)[1] > values.DAY for s in weekly)
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
                yield (*path, "who"), _unknown(rule.who, known)
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
                yield (*path, code), f"is not among the languages {root.languages}{hint}"
            for name in names:
                other = seen.setdefault((code, name.lower()), key)
                if other != key:
                    yield (*path, code), f"“{name}” is a name of “{other}” as well"


def _holidays(rules: shape.Holidays) -> Found:
    countries = public_holidays.list_supported_countries()
    if rules.country not in countries:
        hint = values.guess(rules.country, countries)
        yield ("holidays", "country"), f"“{rules.country}” is no country code such as “US”{hint}"
    elif rules.region is not None and rules.region not in countries[rules.country]:
        hint = values.guess(rules.region, countries[rules.country])
        yield (
            ("holidays", "region"),
            f"“{rules.region}” is no region of {rules.country} whose holidays are known{hint}",
        )


def _money(path: Path, service: shape.Service, currency: str | None) -> Found:
    if currency is None:
        return
    advance = service.advance
    amounts: list[tuple[Path, Decimal]] = [((*path, "price"), service.price)]
    if advance is not None and isinstance(advance.amount, Decimal):
        amounts.append(((*path, "advance"), advance.amount))
    for where, amount in amounts:
        try:
            values.minor(amount, currency)
        except ValueError as problem:
            yield where, str(problem)
    if advance is None:
        return
    if advance.amount == "full":
        if service.price == 0:
            yield (*path, "advance"), "asks for the full price, and the price is 0"
        if advance.per is not None:
            yield (*path, "advance", "per"), "follows the price where the full price is asked"
    elif advance.amount == 0:
        yield (*path, "advance"), "asks for nothing; leave it out"
    elif 0 < service.price < advance.amount and (advance.per or "booking") == service.per:
        yield (*path, "advance"), f"is more than the price of {service.price}"


def _service(path: Path, service: shape.Service, root: shape.Root, known: frozenset[str]) -> Found:
    if service.before + service.length + service.after > values.DAY:
        yield (*path, "length"), "takes more than a day with its buffers"
    if service.times or service.seats is not None:
        yield from _class(path, service, known)
    else:
        yield from _needs(path, service, root, known)
    confirm = service.confirm
    if confirm is None:
        return
    if confirm.by is not None and confirm.by not in root.providers:
        hint = values.guess(confirm.by, root.providers)
        yield (*path, "confirm", "by"), f"“{confirm.by}” is not one of the providers{hint}"
    booked = (pool(root, word) for need in service.needs for word in need)
    if confirm.by is None and not any(k in root.providers for keys in booked for k in keys):
        yield (*path, "confirm"), "needs “by”: no provider is booked who could answer"


def pool(root: shape.Root, word: str) -> list[str]:
    """Return what a word in `needs` stands for."""
    return facts_of.pool(root, word)


def _needs(path: Path, service: shape.Service, root: shape.Root, known: frozenset[str]) -> Found:
    if not service.needs:
        yield (*path, "needs"), 'is missing; name what the service occupies, as [["ana", "ben"]]'
    seen: set[str] = set()
    for n, need in enumerate(service.needs):
        where: Path = (*path, "needs", n)
        keys: list[str] = []
        for word in need:
            found = pool(root, word)
            keys += found
            if not found:
                yield where, f"“{word}” finds nothing in this file"
            elif found == [word] and word not in known:
                yield where, _unknown(word, known)
        if seen & set(keys):
            yield where, f"“{min(seen & set(keys))}” stands in another need of the service already"
        seen |= set(keys)
        sizes = [root.tables[k].capacity for k in keys if k in root.tables]
        if sizes and service.party is not None and max(sizes) < service.party:
            yield (*path, "party"), f"is larger than the largest table, which seats {max(sizes)}"


def _class(path: Path, service: shape.Service, known: frozenset[str]) -> Found:
    if service.seats is None:
        yield (*path, "seats"), "is missing; a service with “times” is a class and has seats"
    if not service.times:
        yield (*path, "times"), "is missing; a service with “seats” is a class and has its times"
    if service.needs:
        yield (*path, "needs"), "does not go with “times”; a time names what it occupies in “with”"
    if service.party and service.seats and service.party > service.seats:
        yield (*path, "party"), f"is more than the {service.seats} seats"
    for n, time in enumerate(service.times):
        for key in time.occupies:
            if key not in known:
                yield (*path, "times", n, "with"), _unknown(key, known)


def _unknown(key: str, known: frozenset[str]) -> str:
    return f"“{values.shown(key)}” is no provider, room or table{values.guess(key, known)}"


def _fits(path: Path, key: str, service: shape.Service, root: shape.Root) -> Found:
    """Look whether the hours can hold the service at all."""
    weekly = facts_of.shifts(root.open)
    everyone = root.resources()
    for n, time in enumerate(service.times):
        for day in values.days(time.day):
            start = time.at.hour * 60 + time.at.minute
            staff = [k for k in time.occupies if k in everyone]
            for who in (None, *staff):
                free = _open(weekly, None if who is None else everyone[who], day)
                if not any(a <= start and start + service.length <= b for a, b in free):
                    name = "the place" if who is None else f"“{who}”"
                    at = f"{values.WEEKDAYS[day]} {time.at:%H:%M}"
                    yield (*path, "times", n), f"{at} does not fit: {name} is not free then"
                    break
    if service.times or not service.needs:
        return
    pools = [
        [k for word in need for k in pool(root, word) if k in everyone] for need in service.needs
    ]
    if not all(pools):
        return
    for chosen in islice(product(*pools), _COMBINATIONS):
        for day in range(7):
            free = _open(weekly, None, day)
            for k in chosen:
                free = _both(free, _open(weekly, everyone[k], day))
            if any(b - a >= service.length for a, b in free):
                return
    yield (*path, "length"), f"no hours of the week can hold {service.length} min of “{key}”"


def _open(
    weekly: tuple[Shift, ...], facts: shape.Resource | None, day: int
) -> list[tuple[int, int]]:
    """Return when a resource is open, in minutes from a day's midnight, breaks cut out."""
    free = [_minutes(s) for s in weekly if s.weekday == day]
    if facts is None:
        return free
    own = facts_of.own_hours(facts, weekly)
    if own is not None:
        free = _both(free, [_minutes(s) for s in own if s.weekday == day])
    for shift in facts_of.shifts(facts.breaks):
        later = values.DAY * ((shift.weekday - day) % 7)
        start, end = (m + later for m in _minutes(shift))
        free = [
            part
            for a, b in free
            for part in ((a, min(b, start)), (max(a, end), b))
            if part[0] < part[1]
        ]
    return free


def _both(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(max(a, c), min(b, d)) for a, b in left for c, d in right if max(a, c) < min(b, d)]


def _class_overlaps(root: shape.Root) -> Found:
    """Look for two classes that need the same room or teacher at once."""
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
