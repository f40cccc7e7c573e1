"""Quiet hours: nobody is woken. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.rules import Quiet
from core.span import instant


def awake(quiet: Quiet, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the first moment from `at` on that is outside the reader's quiet hours."""
    wall = at.astimezone(zone)
    clock = wall.time().replace(tzinfo=None)
    if quiet.start <= quiet.end:
        inside = quiet.start <= clock < quiet.end
    else:
        inside = clock >= quiet.start or clock < quiet.end
    if not inside:
        return at
    day = wall.date() + timedelta(days=1 if clock >= quiet.end else 0)
    return instant(day, quiet.end, zone)


def before(quiet: Quiet, zone: ZoneInfo, at: datetime) -> datetime:
    """Return a moment, or the last minute before the reader's quiet hours that it lies in."""
    if awake(quiet, zone, at) == at:
        return at
    wall = at.astimezone(zone)
    began = wall.date() - timedelta(days=1 if wall.time().replace(tzinfo=None) < quiet.start else 0)
    return instant(began, quiet.start, zone) - timedelta(minutes=1)
