"""A provider's word on what is offered: to somebody first, to the whole list, or to nobody."""

from datetime import datetime
from typing import Any

from core import blocking, changing, offers, people, plans, waitlist
from core.offers import Offer
from core.plans import Plan
from core.span import MINUTE, Span, minus
from dialogs.flows import closing, hand_plans, hand_time, looking, offering
from dialogs.flows.about import human_of
from dialogs.flows.hand_taking import HAND
from dialogs.flows.hand_who import known
from dialogs.states import State
from dialogs.talk import Turn


def offer_to(turn: Turn) -> State:
    """Offer a start to somebody who waits for it, before the others; or free time to the list."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    facts, state = turn.said.facts, hand_plans.stay(turn)
    if not (facts.name or facts.phone):
        return _to_the_list(turn, resource, state)
    starts = looking.exact_starts(facts.wish)
    if len(starts) != 1:
        turn.say("hand_offer_when")
        return state
    person = known(turn)
    if person is None:
        return state
    mine = waitlist.of_person(turn.session, person.id, now=turn.now)
    fitting = [one for one in mine if one.fits(starts[0])]
    said = {"name": person.name, "start": starts[0]}
    if not fitting:
        turn.say("hand_offer_not", why="not waiting" if not mine else "not wished", **said)
        return state
    got = offering.to_one(turn.session, turn.business, fitting[0].id, starts[0])
    if isinstance(got, datetime):
        later = got if got > turn.now else None
        turn.say("hand_offered", service=fitting[0].service, heard=later, **said)
    else:
        turn.say("hand_offer_not", why=got, **said)
    return state


def _to_the_list(turn: Turn, resource: int, state: State) -> State:
    """Have whoever waits asked for what is free then; what was held back is so no more."""
    spans = hand_plans.spans_of(turn)
    if not spans:
        turn.say("hand_offer_when")
        return state
    for plan in plans.standing(turn.session, resource, offering.NO_OFFERS):
        plans.keep(turn.session, plan, spans=minus(plan.spans, spans))
    if any(
        each.source == HAND
        for span in spans
        for each in blocking.blocks(turn.session, resource=resource, span=span)
    ):
        return hand_time.unblock(turn)  # what it frees is offered by itself
    offering.look_again(turn.session, spans, f"hand:{turn.message.id}")
    turn.say("hand_to_the_list", spans=spans)
    return state


def no_offers(turn: Turn) -> State:
    """Offer nothing of some time, or of all, to anybody; whoever is asked just now hears of it."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    named = hand_plans.spans_of(turn)
    spans, everything = named or [_all(turn)], not named
    asked = _open(turn, resource, spans)
    if not asked:
        state = hand_plans.stay(turn)
        hand_plans.done(turn, resource, offering.NO_OFFERS, {"spans": spans})
        turn.say("hand_no_offers", spans=spans, everything=everything)
        return state
    names = people.names(turn.session, [one.person for one in asked])
    return hand_plans.ask(
        turn,
        resource,
        offering.NO_OFFERS,
        {"spans": spans, "everything": everything},
        note="hand_stop_offers",
        spans=spans,
        everything=everything,
        names=[names.get(one.person, "") for one in asked[: hand_plans.SHOWN]],
    )


def _all(turn: Turn) -> Span:
    return Span(turn.now.replace(second=0, microsecond=0), turn.now + hand_plans.AHEAD)


def _open(turn: Turn, resource: int, spans: list[Span]) -> list[Offer]:
    """Return what is offered just now of somebody's time; of everybody's to the human."""
    found = [one for span in spans for one in offers.open_in(turn.session, span)]
    if human_of(turn.business) == resource:
        return found
    return [one for one in found if one.provider == resource]


def no_offers_now(turn: Turn, plan: Plan) -> dict[str, Any]:
    """Take back what is offered, tell whom it was offered to, and offer no more of it."""
    spans = plan.spans
    waitlist.lock_line(turn.session)
    asked = _open(turn, plan.resource, spans)
    changing.lock(turn.session, sorted({one.booking for one in asked}))
    for one in asked:
        if offers.close(turn.session, [one.id], status="withdrawn", now=turn.now):
            if one.sent is not None:
                closing.tell_of(turn.session, turn.business, one, note="wait_withdrawn")
            closing.release_if_last(turn.session, one, by=turn.by)
    turn.say("hand_no_offers", spans=spans, everything=plan.facts["everything"])
    return {}


def undo_no_offers(turn: Turn, plan: Plan) -> None:
    """Have what was held back offered again, from now on."""
    ahead = [Span(max(s.start, turn.now), s.end) for s in plan.spans if s.end > turn.now + MINUTE]
    offering.look_again(turn.session, ahead, f"hand:{turn.message.id}")
