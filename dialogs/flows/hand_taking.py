"""What a provider's hand does to their time: blocks it, gives days hours, and gives them back."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Protocol

from core import blocking, businesses, changing, timetable
from core.blocking import Hours
from core.booking import By
from core.db import Session
from core.hours import open_spans
from core.rules import Business
from core.span import DAY, Span, instant, local_days, merged, minus
from dialogs.flows.about import staff_of


class Hand(Protocol):
    """Whose hand it is, and when: a provider's turn, or the clock that goes on with it."""

    @property
    def session(self) -> Session: ...

    @property
    def business(self) -> Business: ...

    @property
    def now(self) -> datetime: ...

    @property
    def by(self) -> By: ...


HAND = "hand"  # whose word a block is: a provider's, by chat
_MOST_DAYS = 60  # of one stretch whose hours are written day by day


def block_span(session: Session, business: Business, resource: int, span: Span, why: str) -> int:
    """Block one span by hand, with its reason or none; return the block's id."""
    return blocking.block(
        session,
        business=business,
        resource=resource,
        span=span,
        source=HAND,
        now=session.now,
        title=why,
    )


def take(turn: Hand, resource: int, spans: Sequence[Span], why: str = "") -> dict[str, Any]:
    """Block spans and let go of what is only proposed in them; return what UNDO needs.

    The reason is kept for the staff; no customer hears it.
    """
    teaching = teaches(turn.business, resource)
    if teaching:
        businesses.bump(turn.session)  # before the days are locked: who lays out classes has it
    blocks = occupy(turn.session, turn.business, resource, spans, by=turn.by, why=why)
    days = {day for span in spans for day in local_days(span, turn.business.zone)}
    return {"blocks": blocks, "before": _without(turn, resource, spans, days) if teaching else {}}


def occupy(
    session: Session,
    business: Business,
    resource: int,
    spans: Sequence[Span],
    *,
    by: By,
    why: str = "",
) -> list[int]:
    """Block spans, in order, and let go of what is proposed in them; return the blocks' ids.

    Bookings are locked before days. What was proposed meanwhile is let go too, unless somebody is
    just changing it: they have its row, and wait for the days.
    """
    now = session.now

    def let_go(*, free: bool) -> None:
        for held in sorted(
            held
            for span in spans
            for held in blocking.proposals(
                session, resource=resource, span=span, now=now, free=free
            )
        ):
            changing.release(session, booking=held, by=by, now=now)

    let_go(free=False)
    ids = [block_span(session, business, resource, span, why) for span in spans]
    let_go(free=True)
    return ids


def teaches(business: Business, resource: int) -> bool:
    """Whether a provider stands in the timetable: a class knows hours, not blocks."""
    return any(resource in staff_of(s) for s in business.services if s.times)


def _without(
    turn: Hand, resource: int, spans: Sequence[Span], days: Iterable[date]
) -> dict[str, Any]:
    """Take blocked spans out of the hours of some days, so that no class is laid out there."""
    business = businesses.load(turn.session)
    hours = {
        day: walls(business, minus(open_spans(business, resource, day), spans))
        for day in sorted(days)[:_MOST_DAYS]
    }
    return set_hours(turn, resource, hours)


def still_without(turn: Hand, resource: int, days: Sequence[date]) -> None:
    """Take what is still blocked by chat on some days out of their usual hours."""
    zone = turn.business.zone
    for day in days:
        whole = Span(instant(day, time(0), zone), instant(day + DAY, time(0), zone))
        left = blocking.blocks(turn.session, resource=resource, span=whole)
        spans = merged([each.span for each in left if each.source == HAND])
        if spans:
            _without(turn, resource, spans, [day])


def set_hours(turn: Hand, resource: int, hours: dict[date, Hours]) -> dict[str, Any]:
    """Give days their own hours; return what they had before, as `restore` takes it."""
    before: dict[str, Any] = {}
    businesses.bump(turn.session)
    for day, spans in hours.items():
        before[day.isoformat()] = blocking.day_hours(turn.session, resource=resource, day=day)
        blocking.set_day_hours(turn.session, resource=resource, day=day, hours=spans)
    timetable.materialise(turn.session, businesses.load(turn.session))
    return before


def restore(turn: Hand, resource: int, before: dict[str, Any]) -> None:
    """Give days back the hours that they had."""
    if not before:
        return
    businesses.bump(turn.session)
    for day, had in before.items():
        hours, reason = had or (None, "")
        blocking.set_day_hours(
            turn.session,
            resource=resource,
            day=date.fromisoformat(day),
            hours=hours,
            reason=reason,
        )
    timetable.materialise(turn.session, businesses.load(turn.session))


def walls(business: Business, spans: Sequence[Span]) -> Hours:
    """Return spans as wall times of the place; an end at midnight is 00:00, the next morning."""
    return [[f"{edge.astimezone(business.zone):%H:%M}" for edge in span] for span in spans]
