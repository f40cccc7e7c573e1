"""What follows a decision: the booking confirmed, requested or moved, and everyone told."""

from datetime import datetime
from typing import Any

from core import booking, changing, finding, payments, people, series
from core.booking import By
from core.db import Session
from core.finding import Booked
from core.people import Reader
from core.refusals import Reason, Refusal
from core.rules import Business
from core.span import MINUTE
from dialogs.flows import paying, reminding, telling, upfront
from dialogs.flows.about import (
    facts_for_staff,
    facts_of,
    host_of,
    human_of,
    providers_of,
    shown,
)
from dialogs.states import State
from dialogs.talk import Talk, Turn


def agreed(turn: Turn, held: int) -> State | None:
    """Confirm a hold on the customer's yes, and say so to all; None where it has gone.

    Where the provider must confirm it becomes a request that lapses; the request's deadline counts
    from when the provider can read it, and never outlives the start.
    """
    before = finding.booking(turn.session, held)
    if before is None or before.status != "held":
        return None
    moving = finding.booking(turn.session, before.for_id) if before.for_id is not None else None
    if turn.business.service(before.service).asks_provider(before.party):
        return _request(turn, before, moving)
    if upfront.lacking(turn.session, before, moving) > 0:
        return _to_pay(turn, before, moving)
    if moving is not None:
        return _moved(turn, moving, held)
    if booking.confirm(turn.session, booking=held, by=turn.by, now=turn.now) is not None:
        return None
    facts = shown(turn, held) | reminding.said(turn, before)
    facts |= upfront.there(turn.business, before)
    turn.say("booked", **facts, ask_name=_unnamed(turn))
    telling.providers(turn.session, turn.business, held, note="new_booking", now=turn.now)
    return _done(turn, before)


def _unnamed(turn: Turn) -> bool:
    """Whether to ask for the customer's name: once, after the first booking, if nobody knows it.

    Of two that were asked for together, after the other.
    """
    reader = turn.reader
    if reader.name or reader.provider is not None or turn.was.later is not None:
        return False
    return finding.made_by(turn.session, reader.person) == (2 if turn.was.second else 1)


def _done(turn: Turn, made: Booked) -> State:
    """Keep the booking in mind for a moment: "actually make it 4" means that one."""
    asked = any(note.facts.get("ask_name") for note in turn.notes)
    turn.talk = Talk(recent=made.id, start=made.start, service=made.service)
    return State.NAME if asked else State.IDLE


def _to_pay(turn: Turn, held: Booked, moving: Booked | None) -> State | None:
    """Have the hold wait for money; the page to pay at is sent once it is opened.

    A booking that is moved before it was paid for waits on, for what its new time needs.
    """
    asked, was = held, moving.start if moving is not None else None
    if moving is not None and moving.status == "awaiting_payment":
        if changing.swap(turn.session, booking=moving.id, hold=held.id, by=turn.by, now=turn.now):
            return None
        asked, moving = _again(turn.session, moving), None
    amount = upfront.lacking(turn.session, asked, moving)
    purpose = "difference" if moving is not None else "advance"
    page = payments.ask(
        turn.session, booking=asked.id, amount=amount, by=turn.by, now=turn.now, purpose=purpose
    )
    if isinstance(page, Refusal):
        return None
    name = _unnamed(turn) if was is None else False
    turn.say("to_pay", **shown(turn, asked.id), amount=amount, was=was, ask_name=name)
    return _done(turn, moving or asked)


def _moved(turn: Turn, old: Booked, held: int) -> State | None:
    if changing.swap(turn.session, booking=old.id, hold=held, by=turn.by, now=turn.now) is not None:
        return None
    new = _again(turn.session, old)
    back = upfront.difference(turn.session, turn.business, old, new, at=turn.by.asked)
    turn.say("moved", **shown(turn, old.id), was=old.start, back=back)
    telling.providers(
        turn.session,
        turn.business,
        old.id,
        note="moved_provider",
        now=turn.now,
        was=old.start,
        also=providers_of(turn.business, old),
    )
    return _done(turn, new)


def _request(turn: Turn, held: Booked, moving: Booked | None) -> State | None:
    """Ask the provider; a request that is moved before its answer is asked anew for its new time.

    What is already confirmed keeps its time until the provider has agreed to the new one.
    """
    readers = hosts(turn.session, turn.business, held)
    sent = min((telling.heard_at(r, turn.business, turn.now) for r in readers), default=turn.now)
    rule = turn.business.service(held.service).confirmation
    until = min(sent + (rule.minutes if rule else 0) * MINUTE, held.start)
    asked = held
    if moving is not None and moving.status != "confirmed":
        gone = changing.swap(
            turn.session, booking=moving.id, hold=held.id, by=turn.by, now=turn.now
        ) or changing.extend(turn.session, booking=moving.id, until=until, by=turn.by, now=turn.now)
        asked, moving = moving, None
    else:
        gone = booking.confirm(
            turn.session, booking=held.id, by=turn.by, now=turn.now, provider_until=until
        )
    if gone is not None:
        return None
    asked = _again(turn.session, asked)
    was = moving.start if moving is not None else None
    name = _unnamed(turn) if was is None else False
    turn.say("requested", **facts_of(turn.business, asked), until=until, was=was, ask_name=name)
    for reader in readers:
        telling.tell(
            turn.session,
            turn.business,
            reader,
            note="request",
            facts=facts_for_staff(turn.session, turn.business, asked) | {"until": until},
            now=turn.now,
            key=f"request:{asked.id}:{asked.version}:{reader.address}",
        )
    return _done(turn, moving or asked)


def _again(session: Session, before: Booked) -> Booked:
    return finding.booking(session, before.id) or before


def hosts(session: Session, business: Business, about: Booked) -> list[Reader]:
    """Return where a request is asked: at its host's, else at the human's of the business."""
    for resource in (host_of(business, about), human_of(business)):
        reader = people.of_provider(session, resource) if resource is not None else None
        if reader is not None:
            return [reader]
    return []


def answers_for(session: Session, business: Business, about: Booked, provider: int) -> bool:
    """Whether a request is this provider's to answer: as its host, or in the host's absence."""
    return host_of(business, about) == provider or any(
        reader.provider == provider for reader in hosts(session, business, about)
    )


def decided(
    session: Session, business: Business, request: Booked, *, yes: bool, by: By, now: datetime
) -> Refusal | None:
    """Carry out a provider's word on a request and tell the customer; refused where it lapsed."""
    old = finding.booking(session, request.for_id) if request.for_id is not None else None
    if request.status != "awaiting_provider":
        return Refusal(Reason.GONE)
    if old is None and request.series is not None:
        return _answered_all(session, business, request, yes=yes, by=by, now=now)
    if old is None:
        return _answered(session, business, request, yes=yes, by=by, now=now)
    if not yes:
        gone = changing.release(session, booking=request.id, by=by, now=now)
        if gone is None:
            telling.customer(
                session, business, request, note="request_declined", now=now, was=old.start
            )
        return gone
    if upfront.lacking(session, request, old) > 0:
        return _asked_to_pay(session, business, request, old=old, by=by)
    gone = changing.swap(session, booking=old.id, hold=request.id, by=by, now=now)
    if gone is None:
        new = _again(session, old)
        back = upfront.difference(session, business, old, new, at=None)
        telling.customer(session, business, new, note="moved", now=now, was=old.start, back=back)
    return gone


def _asked_to_pay(
    session: Session, business: Business, request: Booked, *, old: Booked | None, by: By
) -> Refusal | None:
    """Have a request that was agreed to wait for money, and tell its customer so."""
    amount = upfront.lacking(session, request, old)
    purpose = "advance" if old is None else "difference"
    page = payments.ask(
        session, booking=request.id, amount=amount, by=by, now=session.now, purpose=purpose
    )
    if isinstance(page, Refusal):
        return page
    telling.customer(
        session, business, request, note="request_to_pay", now=session.now, amount=amount
    )
    return None


def _answered(
    session: Session, business: Business, request: Booked, *, yes: bool, by: By, now: datetime
) -> Refusal | None:
    if yes and upfront.lacking(session, request) > 0:
        return _asked_to_pay(session, business, request, old=None, by=by)
    if yes:
        gone = booking.confirm(session, booking=request.id, by=by, now=now)
    else:
        gone = changing.cancel(session, booking=request.id, by=by, now=now, why="provider")
    if gone is None:
        note = "request_accepted" if yes else "request_declined"
        telling.customer(session, business, request, note=note, now=now)
    return gone


def _answered_all(
    session: Session, business: Business, request: Booked, *, yes: bool, by: By, now: datetime
) -> Refusal | None:
    """Carry out a provider's word on a whole series: all of it, or none."""
    number = request.series or 0
    times = len(series.standing(session, number, since=now, now=now))
    needs = business.upfront(business.service(request.service), request.party)
    if yes and needs:
        first = finding.booking(session, series.standing(session, number, since=now, now=now)[0][0])
        gone = upfront.ask_series(session, business, first or request, by=by)
        if gone is None:
            telling.customer(
                session, business, request, note="request_to_pay", now=now, amount=needs
            )
        return gone
    if yes:
        gone = series.confirm(session, business=business, series=number, by=by, now=now)
        if gone is not None:
            return gone
    else:
        series.end(session, series=number, since=now, by=by, now=now, why="provider")
    note = "request_accepted" if yes else "request_declined"
    telling.customer(session, business, request, note=note, now=now, times=times)
    return None


def lapsed(session: Session, business: Business, about: Booked, *, was: str) -> None:
    """Tell whom it concerns that a proposal or a request ran out.

    A proposal's customer hears of it only where the talk is still about it.
    """
    now = session.now
    of_many = about.series is not None and about.for_id is None
    if of_many and not series.lapse(session, series=about.series or 0):
        return  # told once, of the first of them
    if was == "awaiting_provider":
        old = finding.booking(session, about.for_id) if about.for_id is not None else None
        kept: dict[str, Any] = {"was": old.start} if old else {}
        telling.customer(session, business, about, note="request_lapsed", now=now, **kept)
        telling.providers(session, business, about.id, note="request_lapsed_provider", now=now)
        return
    if was == "awaiting_payment":
        paying.lapsed(session, business, about)
        return
    reader = people.talking_of(session, about.id)
    if reader is None:
        return
    if telling.heard_at(reader, business, now) < about.start - business.notice * MINUTE:
        open_talk = people.conversation(session, reader.address).talk
        facts = facts_of(business, about) | {"asked": open_talk.get("asked")}
        note = "series_lapsed" if of_many else "hold_lapsed"
        key = f"{note}:{about.id}:{about.version}"
        telling.tell(session, business, reader, note=note, facts=facts, now=now, key=key)
