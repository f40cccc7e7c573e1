"""A provider books for a customer by name or number: held, agreed, and then the customer hears."""

from datetime import datetime

from core import booking, changing, finding
from core.choosing import Wanted
from core.finding import Search
from core.plans import Plan
from core.refusals import Refusal
from core.rules import Service
from dialogs.flows import hand_people, hand_plans, looking
from dialogs.flows.about import facts_for_staff, staff_of
from dialogs.flows.hand_who import Known, known, service_of
from dialogs.states import State
from dialogs.talk import Turn


def book_for(turn: Turn) -> State:
    """Hold a time for somebody and ask the provider whether to book it and tell them."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    found = service_of(turn)
    if found is None:
        turn.say("hand_book_what", services=[s.id for s in turn.business.services])
        return hand_plans.stay(turn)
    service = turn.business.service(found)
    service = service.extended(e for e in service.extras if e.key in turn.said.facts.extras)
    starts = looking.exact_starts(turn.said.facts.wish)
    if len(starts) != 1:
        return _when(turn, service, resource)
    person = known(turn, new=True)
    return hand_plans.stay(turn) if person is None else _propose(turn, service, starts[0], person)


def _propose(turn: Turn, service: Service, start: datetime, person: Known) -> State:
    resource = hand_plans.whose(turn) or 0
    hand_plans.give_up(turn)
    party = turn.said.facts.party or 1
    wanted = Wanted(service, start, party, _by(turn, service, resource))
    got = hand_people.held(turn, wanted, person.id)
    if isinstance(got, Refusal):
        search = Search(service, party, wanted.provider)
        return hand_people.refused(turn, got, search, start)
    said = _said(turn, got.id) | {"name": person.name}
    facts = {"hold": got.id, "booking": got.id, "version": 1}
    return hand_plans.ask(turn, resource, "book_for", facts, note="hand_book", **said)


def _by(turn: Turn, service: Service, resource: int) -> int | None:
    """Return who is to do it: who is named, else the provider where they do such things."""
    named = turn.said.facts.provider is not None or not turn.said.facts.anyone
    return resource if named and resource in staff_of(service) else None


def _when(turn: Turn, service: Service, resource: int) -> State:
    """Say what is free in the time that was named, for the provider to say it again with one."""
    search = Search(service, turn.said.facts.party or 1, _by(turn, service, resource))
    slots = looking.look(
        turn.session,
        business=turn.business,
        search=search,
        wish=turn.said.facts.wish,
        now=turn.now,
    )
    turn.say("hand_book_when", service=service.id, free=hand_plans.offered(turn.business, slots))
    return hand_plans.stay(turn)


def book_now(turn: Turn, plan: Plan) -> None:
    """Book it on the provider's yes; the customer hears when the stage ends.

    Where the hold ran out meanwhile the time is taken again, if nobody else has it.
    """
    number = int(plan.facts["booking"])
    gone = booking.confirm(turn.session, booking=number, by=turn.by, now=turn.now)
    if gone is None:
        turn.say("hand_staged_book", **_said(turn, number), **hand_plans.stage(turn, plan))
        return
    again = _again(turn, number)
    if again is None:
        turn.say("hand_gone")
        return
    facts = hand_plans.stage(turn, plan, booking=again, hold=again)
    turn.say("hand_staged_book", **_said(turn, again), **facts)


def _again(turn: Turn, number: int) -> int | None:
    old = finding.booking(turn.session, number)
    if old is None or old.status != "expired" or old.start <= turn.now:
        return None
    service = booking.as_kept(turn.business.service(old.service), old.extras)
    wanted = Wanted(service, old.start, old.party, old.policy.get("provider"))
    got = hand_people.held(turn, wanted, old.person)
    if isinstance(got, Refusal):
        return None
    booking.confirm(turn.session, booking=got.id, by=turn.by, now=turn.now)
    return got.id


def _said(turn: Turn, number: int) -> dict[str, object]:
    about = finding.booking(turn.session, number)
    return facts_for_staff(turn.session, turn.business, about) if about else {}


def undo_book(turn: Turn, plan: Plan) -> None:
    """Cancel it before anybody heard of it."""
    changing.cancel(
        turn.session, booking=plan.facts["booking"], by=turn.by, now=turn.now, why="undone"
    )
