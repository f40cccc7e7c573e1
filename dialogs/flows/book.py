"""Book: which service, for how many, when, with whom; then a slot is held, and booked on yes."""

from datetime import datetime, timedelta

from core import finding
from core.availability import Slot
from core.booking import Held
from core.finding import Booked
from core.policy import bookable
from core.refusals import Reason, Refusal
from core.rules import Kind, Service
from core.span import Span
from dialogs.flows import beginning, extras, holding, info, looking, picking, settle, whom
from dialogs.flows.about import staff_of
from dialogs.flows.pursuing import (
    options_shown,
    propose,
    pursue,
    refuse,
    say_offer,
)
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn, alone
from dialogs.understanding import Facts, Intent
from dialogs.when import Wish, combine

_SEARCHED = timedelta(days=14)


def begin(turn: Turn) -> State:
    """Start a new request with all that the message says; a hold of the old one is let go."""
    holding.let_go(turn)
    turn.talk = beginning.afresh(turn)
    return go_on(turn)


def like(turn: Turn, row: Booked) -> State:
    """Begin the same for somebody else: "one for my wife too" is beside it, or near."""
    holding.let_go(turn)
    wish = looking.at(row.start.astimezone(turn.zone))
    turn.talk = Talk(service=row.service, extras=tuple(row.extras), wish=wish, last=turn.talk.last)
    return go_on(turn)


def go_on(turn: Turn) -> State:
    """Take in what the message adds or corrects, and go as far as it allows.

    "friday?" about a time that is proposed asks what there is; "friday" would move it there.
    """
    wish, asks = turn.said.facts.wish, turn.message.body.rstrip().endswith("?")
    if _people_or_hour(turn):
        return State.CHOICE
    if turn.talk.start is not None and asks and wish.day_said and not wish.time_said:
        return ask(turn)
    if _merge(turn):
        return pursue(turn, listing=False)
    offered = turn.state in {State.PROPOSAL, State.SERIES, State.CHOICE}
    if offered and turn.said.has(Intent.SOONER):
        return sooner(turn)
    if offered and turn.said.has(Intent.CORRECT):
        return others(turn)
    return _ask_again(turn)


def _people_or_hour(turn: Turn) -> bool:
    """Ask what a bare number means that can be either: "make it 7" of a table for 6 at 8."""
    number, service = turn.said.facts.party_or_hour, turn.service
    starts = looking.exact_starts(turn.said.facts.wish)
    if number is None or service is None or len(starts) != 1 or turn.talk.party is None:
        return False
    if number == turn.talk.party or number > service.party_max:
        return False
    turn.offer([Choice(party=number), Choice(start=starts[0])])
    turn.say("people_or_hour", options=options_shown(turn))
    return True


def go_on_moving(turn: Turn) -> State:
    """Look for the new time of a booking that is to be moved; the talk holds the wish already."""
    facts = turn.said.facts
    if _people_or_hour(turn):
        turn.learn(
            wish=looking.at(turn.talk.start.astimezone(turn.zone)) if turn.talk.start else Wish()
        )
        return State.CHOICE
    if facts.party is not None:
        turn.learn(party=facts.party)
    provider = _named_provider(turn, facts)
    if provider is not None or facts.anyone:
        turn.learn(provider=provider)
    extras.take_in(turn)
    return pursue(turn, listing=False)


def ask(turn: Turn) -> State:
    """Say what is free; what is held meanwhile stays held."""
    if turn.state in {State.IDLE, State.NAME, State.WHICH, State.CANCELLING}:
        turn.talk = beginning.looking(turn)
    elif turn.talk.start is not None and not turn.said.facts.wish.time_said:
        turn.learn(wish=Wish())  # "what do you have on friday?" is not about the hour proposed
    _merge(turn)
    return pursue(turn, listing=True)


def choose(turn: Turn) -> State:
    """Take one of what was offered, by number, name or time."""
    facts, options = turn.said.facts, turn.talk.options
    wish = facts.wish
    against = wish.exclude or wish.exclude_rrule  # "not wednesday either", "any time but tuesdays"
    index = None if against else facts.choice
    if index is None and len(options) == 1 and not (wish or facts.provider or facts.party):
        return _yes_to_the_only_one(turn)
    several = [options[n] for n in facts.choices if n < len(options)]
    looks = facts.provider or wish  # "not before 2" may mean others too
    if index is None and 1 < len(several) < len(options) and not looks:
        turn.offer(several)
        turn.say("which_time", options=options_shown(turn))
        return State.CHOICE
    if index is None or not 0 <= index < len(options):
        return go_on(turn)
    return _take(turn, options[index])


def _take(turn: Turn, chosen: Choice) -> State:
    """Go on with one of the things offered: a service, a number of people or a time."""
    if chosen.service is not None:
        _take_service(turn, chosen.service)
        _merge(turn)  # "the consultation, tomorrow at 11" says more than which
        return pursue(turn, listing=False)
    if chosen.party is not None:
        turn.learn(party=chosen.party, options=())
        return pursue(turn, listing=False)
    if chosen.start is None:
        return go_on(turn)
    if turn.said.facts.party is not None and not alone(turn.service):
        turn.learn(party=turn.said.facts.party)
    # Of several people the names were shown.
    named = len({option.provider for option in turn.talk.options}) > 1
    return propose(turn, [chosen.start], provider=chosen.provider if named else turn.talk.provider)


def _yes_to_the_only_one(turn: Turn) -> State:
    """Take the only thing offered; what is held beside it is what a yes books."""
    if holding.living(turn) is not None:
        return confirm(turn)
    return _take(turn, turn.talk.options[0])


def yes_to_choice(turn: Turn) -> State:
    """Understand a yes to several times: the one held, the only one, or ask which."""
    if turn.said.facts.wish:
        return go_on(turn)
    if any(option.party is not None for option in turn.talk.options):
        return _ask_again(turn)  # "people, or the time?" has no yes
    if turn.talk.booking is not None:
        return confirm(turn)
    only = turn.talk.options[0] if len(turn.talk.options) == 1 else None
    if only is not None and only.start is not None:
        return propose(turn, [only.start], provider=turn.talk.provider)
    return _ask_again(turn)


def none_of_these(turn: Turn) -> State:
    """Hear that none fits; look on where the message says where to."""
    if _merge(turn):
        return pursue(turn, listing=False)
    if turn.said.has(Intent.SOONER):  # "no, earlier"
        return sooner(turn)
    turn.learn(options=(), wish=Wish())
    turn.say("ask_when_else", service=turn.talk.service, held=holding.held_start(turn))
    return State.WHEN


def others(turn: Turn) -> State:
    """Offer further times beside those offered or proposed: of the wish, else later ones."""
    if _merge(turn) and turn.said.facts.another:
        return pursue(turn, listing=False)
    service = turn.service
    if service is None:
        return pursue(turn, listing=True)
    windows = looking.windows_of(turn.talk.wish, business=turn.business, now=turn.now)
    seen = _seen(turn)
    fresh = [s for s in _find(turn, service, windows) if s.start not in seen]
    if not fresh:
        after = max(seen, default=turn.now)
        later = Span(after, max(after + _SEARCHED, bookable(turn.business, now=turn.now).end))
        fresh = [s for s in _find(turn, service, [later]) if s.start not in seen]
    fresh = picking.tidy(fresh, zone=turn.business.zone)
    return _further(turn, service, fresh, none="nothing_else")


def sooner(turn: Turn) -> State:
    """Offer what is free before the times offered or proposed, or as soon as can be.

    Beside what is being chosen, the same day's comes first; before a booking, the soonest.
    """
    _merge(turn)
    service = turn.service
    if service is None:
        return pursue(turn, listing=True)
    first = min(_seen(turn), default=None)
    if first is None:
        return pursue(turn, listing=True)
    earlier = Span(bookable(turn.business, now=turn.now).start, first)
    found = _find(turn, service, [earlier]) if earlier.start < earlier.end else []
    near = [s for s in found if first - s.start < timedelta(hours=12)]
    if turn.talk.options or turn.talk.booking is not None:
        return _further(turn, service, near or found, none="nothing_earlier")
    return _further(turn, service, found, none="nothing_earlier", soon=True)


def _offered(turn: Turn) -> list[datetime]:
    """Return the times on offer, in their order; where there are none, the one proposed."""
    several = [choice.start for choice in turn.talk.options if choice.start is not None]
    return several or ([turn.talk.start] if turn.talk.start is not None else [])


def _seen(turn: Turn) -> set[datetime]:
    starts = (turn.talk.start, *(choice.start for choice in turn.talk.options))
    return {start for start in starts if start is not None}


def _find(turn: Turn, service: Service, windows: list[Span]) -> list[Slot]:
    return looking.find(
        turn.session,
        business=turn.business,
        search=whom.search(turn, service),
        windows=windows,
        exclude=looking.excluded(turn.talk.wish, business=turn.business, now=turn.now),
        now=turn.now,
    )


def _further(
    turn: Turn, service: Service, found: list[Slot], *, none: str, soon: bool = False
) -> State:
    if not found:
        turn.say(none, service=service.id, held=holding.held_start(turn))
        return turn.state if turn.talk.options or turn.talk.booking else State.WHEN
    spread = picking.spread(found, zone=turn.business.zone, soon=soon)
    turn.offer(looking.choices(spread, business=turn.business, whoever=True))
    return say_offer(turn, service)


def confirm(turn: Turn) -> State:
    """Book what is held; where the hold has gone, book it still if the slot is free."""
    before = _matter(turn.talk)
    if _merge(turn):
        reached = pursue(turn, listing=False)
        if before != _matter(turn.talk):
            return reached
        turn.notes.clear()
    held = turn.talk.booking
    if held is None:
        return go_on(turn)
    return settle.agreed(turn, held) or _again(turn, held)


def _matter(talk: Talk) -> tuple[object, ...]:
    """Return what a yes agrees to."""
    return talk.service, talk.extras, talk.party, talk.provider, talk.start


def _again(turn: Turn, gone: int) -> State:
    """Take once more what had been held; with somebody else only on another yes."""
    old, start = finding.booking(turn.session, gone), turn.talk.start
    turn.learn(booking=None)
    if old is None or start is None:
        return go_on(turn)
    provider = looking.provider_of(old.resources, turn.business)
    again = holding.hold(turn, start, provider)
    if isinstance(again, Held):
        settled = settle.agreed(turn, again.id)
        if settled is not None:
            return settled
    elif provider is not None and turn.talk.provider is None:
        anybody = holding.hold(turn, start, None)
        if isinstance(anybody, Held):
            turn.learn(booking=anybody.id)
            turn.remark("went", who=provider, start=start)
            return propose(turn, [start], provider=None)
    refused = again if isinstance(again, Refusal) else Refusal(Reason.TAKEN)
    return refuse(turn, refused, Span(start, start), note="went")


def decline(turn: Turn) -> State:
    """Let the proposal go, unless the no names another time: then that one."""
    if _merge(turn):
        return pursue(turn, listing=False)
    holding.let_go(turn)
    target = turn.talk.target
    kept = finding.booking(turn.session, target) if target is not None else None
    turn.learn(options=(), wish=Wish(), rule=None, start=kept.start if kept else None)
    turn.say("let_go", service=turn.talk.service, kept=kept is not None)
    return State.WHEN


def drop(turn: Turn) -> State:
    """End a request; what was held for it is let go, a booking to be moved stays."""
    had = holding.living(turn) is not None
    kept = turn.talk.target is not None
    holding.let_go(turn)
    turn.talk = Talk(last=turn.talk.last)
    turn.say("dropped", had=had, kept=kept)
    return State.IDLE


def _merge(turn: Turn) -> bool:
    """Take the message's facts into the talk; say whether it had any."""
    facts = turn.said.facts
    if turn.talk.service is None and len(turn.business.services) == 1:
        turn.learn(service=turn.business.services[0].id)
    service = _named_service(turn, facts)
    provider = _named_provider(turn, facts)
    wish = _wished(turn)
    if service is not None and service != turn.talk.service:
        _take_service(turn, service)
    if provider is not None or facts.anyone:
        turn.learn(provider=provider)
    added = extras.take_in(turn)
    ruled_out = whom.rule_out(turn)
    single = alone(turn.service)
    if facts.party is not None and not single:
        turn.learn(party=facts.party)
    elif single:
        turn.learn(party=None)
        if facts.party is not None and facts.party > 1 and _by_a_person(turn):
            turn.remark("alone", service=turn.talk.service)
    if facts.several and not single:
        turn.remark("one_at_a_time")
    turn.learn(wish=wish)
    moved = service is not None or provider is not None or facts.anyone or ruled_out
    counted = facts.party is not None or facts.nobody or added
    return moved or counted or bool(facts.wish) or bool(facts.services)


def _wished(turn: Turn) -> Wish:
    """Return when it is wished for, with what the message adds or corrects."""
    wish, said = turn.talk.wish, looking.ruled_out(turn.said.facts.wish, _offered(turn))
    if turn.said.has(Intent.CORRECT) and turn.talk.start is not None:
        said = looking.beyond(said, turn.talk.start)
    if said.problem is not None and not said.windows:
        return said
    if not said or not wish:
        return said or wish
    return combine(looking.allowed_again(wish, said), said, now=turn.now, zone=turn.zone)


def _take_service(turn: Turn, service: int) -> None:
    """Make it this service, with the person wished for where that one does it."""
    able = staff_of(turn.business.service(service))
    kept = turn.talk.provider if turn.talk.provider in able else None
    turn.learn(service=service, provider=kept, options=())
    extras.fit(turn, turn.business.service(service))


def _by_a_person(turn: Turn) -> bool:
    """Whether somebody does the service, for one customer each; a room holds whoever comes."""
    service = turn.service
    return service is not None and any(
        r.kind is Kind.PROVIDER and r.id in staff_of(service) for r in turn.business.resources
    )


def _named_service(turn: Turn, facts: Facts) -> int | None:
    if facts.service is None:
        return None
    return next((s.id for s in turn.business.services if s.key == facts.service), None)


def _named_provider(turn: Turn, facts: Facts) -> int | None:
    if facts.provider is None:
        return None
    return next((r.id for r in turn.business.providers if r.key == facts.provider), None)


def _ask_again(turn: Turn) -> State:
    """Ask the open question once more, in other words."""
    asked = {State.PARTY, State.WHEN, State.CHOICE, State.PROPOSAL, State.SERIES}
    if turn.state not in asked or turn.service is None:
        return pursue(turn, listing=False)
    if turn.state is State.PROPOSAL and turn.talk.start is None:
        return pursue(turn, listing=False)
    if info.missed(turn) == info.MISSES:
        return info.give_over(turn)
    if any(option.party is not None for option in turn.talk.options):
        turn.say("people_or_hour", options=options_shown(turn))
        return turn.state
    turn.say(
        f"again_{turn.state.value}",
        service=turn.talk.service,
        options=options_shown(turn),
        start=turn.talk.start,
    )
    return turn.state
