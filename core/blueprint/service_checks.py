"""What must be true of the services of a business file: money, needs, who confirms. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from core.blueprint import shape, values
from core.blueprint.compile import pool
from core.blueprint.lines import Path

Found = Iterator[tuple[Path, str]]


def money(path: Path, service: shape.Service, currency: str) -> Found:
    """Yield what is wrong with the price and with what is paid in advance."""
    amounts: list[tuple[Path, Decimal]] = [((*path, "price"), service.price)]
    advance = service.advance
    if advance is not None and isinstance(advance.amount, Decimal):
        amounts.append(((*path, "advance"), advance.amount))
    for where, amount in amounts:
        try:
            values.minor(amount, currency)
        except values.UnreadableError as problem:
            yield where, str(problem)
    if advance is None:
        return
    if advance.amount == "full":
        yield from _in_full(path, service, advance)
    elif advance.amount == 0:
        yield (*path, "advance"), "asks for nothing; leave it out"
    elif 0 < service.price < advance.amount and (advance.per or "booking") == service.per:
        yield (*path, "advance"), f"is more than the price of {service.price}"


def _in_full(path: Path, service: shape.Service, advance: shape.Advance) -> Found:
    if service.price == 0:
        yield (*path, "advance"), "asks for the full price, and the price is 0"
    if advance.per is not None:
        yield (*path, "advance", "per"), "follows the price where the full price is asked"


def confirmation(path: Path, service: shape.Service, root: shape.Root) -> Found:
    """Yield where nobody could answer a request."""
    confirm = service.confirm
    if confirm is None:
        return
    if confirm.by is not None:
        if confirm.by not in root.providers:
            hint = values.guess(confirm.by, root.providers)
            yield (*path, "confirm", "by"), f"“{confirm.by}” is not one of the providers{hint}"
        return
    booked = {key for need in service.needs for word in need for key in pool(root, word)}
    if not booked & set(root.providers):
        yield (*path, "confirm"), "needs “by”: no provider is booked who could answer"


def needs(path: Path, service: shape.Service, root: shape.Root, known: frozenset[str]) -> Found:
    """Yield what is wrong with what the service occupies."""
    if service.before + service.length + service.after > values.DAY:
        yield (*path, "length"), "takes more than a day with its buffers"
    if service.times or service.seats is not None:
        yield from _class(path, service, known)
    else:
        yield from _pools(path, service, root, known)


def most(path: Path, service: shape.Service) -> Found:
    """Yield the limits of a day that are above those of a week."""
    for day, week in (("per_day", "per_week"), ("per_customer_a_day", "per_customer_a_week")):
        most_a_day, most_a_week = getattr(service, day), getattr(service, week)
        if most_a_day and most_a_week and most_a_day > most_a_week:
            yield (*path, day), f"must not be more than “{week}”"


def starting(path: Path, service: shape.Service) -> Found:
    """Yield what is wrong with when the service starts."""
    if service.grid is not None and values.DAY % service.grid:
        yield (*path, "grid"), "must divide the day, as 5, 10, 15, 20, 30 or 60 min do"
    for name in ("starts", "grid", "gaps"):
        if getattr(service, name) and service.times:
            yield (*path, name), "does not go with “times”; a class starts at its times"
    if service.grid is not None and service.starts:
        yield (*path, "grid"), "stands beside “starts”; name only one of the two"
    seen: dict[int, str] = {}
    for label, clocks in service.starts.items():
        if len(set(clocks)) < len(clocks):
            yield (*path, "starts", label), "names a time twice"
        for day in values.days(label):
            if day in seen:
                text = f"{values.WEEKDAYS[day]} stands in “{seen[day]}” as well"
                yield (*path, "starts", label), text
            seen.setdefault(day, label)


def _pools(path: Path, service: shape.Service, root: shape.Root, known: frozenset[str]) -> Found:
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
                yield where, unknown(word, known)
        if seen & set(keys):
            yield where, f"“{min(seen & set(keys))}” stands in another need of the service already"
        seen |= set(keys)
        sizes = {k: root.tables[k].capacity for k in keys if k in root.tables}
        largest = max(sizes.values(), default=0)
        most = max((sum(sizes[k] for k in s) for s in root.joins if {*s} <= {*sizes}), default=0)
        if sizes and service.party is not None and max(largest, most) < service.party:
            what = "largest table, which seats" if most <= largest else "most that can be joined,"
            yield (*path, "party"), f"is larger than the {what} {max(largest, most)}"


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
                yield (*path, "times", n, "with"), unknown(key, known)


def unknown(key: str, known: frozenset[str]) -> str:
    """Return the sentence for a key that names nothing."""
    return f"“{values.shown(key)}” is no provider, room or table{values.guess(key, known)}"
