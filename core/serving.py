"""Who may serve the needs of a service: single resources, and tables put together. Pure."""

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
        fits = _known(business, need)
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
        known = {r.id: r.capacity or 0 for r in _known(business, need)}
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


def _known(business: Business, need: Need) -> list[Resource]:
    return [business.resource(r) for r in need.any_of if r in business.by_id]
