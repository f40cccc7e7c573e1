"""Time that a provider blocks again and again: its rule, its spans within reach, its end.

As far ahead as the business can be booked the spans are rows like any other block; due work lays
out the days that come within reach, as long as the plan stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from core import blocking, due, plans, series
from core.db import Session
from core.plans import Plan
from core.recurrence import Recurrence, last_day, occurrences, turned
from core.rules import Business
from core.span import DAY, Span, instant
from dialogs.flows import hand_plans, looking
from dialogs.talk import Turn
from dialogs.when import Grain, Window, Wish

KIND = "block_again"
_SPARE = timedelta(days=8)  # laid out beyond the furthest day, so that no day without us is missed
_LONGEST = 2 * DAY


@dataclass(frozen=True, slots=True)
class Again:
    """What is blocked again and again: the rule of its days, and how long by the wall clock."""

    recurrence: Recurrence
    length: timedelta

    def to_json(self) -> dict[str, Any]:
        again = self.recurrence
        return {
            "rule": again.rule,
            "first": again.first,
            "clock": again.clock,
            "but": again.but,
            "without": sorted(again.without),
            "minutes": self.length // timedelta(minutes=1),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        again = Recurrence(
            kept["rule"],
            date.fromisoformat(kept["first"]),
            time.fromisoformat(kept["clock"]),
            kept["but"],
            frozenset(map(date.fromisoformat, kept["without"])),
        )
        return cls(again, timedelta(minutes=kept["minutes"]))

    def spans(
        self, business: Business, *, until: date, now: datetime, after: date | None = None
    ) -> list[Span]:
        """Return its spans on days after one, up to another included, as far as they are ahead."""
        found = []
        for one in occurrences(self.recurrence, zone=business.zone, until=until, after=after):
            ends = datetime.combine(one.day, self.recurrence.clock) + self.length
            end = instant(ends.date(), ends.time(), business.zone)
            start = max(one.start, now)
            found += [Span(start, end)] if start < end else []
        return found


def said(turn: Turn) -> Again | None:
    """Return what a message means, None where it does not say how long."""
    wish, zone = turn.said.facts.wish, turn.business.zone
    span = _first(turn, wish) if wish.windows and wish.rrule else None
    if span is None or span.end - span.start > _LONGEST:
        return None
    start, end = (edge.astimezone(zone).replace(tzinfo=None) for edge in span)
    ahead = start.date() - span.start.astimezone(turn.zone).date()
    left_out = (w.start.date() for w in wish.exclude if w.start and w.grain is Grain.DAY)
    without = frozenset(day + ahead for day in left_out)
    rule = turned(wish.rrule or "", ahead.days)
    again = Recurrence(rule, start.date(), start.time(), wish.exclude_rrule, without)
    return Again(again, end - start)


def _first(turn: Turn, wish: Wish) -> Span | None:
    """Return the first time that is blocked, whole even where it has begun."""
    window: Window = wish.windows[0]
    if window.start is None:
        return None
    if window.grain is Grain.MINUTE:
        start = window.start.astimezone(UTC)
        return Span(start, start + (wish.duration or hand_plans.POINT))
    return looking.loosely(Wish((window,)), turn.now)[0] if window.end is not None else None


def reach(business: Business, now: datetime) -> date:
    """Return the last day of the place that is laid out."""
    return series.reach(business, now) + _SPARE


def told(again: Again, spans: Sequence[Span]) -> dict[str, Any]:
    """Return what a note says of it: the first time, how often, how many times until when."""
    return {
        "start": spans[0].start,
        "end": spans[0].end,
        "rule": again.recurrence.rule,
        "times": len(spans),
        "last": spans[-1].start,
        "open_end": last_day(again.recurrence) is None,
    }


def go_on(session: Session, plan: int, again: Again, laid: date, now: datetime) -> None:
    """Have it laid out further every day, until it ends by itself."""
    end = last_day(again.recurrence)
    if end is None or end > laid:
        at = now + timedelta(days=1)
        key = f"blocks:{plan}:{at:%Y-%m-%d}"
        due.post(session, kind="blocks", subject=plan, key=key, due=at)


def end(session: Session, resource: int, *, now: datetime) -> list[int]:
    """End what has no time blocked ahead any more, as all of it was freed; return the plans."""
    ahead = Span(now, now + hand_plans.AHEAD)
    left = {each.id for each in blocking.blocks(session, resource=resource, span=ahead)}
    ended = [p for p in plans.standing(session, resource, KIND) if not left & {*p.facts["blocks"]}]
    for plan in ended:
        plans.keep(session, plan, ended=True)
    return [plan.id for plan in ended]


def take_up(session: Session, numbers: Sequence[int], *, now: datetime) -> None:
    """Let plans go on that were ended, as what was freed is blocked again.

    The work of a day that went by meanwhile found them ended, and left none for the next.
    """
    for number in numbers:
        plan = plans.locked(session, number)
        if plan is not None:
            plans.keep(session, plan, ended=False)
            laid = date.fromisoformat(plan.facts["laid"])
            go_on(session, number, Again.from_json(plan.facts), laid, now)


def goes_on(plan: Plan | None) -> bool:
    """Whether a plan still stands: neither taken back nor ended."""
    return plan is not None and plan.status == "done" and not plan.facts.get("ended")
