"""Who is writing: opting out and in, zone, language, name, and a provider's one-time code."""

from core import people
from dialogs.flows import holding
from dialogs.states import State
from dialogs.talk import Talk, Turn

WRONG_CODES = 5  # then codes are no longer looked at from this address


def stop(turn: Turn) -> State:
    """Opt the address out: one last message says so."""
    holding.let_go(turn)
    turn.talk = Talk()
    people.opted(turn.session, turn.reader.address, out=True, now=turn.now)
    turn.say("stopped", name=turn.business.name)
    return State.IDLE


def start(turn: Turn) -> State:
    """Opt the address in again."""
    people.opted(turn.session, turn.reader.address, out=False, now=turn.now)
    turn.say("started", name=turn.business.name)
    return turn.state


def zone(turn: Turn) -> State:
    """Take the zone that a person says they are in."""
    said = turn.said.facts.zone
    if said is None:
        turn.say("ask_zone", zone=turn.zone.key)
        return turn.state
    people.located(turn.session, turn.reader.person, zone=said, source="said")
    turn.say("zone_set", zone=said)
    return turn.state


def language(turn: Turn) -> State:
    """Answer in another language from here on, where the business speaks it."""
    wanted = turn.said.facts.language
    known = wanted in turn.business.languages
    turn.say("language_set" if known else "language_unknown", languages=turn.business.languages)
    return turn.state


def link(turn: Turn) -> State:
    """Link this address to a provider by the one-time code that the business was given."""
    code = turn.said.facts.code
    if code is None or turn.talk.wrong_codes >= WRONG_CODES:
        turn.say("bad_code")
        return turn.state
    provider = people.redeem(turn.session, person=turn.reader.person, code=code, now=turn.now)
    if provider is None:
        turn.learn(wrong_codes=turn.talk.wrong_codes + 1)
        turn.say("bad_code")
        return turn.state
    turn.learn(wrong_codes=0)
    turn.say("linked", provider=provider)
    return turn.state
