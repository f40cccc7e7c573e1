"""With whom, and with whom not: "anyone but Ana", "not with her", "someone else"."""

from datetime import datetime

from core import finding, gaps
from core.choosing import Wanted
from core.finding import Search
from core.preferring import Preference, preferred
from core.rules import Kind, Service
from core.span import MINUTE, Span
from dialogs.flows import looking
from dialogs.flows.about import staff_of
from dialogs.talk import Turn


def rule_out(turn: Turn) -> bool:
    """Take in whom the message rules out and go on with another of the staff; say whether it did.

    Who is named after all is ruled out no more. Where nobody else does the service, that is said.
    """
    facts = turn.said.facts
    keys = {r.key: r.id for r in turn.business.providers}
    gone = {keys[key] for key in facts.without if key in keys}
    if facts.another:
        present = _present(turn)
        gone |= {present} if present is not None else set()
    kept = {r for r in (*turn.talk.without, *gone) if r != keys.get(facts.provider or "")}
    turn.learn(without=tuple(sorted(kept)))
    if kept and turn.talk.provider in {None, *kept}:
        _another(turn)
    return bool(gone)


def _present(turn: Turn) -> int | None:
    """Return who is proposed, or was wished for."""
    held = turn.talk.booking
    found = finding.booking(turn.session, held) if held is not None else None
    proposed = looking.provider_of(found.resources, turn.business) if found else None
    return turn.talk.provider if proposed is None else proposed


def _another(turn: Turn) -> None:
    """Wish for anybody who is not ruled out: of several the rule of the business chooses."""
    service = turn.service
    if service is None:
        return
    able = staff_of(service.but(()))
    staff = [r for r in turn.business.resources if r.kind is Kind.PROVIDER and r.id in able]
    left = [r.id for r in staff if r.id not in turn.talk.without]
    alone = len(left) == 1 or service.times  # a class has the teacher that it has
    turn.learn(provider=left[0] if left and alone else None)
    if staff and not left:
        turn.learn(without=())
        turn.remark("only", service=service.id, who=[r.id for r in staff])


def search(turn: Turn, service: Service) -> Search:
    """Return what the talk looks for.

    Where gaps are avoided those who may do it stand in the order in which they would be chosen, on
    the first day that is wished for: a gap is one in the day of whoever would get it.
    """
    if gaps.least(turn.business, service) is not None and turn.talk.provider is None:
        windows = looking.windows_of(turn.talk.wish, business=turn.business, now=turn.now)
        service = _preferred(turn, service, windows[0].start).service
    return Search(service, turn.party, turn.talk.provider)


def first(turn: Turn, service: Service, start: datetime) -> int | None:
    """Return who would be chosen of those who are not ruled out; None where nobody is free."""
    found = finding.free(
        turn.session,
        business=turn.business,
        search=Search(_preferred(turn, service, start).service, turn.party),
        windows=[Span(start, start + MINUTE)],
        now=turn.now,
        limit=1,
    )
    return looking.provider_of(found[0].first, turn.business) if found else None


def _preferred(turn: Turn, service: Service, start: datetime) -> Preference:
    return preferred(
        turn.session,
        turn.business,
        Wanted(service, start, turn.party),
        person=turn.reader.person,
        now=turn.now,
        but=turn.talk.booking,
    )
