"""From a wish in words to times on offer: windows as instants, free slots spread out, reasons."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from core import changing, finding
from core.availability import Slot
from core.db import Session
from core.finding import Search
from core.policy import bookable
from core.rules import Business, Kind
from core.span import DAY, MINUTE, Span
from dialogs.talk import Choice
from dialogs.when import Grain, Window, Wish

SHOWN = 4
_MANY = 400


def exact_starts(wish: Wish) -> list[datetime]:
    """Return the exact moments that a wish names, in its order."""
    return [w.start for w in wish.windows if w.start is not None and w.grain is Grain.MINUTE]


def windows_of(wish: Wish, *, business: Business, now: datetime) -> list[Span]:
    """Return the instants in which a start would fit the wish; no time said: all that can be had.

    "after 3" ends with its day, "from Tuesday on" with the horizon, "before 2" begins its day.
    """
    everything = bookable(business, now=now)
    return [_window(w, everything) for w in wish.windows] or [everything]


def _window(window: Window, everything: Span) -> Span:
    start, end = window.start, window.end
    if start is not None and window.grain is Grain.MINUTE:
        return Span(start, start + MINUTE)
    if start is None:
        if end is None:
            return everything
        return Span(_midnight(end - MINUTE), end)
    if end is None:
        end = everything.end if start.time() == time(0) else _midnight(start) + DAY
    return Span(start, end)


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
    return [
        Span(w.start or everything.start, w.end or (w.start or now) + MINUTE) for w in wish.exclude
    ]


def lapse_expired(session: Session, *, now: datetime) -> None:
    """Lapse whatever should have lapsed, so that no search is hindered by an expired hold."""
    for booking in finding.expired_holds(session, now=now):
        changing.expire(session, booking=booking, now=now)


def look(
    session: Session, *, business: Business, search: Search, wish: Wish, now: datetime
) -> list[Slot]:
    """Return a few free slots that fit a wish, spread over it rather than all at its start."""
    lapse_expired(session, now=now)
    found = finding.free(
        session,
        business=business,
        search=search,
        windows=windows_of(wish, business=business, now=now),
        exclude=excluded(wish, business=business, now=now),
        now=now,
        limit=_MANY,
    )
    return spread(found, apart=max(search.service.length, timedelta(hours=1)))


def spread(slots: Sequence[Slot], *, apart: timedelta) -> list[Slot]:
    """Return the first slot and some later ones, at least so far apart; all where they are few."""
    if len(slots) <= SHOWN:
        return list(slots)
    chosen: list[Slot] = []
    for slot in slots:
        if not chosen or slot.start - chosen[-1].start >= apart:
            chosen.append(slot)
        if len(chosen) == SHOWN:
            break
    return chosen


def nearest(
    session: Session, *, business: Business, search: Search, around: datetime, now: datetime
) -> list[Slot]:
    """Return the free slots nearest to a moment."""
    lapse_expired(session, now=now)
    return finding.nearest(session, business=business, search=search, around=around, now=now)


def choices(slots: Sequence[Slot], *, business: Business) -> list[Choice]:
    """Return slots as they are offered by number, with who would do it."""
    return [Choice(start=s.start, provider=provider_of(s.first, business)) for s in slots]


def provider_of(resources: Sequence[int], business: Business) -> int | None:
    """Return the provider among some resources."""
    for r in resources:
        if r in business.by_id and business.by_id[r].kind is Kind.PROVIDER:
            return r
    return None
