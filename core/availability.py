"""When somebody is free, computed on whole minutes as bits of one integer. Pure.

A mask is an int whose bit n stands for the minute `base + n`, counted from the epoch in UTC, so
that clock changes need no care here: wall hours become instants before they become bits. A start
fits where the resource is open for the service's length, and nobody else's time, buffers included,
lies in the service's time with its own buffers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache, reduce
from itertools import chain, compress, repeat
from operator import and_, or_
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core import gaps
from core.gaps import held_for
from core.hours import fixed_starts, open_spans
from core.rules import Business, Service
from core.serving import Way, by_length, eligible, joined, leading
from core.span import DAY, MINUTE, Span, days_between, instant

_DAY_MINUTES = 1440
_BIT = (1, 2, 4, 8, 16, 32, 64, 128)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Slot(NamedTuple):
    """A free time: aware UTC instants, and for each need the free resources, best first.

    `joined` are the tables to put together, one set for each need that no single one can serve. A
    tidy one leaves no gap in the day of whoever is best that the business wants to avoid.
    """

    start: datetime
    end: datetime
    options: tuple[tuple[int, ...], ...]
    session: int | None = None
    left: int | None = None  # seats left, for a class
    joined: tuple[Way, ...] = ()
    tidy: bool = True

    @property
    def first(self) -> tuple[int, ...]:
        """The best resource for each need, or the tables to put together."""
        single = (options[0] for options in self.options if options)
        return (*single, *chain.from_iterable(self.joined))


@dataclass(frozen=True, slots=True)
class Taken:
    """Time of one seat of one resource that is not free: `[start, end)`, minutes from the epoch."""

    resource: int
    seat: int
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Class:
    """One class on one day: its session's id, its start as a minute since the epoch, its staff."""

    session: int
    start: int
    resources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The minutes that the masks of one search stand for: whole UTC days, `[first, last]`."""

    first: date
    last: date

    @property
    def base(self) -> int:
        return (self.first - _EPOCH.date()).days * _DAY_MINUTES

    @property
    def size(self) -> int:
        return ((self.last - self.first).days + 1) * _DAY_MINUTES

    def mask(self, spans: Iterable[tuple[int, int]]) -> int:
        """Return the mask of spans of minutes since the epoch; what lies outside is cut off.

        A run of ones is a difference of two powers of two: all ends are one number, all starts
        another, and one subtraction makes every run.
        """
        base, size, done = self.base, self.size, 0
        starts, ends = bytearray(size // 8 + 1), bytearray(size // 8 + 1)
        for start, end in sorted(spans):
            at, stop = start - base, end - base
            if at < done:  # noqa: PLR1730 - thousands of calls of max() would take a third of all
                at = done
            if stop > size:  # noqa: PLR1730 - likewise
                stop = size
            if at < stop:
                starts[at >> 3] |= _BIT[at & 7]
                ends[stop >> 3] |= _BIT[stop & 7]
                done = stop
        return int.from_bytes(ends, "little") - int.from_bytes(starts, "little")


def minute(moment: datetime) -> int:
    """Return the whole minutes from the epoch to an instant, rounded down."""
    return int((moment - _EPOCH).total_seconds() // 60)


def _minute_from(moment: datetime) -> int:
    """Return the first whole minute at or after an instant."""
    return -((_EPOCH - moment) // MINUTE)


def moment(minutes: int) -> datetime:
    """Return the instant of a minute since the epoch."""
    return datetime.fromtimestamp(minutes * 60, UTC)


def frame_for(span: Span) -> Frame:
    """Return the frame that holds a span with a day around it for shifts and buffers."""
    return Frame((span.start - DAY).date(), (span.end + DAY).date())


def free_starts(
    business: Business,
    service: Service,
    *,
    party: int,
    provider: int | None,
    windows: Sequence[Span],
    taken: Iterable[Taken],
    full_days: Iterable[tuple[int, date]] = (),
    classes: Sequence[Class] = (),
    limit: int,
) -> list[Slot]:
    """Return the first `limit` free slots whose start lies in one of the windows, in order.

    The windows are already within notice and horizon. `taken` holds bookings with their buffers
    and, with seat 0, time that is blocked (which buffers may reach into); `full_days` the
    (resource, day) pairs at their limit. Where providers take different lengths a start is free if
    one of them is, for as long as he takes; the slot ends when the best of them is done.
    """
    if not windows:
        return []
    if service.lengths:
        taken, full_days = list(taken), list(full_days)
        each = [
            free_starts(
                business,
                one,
                party=party,
                provider=provider,
                windows=windows,
                taken=taken,
                full_days=full_days,
                limit=limit,
            )
            for one in by_length(service, provider)
        ]
        return _merged(service, each)[:limit]
    frame = frame_for(Span(min(w.start for w in windows), max(w.end for w in windows)))
    wanted = frame.mask((_minute_from(w.start), _minute_from(w.end)) for w in windows)
    rows: dict[int, list[Taken]] = {}
    for row in taken:
        rows.setdefault(row.resource, []).append(row)
    if service.times:
        return _class_slots(
            business,
            service,
            party=party,
            provider=provider,
            frame=frame,
            wanted=wanted,
            rows=rows,
            classes=classes,
            limit=limit,
        )
    full = _full(frame, full_days, business.zone)
    wanted &= _on_offer(business, service, frame)

    @cache
    def day(r: int) -> tuple[int, int]:
        fits, tidy = _starts(business, service, r, frame, rows.get(r, ()))
        return fits & ~full.get(r, 0), tidy

    def starts(r: int) -> int:
        return day(r)[0]

    needs: list[list[tuple[int, int]]] = []
    joins: list[list[tuple[Way, int]]] = []
    every, tidy = wanted, -1
    told_apart = gaps.least(business, service) is not None
    alone = eligible(business, service, party=party, provider=provider)
    together = joined(business, service, party=party, provider=provider)
    for ids, sets in zip(alone, together, strict=True):
        options = [(r, starts(r)) for r in ids]
        tables = [(s, reduce(and_, map(starts, s))) for s in sets]
        every &= reduce(or_, (mask for _, mask in (*options, *tables)), 0)
        tidy &= _tidy([day(r) for r in ids]) if told_apart else -1
        needs.append(options)
        joins.append(tables)
    neat = every & tidy if told_apart else None
    found = _slots(frame, _bits(every, limit), needs, service.length, neat)
    return _with_joined(frame, found, joins) if any(joins) else found


def _merged(service: Service, found: Sequence[Sequence[Slot]]) -> list[Slot]:
    """Return one slot for each start: that of the best, with all who might be had instead."""
    lead = leading(service)
    order = {r: n for n, r in enumerate(service.needs[lead].any_of)}
    by_start: dict[datetime, list[Slot]] = {}
    for slot in chain.from_iterable(found):
        by_start.setdefault(slot.start, []).append(slot)
    whole: list[Slot] = []
    for start in sorted(by_start):
        slots = sorted(by_start[start], key=lambda slot: order[slot.options[lead][0]])
        who = sorted(chain.from_iterable(s.options[lead] for s in slots), key=order.__getitem__)
        options = (*slots[0].options[:lead], tuple(who), *slots[0].options[lead + 1 :])
        whole.append(slots[0]._replace(options=options))
    return whole


def _slots(
    frame: Frame,
    bits: Sequence[int],
    needs: Sequence[Sequence[tuple[int, int]]],
    length: timedelta,
    tidy: int | None,
) -> list[Slot]:
    """Return a slot for each bit, with the resources of each need whose masks have it."""
    size = frame.size // 8
    places = [(bit >> 3, bit & 7) for bit in bits]
    choices: list[list[tuple[int, ...]]] = []
    for need in needs:
        ids = [r for r, _ in need]
        tables = [mask.to_bytes(size, "little") for _, mask in need]
        rows = [[t[byte] >> place & 1 for byte, place in places] for t in tables]
        free = zip(*rows, strict=True) if rows else repeat((), len(bits))
        known: dict[tuple[int, ...], tuple[int, ...]] = {}
        choices.append([known.get(f) or known.setdefault(f, tuple(compress(ids, f))) for f in free])
    starts = [moment(frame.base + bit) for bit in bits]
    offered = zip(starts, zip(*choices, strict=True), strict=True)
    if tidy is None:
        return [Slot(start, start + length, options) for start, options in offered]
    neat = tidy.to_bytes(size, "little")
    return [
        Slot(start, start + length, options, None, None, (), neat[byte] >> place & 1 == 1)
        for (start, options), (byte, place) in zip(offered, places, strict=True)
    ]


def _tidy(days: Sequence[tuple[int, int]]) -> int:
    """Return the minutes that are tidy for the first of some who can start then, or for nobody."""
    found = able = 0
    for starts, tidy in days:
        found |= ((starts | able) ^ able) & tidy
        able |= starts
    return found | ~able


def _with_joined(
    frame: Frame, slots: list[Slot], joins: Sequence[Sequence[tuple[Way, int]]]
) -> list[Slot]:
    """Add to each slot the best set of tables for each need that no single one can serve."""
    whole: list[Slot] = []
    for slot in slots:
        bit = minute(slot.start) - frame.base
        sets = (
            next(s for s, mask in tables if mask >> bit & 1)
            for options, tables in zip(slot.options, joins, strict=True)
            if not options
        )
        whole.append(slot._replace(joined=tuple(sets)))
    return whole


def _starts(
    business: Business, service: Service, resource: int, frame: Frame, rows: Sequence[Taken]
) -> tuple[int, int]:
    """Return the starts at which one seat is open and free long enough, and what is tidy."""
    blocked = frame.mask(chain.from_iterable(t.spans for t in rows if t.seat == 0))
    works = _open(business, resource, frame) & ~blocked
    fits = held_for(works, service.minutes)
    if not fits:
        return 0, -1
    everything = (1 << frame.size) - 1
    length = service.before + service.minutes + service.after
    free = used = 0
    for seat in range(1, business.resource(resource).seats + 1):
        used = frame.mask(chain.from_iterable(t.spans for t in rows if t.seat == seat))
        free |= held_for(everything ^ used, length)
    least = gaps.least(business, service) if gaps.kept(business, resource) else None
    tidy = gaps.tidy(works & (everything ^ used), service, least, every=everything) if least else -1
    return fits & (free << service.before), tidy


def _class_slots(
    business: Business,
    service: Service,
    *,
    party: int,
    provider: int | None,
    frame: Frame,
    wanted: int,
    rows: dict[int, list[Taken]],
    classes: Sequence[Class],
    limit: int,
) -> list[Slot]:
    room = service.needs[0].any_of[0]
    seats = business.resource(room).seats
    slots: list[Slot] = []
    for held in sorted(classes, key=lambda c: c.start):
        bit = held.start - frame.base
        if bit < 0 or not wanted >> bit & 1:
            continue
        if provider is not None and provider not in held.resources:
            continue
        end = held.start + service.minutes
        since, until = held.start - service.before, end + service.after
        taken = rows.get(room, ())
        if any(t.seat == 0 and _touched(t, held.start, end) for t in taken):
            continue
        used = {t.seat for t in taken if t.seat and _touched(t, since, until)}
        left = seats - len(used)
        if left >= party:
            start = moment(held.start)
            slots.append(Slot(start, start + service.length, ((room,),), held.session, left))
        if len(slots) == limit:
            break
    return slots


def _touched(taken: Taken, start: int, end: int) -> bool:
    return any(since < end and start < until for since, until in taken.spans)


def _bits(mask: int, limit: int) -> list[int]:
    digits = f"{mask:b}"[::-1]
    out: list[int] = []
    at = digits.find("1")
    while at >= 0 and len(out) < limit:
        out.append(at)
        at = digits.find("1", at + 1)
    return out


@lru_cache(maxsize=4096)
def _open(business: Business, resource: int, frame: Frame) -> int:
    """Return when a resource is open; a business is one object as long as its rules stand."""
    spans: list[tuple[int, int]] = []
    for day in days_between(frame.first - DAY, frame.last + DAY):
        spans.extend((minute(s.start), minute(s.end)) for s in open_spans(business, resource, day))
    return frame.mask(spans)


def _on_offer(business: Business, service: Service, frame: Frame) -> int:
    """Return the minutes at which a service may start: its own starts, else those of a grid."""
    if service.starts:
        return _fixed(business, service.id, frame)
    return _grid(frame, business.zone, service.grid or business.grid)


@lru_cache(maxsize=512)
def _fixed(business: Business, service: int, frame: Frame) -> int:
    facts = business.service(service)
    days = days_between(frame.first - DAY, frame.last + DAY)
    starts = (minute(s) for day in days for s in fixed_starts(business, facts, day))
    return frame.mask((at, at + 1) for at in starts)


@lru_cache(maxsize=512)
def _grid(frame: Frame, zone: ZoneInfo, grid: int) -> int:
    """Return the minutes whose wall clock reading is a multiple of the grid since midnight."""
    bits: list[tuple[int, int]] = []
    for day in days_between(frame.first - DAY, frame.last + DAY):
        start = minute(_midnight(day, zone))
        stop = minute(_midnight(day + DAY, zone))
        if stop - start == _DAY_MINUTES:
            bits.extend((at, at + 1) for at in range(start, stop, grid))
            continue
        for at in range(start, stop):
            local = moment(at).astimezone(zone)
            if (local.hour * 60 + local.minute) % grid == 0:
                bits.append((at, at + 1))
    return frame.mask(bits)


def _full(frame: Frame, days: Iterable[tuple[int, date]], zone: ZoneInfo) -> dict[int, int]:
    masks: dict[int, int] = {}
    for resource, day in days:
        span = (minute(_midnight(day, zone)), minute(_midnight(day + DAY, zone)))
        masks[resource] = masks.get(resource, 0) | frame.mask([span])
    return masks


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(day, datetime.min.time(), zone)
