"""Who is writing: opting out and in, zone, language, name."""

from dataclasses import replace

from core import consents, finding
from dialogs.flows import change, holding, info, telling
from dialogs.states import State
from dialogs.talk import Talk, Turn, spoken
from dialogs.understanding import Intent


def stop(turn: Turn) -> State:
    """Opt the address out: one last message says so; who waits for them hears that they left."""
    bookings = _opted_out(turn)
    turn.say("stopped", name=turn.business.name, bookings=bookings)
    return State.IDLE


def by_carrier(turn: Turn) -> State:
    """Hear what the carrier made of a message; it answers by itself.

    But whom it had not stopped before it does not answer when they come back.
    """
    if turn.message.body == "opted_out":
        _opted_out(turn)
        return State.IDLE
    stopped_by = consents.refused_by(turn.session, turn.reader.address)
    _opted(turn, out=False)
    if stopped_by == "person" and turn.message.kind != "carrier":
        turn.say("started", name=turn.business.name)
    return turn.state


def first_contact(turn: Turn) -> None:
    """Enter in the ledger that somebody wrote to us first: they may be answered."""
    if turn.message.kind == "carrier" or turn.said.has(Intent.STOP, Intent.START):
        return
    if turn.reader.opted_out:  # since before they were forgotten
        return
    consents.record(
        turn.session,
        turn.reader.address,
        granted=True,
        source="person",
        wording=turn.message.body or turn.message.kind,
        message=turn.message.id,
        now=turn.now,
    )


def carriers(turn: Turn) -> bool:
    """Whether the carrier acted on this message: a bare YES is an opt-in of someone opted out."""
    back = turn.reader.opted_out and turn.message.facts.get("carrier") == "opted_in"
    return back or turn.message.kind == "carrier"


def _opted(turn: Turn, *, out: bool) -> None:
    """Keep what the person or their carrier said of being written to, in their words."""
    carrier = turn.message.kind == "carrier"
    consents.opted(
        turn.session,
        turn.reader.address,
        out=out,
        source="carrier" if carrier else "person",
        wording=str(turn.message.facts.get("wording") or turn.message.body),
        message=turn.message.id,
        now=turn.now,
    )


def _opted_out(turn: Turn) -> int:
    """Let go what is held, and tell who expects them; return how many bookings stand.

    Carriers take a bare CANCEL for STOP: then a booking may have been meant.
    """
    holding.let_go(turn)
    turn.talk = Talk()
    _opted(turn, out=True)
    rows = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    meant = str(turn.message.facts.get("wording", "")).strip().lower() == "cancel"
    note = "meant_cancel" if meant else "opted_out"
    for row in rows:
        telling.providers(
            turn.session,
            turn.business,
            row.id,
            note=note,
            now=turn.now,
            address=turn.reader.to,
        )
    return len(rows)


def start(turn: Turn) -> State:
    """Opt the address in again."""
    _opted(turn, out=False)
    turn.say("started", name=turn.business.name)
    return turn.state


def zone(turn: Turn) -> State:
    """Say in which zone times are shown from now on; where it stays as it was, ask for the city.

    A shared location changes nothing for who said where they are.
    """
    stay = turn.stay
    if turn.said.facts.home:
        turn.say("zone_set", zone=turn.zone.key)
    elif stay is None or (stay.until is None and stay.zone != turn.zone.key):
        turn.say("ask_zone", zone=turn.zone.key)
    else:
        turn.say("zone_set", **stay.facts(now=turn.now))
    return turn.state


def name(turn: Turn) -> State:
    """Take the name that was asked for; what is none is understood as with nothing open."""
    said = turn.said.facts.name
    if said is None and turn.said.has(Intent.UNKNOWN):
        info.unknown(turn)
        return State.IDLE
    if said is None or turn.said.intents != (Intent.INFORM,) or turn.said.facts.wish:
        return change.afterwards(turn)
    turn.say("named", name=said)
    return State.IDLE


def nameless(turn: Turn) -> State:
    """Accept that somebody gives no name."""
    turn.say("nameless")
    return State.IDLE


def language(turn: Turn) -> State:
    """Answer in another language from here on, where the business speaks it."""
    wanted, known = turn.said.facts.language, spoken(turn.business)
    if wanted not in known:
        turn.say("language_unknown", languages=known)
        return turn.state
    turn.said = replace(turn.said, locale=wanted)
    turn.say("language_set")
    return turn.state
