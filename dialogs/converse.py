"""One turn of a conversation: hear a stored message, answer it, all in one transaction.

The conversation's row is locked, so the messages of one address are answered one at a time and in
their order. The answer is posted to the outbox; the new state and the talk are kept in the row.
"""

from dataclasses import replace
from datetime import datetime, timedelta
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
from dialogs.flows import book, change, day, info, profile
from dialogs.states import State, Step
from dialogs.talk import Flow, Talk, Turn, asked, reader_zone, vocabulary
from dialogs.understanding import Facts, Intent, Understood, understand
from dialogs.when import Wish

FORGETS = timedelta(hours=12)  # a question that nobody answered for so long is open no more

_log = structlog.get_logger()

FLOWS: dict[str, Flow] = {
    "book.begin": book.begin,
    "book.go_on": book.go_on,
    "book.ask": book.ask,
    "book.choose": book.choose,
    "book.yes_to_choice": book.yes_to_choice,
    "book.none_of_these": book.none_of_these,
    "book.others": book.others,
    "book.confirm": book.confirm,
    "book.decline": book.decline,
    "book.drop": book.drop,
    "change.mine": change.mine,
    "change.cancel": change.cancel,
    "change.cancel_proposal": change.cancel_proposal,
    "change.cancel_again": change.cancel_again,
    "change.cancel_now": change.cancel_now,
    "change.move": change.move,
    "change.chosen": change.chosen,
    "change.keep": change.keep,
    "day.today": day.today,
    "day.tomorrow": day.tomorrow,
    "day.week": day.week,
    "day.accept": day.accept,
    "day.refuse": day.refuse,
    "day.yes": day.yes,
    "day.no": day.no,
    "info.price": info.price,
    "info.policy": info.policy,
    "info.hours": info.hours,
    "info.address": info.address,
    "info.help": info.help_,
    "info.human": info.human,
    "info.hello": info.hello,
    "info.thanks": info.thanks,
    "info.nothing_open": info.nothing_open,
    "info.not_by_text": info.not_by_text,
    "info.unknown": info.unknown,
    "profile.zone": profile.zone,
    "profile.language": profile.language,
    "profile.stop": profile.stop,
    "profile.start": profile.start,
    "profile.link": profile.link,
}


def hear(session: Session, *, address: int, now: datetime) -> bool:
    """Answer the oldest open message of an address; False where there is none.

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
    state = _answer(turn)
    _post(turn)
    people.keep(
        session,
        address,
        state=state,
        talk=turn.talk.to_json(),
        locale=turn.said.locale,
        now=now,
    )
    inbox.answered(session, message.id, now=now)
    return True


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
    stale = kept.updated is not None and now - kept.updated > FORGETS
    state = State.IDLE if stale else State(kept.state)
    talk = Talk() if stale else Talk.from_json(kept.talk)
    locale = kept.locale or reader.locale or business.languages[0]
    zone = reader_zone(reader, business)
    said = understand(
        message.body if message.kind == "text" else "",
        now=message.received,
        zone=zone,
        locale=locale if locale in business.languages else business.languages[0],
        vocabulary=vocabulary(business),
        asked=asked(state, talk, business, locale),
        provider=reader.provider is not None,
    )
    return Turn(session, business, reader, message, said, state, talk, now)


def _answer(turn: Turn) -> State:
    """Find the step for the message and take it."""
    if turn.message.kind == "press":
        early = _press(turn)
        if early is not None:
            return early
    elif turn.message.kind != "text":
        turn.said = replace(turn.said, intents=(Intent.UNKNOWN,))
    try:
        intent, step = machine.find(turn.state, turn.said.intents)
    except machine.UnlistedError:
        _log.warning("unlisted", state=turn.state, intents=turn.said.intents)
        intent, step = Intent.UNKNOWN, Step("info.unknown")
    if intent is not Intent.UNKNOWN and turn.talk.misses:
        turn.learn(misses=0)
    reached = FLOWS[step.flow](turn)
    return machine.arrive(turn.state, step, reached)


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
    if note is None or turn.talk.asked != note["facts"].get("asked"):
        return info.stale(turn)
    locale = turn.said.locale
    open_question = asked(turn.state, turn.talk, turn.business, locale)
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
    """Post the answer; what it asks is numbered by the message that caused it."""
    turn.learn(asked=turn.message.id)
    for note in turn.notes:
        outbox.post(
            turn.session,
            address=note.address,
            note=note.kind,
            facts=note.facts | {"asked": turn.message.id},
            locale=note.locale,
            now=turn.now,
            key=note.key,
            cause=turn.message.id,
            due=note.due,
        )
