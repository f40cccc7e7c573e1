"""Who may serve the needs of a service, and how long it takes then. Pure."""

from dataclasses import replace
from typing import TypeAlias

from core.rules import Business, Kind, Need, Resource, Service

Way: TypeAlias = tuple[int, ...]
"""One way to serve a need: a resource, or the tables that are put together for it."""


def eligible(
    business: Business, service: Service, *, party: int, provider: int | None
) -> tuple[tuple[int, ...], ...]:
    """Return for each need the resources that may serve it alone, best first; empty where none may.

    A table must seat the party and the smallest comes first. Of a named provider's need only the
    provider is left.
    """
    needs: list[tuple[int, ...]] = []
    for need in service.needs:
        fits = _known(business, service, need)
        if provider is not None and any(r.id == provider for r in fits):
            fits = [r for r in fits if r.id == provider]
        fits = [r for r in fits if r.capacity is None or r.capacity >= party]
        fits.sort(key=lambda r: r.capacity or 0)
        needs.append(tuple(r.id for r in fits))
    return tuple(needs)


def joined(
    business: Business, service: Service, *, party: int, provider: int | None
) -> tuple[tuple[Way, ...], ...]:
    """Return for each need the declared sets of tables that seat the party together, best first.

    The set with the least spare seats is best, then that of fewer tables. Who names a resource
    wants that one alone.
    """
    if not business.joins:
        return ((),) * len(service.needs)
    needs: list[tuple[Way, ...]] = []
    for need in service.needs:
        known = {r.id: r.capacity or 0 for r in _known(business, service, need)}
        sets = [s for s in business.joins if known.keys() >= set(s) and provider not in known]
        room = {s: sum(known[table] for table in s) for s in sets}
        fits = [s for s in sets if room[s] >= party]
        needs.append(tuple(sorted(fits, key=lambda s: (room[s], len(s)))))
    return tuple(needs)


def ways(
    business: Business, service: Service, *, party: int, provider: int | None
) -> tuple[tuple[Way, ...], ...]:
    """Return for each need every way to serve it, best first: one resource before several."""
    alone = eligible(business, service, party=party, provider=provider)
    together = joined(business, service, party=party, provider=provider)
    return tuple((*((r,) for r in ids), *sets) for ids, sets in zip(alone, together, strict=True))


def anybody(business: Business, service: Service, *, party: int, provider: int | None) -> list[int]:
    """Return every resource that may have a part in it, in order of ids."""
    needs = ways(business, service, party=party, provider=provider)
    return sorted({r for need in needs for way in need for r in way})


def seats_needed(business: Business, service: Service, party: int) -> int:
    """Return how many seats of its resource a booking takes: the party's, in a class."""
    first = business.resource(service.needs[0].any_of[0])
    return party if first.kind is Kind.CLASS else 1


def by_length(service: Service, provider: int | None) -> tuple[Service, ...]:
    """Return the service once for each length it may have, with those alone who take that long.

    The service itself where all take as long. Of a named provider there is one length.
    """
    if not service.lengths:
        return (service,)
    own = dict(service.lengths)
    if provider is not None and provider in _leading(service):
        return (_of_length(service, own.get(provider, service.minutes), (provider,)),)
    lengths = dict.fromkeys(own.get(r, service.minutes) for r in _leading(service))
    return tuple(
        _of_length(
            service,
            minutes,
            tuple(r for r in _leading(service) if own.get(r, service.minutes) == minutes),
        )
        for minutes in lengths
    )


def leading(service: Service) -> int:
    """Return the number of the need whose resource decides how long the service takes."""
    own = {*dict(service.lengths), *service.only}
    return next((n for n, need in enumerate(service.needs) if own & set(need.any_of)), 0)


def does(service: Service, need: Need, resource: int) -> bool:
    """Whether a resource of a need does what is wanted: the length, and all the add-ons."""
    few = (service.only, *(e.only for e in service.chosen))
    return all(resource in only or not set(only) & set(need.any_of) for only in few)


def _leading(service: Service) -> tuple[int, ...]:
    """Return who decides how long it takes, of those who may serve it."""
    first = service.needs[leading(service)].any_of
    few = set(service.only) & set(first)
    return tuple(r for r in first if r in few) if few else first


def _of_length(service: Service, minutes: int, only: tuple[int, ...]) -> Service:
    return replace(service, minutes=minutes, lengths=(), only=only)


def _known(business: Business, service: Service, need: Need) -> list[Resource]:
    known = (business.resource(r) for r in need.any_of if r in business.by_id)
    if not service.only and not service.chosen:
        return list(known)
    return [r for r in known if does(service, need, r.id)]
