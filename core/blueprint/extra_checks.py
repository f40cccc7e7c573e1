"""What must be true of a service's lengths by provider and of its add-ons. Pure."""

from collections.abc import Iterator

from core.blueprint import shape, values
from core.blueprint.compile import pool
from core.blueprint.lines import Path
from core.blueprint.service_checks import unknown

Found = Iterator[tuple[Path, str]]


def lengths(path: Path, service: shape.Service, root: shape.Root, known: frozenset[str]) -> Found:
    """Yield what is wrong with how long single providers take."""
    if service.lengths and service.times:
        yield (*path, "lengths"), "does not go with “times”; a class has one length"
        return
    deciding: set[str] = set()
    for key, minutes in service.lengths.items():
        where: Path = (*path, "lengths", key)
        wrong = _no_provider(key, service, root, known)
        if wrong is not None:
            yield where, wrong
            continue
        need = next(need for need in _needs(service, root) if key in need)
        if deciding and key not in deciding:
            yield where, "stands in another need than the one before: only one decides the length"
        deciding = deciding or need
        if service.before + minutes + service.after > values.DAY:
            yield where, "takes more than a day with its buffers"


def extras(
    path: Path,
    service: shape.Service,
    root: shape.Root,
    known: frozenset[str],
    *,
    money_sound: bool,
) -> Found:
    """Yield what is wrong with what may be added to a service."""
    seen: dict[tuple[str, str], str] = {}
    for key, extra in service.extras.items():
        where: Path = (*path, "extras", key)
        yield from _names(where, key, extra, root, seen)
        if money_sound:
            try:
                values.minor(extra.price, root.currency)
            except values.UnreadableError as problem:
                yield (*where, "price"), str(problem)
        if service.times and extra.length:
            yield (*where, "length"), "must be 0 min: a class ends for all at once"
        if extra.by is not None and not extra.by:
            yield (*where, "with"), "must not be empty"
        for who in extra.by or ():
            wrong = _no_provider(who, service, root, known)
            if wrong is not None:
                yield (*where, "with"), wrong
    whole = sum(extra.length for extra in service.extras.values())
    longest = max((service.length, *service.lengths.values()))
    if whole and service.before + longest + whole + service.after > values.DAY:
        yield (*path, "extras"), "take more than a day, all together with the service"


def _names(
    where: Path,
    key: str,
    extra: shape.Extra,
    root: shape.Root,
    seen: dict[tuple[str, str], str],
) -> Found:
    main = root.languages[0]
    if main not in extra.names:
        yield (*where, "names"), f"has no name in “{main}”, the first of the languages"
    services = {
        (code, name.lower()): other
        for other, facts in root.services.items()
        for code, names in facts.names.items()
        for name in names
    }
    for code, names in extra.names.items():
        if code not in root.languages:
            hint = values.guess(code, root.languages)
            text = f"is not among the languages ({', '.join(root.languages)}){hint}"
            yield (*where, "names", code), text
        for name in names:
            said = (code, name.lower())
            other = seen.setdefault(said, key)
            if other != key:
                yield (*where, "names", code), f"“{name}” is a name of “{other}” as well"
            if said in services:
                text = f"“{name}” is a name of the service “{services[said]}” as well"
                yield (*where, "names", code), text


def _needs(service: shape.Service, root: shape.Root) -> list[set[str]]:
    return [{key for word in need for key in pool(root, word)} for need in service.needs]


def _no_provider(
    key: str, service: shape.Service, root: shape.Root, known: frozenset[str]
) -> str | None:
    """Say why a key does not name one of the service's providers."""
    if key not in known:
        return unknown(key, known)
    if key not in root.providers:
        return f"“{values.shown(key)}” is not one of the providers"
    if not any(key in need for need in _needs(service, root)):
        return f"“{values.shown(key)}” does not do this service; “needs” says who does"
    return None
