"""One turn of a conversation: hear a stored message, answer it, all in one transaction.

The conversation's row is locked, so the messages of one address are answered one at a time and in
their order. The answer is posted to the outbox; the new state and the talk are kept in the row.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import select

from core import businesses, inbox, outbox, people
from core import tables as t
from core.db import Session
from core.inbox import Received
from core.people import Conversation, Reader
from core.rules import Business
from dialogs import machine
from dialogs.flows import (
    change,
    claiming,
    info,
    missing,
    overview,
    profile,
    reminding,
    telling,
    whereabouts,
)
from dialogs.hearing import Hearing
from dialogs.states import State, Step
from dialogs.steps import FLOWS
from dialogs.talk import (
    Talk,
    Turn,
    asked,
    reader_zone,
    vocabulary,
)
from dialogs.understanding import Facts, Intent, Understood
from dialogs.when import Wish

FORGETS = timedelta(hours=12)  # a question that nobody answered for so long is open no more
FORGETS_PROPOSAL = timedelta(hours=24)  # whose lapse may have been told only after a night

_log = structlog.get_logger()

# What settles a request, so that another one that came with it can be taken up.
_SETTLES = frozenset(
    {
        "booked",
        "requested",
        "moved",
        "cancelled",
        "needs_money",
        "refused",
        "gone_already",
        "too_late",
        "nothing_to_change",
        "kept",
        "named",
        "nameless",
    }
)


def hear(session: Session, *, address: int, now: datetime) -> bool:
    """Answer the oldest open message of an address; False where no other waits.

    Raises whatever a flow raises: the caller rolls back and tries again (see `give_up`).
    """
    kept = people.conversation(session, address)
    message = inbox.first_open(session, address=address, now=now)
    if message is None:
        return False
    business = businesses.load(session)
    reader = people.reader(session, address)
    people.touched(session, address, now=now)
    turn = _turn(session, business, reader=reader, kept=kept, message=message, now=now)
    if kept.updated is None:
        profile.first_contact(turn)
    if profile.carriers(turn):
        state = profile.by_carrier(turn)
    elif reader.opted_out and not turn.said.has(Intent.START):
        state = _unheard(turn)
    else:
        state = _take_up(turn, _answer(turn))
    _post(turn)
    if turn.was.booking is not None:  # the news of its lapse may wait for the morning
        outbox.overtaken(session, address=address, note="hold_lapsed")
    if turn.was.series is not None:
        outbox.overtaken(session, address=address, note="series_lapsed")
    people.keep(
        session,
        address,
        state=state,
        talk=turn.talk.to_json(),
        locale=kept.locale if turn.said.has(Intent.UNKNOWN) else turn.said.locale,
        now=now,
    )
    return inbox.answered(session, message.id, now=now)


def give_up(session: Session, *, address: int, error: str, now: datetime) -> None:
    """Answer a message that broke every try: say so, name a human, and begin afresh."""
    people.conversation(session, address)
    message = inbox.first_open(session, address=address, now=now)
    if message is None:
        return
    if inbox.failed(session, message.id, error=error, now=now) < inbox.TRIES:
        return
    business = businesses.load(session)
    reader = people.reader(session, address)
    outbox.post(
        session,
        address=address,
        note="broken",
        facts={"human": business.contact.human},
        locale=reader.locale or business.languages[0],
        now=now,
        cause=message.id,
    )
    people.keep(session, address, state=State.IDLE, talk={}, locale=reader.locale, now=now)
    inbox.answered(session, message.id, now=now, error=error[:500])


def _turn(
    session: Session,
    business: Business,
    *,
    reader: Reader,
    kept: Conversation,
    message: Received,
    now: datetime,
) -> Turn:
    proposed = kept.state in {State.PROPOSAL, State.SERIES}
    lasts = FORGETS_PROPOSAL if proposed else FORGETS
    stale = kept.updated is not None and now - kept.updated > lasts
    state = State.IDLE if stale else State(kept.state)
    talk = Talk() if stale else Talk.from_json(kept.talk)
    hearing = Hearing(business, kept.locale, message, state)
    days = partial(overview.booked_on, session, business, reader.person, now=now)
    parts = hearing.parted(reader, booked=days)
    hearing, later = parts or (hearing, None)
    said = hearing.understood(reader, talk)
    if said.facts.name and reader.provider is None:
        people.named(session, reader.person, name=said.facts.name)
        reader = replace(reader, name=said.facts.name)
    before = reader_zone(reader, business)
    names = vocabulary(business, reader, party=False)
    reader, stay = whereabouts.learn(session, reader, message, said, zone=before, names=names)
    if message.words and reader_zone(reader, business) != before:
        said = hearing.understood(reader, talk)
    turn = Turn(session, business, reader, message, said, state, talk, now, stay=stay, later=later)
    claiming.bind(turn, hearing, since=kept.updated)
    reminding.bind(turn, hearing)
    missing.bind(turn)
    if later is not None and said.intents[0] not in {Intent.CANCEL, Intent.MOVE}:
        turn.remark("one_at_a_time")
    if said.intents == (Intent.UNKNOWN,) and talk.refused:
        turn.said = said = _counting(hearing, reader, talk) or said
    vague = said.intents == (Intent.UNKNOWN,) or said.facts.wish.relative
    if message.words and vague and talk.start is None:
        _relate(turn, hearing)
    return turn


def _counting(hearing: Hearing, reader: Reader, talk: Talk) -> Understood | None:
    """Understand "ok then 8" after so many were refused; None where it says no number of people."""
    said = replace(hearing, state=State.PARTY).understood(reader, talk)
    return said if said.facts.party is not None else None


def _relate(turn: Turn, hearing: Hearing) -> None:
    """Understand "half an hour later" with nothing open: than what was offered, or is booked."""
    offered = next((choice.start for choice in turn.talk.options if choice.start), None)
    booked = change.open_bookings(turn) if offered is None else []
    start = offered or (booked[0].start if booked else turn.now)
    said = hearing.understood(turn.reader, replace(turn.talk, start=start))
    if not said.facts.wish.windows:
        return
    if offered is not None:
        turn.said = said
    elif len(booked) == 1:
        turn.talk = replace(turn.talk, recent=booked[0].id, start=start)
        turn.said = replace(said, intents=(Intent.CORRECT,))
    elif booked:
        turn.said = Understood((Intent.MOVE,), Facts(wish=Wish()), said.locale)
    else:
        turn.relative = True
        if not (turn.said.facts.service or turn.said.has(Intent.HESITATE)):
            turn.said = replace(turn.said, intents=(Intent.UNKNOWN,))


def _unheard(turn: Turn) -> State:
    """Leave unanswered whom no answer may reach; the human hears what they wrote."""
    telling.human(
        turn.session,
        turn.business,
        note="wrote_opted_out",
        facts={
            "name": turn.reader.name,
            "address": turn.reader.to,
            "text": turn.message.body[:300],
        },
        now=turn.now,
        key=f"wrote_opted_out:{turn.message.id}",
        but=turn.reader.person,
    )
    return State.IDLE


def _answer(turn: Turn) -> State:
    """Find the step for the message and take it."""
    if turn.message.kind == "press":
        early = _press(turn)
        if early is not None:
            return early
    elif turn.message.kind != "text" and not turn.message.words:
        other = Intent.LINK if turn.message.kind == "contact" else Intent.UNKNOWN
        intent = Intent.ZONE if turn.stay is not None else other
        turn.said = replace(turn.said, intents=(intent,))
    try:
        intent, step = machine.find(turn.state, turn.said.intents)
    except machine.UnlistedError:
        _log.warning("unlisted", state=turn.state, intents=turn.said.intents)
        intent, step = Intent.UNKNOWN, Step("info.unknown")
    if turn.talk.misses:
        turn.learn(misses=0)  # unless the flow counts another one
    if turn.stay is not None and intent is not Intent.ZONE:
        turn.remark("zone", **turn.stay.facts(now=turn.now))
    reached = machine.arrive(turn.state, step, FLOWS[step.flow](turn))
    aside = step.stays and reached is turn.state and turn.talk.plan == turn.was.plan
    if step.to and not aside:
        turn.learn(asked=turn.message.id)
    elif intent is not Intent.UNKNOWN:
        _resume(turn)
    return reached


def _take_up(turn: Turn, reached: State) -> State:
    """Go on with the other request of a message once its first one is settled.

    It waits while the first is open, and is forgotten with it where that is dropped.
    """
    later = turn.later or turn.was.later
    mine = [note for note in turn.notes if note.address == turn.reader.address]
    if later is None:
        return reached
    if reached is not State.IDLE:
        turn.learn(later=later)
        return reached
    if not mine or mine[-1].kind not in _SETTLES:
        return reached
    fell = turn.talk.recent if mine[-1].kind == "cancelled" else None
    turn.talk = Talk(last=turn.talk.last, recent=fell, second=True)
    turn.was, turn.state = turn.talk, State.IDLE
    hearing = Hearing(turn.business, turn.said.locale, turn.message, State.IDLE).saying(later)
    turn.said = hearing.understood(turn.reader, turn.talk)
    try:
        _, step = machine.find(State.IDLE, turn.said.intents)
    except machine.UnlistedError:
        return reached
    reached = machine.arrive(State.IDLE, step, FLOWS[step.flow](turn))
    turn.learn(second=True, asked=turn.message.id)
    return reached


def _resume(turn: Turn) -> None:
    """After an answer by the way, come back to the yes or no that is still open."""
    mine = [note for note in turn.notes if note.address == turn.reader.address]
    if mine and mine[-1].facts.get("until"):  # it says itself what is held
        return
    if mine and turn.state in {State.PROPOSAL, State.SERIES} and turn.talk.start is not None:
        mine[-1].facts.update(resume="proposal", held=turn.talk.start)
    elif mine and turn.state is State.CANCELLING and turn.talk.start is not None:
        mine[-1].facts.update(resume="cancelling", held=turn.talk.start)


def _press(turn: Turn) -> State | None:
    """Take a button for what it says, and for the message that it stands under."""
    facts = turn.message.facts
    note = _pressed_note(turn, facts.get("outbox"))
    index = int(facts.get("index", -1))
    if note is not None and note["note"] == "request":
        turn.pressed = note["facts"]
        intent = Intent.ACCEPT if index == 0 else Intent.REFUSE
        turn.said = Understood((intent,), Facts(wish=Wish()), turn.said.locale)
        return None
    if note is not None and note["note"] in reminding.ASKING:
        reminding.answers(turn, note["facts"], index)
        return None
    if note is not None and note["note"] == "wait_offer":
        turn.pressed = note["facts"]
        intent = Intent.TAKE if index == 0 else Intent.LET_GO
        turn.said = Understood((intent,), Facts(wish=Wish()), turn.said.locale)
        return None
    if note is None or turn.talk.asked != note["facts"].get("asked"):
        return info.stale(turn)
    locale = turn.said.locale
    open_question = asked(turn.state, turn.talk, turn.business, locale=locale, zone=turn.zone)
    if open_question.options and open_question.what != "confirm":
        choice = Facts(wish=Wish(), choice=index, choices=(index,))
        turn.said = Understood((Intent.CHOOSE,), choice, locale)
    else:
        intent = Intent.CONFIRM if index == 0 else Intent.DECLINE
        turn.said = Understood((intent,), Facts(wish=Wish()), locale)
    return None


def _pressed_note(turn: Turn, letter: int | None) -> dict[str, Any] | None:
    if letter is None:
        return None
    c = t.outbox.c
    row = turn.session.execute(
        select(c.note, c.facts).where(
            c.business_id == turn.session.business,
            c.id == letter,
            c.address_id == turn.reader.address,
        )
    ).one_or_none()
    return {"note": row.note, "facts": row.facts} if row else None


def _post(turn: Turn) -> None:
    """Post the answer; what it asks is numbered by the message that opened the question."""
    for note in turn.notes:
        if note.address == turn.reader.address:
            # Said again it was worded otherwise, so the third time the first words will do.
            turn.learn(last="again" if note.facts.get("again") else note.kind)
        outbox.post(
            turn.session,
            address=note.address,
            note=note.kind,
            facts=note.facts | {"asked": turn.talk.asked},
            locale=note.locale,
            now=turn.now,
            key=note.key,
            cause=turn.message.id,
            due=note.due,
        )
