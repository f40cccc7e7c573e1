"""Add-ons: what a message adds to what is talked of, or leaves out of it."""

from core.booking import kept
from core.finding import Booked
from core.rules import Service
from dialogs.talk import Turn


def take_in(turn: Turn) -> bool:
    """Take the message's add-ons into the talk; say whether it named any.

    Named without a service they are of the one that has them. What the service does not have is
    said, and what only some of its people do leaves their choice to the search.
    """
    facts = turn.said.facts
    if not facts.extras and not facts.dropped:
        return False
    service = _service(turn)
    if service is None:
        return True
    keys = [str(row["key"]) for row in turn.talk.extras]
    wanted = [e for e in service.extras if e.key in facts.extras and e.key not in keys]
    if facts.extras and not any(e.key in facts.extras for e in service.extras):
        turn.remark("no_extra", service=service.id)
    left = [row for row in turn.talk.extras if row["key"] not in facts.dropped]
    turn.learn(extras=(*left, *kept(service.extended(wanted))))
    return True


def fit(turn: Turn, service: Service) -> None:
    """Leave out what another service does not have."""
    turn.learn(extras=tuple(e for e in turn.talk.extras if service.extra_named(e["key"])))


def changes(turn: Turn, row: Booked) -> bool:
    """Whether the message adds something to a booking, or leaves something out of it."""
    facts, has = turn.said.facts, {e["key"] for e in row.extras}
    offered = {e.key for e in turn.business.service(row.service).extras}
    return bool(has & set(facts.dropped) or (offered - has) & set(facts.extras))


def _service(turn: Turn) -> Service | None:
    """Return the service that is talked of, else the only one that has all that is named."""
    if turn.talk.service is not None:
        return turn.business.service(turn.talk.service)
    said = set(turn.said.facts.extras)
    able = [s for s in turn.business.services if said and said <= {e.key for e in s.extras}]
    if len(able) != 1:
        return None
    turn.learn(service=able[0].id)
    return able[0]
