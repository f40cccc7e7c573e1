"""Which of somebody's bookings a message means: by reference, service, provider and time."""

from dataclasses import replace
from datetime import date, datetime

from core.finding import Booked
from core.span import Span
from dialogs import nights
from dialogs.flows import looking
from dialogs.talk import Turn
from dialogs.understanding import Intent
from dialogs.when import Wish


def meant(turn: Turn, rows: list[Booked]) -> list[Booked]:
    """Return the bookings that the message can mean: by ref, service, provider and time.

    A time in a wish to move is where to, unless one of several bookings stands just there.
    """
    facts = turn.said.facts
    if facts.ref:
        return [r for r in rows if r.ref == facts.ref] or rows
    service = {s.key: s.id for s in turn.business.services}.get(facts.service or "")
    provider = {p.key: p.id for p in turn.business.providers}.get(facts.provider or "")
    found = [r for r in rows if service in {None, r.service}] or rows
    found = [r for r in found if provider is None or provider in r.resources] or found
    if turn.talk.doing == "move" and facts.wish.source is not None:
        return [r for r in found if stands(turn, r, facts.wish.source)] or found
    wish = _naming(turn)
    if wish.windows and (turn.talk.doing == "cancel" or len(found) > 1):
        windows = looking.loosely(wish, turn.now)
        at = [r for r in found if any(_starts_in(r, w) for w in windows)]
        at = at or [r for r in found if looking.on_weekday(wish, r.start.astimezone(turn.zone))]
        if turn.talk.doing == "cancel" and not at:
            return found if len(found) > 1 else []
        found = at or found
    return found


def names(turn: Turn, row: Booked, wish: Wish) -> bool:
    """Whether a wish says when a booking is."""
    return any(_starts_in(row, span) for span in looking.loosely(wish, turn.now))


def once_each(rows: list[Booked]) -> list[Booked]:
    """Return bookings with only the next one of each series: how much of it is asked later."""
    first = {r.series: r.id for r in reversed(rows)}
    return [r for r in rows if r.series is None or first[r.series] == r.id]


def _naming(turn: Turn) -> Wish:
    """Return what the message says of when a booking is; "skip the 24th" names that day."""
    wish = turn.said.facts.wish
    skips = turn.talk.doing == "cancel" and wish.exclude and not wish.windows
    return replace(wish, windows=wish.exclude) if skips else wish


def stands(turn: Turn, row: Booked, source: Wish) -> bool:
    """Whether a booking stands where something is moved from; an hour without a day is of any."""
    local = row.start.astimezone(turn.zone)
    if source.time_said and not source.day_said:
        return any(w.start and w.start.time() == local.time() for w in source.windows)
    return names(turn, row, source)


def _starts_in(row: Booked, window: Span) -> bool:
    return window.start <= row.start < window.end


def corrects(turn: Turn) -> bool:
    """Whether the message corrects what was booked: "make it 4", "can we start an hour later?"."""
    return turn.said.has(Intent.CORRECT) or turn.said.facts.wish.relative


def same_day(turn: Turn, row: Booked) -> bool:
    """Whether the message just states an hour of the day of what was booked: "3:30 please".

    Where the place is open past midnight, the hours of one night are of one day.
    """

    def days(moment: datetime) -> tuple[date, date]:
        return moment.astimezone(turn.zone).date(), nights.day_of(turn.business, moment)

    day, night = days(row.start)
    starts = [days(start) for start in looking.exact_starts(turn.said.facts.wish)]
    return (
        turn.said.intents[0] is Intent.INFORM
        and bool(starts)
        and (all(d == day for d, _ in starts) or all(n == night for _, n in starts))
    )
