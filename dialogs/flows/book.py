"""Book: which service, for how many, when, with whom; then a slot is held, and booked on yes."""

from datetime import datetime, timedelta

from core.booking import Held
from core.finding import Search
from core.refusals import Reason, Refusal
from core.rules import Service
from dialogs.flows import holding, looking, settle
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn
from dialogs.understanding import Facts
from dialogs.when import Wish, combine


def begin(turn: Turn) -> State:
    """Start a new request with all that the message says; a hold of the old one is let go."""
    moving = turn.talk.doing == "move" and turn.talk.target is not None
    fresh = turn.said.facts.service or not (turn.talk.service or moving)
    if fresh or turn.state in {State.IDLE, State.WHICH, State.CANCELLING}:
        holding.let_go(turn)
        turn.talk = Talk()
    return go_on(turn)


def go_on(turn: Turn) -> State:
    """Take in what the message adds or corrects, and go as far as it allows."""
    if not _merge(turn):
        return _ask_again(turn)
    return _pursue(turn, listing=False)


def go_on_moving(turn: Turn) -> State:
    """Look for the new time of a booking that is to be moved; the talk holds the wish already."""
    facts = turn.said.facts
    if facts.party is not None:
        turn.learn(party=facts.party)
    provider = _named_provider(turn, facts)
    if provider is not None or facts.anyone:
        turn.learn(provider=provider)
    return _pursue(turn, listing=False)


def ask(turn: Turn) -> State:
    """Say what is free; what is held meanwhile stays held."""
    if turn.state is State.IDLE:
        turn.talk = Talk()
    _merge(turn)
    return _pursue(turn, listing=True)


def choose(turn: Turn) -> State:
    """Take one of what was offered, by number, name or time."""
    index = turn.said.facts.choice
    if index is None or not 0 <= index < len(turn.talk.options):
        return go_on(turn)
    chosen = turn.talk.options[index]
    if chosen.service is not None:
        turn.learn(service=chosen.service, options=())
        return _pursue(turn, listing=False)
    if chosen.start is None:
        return go_on(turn)
    if turn.said.facts.party is not None:
        turn.learn(party=turn.said.facts.party)
    return _propose(turn, [chosen.start], provider=chosen.provider)


def yes_to_choice(turn: Turn) -> State:
    """Understand a yes to several times: the one held, the only one, or ask which."""
    if turn.said.facts.wish:
        return go_on(turn)
    if turn.talk.booking is not None:
        return confirm(turn)
    only = turn.talk.options[0] if len(turn.talk.options) == 1 else None
    if only is not None and only.start is not None:
        return _propose(turn, [only.start], provider=only.provider)
    turn.say("which_time", options=_shown(turn))
    return State.CHOICE


def none_of_these(turn: Turn) -> State:
    """Hear that none fits; look on where the message says where to."""
    if _merge(turn):
        return _pursue(turn, listing=False)
    turn.learn(options=(), wish=Wish())
    turn.say("ask_when_else", service=turn.talk.service, held=holding.held_start(turn))
    return State.WHEN


def others(turn: Turn) -> State:
    """Offer further times beside those offered or proposed."""
    _merge(turn)
    service = turn.service
    if service is None:
        return _pursue(turn, listing=True)
    seen = {c.start for c in turn.talk.options} | {turn.talk.start}
    later = max((s for s in seen if s is not None), default=turn.now)
    wish = turn.said.facts.wish or turn.talk.wish
    search = _search(turn, service)
    found = looking.look(
        turn.session, business=turn.business, search=search, wish=wish, now=turn.now
    )
    fresh = [s for s in found if s.start not in seen]
    if not fresh:
        found = looking.nearest(
            turn.session,
            business=turn.business,
            search=search,
            around=later + timedelta(hours=1),
            now=turn.now,
        )
        fresh = [s for s in found if s.start not in seen]
    if not fresh:
        turn.say("nothing_free", service=service.id)
        return State.WHEN
    turn.offer(looking.choices(fresh, business=turn.business))
    turn.say("offer", service=service.id, options=_shown(turn), held=holding.held_start(turn))
    return State.CHOICE


def confirm(turn: Turn) -> State:
    """Book what is held; where the hold has gone, book it still if the slot is free."""
    if turn.said.facts.wish.windows and _merge(turn):
        reached = _pursue(turn, listing=False)
        if reached is not State.PROPOSAL:
            return reached
        turn.notes.clear()
    held = turn.talk.booking
    if held is None:
        return go_on(turn)
    if settle.agreed(turn, held):
        return State.IDLE
    start = turn.talk.start
    turn.learn(booking=None)
    if start is None:
        return go_on(turn)
    again = holding.hold(turn, start, turn.talk.provider)
    if isinstance(again, Held) and settle.agreed(turn, again.id):
        return State.IDLE
    refused = again if isinstance(again, Refusal) else Refusal(Reason.TAKEN)
    return _refuse(turn, refused, start, note="went")


def decline(turn: Turn) -> State:
    """Let the proposal go, unless the no names another time: then that one."""
    if _merge(turn):
        return _pursue(turn, listing=False)
    holding.let_go(turn)
    turn.learn(options=(), wish=Wish(), start=None)
    moving = turn.talk.target is not None
    turn.say("let_go", service=turn.talk.service, kept=moving)
    return State.WHEN


def drop(turn: Turn) -> State:
    """End a request that was never held."""
    holding.let_go(turn)
    turn.talk = Talk()
    turn.say("dropped")
    return State.IDLE


def _merge(turn: Turn) -> bool:
    """Take the message's facts into the talk; say whether it had any."""
    facts = turn.said.facts
    service = _named_service(turn, facts)
    provider = _named_provider(turn, facts)
    wish = turn.talk.wish
    if facts.wish:
        wish = combine(wish, facts.wish, now=turn.now, zone=turn.zone) if wish else facts.wish
    if service is not None and service != turn.talk.service:
        turn.learn(service=service, options=())
    if provider is not None or facts.anyone:
        turn.learn(provider=provider)
    if facts.party is not None:
        turn.learn(party=facts.party)
    turn.learn(wish=wish)
    moved = service is not None or provider is not None or facts.anyone
    return moved or facts.party is not None or bool(facts.wish) or bool(facts.services)


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
    if turn.state in {State.IDLE, State.SERVICE} or turn.service is None:
        return _pursue(turn, listing=False)
    turn.say(f"again_{turn.state.value}", service=turn.talk.service, options=_shown(turn))
    return turn.state


def _pursue(turn: Turn, *, listing: bool) -> State:
    """Ask for what is missing, else look and propose."""
    service = _service(turn)
    if service is None:
        return _ask_service(turn)
    if not _allowed(turn, service):
        return State.IDLE
    if service.party_max > 1 and not service.times and turn.talk.party is None:
        turn.say("ask_party", service=service.id, largest=service.party_max)
        return State.PARTY
    return _look(turn, service, listing=listing)


def _look(turn: Turn, service: Service, *, listing: bool) -> State:
    """Ask when, or look for what was wished: an exact time is proposed, others are offered."""
    wish = turn.talk.wish
    if wish.problem is not None and not wish.windows:
        turn.learn(wish=Wish())
        turn.say("problem", problem=wish.problem.value, service=service.id)
        return State.WHEN
    if not wish:
        return _ask_when(turn, service)
    starts = looking.exact_starts(wish)
    if starts and not listing:
        return _propose(turn, starts, provider=turn.talk.provider)
    return _offer(turn, service, wish, listing=listing)


def _service(turn: Turn) -> Service | None:
    """Return the service that is meant: said, the only one, or the only one of that provider."""
    if turn.service is not None:
        return turn.service
    offered = turn.business.services
    if turn.talk.provider is not None:
        by = [s for s in offered if turn.talk.provider in settle.staff_of(s)]
        offered = tuple(by) or offered
    if len(offered) == 1:
        turn.learn(service=offered[0].id)
        return offered[0]
    return None


def _ask_service(turn: Turn) -> State:
    among = turn.said.facts.services
    offered = [s for s in turn.business.services if not among or s.key in among]
    turn.offer([Choice(service=s.id) for s in offered])
    turn.say("ask_service", options=_shown(turn), wish=bool(turn.talk.wish))
    return State.SERVICE


def _allowed(turn: Turn, service: Service) -> bool:
    """Say what cannot be booked by text, or for so many, before times are looked for."""
    if turn.party > service.party_max:
        human = turn.business.contact.human
        turn.say("refused", reason="party", facts={"largest": service.party_max}, human=human)
        return False
    amount = service.advance(turn.party)
    if amount:
        turn.say("needs_money", service=service.id, amount=amount, party=turn.party)
        return False
    return True


def _ask_when(turn: Turn, service: Service) -> State:
    found = looking.look(
        turn.session,
        business=turn.business,
        search=_search(turn, service),
        wish=Wish(),
        now=turn.now,
    )
    turn.offer(looking.choices(found, business=turn.business))
    turn.say("ask_when", service=service.id, provider=turn.talk.provider, options=_shown(turn))
    return State.WHEN


def _offer(turn: Turn, service: Service, wish: Wish, *, listing: bool) -> State:
    """Offer what is free in the windows of a wish; a single one is proposed."""
    search = _search(turn, service)
    found = looking.look(
        turn.session, business=turn.business, search=search, wish=wish, now=turn.now
    )
    if not found:
        windows = looking.windows_of(wish, business=turn.business, now=turn.now)
        return _refuse(turn, _why(turn, service, windows[0].start), windows[0].start, day=True)
    if len(found) == 1 and not listing:
        return _propose(turn, [found[0].start], provider=turn.talk.provider)
    turn.offer(looking.choices(found, business=turn.business))
    turn.say("offer", service=service.id, options=_shown(turn), held=holding.held_start(turn))
    return State.CHOICE


def _why(turn: Turn, service: Service, start: datetime) -> Refusal:
    """Say why a whole window has nothing: the rule that closes it, else that it is full."""
    return settle.closed(turn, service, start) or Refusal(Reason.TAKEN, {"whole": True})


def _propose(turn: Turn, starts: list[datetime], *, provider: int | None) -> State:
    """Hold the first of some moments that can be had, and ask for a yes."""
    refused: Refusal | None = None
    for start in starts:
        got = holding.hold(turn, start, provider)
        if isinstance(got, Held):
            turn.learn(booking=got.id, start=got.span.start, options=(), provider=provider)
            turn.say("proposal", **settle.shown(turn, got.id), expires=got.expires)
            return State.PROPOSAL
        refused = refused or got
    return _refuse(turn, refused or Refusal(Reason.TAKEN), starts[0])


def _refuse(
    turn: Turn, refused: Refusal, start: datetime, *, note: str = "refused", day: bool = False
) -> State:
    """Say why not, and offer the nearest that can be had."""
    service = turn.service
    if service is None:
        return _ask_service(turn)
    options: list[Choice] = []
    if refused.reason not in {Reason.PERSON_OPEN, Reason.PARTY, Reason.NOT_BY}:
        found = looking.nearest(
            turn.session,
            business=turn.business,
            search=_search(turn, service),
            around=max(start, turn.now),
            now=turn.now,
        )
        options = looking.choices(found, business=turn.business)
    turn.offer(options)
    turn.say(
        note,
        reason=refused.reason.value,
        facts=refused.facts,
        start=start,
        day=day,
        service=service.id,
        options=_shown(turn),
        held=holding.held_start(turn),
    )
    return State.CHOICE if options else State.WHEN


def _search(turn: Turn, service: Service) -> Search:
    return Search(service, turn.party, turn.talk.provider)


def _shown(turn: Turn) -> list[dict[str, object]]:
    return [choice.to_json() for choice in turn.talk.options]
