"""Why somebody who waits was not asked: from the decisions that were kept. Answered by the way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import offers, waitlist
from core.waitlist import Waiting
from dialogs.flows import looking
from dialogs.flows.hand_who import known
from dialogs.states import State
from dialogs.talk import Turn

_SHOWN = 4  # starts that are spoken of


def why(turn: Turn) -> State:
    """Say of one start, or of the last that came free, why the sender was or was not asked.

    A provider asks about somebody else. Nobody hears who was asked instead.
    """
    person, name, facts = turn.reader.person, "", turn.said.facts
    if turn.reader.provider is not None and (facts.name or facts.phone):
        found = known(turn)
        if found is None:
            return turn.state
        person, name = found.id, found.name
    mine = waitlist.lately(turn.session, person)
    starts = looking.exact_starts(facts.wish)
    lines = [_of_start(turn, mine, starts[0])] if starts and mine else _of_all(turn, mine)
    turn.say("wait_why", lines=lines, waiting=bool(mine), name=name)
    return turn.state


def _of_all(turn: Turn, mine: Sequence[Waiting]) -> list[dict[str, Any]]:
    """Return the last decisions of all that somebody waits for, one for each start."""
    found: dict[datetime, dict[str, Any]] = {}
    for one in mine:
        for row in offers.decisions(turn.session, one.id):
            if row.starts_at not in found or row.kind == "offered":
                found[row.starts_at] = _line(row.starts_at, row.kind)
    return [found[start] for start in sorted(found)][-_SHOWN:]


def _of_start(turn: Turn, mine: Sequence[Waiting], start: datetime) -> dict[str, Any]:
    """Return what was decided of one start, else what the rows say of it."""
    kinds = [
        row.kind
        for one in mine
        for row in offers.decisions(turn.session, one.id)
        if row.starts_at == start
    ]
    if kinds:  # the last that was decided, but that it was offered counts more
        return _line(start, "offered" if "offered" in kinds else kinds[0])
    one = next((one for one in mine if one.fits(start)), None)
    if one is None:
        return _line(start, "not wished")
    other = offers.to_others(turn.session, service=one.service, start=start, wait=one.id)
    if other is not None:
        return _line(start, "before" if other < one.id else "another")
    near = not offers.at_once(turn.business.waitlist, left=start - turn.now)
    return _line(start, "late" if near else "not free")


def _line(start: datetime, kind: str) -> dict[str, Any]:
    return {"start": start, "why": kind}
