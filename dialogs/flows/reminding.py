"""Remind of bookings: planned when they get their time, looked at again when one is due."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from core import due, finding, outbox, people, reminding
from core.db import Session
from core.deadline import Deadline
from core.due import Work
from core.finding import Booked
from core.people import Reader
from core.rules import Business
from core.span import MINUTE
from dialogs.flows import confirming, telling
from dialogs.flows.about import facts_of
from dialogs.flows.info import stale
from dialogs.hearing import Hearing
from dialogs.states import State
from dialogs.talk import Talk, Turn
from dialogs.understanding import Intent, Understood

_SLACK = MINUTE  # a moment that moved by less is the same
_ANSWERS = (Intent.COMING, Intent.MOVE, Intent.CANCEL)
_MOVING = {Intent.MOVE, Intent.CORRECT, Intent.ALTERNATIVES}
ASKING = frozenset({"reminder", "confirm_warn"})  # notes that ask whether they come
_VAGUE = {Intent.UNKNOWN, Intent.INFORM, Intent.THANKS, Intent.CANCEL, Intent.BYE}


def plan(session: Session, business: Business, booking: int, *, since: datetime) -> None:
    """Write down when somebody is to be reminded of a booking, at the time that it has now.

    It has it `since` an instant: what was still to come then is not lost where this runs later.
    """
    about = finding.booking(session, booking)
    reader = people.of_person(session, about.person) if about is not None else None
    if about is None or about.status != "confirmed" or reader is None:
        return
    for one in _ahead(business, about, reader, since):
        key = f"remind:{about.id}:{about.version}:{one.rule}"
        facts = {"version": about.version, "rule": one.rule}
        due.post(session, kind="remind", subject=about.id, key=key, due=one.at, facts=facts)
    confirming.plan(session, business, about, reader, since=since)


def _ahead(
    business: Business, about: Booked, reader: Reader, now: datetime
) -> list[reminding.Reminder]:
    zone = telling.nights_of(reader, business)
    return reminding.ahead(business, _rules(business, about), about.start, reader=zone, now=now)


def _rules(business: Business, about: Booked) -> tuple[Deadline, ...]:
    return reminding.rules_of(business, business.service_by_id.get(about.service))


def remind(session: Session, business: Business, work: Work) -> None:
    """Send a reminder that is due, if the booking still is what it was and the reader is awake.

    Where the reader's night is another than it was, it waits for its moment there, or is skipped;
    so it is where one nearer to the start is due as well.
    """
    now, about = session.now, finding.booking(session, work.subject)
    if about is None or about.status != "confirmed" or about.start <= now:
        return
    if about.version != work.facts["version"]:
        return
    reader = people.of_person(session, about.person)
    rules = _rules(business, about)
    mine = next((rule for rule in rules if rule.name == work.facts["rule"]), None)
    if reader is None or mine is None:
        return
    zone = telling.nights_of(reader, business)
    at = reminding.moment(business, mine, about.start, zone)
    if at > now + _SLACK:
        key = f"remind:{about.id}:{about.version}:{mine.name}:{at.isoformat()}"
        due.post(session, kind="remind", subject=about.id, key=key, due=at, facts=work.facts)
        return
    others = (reminding.moment(business, rule, about.start, zone) for rule in rules)
    if any(at < other <= now for other in others) or telling.heard_at(reader, business, now) > now:
        return
    asks = not reminding.acknowledged(session, about.id)
    until = confirming.until(business, about, reader, now=now) if asks else None
    facts = facts_of(business, about) | {"asks": asks, "confirm_by": until}
    key = f"remind:{about.id}:{about.version}:{mine.name}"
    telling.tell(session, business, reader, note="reminder", facts=facts, now=now, key=key)


def said(turn: Turn, about: Booked) -> dict[str, Any]:
    """Return what a confirmation says of reminders where some of them come too late."""
    left = _ahead(turn.business, about, turn.reader, turn.now)
    if len(left) == len(_rules(turn.business, about)):
        return {}
    return {"reminder": left[0].at if left else None, "skipped": True}


def bind(turn: Turn, hearing: Hearing) -> None:
    """Take an answer for that to a reminder, where this is the last that was said here."""
    if turn.message.kind != "text" or turn.state not in {State.IDLE, State.NAME}:
        return
    first, number = turn.said.intents[0], turn.message.body.strip(" .)")
    by_number = number in {"1", "2", "3"}
    if not by_number and first not in {Intent.CONFIRM, Intent.DECLINE, *_MOVING, *_VAGUE}:
        return
    last = outbox.last_said(turn.session, turn.reader.address)
    if last is None or last.note not in ASKING:
        return
    if by_number:
        answers(turn, last.facts, int(number) - 1)
        return
    heard = turn.said
    if first in _VAGUE:
        asked = Talk(start=datetime.fromisoformat(last.facts["start"]))
        heard = replace(hearing, state=State.PROPOSAL).understood(turn.reader, asked)
    other = heard.facts.service or heard.facts.ref
    if heard.intents[0] is Intent.CONFIRM or first is Intent.BYE:
        answers(turn, last.facts, 0)
    elif not other and (first in _MOVING or (heard.has(Intent.CORRECT) and heard.facts.wish)):
        turn.said = _about(turn.said, last.facts, Intent.MOVE)
    elif not (other or heard.facts.wish) and heard.has(Intent.DECLINE, Intent.CANCEL):
        answers(turn, last.facts, 2)


def answers(turn: Turn, facts: dict[str, Any], index: int) -> None:
    """Take one of the three answers to a reminder: they come, move or cancel it."""
    turn.pressed = facts
    turn.said = _about(turn.said, facts, _ANSWERS[index])


def _about(said: Understood, facts: dict[str, Any], intent: Intent) -> Understood:
    return replace(said, intents=(intent,), facts=replace(said.facts, ref=facts["ref"]))


def coming(turn: Turn) -> State:
    """Keep that the customer will come."""
    facts = turn.pressed or {}
    about = finding.booking(turn.session, int(facts.get("booking", 0)))
    if about is None or about.person != turn.reader.person or about.version != facts["version"]:
        return stale(turn)
    refused = reminding.acknowledge(turn.session, booking=about.id, by=turn.by, now=turn.now)
    if refused is not None:
        return stale(turn)
    turn.say("coming", **facts_of(turn.business, about))
    return turn.state
