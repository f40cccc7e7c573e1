"""Which resources and seats a booking gets: the best that are on duty, free and within limits."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from sqlalchemy import text

from core.counts import limited
from core.db import Session
from core.limits import resource_refusals
from core.policy import judge, on_duty
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.serving import Way, by_length, joined, leading, seats_needed, ways
from core.span import DAY, Span, minus
from core.taking import Piece, lapse_around

Choice: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be held: an instant, a party, the provider asked for (a resource's id).

    The service is with its add-ons. Where its length depends on who is chosen (see `fixed`), the
    span is the longest that it may be.
    """

    service: Service
    start: datetime
    party: int = 1
    provider: int | None = None

    def __post_init__(self) -> None:
        """Keep the start in UTC: an hour added to a wall clock is not always an hour."""
        object.__setattr__(self, "start", self.start.astimezone(UTC))

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + timedelta(minutes=self.service.takes(self.provider)))

    @property
    def blocked(self) -> Span:
        return self.span.widened(*self.service.buffers)


def ruled_out(business: Business, wanted: Wanted, *, now: datetime) -> Refusal | None:
    """Say which of the business's own rules forbids what is wanted, whoever is free."""
    return judge(
        business,
        wanted.service,
        start=wanted.start,
        party=wanted.party,
        provider=wanted.provider,
        now=now,
    )


def fixed(wanted: Wanted) -> tuple[Wanted, ...]:
    """Return what is wanted once for each length it may have, for those who take that long."""
    if not wanted.service.lengths:
        return (wanted,)
    services = by_length(wanted.service, wanted.provider)
    return tuple(replace(wanted, service=one) for one in services)


Options: TypeAlias = tuple[tuple[Way, ...], ...]
"""For each need the ways to serve it, best first."""


def on_offer(business: Business, wanted: Wanted) -> Options:
    """Return for each need how it may be served by who is on duty then, best first."""
    needs = ways(business, wanted.service, party=wanted.party, provider=wanted.provider)
    if wanted.service.times:
        return needs
    return tuple(
        tuple(way for way in need if all(on_duty(business, r, wanted.span) for r in way))
        for need in needs
    )


class Chance(NamedTuple):
    """What is wanted with a length that is known, and who may serve it."""

    wanted: Wanted
    options: Options


def chances(business: Business, wanted: Wanted) -> tuple[Chance, ...]:
    """Return what may be had: one chance, or one for each length that it may have."""
    return tuple(Chance(one, on_offer(business, one)) for one in fixed(wanted))


def among(options: Options) -> list[int]:
    """Return every resource that has a part in any of the ways, in order of ids."""
    return sorted({r for need in options for way in need for r in way})


def decided_alone(business: Business, wanted: Wanted) -> bool:
    """Whether the constraint alone can decide: one resource, one seat, nothing counted."""
    service = wanted.service
    resources = [business.resource(r) for need in service.needs for r in need.any_of]
    return (
        len(service.needs) == 1
        and not limited(service)
        and all(r.seats == 1 and r.max_day is None and r.max_week is None for r in resources)
        and not any(joined(business, service, party=wanted.party, provider=wanted.provider))
    )


_OWN = text(
    "SELECT resource_id, seat, lower(during) AS since, upper(during) AS until FROM allocations"
    " WHERE business_id = :business AND booking_id = :booking AND active"
)


def own_pieces(session: Session, booking: int | None) -> list[Piece]:
    """Return the time that a booking has."""
    if booking is None:
        return []
    rows = session.execute(_OWN, {"business": session.business, "booking": booking})
    return [Piece(r.resource_id, r.seat, Span(r.since, r.until)) for r in rows]


def pieces_of(wanted: Wanted, choice: Choice, own: list[Piece]) -> Iterator[Piece]:
    """Yield what must be taken for a choice: its blocked time less what the person has already."""
    for resource, seat in choice:
        mine = [p.blocked for p in own if (p.resource, p.seat) == (resource, seat)]
        for part in minus([wanted.blocked], mine):
            yield Piece(resource, seat, part)


@dataclass(frozen=True, slots=True)
class Replacing:
    """The booking that is to be replaced, if any, and the time it has."""

    booking: int | None
    own: list[Piece]


_AROUND = text(
    "SELECT resource_id, seat FROM allocations WHERE resource_id = ANY(:resources) AND active"
    " AND slot_start < :until AND slot_start > :past AND upper(during) > :from"
    " AND booking_id IS DISTINCT FROM CAST(:but AS bigint)"
    " UNION ALL SELECT resource_id, 0 FROM busy WHERE resource_id = ANY(:resources) AND active"
    " AND ends_at > :start AND starts_at < :end"
)


class Chosen(NamedTuple):
    """What is wanted with the length that it has by who was chosen, and who was."""

    wanted: Wanted
    choice: Choice


def in_turn(service: Service, found: Sequence[Chance]) -> list[Chosen]:
    """Return everybody of the only need, in the order in which they are named."""
    choices = [
        Chosen(one.wanted, tuple((r, 1) for r in way)) for one in found for way in one.options[0]
    ]
    if len(found) > 1:
        order = service.needs[0].any_of
        choices.sort(key=lambda chosen: order.index(chosen.choice[0][0]))
    return choices


def choose(
    session: Session,
    business: Business,
    found: Sequence[Chance],
    *,
    replacing: Replacing,
    now: datetime,
) -> Chosen | Refusal:
    """Choose (resource, seat) for each need; the caller holds the exclusive locks of their days."""
    mine = {p.resource for p in replacing.own}
    picked: list[Chosen] = []
    refused: list[Refusal] = []
    for chance in found:
        got = _choose(session, business, chance, replacing=replacing, now=now)
        if isinstance(got, Refusal):
            refused.append(got)
        else:
            picked.append(Chosen(chance.wanted, got))
    return best(picked, mine) if picked else refused[0]


def best(picked: Sequence[Chosen], mine: Container[int] = ()) -> Chosen:
    """Return the best of what was picked for each length: whoever one has, else the first named."""
    if len(picked) == 1:
        return picked[0]
    service = picked[0].wanted.service
    order = service.needs[leading(service)].any_of

    def rank(chosen: Chosen) -> tuple[bool, int]:
        who = next(r for r, _ in chosen.choice if r in order)
        return who not in mine, order.index(who)

    return min(picked, key=rank)


def _choose(
    session: Session,
    business: Business,
    chance: Chance,
    *,
    replacing: Replacing,
    now: datetime,
) -> Choice | Refusal:
    wanted, options = chance.wanted, chance.options
    resources = among(options)
    blocked = wanted.blocked
    lapse_around(session, resources, blocked, now=now)
    facts = {
        "resources": resources,
        "from": blocked.start,
        "until": blocked.end,
        "past": blocked.start - DAY,
        "start": wanted.span.start,
        "end": wanted.span.end,
        "but": replacing.booking,
    }
    used = {(r.resource_id, r.seat) for r in session.execute(_AROUND, facts)}
    full = resource_refusals(
        session,
        business,
        resources=resources,
        start=wanted.start,
        now=now,
        but=replacing.booking,
    )
    mine = {p.resource for p in replacing.own}
    got = pick(business, wanted, options, used=used, full=full, mine=mine)
    if isinstance(got, Missing):
        return none_left(session, business, wanted, got, full, now=now)
    return got


@dataclass(frozen=True, slots=True)
class Missing:
    """Who might serve the need that nobody can, and the most seats that anybody has left."""

    need: tuple[int, ...]
    left: int


def pick(
    business: Business,
    wanted: Wanted,
    options: Options,
    *,
    used: Container[tuple[int, int]],
    full: Container[int],
    mine: Container[int] = (),
) -> Choice | Missing:
    """Pick the best (resource, seat) of each need; `used` with seat 0 is a blocked resource.

    `full` are at a limit; `mine` are preferred, for somebody has them already. One table is
    preferred to several that are put together, whoever has them.
    """
    seats = seats_needed(business, wanted.service, wanted.party)
    chosen: list[tuple[int, int]] = []
    for need in options:
        free = {
            r: [(r, s) for s in range(1, business.resource(r).seats + 1) if (r, s) not in used]
            for r in among((need,))
            if (r, 0) not in used and r not in full
        }
        fits = [way for way in need if all(len(free.get(r, ())) >= seats for r in way)]
        if not fits:
            return Missing(tuple(among((need,))), max(map(len, free.values()), default=0))
        best = min(fits, key=lambda way: (len(way) > 1, not all(r in mine for r in way)))
        for r in best:
            chosen.extend(free[r][:seats])
    return tuple(chosen)


def none_left(
    session: Session,
    business: Business,
    wanted: Wanted,
    missing: Missing,
    full: Mapping[int, Refusal],
    *,
    now: datetime,
) -> Refusal:
    """Say why a need cannot be served: at its limit, no seats left, blocked, or taken."""
    need = missing.need
    if len(need) == 1 and need[0] in full:
        return full[need[0]]
    if wanted.service.times:
        return Refusal(Reason.FULL, {"left": missing.left})
    refused = why_taken(session, business, wanted, need, now=now)
    return refused or taken_by_others(business, wanted)


_IN_THE_WAY = text(
    "SELECT resource_id, max(ends_at) AS until FROM busy WHERE resource_id = ANY(:resources)"
    " AND active AND ends_at > :start AND starts_at < :end GROUP BY resource_id"
    " UNION ALL SELECT NULL, max(b.expires_at) FROM bookings b JOIN allocations a"
    " ON a.business_id = b.business_id AND a.booking_id = b.id WHERE b.expires_at <= :now"
    " AND a.resource_id = ANY(:resources) AND a.active AND upper(a.during) > :from"
    " AND a.slot_start < :until AND a.slot_start > :past HAVING count(*) > 0"
)


def why_taken(
    session: Session,
    business: Business,
    wanted: Wanted,
    resources: Sequence[int],
    *,
    now: datetime,
) -> Refusal | None:
    """Say whether blocked time or another booking was in the way of a single resource.

    None: an expired hold is, which somebody else was just lapsing; it is worth another try.
    """
    facts = {
        "resources": list(resources),
        "start": wanted.span.start,
        "end": wanted.span.end,
        "from": wanted.blocked.start,
        "until": wanted.blocked.end,
        "past": wanted.blocked.start - DAY,
        "now": now,
    }
    rows = session.execute(_IN_THE_WAY, facts).all()
    if any(r.resource_id is None for r in rows):
        return None
    if rows and {r.resource_id for r in rows} == set(resources):
        name = business.resource(rows[0].resource_id).name
        return Refusal(Reason.BUSY, {"who": name, "until": min(r.until for r in rows)})
    return taken_by_others(business, wanted)


def taken_by_others(business: Business, wanted: Wanted) -> Refusal:
    """Return the refusal of a time that bookings have."""
    return Refusal(Reason.TAKEN, {"who": _who(business, wanted)})


def _who(business: Business, wanted: Wanted) -> str | None:
    return business.resource(wanted.provider).name if wanted.provider is not None else None
