"""The provider's day by chat: what is on, and the word on a request."""

from datetime import date, timedelta
from typing import Any

from core import finding
from core.finding import Booked
from dialogs import nights
from dialogs.flows import overview, settle
from dialogs.flows.about import facts_for_staff
from dialogs.flows.info import not_yours, nothing_open
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.when import Grain


def today(turn: Turn) -> State:
    """Show the bookings of today, or of another day that is named; after midnight, of the night."""
    zone, windows = turn.business.zone, turn.said.facts.wish.windows
    start = windows[0].start if windows and windows[0].grain is Grain.DAY else None
    day = start.astimezone(zone).date() if start else None
    if day is None or day == turn.message.received.astimezone(zone).date():
        day = _place_day(turn)
    return _agenda(turn, day, 1)


def tomorrow(turn: Turn) -> State:
    """Show tomorrow's bookings."""
    return _agenda(turn, _place_day(turn) + timedelta(days=1), 1)


def week(turn: Turn) -> State:
    """Show the bookings of the coming seven days, or of a later week that is named."""
    zone, windows = turn.business.zone, turn.said.facts.wish.windows
    start = windows[0].start if windows and windows[0].grain is Grain.RANGE else None
    today = _place_day(turn)
    return _agenda(turn, max(today, start.astimezone(zone).date()) if start else today, 7)


def _place_day(turn: Turn) -> date:
    return nights.day_of(turn.business, turn.now)


def _agenda(turn: Turn, first: date, days: int) -> State:
    provider = turn.reader.provider
    if provider is None:
        return not_yours(turn)
    about = overview.agenda(
        turn.session, turn.business, provider, first=first, days=days, now=turn.now
    )
    turn.say("agenda", **about)
    return turn.state


def accept(turn: Turn) -> State:
    """Confirm a request."""
    return _decide(turn, yes=True)


def refuse(turn: Turn) -> State:
    """Decline a request."""
    return _decide(turn, yes=False)


def yes(turn: Turn) -> State:
    """Understand a yes with nothing open: a provider's word on the one open request.

    A customer whose booking was moved just now agrees to that.
    """
    if turn.talk.last == "moved_by_provider":
        turn.say("hand_suits")
        return turn.state
    return _decide(turn, yes=True) if _requests(turn) else nothing_open(turn)


def no(turn: Turn) -> State:
    """Understand a no with nothing open, likewise."""
    if turn.talk.last == "moved_by_provider":
        turn.say("hand_suits_not")
        return turn.state
    return _decide(turn, yes=False) if _requests(turn) else nothing_open(turn)


def _requests(turn: Turn) -> list[Booked]:
    me = turn.reader.provider
    if me is None:
        return []
    return overview.requests(turn.session, turn.business, me, now=turn.now)


def _for_staff(turn: Turn, about: Booked) -> dict[str, Any]:
    return facts_for_staff(turn.session, turn.business, about)


def _decide(turn: Turn, *, yes: bool) -> State:
    if turn.reader.provider is None:
        return not_yours(turn)
    rows = _requests(turn)
    found = _meant(turn, rows)
    if found is None:
        listed = [_for_staff(turn, r) | {"until": r.expires} for r in rows]
        turn.say("which_request" if rows else "no_request", requests=listed)
        return turn.state
    facts = _for_staff(turn, found)
    changed = turn.pressed is not None and turn.pressed.get("version") != found.version
    if changed or settle.decided(
        turn.session, turn.business, found, yes=yes, by=turn.by, now=turn.now
    ):
        turn.say("request_gone", **facts)
    else:
        turn.say("you_accepted" if yes else "you_declined", **facts)
    return turn.state


def _meant(turn: Turn, rows: list[Booked]) -> Booked | None:
    """Return the request that the button, the ref, the number, or being the only one names."""
    facts = turn.said.facts
    if turn.pressed is not None:
        return finding.booking(turn.session, int(turn.pressed["booking"]))
    if facts.ref:
        return next((r for r in rows if _for_staff(turn, r)["ref"] == facts.ref), None)
    if facts.number is not None:
        return rows[facts.number - 1] if 0 < facts.number <= len(rows) else None
    return rows[0] if len(rows) == 1 else None
