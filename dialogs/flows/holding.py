"""The hold behind a proposal: taken, corrected without losing it, let go."""

from dataclasses import replace
from datetime import datetime

from core import booking, changing, finding, series
from core.booking import Held
from core.choosing import Wanted
from core.preferring import Because
from core.refusals import Reason, Refusal
from core.span import MINUTE
from dialogs.flows import looking
from dialogs.talk import Turn


class RefusedError(Exception):
    """Undoes a savepoint, so that the earlier hold stays and no lock is kept for the next try."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def hold(turn: Turn, start: datetime, provider: int | None) -> Held | Refusal:
    """Hold a start; what was held before in this talk is given up only once this one is got.

    A proposal keeps its row and its ref when it is corrected; a booking that is to be moved keeps
    its time until the yes, and its provider where they are free then.
    """
    earlier, target = living(turn), turn.talk.target
    try:
        with turn.session.attempt():
            if target is None:
                got = _first(turn, start, (provider,), instead_of=earlier, swapped=True)
                if got.because is Because.USUAL and earlier is None:
                    turn.remark("usual", who=looking.provider_of(got.resources, turn.business))
                return got
            before = _provider_before(turn, target) if provider is None else provider
            before = provider if before in turn.talk.without else before
            if earlier is not None:
                changing.release(turn.session, booking=earlier, by=turn.by, now=turn.now)
            return _first(turn, start, (before, provider), instead_of=target, swapped=False)
    except RefusedError as refused:
        return refused.refusal


def _first(
    turn: Turn,
    start: datetime,
    providers: tuple[int | None, ...],
    *,
    instead_of: int | None,
    swapped: bool,
) -> Held:
    """Take the start with the first of these that can; RefusedError with the last refusal."""
    refused = Refusal(Reason.TAKEN)
    for provider in dict.fromkeys(providers):
        got = _take(turn, start, provider, instead_of=instead_of, swapped=swapped)
        if isinstance(got, Held):
            return got
        refused = got
    raise RefusedError(refused)


def _provider_before(turn: Turn, target: int) -> int | None:
    """Return who does the booking that is to be moved, for whom they would rather keep."""
    found = finding.booking(turn.session, target)
    return looking.provider_of(found.resources, turn.business) if found else None


def _take(
    turn: Turn, start: datetime, provider: int | None, *, instead_of: int | None, swapped: bool
) -> Held | Refusal:
    service, now = turn.service, turn.now
    if service is None:
        return Refusal(Reason.GONE)
    got = booking.hold(
        turn.session,
        business=turn.business,
        wanted=Wanted(service, start, turn.party, provider),
        person=turn.reader.person,
        until=min(now + turn.business.hold * MINUTE, max(start, now + MINUTE)),
        by=turn.by,
        now=now,
        instead_of=instead_of,
    )
    if isinstance(got, Refusal) or not swapped or instead_of is None:
        return got
    gone = changing.swap(turn.session, booking=instead_of, hold=got.id, by=turn.by, now=now)
    return gone or replace(got, id=instead_of)


def living(turn: Turn) -> int | None:
    """Return the talk's hold if it still is one."""
    if turn.talk.booking is None:
        return None
    held = finding.booking(turn.session, turn.talk.booking)
    alive = held and held.status == "held" and held.expires and held.expires > turn.now
    return turn.talk.booking if alive else None


def let_go(turn: Turn) -> None:
    """Release the talk's hold, if it has one, or all that is held of a series."""
    if turn.talk.series is not None:
        series.release(turn.session, series=turn.talk.series, by=turn.by, now=turn.now)
    held = living(turn)
    if held is not None:
        changing.release(turn.session, booking=held, by=turn.by, now=turn.now)
    turn.learn(booking=None, series=None, start=None)


def held_start(turn: Turn) -> datetime | None:
    """Return the time that is still held for this talk."""
    held = living(turn)
    found = finding.booking(turn.session, held) if held is not None else None
    return found.start if found else None


def was(turn: Turn) -> datetime | None:
    """Return the present time of a booking that is to be moved."""
    target = turn.talk.target
    found = finding.booking(turn.session, target) if target is not None else None
    return found.start if found else None
