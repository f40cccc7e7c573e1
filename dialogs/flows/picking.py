"""Which free times to offer: a few that differ, at round hours. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from core.availability import Slot
from core.span import Span

SHOWN = 4
_NIGHT = timedelta(hours=4)  # what starts before four belongs to the evening before
_APART = timedelta(minutes=30)  # nearer ones are no choice
_REACH = 2  # so many slots to either side a rounder one is looked for


def spread(slots: Sequence[Slot], *, zone: ZoneInfo, soon: bool = False) -> list[Slot]:
    """Return at most four slots that differ: over the day, or over the days of a longer wish.

    `soon` takes the first slot and stays within the first two days, for a wish without a time.
    """
    if len(slots) <= SHOWN:
        return list(slots)
    days = list(_by_day(slots, zone).values())
    if len(days) == 1:
        return _over(days[0], SHOWN)
    if soon:
        return [days[0][0], *_over(days[0][1:], 2)[-1:], *_over(days[1], 2)][:SHOWN]
    if len(days) >= SHOWN:
        return [_over(day, SHOWN)[n % len(_over(day, SHOWN))] for n, day in enumerate(days[:SHOWN])]
    each, more = divmod(SHOWN, len(days))
    return [s for n, day in enumerate(days) for s in _over(day, each + (n < more))]


def tidy(slots: Sequence[Slot], *, zone: ZoneInfo) -> list[Slot]:
    """Return of each day the slots that leave no gap to be avoided, where it has any; else all."""
    if all(slot.tidy for slot in slots):
        return list(slots)
    days = _by_day(slots, zone).values()
    return [slot for day in days for slot in ([s for s in day if s.tidy] or day)]


def beside(slots: Sequence[Slot], moment: datetime, *, zone: ZoneInfo) -> list[Slot]:
    """Return what can be had instead of a moment, in order of time.

    The nearest before and after on that day, and the same hour of the next day that has it; where
    the day has nothing, the two days around it step in.
    """
    days = _by_day(slots, zone)
    wanted = _day(moment, zone)
    same = days.get(wanted, [])
    chosen = [*[s for s in same if s.start < moment][-1:], *[s for s in same if s.start >= moment]]
    chosen = chosen[: 2 if len(chosen) > 1 and chosen[0].start < moment else 3]
    for other in [d for d in days if d > wanted][: SHOWN - len(chosen)]:
        chosen.append(_closest(days[other], moment, zone))
        if same:
            break
    if len(chosen) < SHOWN - 1:
        earlier = [d for d in days if d < wanted][-1:]
        chosen += [_closest(days[d], moment, zone) for d in earlier]
    return sorted(chosen[:SHOWN], key=lambda s: s.start)


def around(slots: Sequence[Slot], missed: Span, *, zone: ZoneInfo) -> list[Slot]:
    """Return times of the days around some that have nothing: mostly of the next ones."""
    before = list(_by_day([s for s in slots if s.start < missed.start], zone).values())[-1:]
    after = list(_by_day([s for s in slots if s.start >= missed.end], zone).values())[:2]
    inside = list(
        _by_day([s for s in slots if missed.start <= s.start < missed.end], zone).values()
    )
    days = [*before, *inside[:1], *after][: SHOWN - 1]
    fuller = 1 if before and len(days) > 1 else 0
    return [s for n, day in enumerate(days) for s in _over(day, 2 if n == fuller else 1)][:SHOWN]


def _closest(day: Sequence[Slot], moment: datetime, zone: ZoneInfo) -> Slot:
    """Return the slot of a day whose wall time is nearest to a moment's."""
    wanted = _minutes(moment, zone)
    return min(day, key=lambda s: abs(_minutes(s.start, zone) - wanted))


def _over(day: Sequence[Slot], count: int) -> list[Slot]:
    """Return so many slots spread over a day, each moved to a round hour where one is near."""
    if len(day) <= count:
        return list(day)
    chosen: dict[int, None] = {}
    for n in range(count):
        middle = int((n + 0.5) * len(day) / count)
        near = range(max(middle - _REACH, 0), min(middle + _REACH + 1, len(day)))
        free = [at for at in near if at not in chosen] or [middle]
        chosen[min(free, key=lambda at: (_roughness(day[at]), abs(at - middle)))] = None
    picked = [day[at] for at in sorted(chosen)]
    apart = [b for a, b in pairwise(picked) if b.start - a.start >= _APART]
    return [picked[0], *apart]


def _roughness(slot: Slot) -> int:
    minute = slot.start.minute
    return 0 if minute == 0 else 1 if minute == 30 else 2  # noqa: PLR2004 - hours and half hours


def _by_day(slots: Sequence[Slot], zone: ZoneInfo) -> dict[date, list[Slot]]:
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(_day(slot.start, zone), []).append(slot)
    return days


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return _shifted(moment, zone).date()


def _minutes(moment: datetime, zone: ZoneInfo) -> int:
    local = _shifted(moment, zone)
    return local.hour * 60 + local.minute


def _shifted(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return a wall clock reading as if the day began at four: read for its parts alone."""
    return moment.astimezone(zone).replace(tzinfo=UTC) - _NIGHT
