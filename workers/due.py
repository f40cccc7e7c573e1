"""Due work: one function a kind, run in the transaction that marks it done."""

from collections.abc import Callable
from datetime import datetime

import structlog

from core import (
    businesses,
    changing,
    due,
    finding,
    forgetting,
    identities,
    offers,
    people,
    timetable,
)
from core.booking import By
from core.db import Session, passing
from core.due import Work
from core.span import Span
from dialogs.flows import (
    closing,
    confirming,
    hand_later,
    hand_time,
    missing,
    offering,
    paying,
    recurring,
    reminding,
    settle,
    waiting,
)
from workers import asking, payments, undelivered
from workers.asking import Asked
from workers.runtime import Runtime

_log = structlog.get_logger()
_CLOCK = By("clock")


def do(runtime: Runtime, business: int, work: int) -> None:
    """Do one piece of due work, once; what breaks is put off and tried again.

    Raises what says nothing of the work: a database that is away, a lock that took too long.
    """
    database = runtime.database
    try:
        with database.transaction(business) as session:
            claimed = due.claim(session, work, now=session.now)
            if claimed is None:
                return
            asked: Asked | None = None
            if claimed.kind in payments.KINDS:
                asked = payments.KINDS[claimed.kind](session, runtime, claimed)
                asking.lease(session, claimed, asked)
            else:
                KINDS[claimed.kind](session, claimed)
                due.done(session, work, now=session.now)
        if asked is not None:
            asking.ask(database, runtime.till, business, claimed, asked)
    except Exception as error:
        if passing(error):
            raise
        _log.exception("due work broke", business=business, work=work)
        with database.transaction(business) as session:
            said = f"{type(error).__name__}: {error}"
            due.failed(session, work, error=said, now=session.now)


def _lapse(session: Session, work: Work) -> None:
    """Lapse a hold whose time is over, whoever got to it first, and tell whom it concerns.

    The talk about it is locked first, so that a yes being answered now is not told of a lapse.
    """
    reader = people.talking_of(session, work.subject)
    if reader is not None:
        people.conversation(session, reader.address)
    changing.expire(session, booking=work.subject, now=session.now)
    about = finding.booking(session, work.subject)
    if about is None or about.status != "expired":
        return
    business = businesses.load(session)
    closing.lapsed(session, business, offers.open_of(session, about.id))
    settle.lapsed(session, business, about, was=finding.lapsed_from(session, about.id))


def _complete(session: Session, work: Work) -> None:
    """Mark a booking as completed once it is over."""
    changing.finish(session, booking=work.subject, by=_CLOCK, now=session.now)


def _classes(session: Session, _work: Work) -> None:
    """Lay out the classes of the days that came within reach."""
    timetable.materialise(session, businesses.load(session))


def _series(session: Session, work: Work) -> None:
    """Lay out the occurrences of a series on the days that came within reach."""
    recurring.extended(session, businesses.load(session), work.subject)


def _blocks(session: Session, work: Work) -> None:
    """Block the days that came within reach of what a provider blocks again and again."""
    hand_time.extended(session, businesses.load(session), work.subject)


def _plan(session: Session, work: Work) -> None:
    """Carry out what a provider planned and did not take back."""
    hand_later.carried(session, businesses.load(session), work.subject)


def _unproven(session: Session, work: Work) -> None:
    """Forget whose number was named to be joined, if they never proved it nor wrote."""
    person = identities.stranger(session, work.subject)
    if person is not None:
        forgetting.forget(session, person)


def _forgotten(session: Session, work: Work) -> None:
    """Forget somebody once more: others' turns that had read of them may have written it since."""
    forgetting.forget(session, work.subject)


def _freed(session: Session, work: Work) -> None:
    """Offer what came free to whoever waits for it first."""
    edges = (work.facts.get("from"), work.facts.get("until"))
    start, end = (datetime.fromisoformat(edge) if edge else None for edge in edges)
    span = Span(start, end) if start and end else None
    offering.freed(session, businesses.load(session), span=span, booking=work.subject)


def _wait(session: Session, work: Work) -> None:
    """Look for what came free while somebody began to wait."""
    offering.joined(session, businesses.load(session), work.subject)


def _wait_over(session: Session, work: Work) -> None:
    """Take somebody off the list whose last date has passed."""
    waiting.over(session, businesses.load(session), work.subject)


def _offer(session: Session, work: Work) -> None:
    """Close an offer that nobody answered in time."""
    closing.unanswered(session, businesses.load(session), work.subject)


def _reminders(session: Session, work: Work) -> None:
    """Write down when somebody is reminded of a booking that has a time now."""
    reminding.plan(session, businesses.load(session), work.subject, since=work.due)


def _remind(session: Session, work: Work) -> None:
    """Remind somebody of a booking, if it still is what it was."""
    reminding.remind(session, businesses.load(session), work)


def _settle(session: Session, work: Work) -> None:
    """Do what a vendor's news of money asks for."""
    paying.settled(session, businesses.load(session), work.subject)


def _confirm_warn(session: Session, work: Work) -> None:
    """Warn somebody who has not said that they come."""
    confirming.warn(session, businesses.load(session), work)


def _confirm_by(session: Session, work: Work) -> None:
    """Release a booking that nobody said they come to."""
    confirming.release(session, businesses.load(session), work)


def _missed(session: Session, work: Work) -> None:
    """Ask somebody who did not come for another time."""
    missing.ask(session, businesses.load(session), work.subject)


KINDS: dict[str, Callable[[Session, Work], None]] = {
    "settle": _settle,
    "lapse": _lapse,
    "complete": _complete,
    "classes": _classes,
    "series": _series,
    "blocks": _blocks,
    "plan": _plan,
    "freed": _freed,
    "wait": _wait,
    "wait_over": _wait_over,
    "offer": _offer,
    "reminders": _reminders,
    "remind": _remind,
    "confirm_warn": _confirm_warn,
    "confirm_by": _confirm_by,
    "missed": _missed,
    "undelivered": undelivered.reported,
    "unproven": _unproven,
    "forgotten": _forgotten,
}
