"""Until when somebody has to say that they come: warned before it, released at it."""

from datetime import datetime

from core import changing, due, finding, outbox, people, reminding
from core.booking import By
from core.db import Session
from core.due import Work
from core.finding import Booked
from core.people import Reader
from core.reminding import ConfirmBy
from core.rules import Business
from dialogs.flows import telling, upfront
from dialogs.flows.about import facts_of

_CLOCK = By("clock")


def plan(
    session: Session, business: Business, about: Booked, reader: Reader, *, since: datetime
) -> None:
    """Write down when somebody is warned, where there was still time for it `since` they booked."""
    rule = _rule(business, about, reader)
    if rule is not None and since <= rule.warn < rule.by:
        _post(session, "confirm_warn", about, due_at=rule.warn)


def _rule(business: Business, about: Booked, reader: Reader) -> ConfirmBy | None:
    service = business.service_by_id.get(about.service)
    zone = telling.nights_of(reader, business)
    return reminding.confirm_by(business, service, about.start, reader=zone)


def _post(session: Session, kind: str, about: Booked, *, due_at: datetime) -> None:
    key, facts = _key(kind, about), {"version": about.version}
    due.post(session, kind=kind, subject=about.id, key=key, due=due_at, facts=facts)


def _key(kind: str, about: Booked) -> str:
    return f"{kind}:{about.id}:{about.version}"


def until(business: Business, about: Booked, reader: Reader, *, now: datetime) -> datetime | None:
    """Return until when somebody has to say that they come, if that is still ahead."""
    rule = _rule(business, about, reader)
    return rule.by if rule is not None and rule.warn < rule.by and rule.by > now else None


def warn(session: Session, business: Business, work: Work) -> None:
    """Warn somebody who has not said that they come, if they can read it in time to answer."""
    about, reader = _standing(session, work)
    if about is None or reader is None:
        return
    rule, now = _rule(business, about, reader), session.now
    if rule is None or telling.heard_at(reader, business, now) > now or rule.by <= now:
        return
    facts = facts_of(business, about) | {"until": rule.by}
    key = _key("confirm_warn", about)
    telling.tell(session, business, reader, note="confirm_warn", facts=facts, now=now, key=key)
    _post(session, "confirm_by", about, due_at=rule.by)


def release(session: Session, business: Business, work: Work) -> None:
    """Cancel a booking that nobody said they come to, and tell both sides.

    The talk is locked first, so that a yes that is being answered counts. A warning that did not
    arrive releases nothing: the provider is told that nobody confirmed.
    """
    talking = people.of_person(session, _person(session, work))
    if talking is not None:
        people.conversation(session, talking.address)
    changing.lock(session, [work.subject])
    about, reader = _standing(session, work)
    if about is None or reader is None:
        return
    now = session.now
    if not outbox.arrived(session, _key("confirm_warn", about)):
        telling.providers(session, business, about.id, note="unconfirmed_provider", now=now)
        return
    gone = changing.cancel(session, booking=about.id, by=_CLOCK, now=now, why="unconfirmed")
    if gone is None:
        upfront.back(session, business, about, at=now, reason="unconfirmed")
        telling.customer(session, business, about, note="unconfirmed", now=now)
        telling.providers(session, business, about.id, note="released_provider", now=now)


def _person(session: Session, work: Work) -> int:
    about = finding.booking(session, work.subject)
    return about.person if about is not None else 0


def _standing(session: Session, work: Work) -> tuple[Booked | None, Reader | None]:
    """Return a booking that still is what it was and is not confirmed, and who reads of it."""
    about = finding.booking(session, work.subject)
    if about is None or about.status != "confirmed" or about.start <= session.now:
        return None, None
    if about.version != work.facts["version"] or reminding.acknowledged(session, about.id):
        return None, None
    return about, people.of_person(session, about.person)
