"""What a new request begins with: nothing, or what the sender was just told or refused."""

from dataclasses import replace

from core import finding
from dialogs.states import State
from dialogs.talk import Talk, Turn


def afresh(turn: Turn) -> Talk:
    """Return the talk of a new request, before what the message says is taken in."""
    return _refused(turn) or _like_the_one_that_fell(turn) or _anew(turn)


def looking(turn: Turn) -> Talk:
    """Return the talk of somebody who asks what is free, likewise."""
    return _refused(turn) or _anew(turn)


def _anew(turn: Turn) -> Talk:
    return Talk(last=turn.talk.last, service=_priced(turn))


def _refused(turn: Turn) -> Talk | None:
    """Return what could not be had so, for "then for 8" or "a haircut then" to correct it."""
    talk, facts = turn.talk, turn.said.facts
    if not talk.refused or (facts.service is not None and facts.wish):
        return None
    return replace(talk, refused=False)


def _priced(turn: Turn) -> int | None:
    """Return the service whose price was just told: "ok, saturday at 10" means it."""
    return turn.talk.priced if turn.state is State.IDLE else None


def _like_the_one_that_fell(turn: Turn) -> Talk | None:
    """Take "tomorrow at 4 then" after a booking fell through as a wish for the same again."""
    facts, recent = turn.said.facts, turn.talk.recent
    if recent is None or facts.service or facts.services or not facts.wish:
        return None
    old = finding.booking(turn.session, recent)
    if old is None or old.status not in {"cancelled", "expired"}:
        return None
    party = old.party if turn.business.service(old.service).party_max > 1 else None
    return Talk(
        service=old.service,
        extras=tuple(old.extras),
        party=party,
        provider=old.policy.get("provider"),
        last=turn.talk.last,
    )
