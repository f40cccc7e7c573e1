"""What is left of a staged plan when its moment has come: bookings change, their people are told.

Whoever is told is locked first (their talk), then the plan, then the bookings: UNDO that comes
meanwhile either comes first, or finds the plan done. What changed since the preview is looked at
again: who booked in time that was blocked is told too, and what is no more is left alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core import changing, finding, people, plans, timetable
from core.booking import By, as_kept
from core.db import Session
from core.finding import Booked, Search
from core.people import Reader
from core.plans import Plan
from core.rules import Business
from core.span import MINUTE, Span
from dialogs.flows import hand_plans, looking, telling, upfront
from dialogs.flows.about import facts_for_staff, facts_of, providers_of
from dialogs.states import State
from dialogs.talk import Talk

_FRESH = timedelta(hours=12)  # a talk that rested longer is nobody's open question any more


@dataclass
class Work:
    """One plan being carried out: who was told, who could not be, and what was left alone."""

    session: Session
    business: Business
    plan: Plan
    readers: dict[int, Reader]
    told: int = 0
    untold: list[dict[str, Any]] = field(default_factory=list)
    left: int = 0

    @property
    def now(self) -> datetime:
        return self.session.now

    @property
    def by(self) -> By:
        return By(str(self.plan.facts["by"]), self.plan.facts["message"])


def carried(session: Session, business: Business, number: int) -> None:
    """Carry out a staged plan once; nothing where it was taken back or is done."""
    seen = plans.read(session, number)
    if seen is None or seen.status != "staged":
        return
    readers = _locked(session, _concerned(session, seen))
    plan = plans.locked(session, number)
    if plan is None or plan.status != "staged":
        return
    work = Work(session, business, plan, readers)
    _CARRY[plan.kind](work)
    plans.become(session, plan, "done", now=session.now)
    telling.tell(
        session,
        business,
        people.reader(session, plan.address),
        note="hand_done",
        facts={
            "kind": plan.kind,
            "told": work.told,
            "untold": work.untold,
            "left": work.left,
        },
        now=session.now,
        key=f"hand_done:{plan.id}",
    )


def _concerned(session: Session, plan: Plan) -> list[Booked]:
    if plan.kind == "sick":
        return _sick(session, plan)
    ids = [each[0] for each in plan.facts.get("told", [])] or [plan.facts["booking"]]
    found = [finding.booking(session, int(number)) for number in ids]
    return [row for row in found if row is not None]


def _sick(session: Session, plan: Plan) -> list[Booked]:
    """Return what is booked by now in the time of who is sick, and has not begun."""
    rows = hand_plans.booked_in(session, plan.resource, plan.spans, now=session.now)
    return [row for row in rows if row.start > session.now]


def _locked(session: Session, rows: Sequence[Booked]) -> dict[int, Reader]:
    """Lock the talks of some bookings' people, in order; return where each is reached."""
    found = {row.person: people.of_person(session, row.person) for row in rows}
    readers = {person: reader for person, reader in found.items() if reader is not None}
    for address in sorted({reader.address for reader in readers.values()}):
        people.conversation(session, address)
    return readers


def _carry_sick(work: Work) -> None:
    timetable.lock_place(work.session)  # before bookings, as whoever moves them with the clocks
    for row in _sick(work.session, work.plan):
        _cancel(work, row)
    timetable.materialise(work.session, work.business)


def _carry_cancel(work: Work) -> None:
    row = _unchanged(work)
    if row is not None:
        _cancel(work, row)


def _unchanged(work: Work) -> Booked | None:
    """Return the plan's booking if it still is as it was shown; else it is left alone."""
    row = finding.booking(work.session, int(work.plan.facts["booking"]))
    same = row is not None and row.version == work.plan.facts["version"]
    if row is not None and same and row.status in hand_plans.STANDING:
        return row
    work.left += 1
    return None


def _cancel(work: Work, row: Booked) -> None:
    """Cancel a booking in the provider's name, and tell its customer what is free instead."""
    session, now = work.session, work.now
    gone = changing.cancel(session, booking=row.id, by=work.by, now=now, why="provider")
    if gone is not None:
        work.left += 1
        return
    for held in finding.moves_of(session, row.id):
        changing.release(session, booking=held, by=work.by, now=now)
    service = as_kept(work.business.service(row.service), row.extras)
    slots = looking.nearest(
        session,
        business=work.business,
        search=Search(service, row.party),
        instead_of=Span(row.start, row.start + MINUTE),
        exclude=[Span(row.start, row.end)] if work.plan.kind == "cancel" else [],
        now=now,
    )
    paid = bool(upfront.back(session, work.business, row, at=None, reason="provider cancelled"))
    free = hand_plans.offered(work.business, slots)
    _tell(work, row, note="cancelled_by_provider", free=free, paid=paid)
    others = [p for p in providers_of(work.business, row) if p != work.plan.resource]
    for provider in others:
        reader = people.of_provider(session, provider)
        if reader is not None and reader.address != work.plan.address:
            facts = facts_for_staff(session, work.business, row)
            key = f"cancelled_provider:{row.id}:{row.version}:{reader.address}"
            telling.tell(
                session,
                work.business,
                reader,
                note="cancelled_provider",
                facts=facts,
                now=now,
                key=key,
            )


def _carry_move(work: Work) -> None:
    """Give the booking the time that was held for it; the customer may still cancel."""
    row = _unchanged(work)
    hold = int(work.plan.facts["hold"])
    if row is None:
        changing.release(work.session, booking=hold, by=work.by, now=work.now)
        return
    if changing.swap(work.session, booking=row.id, hold=hold, by=work.by, now=work.now):
        work.left += 1
        return
    new = finding.booking(work.session, row.id) or row
    _tell(work, new, note="moved_by_provider", was=row.start)


def _carry_late(work: Work) -> None:
    for number, version, minutes in work.plan.facts["told"]:
        row = finding.booking(work.session, int(number))
        if row is None or row.version != version or row.status not in hand_plans.STANDING:
            work.left += 1
            continue
        then = row.start + minutes * MINUTE
        _tell(work, row, note="late_provider", minutes=minutes, then=then)


def _carry_book(work: Work) -> None:
    row = finding.booking(work.session, int(work.plan.facts["booking"]))
    if row is None or row.status != "confirmed":
        work.left += 1
        return
    _tell(work, row, note="booked_by_provider")


_CARRY: dict[str, Callable[[Work], None]] = {
    "sick": _carry_sick,
    "cancel": _carry_cancel,
    "move": _carry_move,
    "late": _carry_late,
    "book_for": _carry_book,
}


def _tell(work: Work, row: Booked, *, note: str, **more: object) -> None:
    """Tell a booking's customer, and let what they answer be about it; count who cannot be told."""
    reader = work.readers.get(row.person) or people.of_person(work.session, row.person)
    if reader is None:
        work.untold.append(facts_for_staff(work.session, work.business, row))
        return
    own = work.business.resource(work.plan.resource)
    facts = facts_of(work.business, row) | {"by": own.id} | more
    telling.tell(
        work.session,
        work.business,
        reader,
        note=note,
        facts=facts,
        now=work.now,
        key=f"{note}:{work.plan.id}:{row.id}",
    )
    work.told += 1
    if row.person in work.readers:
        _remind(work, reader, row, note)


def _remind(work: Work, reader: Reader, row: Booked, note: str) -> None:
    """Keep in a talk that rests what its person is told of: "thursday at 3" is about that then."""
    kept = people.conversation(work.session, reader.address)
    stale = kept.updated is None or work.now - kept.updated > _FRESH
    if kept.state != State.IDLE and not stale:
        return
    talk = Talk(recent=row.id, start=row.start, service=row.service, last=note)
    people.keep(
        work.session,
        reader.address,
        state=State.IDLE,
        talk=talk.to_json(),
        locale=kept.locale,
        now=telling.heard_at(reader, work.business, work.now),
    )
