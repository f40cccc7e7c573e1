"""What is asked by the way: prices, hours, where, who; and what to say when nothing fits."""

from datetime import timedelta

from core import finding
from core.hours import closed_why, open_spans
from dialogs.flows import holding, telling
from dialogs.flows.about import human_of
from dialogs.states import State
from dialogs.talk import Turn

_PLACE = frozenset({"parking", "access"})  # what the address helps with
MISSES = 3  # after so many messages that were not understood a human is named


def price(turn: Turn) -> State:
    """Say what a service costs, or what all of them do."""
    meant = turn.said.facts.service
    services = [s.id for s in turn.business.services if meant in {None, s.key}]
    if meant is None and turn.service is not None:
        services = [turn.service.id]
    turn.say("prices", services=services)
    if len(services) == 1 and turn.state is State.IDLE:
        turn.learn(priced=services[0])  # "ok, saturday at 10" means this one
    return turn.state


def policy(turn: Turn) -> State:
    """Say what comes back when one cancels."""
    rule = (turn.service and turn.service.change_until) or turn.business.change_until
    turn.say(
        "policy",
        tiers=[[t.percent, t.until, t.hours] for t in turn.business.tiers],
        change_until=rule and rule.to_json(),
    )
    return turn.state


def question(turn: Turn) -> State:
    """Answer what the business has an answer to; of anything else say who knows it.

    Whoever asks why their name is wanted hears it.
    """
    topic, contact = turn.said.facts.topic, turn.business.contact
    if turn.state is State.NAME and topic is None:
        turn.say("why_name", human=contact.human)
        return turn.state
    turn.say(
        "question",
        human=contact.human,
        reached=telling.human_reached(turn.session, turn.business),
        address=contact.address if topic in _PLACE else None,
    )
    return turn.state


def hours(turn: Turn) -> State:
    """Say when the place is open: on the day asked for, or in the coming week."""
    windows = turn.said.facts.wish.windows
    zone = turn.business.zone
    first = turn.now.astimezone(zone).date()
    asked = windows[0].start if windows else None
    days = [asked.astimezone(zone).date()] if asked else [first + timedelta(n) for n in range(7)]
    shown = [
        {
            "day": day,
            "why": closed_why(turn.business, day),
            "spans": [[s.start, s.end] for s in open_spans(turn.business, None, day)],
        }
        for day in days
    ]
    turn.say("hours", days=shown)
    return turn.state


def address(turn: Turn) -> State:
    """Say where the place is."""
    turn.say("address", address=turn.business.contact.address)
    return turn.state


def help_(turn: Turn) -> State:
    """Say what can be texted."""
    turn.say("help_provider" if turn.reader.provider is not None else "help")
    return turn.state


def human(turn: Turn) -> State:
    """Hand over to the human, and tell them who asks."""
    told = _call(turn, "wants_human")
    turn.say("human", human=turn.business.contact.human, told=told)
    return turn.state


def _call(turn: Turn, note: str) -> bool:
    reader = turn.reader
    return telling.human(
        turn.session,
        turn.business,
        note=note,
        facts={"name": reader.name, "address": reader.to, "text": turn.message.body[:300]},
        now=turn.now,
        key=f"{note}:{turn.message.id}",
        but=reader.person,
    )


def hello(turn: Turn) -> State:
    """Greet, and say in a line what can be asked."""
    turn.say("hello", name=turn.reader.name, provider=turn.reader.provider is not None)
    return turn.state


def thanks(turn: Turn) -> State:
    """Answer thanks in a word."""
    turn.say("thanks")
    return turn.state


def bye(turn: Turn) -> State:
    """Answer a goodbye in a word."""
    turn.say("bye")
    return turn.state


def nothing_open(turn: Turn) -> State:
    """Answer a yes, a no or a number that no question asked for; call a human at the third."""
    if missed(turn) == MISSES:
        return give_over(turn)
    turn.say("nothing_open")
    return turn.state


def hesitate(turn: Turn) -> State:
    """Leave time to think: what is held stays held, and until when is said; then ask once more."""
    if turn.was.last == "hesitate":
        return unknown(turn)
    held = holding.living(turn)
    found = finding.booking(turn.session, held) if held is not None else None
    turn.say(
        "hesitate",
        held=found.start if found else None,
        until=found.expires if found else None,
        open=turn.state is not State.IDLE,
    )
    return turn.state


def not_yours(turn: Turn) -> State:
    """Refuse what only a linked provider may do."""
    turn.say("providers_only")
    return turn.state


def not_by_text(turn: Turn) -> State:
    """Say that this cannot be done by text, and who can do it."""
    reached = telling.human_reached(turn.session, turn.business)
    own = turn.reader.provider is not None and turn.reader.provider == human_of(turn.business)
    turn.say("not_by_text", human=turn.business.contact.human, reached=reached, own=own)
    return turn.state


def stale(turn: Turn) -> State:
    """Answer the button of a question that is closed."""
    turn.say("stale")
    return turn.state


def unknown(turn: Turn) -> State:
    """Ask one short question, never the same twice running; call a human at the third."""
    misses = missed(turn)
    if turn.relative and misses == 1:
        turn.say("later_than")
        return turn.state
    state, what = turn.state.value, turn.message.kind if turn.message.body else "blank"
    if misses == MISSES:
        return give_over(turn)
    if misses % 2:
        turn.say("unknown_1", state=state, what=what)
    elif turn.state is State.PROPOSAL and turn.talk.start is not None:
        turn.say("again_proposal", start=turn.talk.start, again=True)
    else:
        turn.say("unknown_2", state=state, what=what)
    return turn.state


def missed(turn: Turn) -> int:
    """Count a message that led nowhere, and return how many there were running."""
    turn.learn(misses=turn.was.misses + 1)
    return turn.talk.misses


def give_over(turn: Turn) -> State:
    """Name the human, and tell them, where the talk has come to nothing for too long."""
    told = _call(turn, "not_understood")
    turn.say("unknown_human", human=turn.business.contact.human, told=told)
    return turn.state
