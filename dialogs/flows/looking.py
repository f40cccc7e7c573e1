"""From a wish in words to times on offer: windows as instants, free slots, and why there are none.

Wishes carry wall times of their zone; what leaves here are instants in UTC, which can be added to
and compared without minding the clock changes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice

from core import finding
from core.availability import Slot
from core.db import Session
from core.finding import Search
from core.hours import fixed_starts
from core.policy import bookable, judge
from core.refusals import Reason, Refusal
from core.rules import Business, Kind, Service
from core.span import DAY, MINUTE, Span, local_days
from dialogs.flows import picking
from dialogs.talk import Choice
from dialogs.when import Grain, Window, Wish

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MANY = 4000
_WHOLE_DAY = timedelta(hours=12)
_FORTNIGHT = timedelta(days=14)
_REPEATED = 21  # days ahead in which something that comes again is looked for
_BYDAY = re.compile(r"BYDAY=([A-Z,]+)")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SAMPLES = 48  # starts of a window that are judged to learn why none can be had

# Where several rules forbid a window's starts, the first of these is the reason that helps most.
_TELLING = (
    Reason.NOT_BY,
    Reason.PARTY,
    Reason.OFF,
    Reason.BREAK,
    Reason.HOURS,
    Reason.NO_CLASS,
    Reason.FIXED_STARTS,
    Reason.CLOSED,
    Reason.NOTICE,
    Reason.FURTHEST,
    Reason.PAST,
)


def exact_starts(wish: Wish) -> list[datetime]:
    """Return the exact moments that a wish names, in its order."""
    return [_utc(w.start) for w in wish.windows if w.start is not None and w.grain is Grain.MINUTE]


def windows_of(wish: Wish, *, business: Business, now: datetime) -> list[Span]:
    """Return the instants in which a start would fit the wish; no time said: all that can be had.

    "after 3" ends with its day, "from Tuesday on" with the horizon, "before 2" begins its day.
    """
    everything = bookable(business, now=now)
    return [_window(w, everything) for w in wish.windows] or [everything]


def _window(window: Window, everything: Span) -> Span:
    start, end = window.start, window.end
    if start is not None and window.grain is Grain.MINUTE:
        return Span(_utc(start), _utc(start) + MINUTE)
    if start is None:
        if end is None:
            return everything
        if end.time() == time(0):  # "before friday": from now on
            return Span(min(everything.start, _utc(end)), _utc(end))
        return Span(_utc(_midnight(end - MINUTE)), _utc(end))
    if end is None:
        last = everything.end if start.time() == time(0) else _midnight(start) + DAY
        return Span(_utc(start), _utc(last))
    return Span(_utc(start), _utc(end))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def loosely(wish: Wish, now: datetime) -> list[Span]:
    """Return the instants that a wish names, unbounded ends a year away: to find what is meant."""
    return [_window(w, Span(now - DAY, now + 365 * DAY)) for w in wish.windows]


def at(moment: datetime) -> Wish:
    """Return the wish for one exact moment."""
    window = Window(moment, None, Grain.MINUTE)
    return Wish((window,), day_said=True, time_said=True)


def excluded(wish: Wish, *, business: Business, now: datetime) -> list[Span]:
    """Return the instants that a wish rules out."""
    everything = bookable(business, now=now)
    zone = next((w.start.tzinfo for w in wish.windows if w.start), None) or business.zone
    never = _weekdays(wish.exclude_rrule)
    first = everything.start.astimezone(zone).date()
    ahead = (first + n * DAY for n in range((everything.end - everything.start).days + 2))
    return [
        Span(
            _utc(w.start or everything.start),
            _utc(w.end) if w.end else _utc(w.start or now) + MINUTE,
        )
        for w in wish.exclude
    ] + [_day(day, zone) for day in ahead if WEEKDAYS[day.weekday()] in never]


def whenever(wish: Wish) -> bool:
    """Whether a wish says how often and neither a day nor an hour: "weekly", "every 2 weeks"."""
    return wish.rrule is not None and "BY" not in wish.rrule and not wish.time_said


def on_weekday(wish: Wish, moment: datetime) -> bool:
    """Whether a wish names the weekday of a moment as one that comes again: "my tuesdays"."""
    return WEEKDAYS[moment.weekday()] in _weekdays(wish.rrule)


def _weekdays(rule: str | None) -> list[str]:
    """Return the weekdays of a rule of RFC 5545: "MO", "TU"."""
    found = _BYDAY.search(rule or "")
    return found.group(1).split(",") if found else []


def _day(day: date, zone: tzinfo) -> Span:
    start, end = (datetime.combine(d, time(0), zone) for d in (day, day + DAY))
    return Span(_utc(start), _utc(end))


def ruled_out(wish: Wish, offered: Sequence[datetime]) -> Wish:
    """Return a wish whose exclusions mean what was offered: "not wednesday", "no mornings".

    A weekday is that of the offered times; a part of a day that was not named is that of each day.
    """
    out: list[Window] = []
    for w in wish.exclude:
        if w.start is None or (wish.day_said and w.grain is not Grain.DAY):
            out.append(w)
        elif w.grain is Grain.DAY:
            days = [o.astimezone(w.start.tzinfo).date() for o in offered]
            same = [d for d in days if d.weekday() == w.start.weekday()]
            out.append(w if not same else _later(w, same[0] - w.start.date()))
        else:
            out += [_later(w, timedelta(days=n)) for n in range(_REPEATED)]
    return replace(wish, exclude=tuple(out))


def beyond(wish: Wish, proposed: datetime) -> Wish:
    """Return a wish that corrects a proposal without the time proposed: "yes, but after 3" of 3."""
    windows = tuple(
        replace(w, start=w.start + MINUTE)
        if w.start == proposed and w.grain is Grain.RANGE and (not w.end or w.end.time() == time(0))
        else w
        for w in wish.windows
    )
    return replace(wish, windows=windows)


def allowed_again(earlier: Wish, later: Wish) -> Wish:
    """Return the earlier wish without the days ruled out that the later one asks for."""
    starts = [w.start for w in later.windows if w.start is not None] if later.day_said else []
    kept = tuple(
        w
        for w in earlier.exclude
        if w.grain is not Grain.DAY or not any(_within(start, w) for start in starts)
    )
    never = _weekdays(earlier.exclude_rrule)
    again = any(WEEKDAYS[start.weekday()] in never for start in starts)
    return replace(earlier, exclude=kept, exclude_rrule=None if again else earlier.exclude_rrule)


def _within(start: datetime, window: Window) -> bool:
    first, end = window.start, window.end
    return first is not None and end is not None and first <= start < end


def on_each_day(wish: Wish, *, reach: int = _REPEATED) -> Wish:
    """Return "weekday mornings", "any friday" as those ahead; a wish without such as it is."""
    window = wish.windows[0] if wish.windows else None
    repeated = wish.rrule or wish.each
    if repeated is None or window is None or window.start is None or exact_starts(wish):
        return wish
    days = _weekdays(repeated) or WEEKDAYS
    ahead = (timedelta(days=n) for n in range(reach))
    windows = (_later(window, by) for by in ahead)
    fitting = tuple(w for w in windows if w.start and WEEKDAYS[w.start.weekday()] in days)
    return replace(wish, windows=fitting, rrule=None, each=None)


def _later(window: Window, by: timedelta) -> Window:
    """Return a window so many days later, at the same wall times."""
    start, end = (edge + by if edge else None for edge in (window.start, window.end))
    return Window(start, end, window.grain)


def find(
    session: Session,
    *,
    business: Business,
    search: Search,
    windows: Sequence[Span],
    exclude: Sequence[Span],
    now: datetime,
) -> list[Slot]:
    """Return every free slot that starts in the windows, in order."""
    return finding.free(
        session,
        business=business,
        search=search,
        windows=windows,
        exclude=exclude,
        now=now,
        limit=_MANY,
    )


def look(
    session: Session,
    *,
    business: Business,
    search: Search,
    wish: Wish,
    exclude: Sequence[Span] = (),
    now: datetime,
) -> list[Slot]:
    """Return a few free slots that fit a wish; "around 3" wants the nearest to it.

    Of those that fit as well as each other the tidy ones are taken.
    """
    windows = windows_of(wish, business=business, now=now)
    never = [*excluded(wish, business=business, now=now), *exclude]
    found = find(session, business=business, search=search, windows=windows, exclude=never, now=now)
    if wish.approximate and wish.time_said and found:
        middle = windows[0].start + (windows[0].end - windows[0].start) / 2
        best = sorted(found, key=lambda s: (abs(s.start - middle), not s.tidy))
        return sorted(best[: picking.SHOWN - 1], key=lambda s: s.start)
    found = picking.tidy(found, zone=business.zone)
    return picking.spread(found, zone=business.zone, soon=not wish.windows)


def nearest(
    session: Session,
    *,
    business: Business,
    search: Search,
    instead_of: Span,
    exclude: Sequence[Span] = (),
    now: datetime,
) -> list[Slot]:
    """Return what can be had instead of a moment: near it, and at its hour on other days.

    Instead of a whole day or more, some times of the days around it.
    """
    everything = bookable(business, now=now)
    around = min(max(instead_of.start, everything.start), everything.end)
    for reach in (_FORTNIGHT, everything.end - everything.start):
        window = Span(around - reach, around + reach)
        found = find(
            session, business=business, search=search, windows=[window], exclude=exclude, now=now
        )
        if found and instead_of.length >= _WHOLE_DAY:
            found = picking.tidy(found, zone=business.zone)
            return picking.around(found, instead_of, zone=business.zone)
        if found:
            return picking.beside(found, around, zone=business.zone)
    return []


def why_none(business: Business, search: Search, windows: Sequence[Span], now: datetime) -> Refusal:
    """Say why nothing can be had in some windows: the rule in the way, else that all is taken."""
    found: dict[Reason, Refusal] = {}
    grid = (search.service.grid or business.grid) * MINUTE
    own = _own_starts(business, search.service, windows)
    for start in own or _samples(windows, grid):
        refused = judge(
            business,
            search.service,
            start=start,
            party=search.party,
            provider=search.provider,
            now=now,
        )
        if refused is None:
            return Refusal(Reason.TAKEN, {"whole": True})
        found.setdefault(refused.reason, refused)
    telling = next((found[reason] for reason in _TELLING if reason in found), None)
    return telling or Refusal(Reason.TAKEN, {"whole": True})


def _own_starts(business: Business, service: Service, windows: Sequence[Span]) -> list[datetime]:
    """Return the fixed starts of a service that lie in some windows, the first of many."""
    if not service.starts:
        return []
    starts = (
        start
        for window in windows
        for day in local_days(window, business.zone)
        for start in fixed_starts(business, service, day)
        if window.start <= start < window.end
    )
    return list(islice(starts, _SAMPLES))


def _samples(windows: Sequence[Span], grid: timedelta) -> Iterable[datetime]:
    """Return starts on the grid, spread over the windows."""
    whole = sum((w.end - w.start for w in windows), timedelta())
    step = max(grid, -(-whole // _SAMPLES // grid) * grid)
    for window in windows:
        start = window.start + (_EPOCH - window.start) % grid
        while start < window.end:
            yield start
            start += step


def choices(slots: Sequence[Slot], *, business: Business, whoever: bool = False) -> list[Choice]:
    """Return slots as they are offered by number, with who would do it.

    Names are shown where they differ. `whoever` gives then only those in whose stead nobody could:
    of several one is chosen by the rule of the business when the time is held.
    """
    firsts = [provider_of(s.first, business) for s in slots]
    named = whoever and len(set(firsts)) > 1
    return [
        Choice(start=s.start, provider=None if named and _several(s, who) else who)
        for s, who in zip(slots, firsts, strict=True)
    ]


def _several(slot: Slot, who: int | None) -> bool:
    """Whether somebody else could do it in their stead."""
    return any(who in options and len(options) > 1 for options in slot.options)


def provider_of(resources: Sequence[int], business: Business) -> int | None:
    """Return the provider among some resources."""
    for r in resources:
        if r in business.by_id and business.by_id[r].kind is Kind.PROVIDER:
            return r
    return None
