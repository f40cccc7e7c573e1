"""Why a time can be had or not: every rule and every resource asked, one by one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text

from core.choosing import Wanted, fixed, ruled_out
from core.counts import Counts
from core.db import Session
from core.limits import person_refusal, resource_refusals
from core.policy import off_duty_why, on_duty
from core.refusals import Reason, Refusal
from core.rules import Business
from core.serving import Way, anybody, leading, seats_needed, ways
from core.span import DAY


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a resource can serve a need at the time: free seats, or the refusal.

    Of tables that are put together, one of them says for all why it cannot.
    """

    way: Way
    need: int  # which of the service's needs, from 0
    seats: int  # seats free, of so many in all
    of: int
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What the rules say of a time, what the person's limits say, and each resource's verdict."""

    wanted: Wanted
    rule: Refusal | None
    limit: Refusal | None
    verdicts: tuple[Verdict, ...]

    @property
    def free(self) -> bool:
        """Whether it can be had."""
        return self.refusal is None

    @property
    def refusal(self) -> Refusal | None:
        """The first reason why not; who is away says more than when the place opens."""
        if self.rule is not None and self.rule.reason is not Reason.HOURS:
            return self.rule
        return self._own() or self.rule or self.limit

    def _own(self) -> Refusal | None:
        """Why a need cannot be served, where that is not the place's own hours.

        By anybody; or by the provider who is asked for, where they are one who could.
        """
        for need in range(len(self.wanted.service.needs)):
            of = [v for v in self.verdicts if v.need == need]
            mine = [v.refusal for v in of if self.asked(v.way)] or [v.refusal for v in of]
            if None not in mine:
                own = (r for r in mine if r is not None and (not self.rule or r.facts.get("who")))
                return next(own, None)
        return None

    def asked(self, way: Way) -> bool:
        """Whether it is the provider who is asked for, or anybody will do."""
        return self.wanted.provider is None or self.wanted.provider in way

    @property
    def able(self) -> tuple[Way, ...]:
        """Who of the first need is free, or which tables are to be put together."""
        return tuple(v.way for v in self.verdicts if v.need == 0 and v.refusal is None)


_AT = text(
    "SELECT a.resource_id, a.seat, max(upper(a.during)) AS until, false AS blocked"
    " FROM allocations a"
    " LEFT JOIN bookings b ON b.business_id = a.business_id AND b.id = a.booking_id"
    " WHERE a.resource_id = ANY(:resources) AND a.active"
    " AND a.slot_start < :until AND a.slot_start > :past AND upper(a.during) > :from"
    " AND (b.expires_at IS NULL OR b.expires_at > :now) GROUP BY 1, 2"
    " UNION ALL SELECT resource_id, 0, max(ends_at), true FROM busy"
    " WHERE resource_id = ANY(:resources) AND active AND ends_at > :start AND starts_at < :end"
    " GROUP BY 1"
)


def explain(
    session: Session,
    *,
    business: Business,
    wanted: Wanted,
    now: datetime,
    person: int | None = None,
) -> Trace:
    """Ask every rule and every resource about a time; nothing is held or changed.

    Of a person the limits are asked too. The provider who is named is judged beside the others, so
    that it can be said who is free instead.
    """
    rule = ruled_out(business, wanted, now=now)
    limit = (
        person_refusal(
            session, business, wanted.service, person=person, start=wanted.start, now=now
        )
        if person is not None
        else None
    )
    limit = limit or Counts.at(session, business, wanted, person=person, now=now)
    anyone = replace(wanted, provider=None)
    each = [_verdicts(session, business, one, now) for one in fixed(anyone)]
    return Trace(wanted, rule, limit, _joined(wanted, each))


def _verdicts(
    session: Session, business: Business, wanted: Wanted, now: datetime
) -> tuple[Verdict, ...]:
    """Ask every resource of every need, for one length."""
    here = _Here(session, business, wanted, now)
    needs = ways(business, wanted.service, party=wanted.party, provider=None)
    return tuple(here.verdict(way, n) for n, need in enumerate(needs) for way in need)


def _joined(wanted: Wanted, each: Sequence[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """Put together what was found for each length: whose others cannot be had cannot either."""
    if len(each) == 1:
        return each[0]
    lead = leading(wanted.service)
    needs = range(len(wanted.service.needs))
    free = [all(_can(found, n) for n in needs if n != lead) for found in each]
    own: list[Verdict] = []
    for found, can in zip(each, free, strict=True):
        others = next((v.refusal for v in found if v.need != lead and v.refusal), None)
        own += [
            v if can or v.refusal else replace(v, refusal=others) for v in found if v.need == lead
        ]
    order = wanted.service.needs[lead].any_of
    own.sort(key=lambda v: order.index(v.way[0]))
    shown = each[free.index(True) if True in free else 0]
    rest = (v for v in shown if v.need != lead)
    return tuple(sorted((*own, *rest), key=lambda v: v.need))


def _can(found: Sequence[Verdict], need: int) -> bool:
    return any(v.refusal is None for v in found if v.need == need)


class _Here:
    """What is taken, blocked and at a limit around a time, read once for all who are asked."""

    def __init__(self, session: Session, business: Business, wanted: Wanted, now: datetime) -> None:
        self.business, self.wanted = business, wanted
        resources = anybody(business, wanted.service, party=wanted.party, provider=None)
        facts = {
            "resources": resources,
            "from": wanted.blocked.start,
            "until": wanted.blocked.end,
            "past": wanted.blocked.start - DAY,
            "start": wanted.start,
            "end": wanted.span.end,
            "now": now,
        }
        self.taken: dict[int, dict[int, datetime]] = defaultdict(dict)
        for row in session.execute(_AT, facts):
            self.taken[row.resource_id][row.seat] = row.until
        self.full = resource_refusals(
            session, business, resources=resources, start=wanted.start, now=now
        )

    def verdict(self, way: Way, need: int) -> Verdict:
        """Ask one resource, or each of the tables to be put together."""
        refused = next(filter(None, map(self._refusal, way)), None)
        return Verdict(way, need, min(map(self._left, way)), self._seats(way[0]), refused)

    def _refusal(self, resource: int) -> Refusal | None:
        span, service = self.wanted.span, self.wanted.service
        if not service.times and not on_duty(self.business, resource, span):
            return off_duty_why(self.business, resource, span)
        if self._left(resource) < seats_needed(self.business, service, self.wanted.party):
            return _why(self.business, self.wanted, resource, self.taken[resource])
        return self.full.get(resource)

    def _seats(self, resource: int) -> int:
        return self.business.resource(resource).seats

    def _left(self, resource: int) -> int:
        taken = self.taken[resource]
        return 0 if 0 in taken else self._seats(resource) - len(taken)


def _why(business: Business, wanted: Wanted, resource: int, taken: dict[int, datetime]) -> Refusal:
    """Say what is in a resource's way: blocked time, a class that is full, or bookings."""
    name = business.resource(resource).name
    if 0 in taken:
        return Refusal(Reason.BUSY, {"who": name, "until": taken[0]})
    if wanted.service.times:
        return Refusal(Reason.FULL, {"left": business.resource(resource).seats - len(taken)})
    return Refusal(Reason.TAKEN, {"who": name, "until": min(taken.values())})
