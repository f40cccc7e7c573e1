"""When a place's day ends: at midnight, or at its closing where that comes later. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from core.hours import weekly_hours
from core.rules import Business
from core.span import DAY, MINUTE, Span, instant
from dialogs.when import Grain, Window, Wish


def begins(business: Business, day: date) -> datetime:
    """Return the instant at which a day of the place begins: where the night before has closed."""
    closes = [s.closes for s in weekly_hours(business, day - DAY) if s.closes <= s.opens]
    return instant(day, max(closes, default=time(0)), business.zone)


def day_of(business: Business, now: datetime) -> date:
    """Return the place's day at an instant; after midnight, while it is open, the one before."""
    today = now.astimezone(business.zone).date()
    return today if now >= begins(business, today) else today - timedelta(days=1)


def going_on(business: Business, now: datetime) -> Span | None:
    """Return the night that began before midnight and goes on: from its last minute before it."""
    today = now.astimezone(business.zone).date()
    if day_of(business, now) == today:
        return None
    return Span(instant(today, time(0), business.zone) - MINUTE, begins(business, today))


def left_of(wish: Wish, night: Span, *, now: datetime) -> Wish:
    """Return what is left of a wish for the night that goes on; no window where nothing is."""
    return replace(
        wish, windows=tuple(w for w in (_left(w, night, now) for w in wish.windows) if w)
    )


def same_night(business: Business, wish: Wish, about: datetime) -> Wish:
    """Return an hour said without its day as one of the night under discussion.

    "midnight" of a booking on Saturday at 23:00 is the end of that Saturday, not its beginning.
    """
    day = day_of(business, about)
    first = begins(business, day)
    if not wish.time_said or wish.day_said or first == instant(day, time(0), business.zone):
        return wish
    windows = tuple(_of_night(w, day, first, business) for w in wish.windows)
    last = begins(business, day + timedelta(days=1))
    over = any(
        w.start and instant(day + timedelta(days=1), time(0), business.zone) <= w.start < last
        for w in windows
    )
    # A day that is certain stays when the hour is joined with what was wished before.
    return replace(wish, windows=windows, day_said=over)


def _of_night(window: Window, day: date, first: datetime, business: Business) -> Window:
    start = window.start
    if start is None or window.grain is not Grain.MINUTE or start >= first:
        return window
    if start.astimezone(business.zone).date() != day:
        return window
    return replace(window, start=start + timedelta(days=1))


def _left(window: Window, night: Span, now: datetime) -> Window | None:
    start, end = window.start, window.end
    if window.grain is Grain.MINUTE:
        return window if start is not None and start >= now else None
    zone = (start or end or night.end).tzinfo or UTC
    midnight = night.start + MINUTE
    last = night.end if end is None or end >= midnight else end
    first = max(start or now, now)
    if first >= last:
        return None
    return Window(first.astimezone(zone), last.astimezone(zone), Grain.RANGE)
