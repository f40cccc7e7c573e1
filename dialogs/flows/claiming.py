"""Answer an offer: the first yes has it, a late one what is still free; a no goes to the next."""

from dataclasses import replace
from datetime import datetime, timedelta

from core import changing, finding, offers, outbox, waitlist
from core.booking import By
from core.db import Session
from core.offers import Offer
from core.refusals import Reason, Refusal
from core.span import MINUTE, Span
from core.waitlist import Waiting
from dialogs.flows import closing, looking, offering, pursuing, reminding, settle
from dialogs.flows.holding import RefusedError
from dialogs.flows.info import nothing_open
from dialogs.hearing import Hearing
from dialogs.states import State
from dialogs.talk import Talk, Turn
from dialogs.understanding import Intent

_BOUND = timedelta(minutes=5)  # for which an older question is the one that a yes answers
_REMEMBERED = timedelta(hours=24)  # after which a yes means no offer any more
_NEWS = {"wait_offer", "wait_lapsed", "wait_lost"}
_ASKING = {State.IDLE, State.NAME}
_VAGUE = {  # what says little where nothing was asked
    *(Intent.UNKNOWN, Intent.INFORM, Intent.THANKS, Intent.BOOK, Intent.CANCEL, Intent.CHOOSE)
}


def bind(turn: Turn, hearing: Hearing, *, since: datetime | None) -> None:
    """Take a yes or a no for the answer to an offer, unless an older question is still open.

    `since` is when the conversation last went on.
    """
    idle = turn.state in _ASKING
    if turn.said.intents[0] not in {Intent.CONFIRM, Intent.DECLINE, *_VAGUE}:
        return
    if turn.message.kind != "text" or (not idle and since and turn.now - since < _BOUND):
        return
    offer = _answerable(turn) if idle else _open(turn)
    if offer is None or not _asked_last(turn, offer):
        return
    said, now = turn.said, turn.now
    vague = _VAGUE if offer.closed is None else {Intent.UNKNOWN}
    if said.intents[0] in vague:  # heard as the answer that it may be
        asked = Talk(start=offer.start, service=offer.service)
        said = replace(hearing, state=State.PROPOSAL).understood(turn.reader, asked)
    if said.intents[0] is Intent.CONFIRM:
        turn.said = replace(said, intents=(Intent.TAKE,))
        return
    nameless = turn.state is State.NAME and since is not None and now - since < _BOUND
    no = said.intents[0] is Intent.DECLINE or said.intents[:2] == (Intent.CANCEL, Intent.DECLINE)
    if no and not (nameless or said.facts.wish or said.facts.service):
        turn.said = replace(said, intents=(Intent.LET_GO,))


def _asked_last(turn: Turn, offer: Offer) -> bool:
    """Whether an offer is what was said last here, or is open and no reminder asked after it.

    Of one that is over "ok" is no yes, and neither is a yes to something else.
    """
    last = outbox.last_said(turn.session, turn.reader.address)
    if offer.closed is not None:
        return last is not None and last.note in _NEWS
    reminded = last is not None and last.note in reminding.ASKING
    return not (reminded and offer.sent is not None and turn.now - offer.sent > _BOUND)


def _open(turn: Turn) -> Offer | None:
    return next(iter(offers.open_to(turn.session, turn.reader.person)), None)


def _answerable(turn: Turn) -> Offer | None:
    """Return the offer that is open, else the last one, if a yes to it may come late."""
    last = offers.last_to(turn.session, turn.reader.person)
    if last is None or last.status in {"taken", "declined"}:
        return None
    return last if last.closed is None or turn.now - last.closed < _REMEMBERED else None


def take(turn: Turn) -> State:
    """Claim what was offered; what went meanwhile is claimed if it is still free."""
    offer = _meant(turn)
    if offer is None:
        return nothing_open(turn)
    waiting = waitlist.entry(turn.session, offer.wait, lock=True)
    changing.lock(turn.session, [offer.booking, waiting.for_id])
    offer = offers.one(turn.session, offer.id) or offer
    if offer.status == "taken" or waiting.status == "booked":
        turn.say("wait_yours", start=offer.start)
        return turn.state
    return (_claimed(turn, offer, waiting) if offer.status == "open" else None) or _late(
        turn, offer, waiting
    )


def _meant(turn: Turn) -> Offer | None:
    """Return the offer of the button that was pressed, the open one, or the one that was missed."""
    if turn.pressed is not None:
        found = offers.one(turn.session, int(turn.pressed["offer"]))
        return found if found is not None and found.person == turn.reader.person else None
    return _answerable(turn)


def _claimed(turn: Turn, offer: Offer, waiting: Waiting) -> State | None:
    """Turn an open offer into a booking; None where its hold has gone.

    The hold is the first one's: whoever was asked beside them takes it over with a hold of theirs.
    """
    held = finding.booking(turn.session, offer.booking)
    if held is None or held.status != "held" or held.expires is None or held.expires <= turn.now:
        return None
    number: int = held.id
    if held.person != waiting.person:
        try:
            with turn.session.attempt():
                changing.release(turn.session, booking=held.id, by=turn.by, now=turn.now)
                number = _hold(turn, waiting, offer.start)
        except RefusedError as refused:
            return _cannot(turn, offer, refused.refusal)
    state = settle.agreed(turn, number)
    if state is not None:
        _won(turn, offer, waiting, number)
    return state


def _hold(turn: Turn, waiting: Waiting, start: datetime) -> int:
    """Hold a start for a moment, in the sender's own name; RefusedError where that cannot be."""
    until = turn.now + MINUTE
    return offering.held(turn.session, turn.business, waiting, start, until=until, by=turn.by).id


def _cannot(turn: Turn, offer: Offer, refused: Refusal) -> State:
    """Say what forbids this person the time that they were offered; their place stays."""
    give_up(turn.session, offer, by=turn.by, now=turn.now)
    return _refuse(turn, offer, refused, note="refused")


def _won(turn: Turn, offer: Offer, waiting: Waiting, number: int) -> None:
    """Take the winner off the list, and tell the others who were asked that it went."""
    session, now = turn.session, turn.now
    made = finding.booking(session, number)
    waits = made is not None and made.status in {"awaiting_provider", "awaiting_payment"}
    booked = number if waits or waiting.for_id is None else waiting.for_id
    waitlist.settle(session, waiting.id, status="claimed" if waits else "booked", booking=booked)
    offers.close(session, [offer.id], status="taken", now=now)
    others = offers.open_of(session, offer.booking)
    gone = offers.close(session, [o.id for o in others], status="withdrawn", now=now)
    for other in others:
        if other.id in gone and other.sent is not None:
            closing.tell_of(session, turn.business, other, note="wait_lost")


def _late(turn: Turn, offer: Offer, waiting: Waiting) -> State:
    """Claim what lapsed if it is still free; else say that it went, and what else there is."""
    if waiting.status in {"waiting", "claimed"}:
        try:
            with turn.session.attempt():
                number = _hold(turn, waiting, offer.start)
        except RefusedError:
            pass
        else:
            state = settle.agreed(turn, number)
            if state is not None:
                _won(turn, offer, waiting, number)
                return state
    went = _went(turn, offer) or offer.closed
    facts = {"whole": False, "went": went, "waiting": waiting.status == "waiting"}
    return _refuse(turn, offer, Refusal(Reason.TAKEN, facts), note="wait_gone")


def _went(turn: Turn, offer: Offer) -> datetime | None:
    service = turn.business.service(offer.service)
    staff = [offer.provider] if offer.provider else [r for n in service.needs for r in n.any_of]
    return offers.gone_at(turn.session, start=offer.start, resources=staff)


def _refuse(turn: Turn, offer: Offer, refused: Refusal, *, note: str) -> State:
    waiting = waitlist.entry(turn.session, offer.wait)
    turn.talk = Talk(
        service=waiting.service,
        extras=waiting.extras,
        provider=waiting.provider,
        party=waiting.party,
        wish=looking.at(offer.start.astimezone(turn.zone)),
        last=turn.talk.last,
        target=waiting.for_id,
        doing="move" if waiting.for_id else "book",
    )
    return pursuing.refuse(turn, refused, Span(offer.start, offer.start), note=note)


def let_go(turn: Turn) -> State:
    """Say no to what was offered: not offered again, and the place in the list stays."""
    offer = _meant(turn)
    if offer is None:
        return nothing_open(turn)
    changing.lock(turn.session, [offer.booking])
    offer = offers.one(turn.session, offer.id) or offer
    if offer.status == "open":
        give_up(turn.session, offer, by=turn.by, now=turn.now)
    turn.say("wait_declined", start=offer.start)
    return turn.state


def give_up(session: Session, offer: Offer, *, by: By, now: datetime) -> None:
    """Close an offer that its person does not want; the last of its hold lets the time go."""
    offers.close(session, [offer.id], status="declined", now=now)
    closing.release_if_last(session, offer, by=by)
