"""Runs of free minutes: which are long enough, and what a booking would leave of them. Pure.

Masks are those of `core.availability`: a set bit is a minute.
"""

from core.rules import Business, Kind, Service


def held_for(mask: int, length: int) -> int:
    """Return the bits from which on `length` bits are set without a gap, by doubling."""
    have = 1
    while have < length:
        step = min(have, length - have)
        mask &= mask >> step
        have += step
    return mask


def least(business: Business, service: Service) -> int | None:
    """Return the minutes under which a gap is avoided by bookings of a service; None: none is."""
    own = business.gaps if service.gaps is None else service.gaps
    return own or None


def kept(business: Business, resource: int) -> bool:
    """Whether a resource's day is kept free of gaps: a person's, who does one thing at a time."""
    facts = business.resource(resource)
    return facts.kind is Kind.PROVIDER and facts.seats == 1


def tidy(free: int, service: Service, least: int, *, every: int) -> int:
    """Return the starts that leave no gap shorter than `least` minutes, before or behind.

    `free` are the minutes, of `every` one of the frame, at which the resource works and has
    nothing. Whether the service fits at a start is not asked. What its buffers take is no gap;
    nothing left at all is none either.
    """
    enough, busy = held_for(free, least), every ^ free  # what makes a mask negative costs as much
    behind = (busy | enough) >> (service.minutes + service.after)
    ahead = (busy | enough << (least - 1)) << (service.before + 1)
    return ahead & behind
