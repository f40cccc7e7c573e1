"""Which addresses are one person's, where they would rather be reached, and what is kept of them.

A number that somebody names is sent a code, to be typed where it was named; any other address is
joined by a code that is shown here and typed there; a number that a channel vouches for is joined
at once. Whether a number is known here, or has refused messages, is not told.
"""

from core import codes, consents, finding, forgetting, identities, people
from core.phones import e164
from dialogs.flows import holding, leaving
from dialogs.flows.about import facts_of
from dialogs.states import State
from dialogs.talk import Note, Talk, Turn, spoken

_LATEST = 5  # entries of the ledger that are shown


def link(turn: Turn) -> State:
    """Join an address: prove a number, take the code that proves it, or a provider's code."""
    if turn.message.kind == "contact":
        return _vouched(turn)
    if turn.said.facts.code is not None:
        return _code(turn, turn.said.facts.code)
    if turn.said.facts.phone is not None:
        return _ask(turn, turn.said.facts.phone)
    return _show(turn)


def _show(turn: Turn) -> State:
    """Show a code that joins whatever other address it is sent from."""
    code = codes.show(turn.session, asked=turn.reader, now=turn.now)
    if code is None:
        turn.say("codes_spent")
    else:
        turn.say("link_code", code=code, channel=turn.said.facts.channel)
    return turn.state


def _channels(turn: Turn) -> list[str]:
    return list(turn.business.contact.routes)


def _ask(turn: Turn, said: str) -> State:
    """Send a code to the number that is to be proven."""
    routes = turn.business.contact.routes
    near = routes.get("sms") or routes.get("whatsapp") or ""
    number = e164(said, like=near, zone=turn.business.zone.key)
    if number is None:
        turn.say("no_number", said=said)
        return turn.state
    target = identities.target(turn.session, number, channels=_channels(turn), now=turn.now)
    if target.person == turn.reader.person:
        turn.say("joined", number=number)
        return turn.state
    code = codes.send(turn.session, asked=turn.reader, target=target, now=turn.now)
    if code is None:
        turn.say("codes_spent")
        return turn.state
    turn.say("code_sent", number=number)
    if not target.opted_out:
        known = spoken(turn.business)
        locale = target.locale if target.locale in known else turn.said.locale
        facts = {"code": code, "channel": turn.reader.channel}
        turn.notes.append(Note("join_code", facts, target.address, locale or known[0]))
    return turn.state


def _code(turn: Turn, code: str) -> State:
    """Take a code for the one that was asked for here, else for a provider's, else for one shown.

    A link that somebody made may carry a provider's code. Not one that was shown: who only pressed
    START would be joined to whoever made the link.
    """
    proven = codes.prove(turn.session, address=turn.reader.address, code=code, now=turn.now)
    if proven is not None and proven.target is not None:
        return _join(turn, proven.target)
    provider = codes.redeem(turn.session, person=turn.reader.person, code=code, now=turn.now)
    if provider is not None:
        return _provider(turn, provider)
    if "start" not in turn.message.facts:
        shown = codes.shown(turn.session, address=turn.reader.address, code=code, now=turn.now)
        if shown is not None:
            return _shown(turn, shown)
    turn.say("bad_code")
    return turn.state


def _provider(turn: Turn, provider: int) -> State:
    """Say that the sender is a provider from now on, named as one where no name is known."""
    if not turn.reader.name:
        people.named(turn.session, turn.reader.person, name=turn.business.resource(provider).name)
    turn.say("linked", provider=provider)
    return turn.state


def _shown(turn: Turn, shown: codes.Shown) -> State:
    """Join the address where the code was shown, and tell it there too; else say why not."""
    if shown.worth != "good":
        turn.say(f"code_{shown.worth}")
        return turn.state
    here, before = turn.reader, people.reader(turn.session, shown.asked)
    state = _join(turn, shown.asked)
    after = people.reader(turn.session, shown.asked)
    if after.person == turn.reader.person and not before.opted_out:
        locale = before.locale or turn.said.locale or spoken(turn.business)[0]
        facts = {"number": here.to, "channel": here.channel}
        turn.notes.append(Note("joined", facts, shown.asked, locale))
    return state


def _join(turn: Turn, target: int) -> State:
    there = people.reader(turn.session, target)
    if not identities.join(turn.session, here=turn.reader.person, there=there.person):
        turn.say("not_joined")
        return turn.state
    return _joined(turn, target, wording=turn.message.body)


def _vouched(turn: Turn) -> State:
    """Join the sender's own number, which the channel itself has proven."""
    target = identities.number_proven(
        turn.session,
        person=turn.reader.person,
        number=turn.message.body,
        channels=_channels(turn),
        now=turn.now,
    )
    if target is None:
        turn.say("not_joined")
        return turn.state
    return _joined(turn, target, wording=f"contact {turn.message.body}")


def _joined(turn: Turn, target: int, *, wording: str) -> State:
    """Say that an address is theirs; that they gave it says that it may be written to."""
    there = people.reader(turn.session, target)
    if not there.opted_out:
        consents.record(
            turn.session,
            target,
            granted=True,
            source="person",
            wording=wording,
            message=turn.message.id,
            now=turn.now,
        )
    turn.reader = people.reader(turn.session, turn.reader.address)
    turn.say("joined", number=there.to, channel=there.channel)
    return turn.state


def prefer(turn: Turn) -> State:
    """Keep where somebody would rather be reached, if that is an address of theirs."""
    channel = turn.said.facts.channel
    if channel is None:
        turn.say("prefer_how")
    elif identities.prefer(turn.session, turn.reader.person, channel=channel):
        turn.say("prefers", channel=channel)
    else:
        turn.say("no_such_address", channel=channel)
    return turn.state


def data(turn: Turn) -> State:
    """Say all that is kept of the person: facts, bookings to come, and the ledger's latest."""
    kept = forgetting.kept(turn.session, turn.reader.person, now=turn.now)
    coming = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    ledger = consents.history(turn.session, turn.reader.person, limit=_LATEST)
    turn.say(
        "my_data",
        name=kept.name,
        since=kept.since,
        zone=kept.zone,
        zone_source=kept.zone_source,
        prefers=kept.prefers,
        addresses=kept.addresses,
        received=kept.received,
        sent=kept.sent,
        past=kept.bookings,
        coming=[facts_of(turn.business, row) for row in coming],
        consents=[
            {"at": c.at, "channel": c.channel, "granted": c.granted, "wording": c.wording}
            for c in ledger
        ],
    )
    return turn.state


def forget(turn: Turn) -> State:
    """Ask once whether to forget somebody, saying what would end with it."""
    holding.let_go(turn)
    turn.talk = Talk(last=turn.talk.last)
    rows = leaving.standing(turn.session, turn.reader.person)
    turn.say(
        "ask_forget",
        bookings=[facts_of(turn.business, row) for row in rows],
        provider=turn.reader.provider is not None,
    )
    return State.FORGETTING


def forget_now(turn: Turn) -> State:
    """Forget the sender on their yes; the answer alone still knows where it goes, until it went."""
    to = turn.reader.to
    turn.talk = Talk()
    leaving.erase(turn.session, turn.business, turn.reader.person, by=turn.by)
    turn.say("forgotten", forgotten=to)
    return State.IDLE


def stay(turn: Turn) -> State:
    """Leave everything as it is."""
    turn.say("kept")
    return State.IDLE
