"""Most bookings of a service a day and a week, and of a customer a week: counted from rows.

The rows are read once for all the starts that are asked about, under the locks of their days (see
`counter`); pending bookings count, and so do those that are over.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import text

from core.db import Session
from core.hours import local
from core.limits import day_span, days_from, monday_of
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.span import Span

# A booking and what is held to move it are one booking, on the days of both.
_COUNTED = text(
    "SELECT coalesce(for_id, id) AS id, starts_at, person_id = CAST(:person AS bigint) AS mine,"
    " service_id = :service AS alike FROM bookings WHERE business_id = :business"
    " AND starts_at >= :from AND starts_at < :until"
    " AND (service_id = :service OR person_id = CAST(:person AS bigint))"
    " AND coalesce(for_id, id) <> ALL(CAST(:but AS bigint[]))"
    " AND (status IN ('confirmed', 'completed', 'no_show') OR expires_at > :now)"
)


def limited(service: Service) -> bool:
    """Whether the bookings of a service are counted, whoever makes them."""
    return service.max_day is not None or service.max_week is not None


def counter(service: Service) -> list[int]:
    """Return the resource whose days are locked by whoever counts a service's bookings."""
    return [min(service.needs[0].any_of)] if limited(service) else []


class Start(Protocol):
    """What is wanted, as far as it is counted."""

    @property
    def service(self) -> Service: ...

    @property
    def start(self) -> datetime: ...


class Counts:
    """The bookings of a service and of a person in the weeks of a span.

    `but` names bookings that will be replaced.
    """

    def __init__(
        self,
        session: Session,
        business: Business,
        service: Service,
        *,
        person: int | None,
        span: Span,
        now: datetime,
        but: Collection[int] = (),
    ) -> None:
        self.business, self.service = business, service
        self._span = span
        self._days: set[tuple[date, int]] = set()  # of the service
        self._weeks: set[tuple[date, int]] = set()
        self._mine: set[tuple[date, int]] = set()  # weeks of the person
        self._mine_alike: set[tuple[date, int]] = set()
        weekly = business.limits.per_week is not None or service.max_person_week is not None
        self.any = limited(service) or (weekly and person is not None)
        self._taken = 0
        if not self.any:
            return
        monday = monday_of(business, span.start)
        weeks = (monday_of(business, span.end) - monday).days // 7 + 1
        whole = days_from(business, monday, weeks * 7)
        facts = {"business": session.business, "person": person, "service": service.id, "now": now}
        rows = session.execute(
            _COUNTED, facts | {"from": whole.start, "until": whole.end, "but": list(but)}
        )
        for row in rows:
            self._count(row.starts_at, row.id, mine=bool(row.mine), alike=row.alike)

    @classmethod
    def at(
        cls,
        session: Session,
        business: Business,
        wanted: "Start",
        *,
        person: int | None,
        now: datetime,
        but: int | None = None,
    ) -> Refusal | None:
        """Return the limit that one more booking would break, if any."""
        span = Span(wanted.start, wanted.start)
        others = () if but is None else (but,)
        service = wanted.service
        counts = cls(session, business, service, person=person, span=span, now=now, but=others)
        return counts.refusal(wanted.start)

    def add(self, start: datetime) -> None:
        """Count one more booking of the person's for the service."""
        if self.any:
            self._taken -= 1
            self._count(start, self._taken, mine=True, alike=True)

    def refusal(self, start: datetime) -> Refusal | None:
        """Say which limit one more booking at a start would break, if any."""
        if not self.any:
            return None
        service, day = self.service, local(start, self.business).date()
        week = monday_of(self.business, start)
        for reason, most, found, key in (
            (Reason.PERSON_WEEK, self.business.limits.per_week, self._mine, week),
            (Reason.PERSON_WEEK, service.max_person_week, self._mine_alike, week),
            (Reason.SERVICE_DAY, service.max_day, self._days, day),
            (Reason.SERVICE_WEEK, service.max_week, self._weeks, week),
        ):
            if most is not None and sum(on == key for on, _ in found) >= most:
                return Refusal(reason, {"most": most})
        return None

    def full(self) -> Iterator[tuple[Span, Refusal]]:
        """Yield the days, from the first instant's to the last one's, that are at a limit."""
        at = self._span.start
        while self.any and at <= self._span.end:
            day, refused = day_span(self.business, at), self.refusal(at)
            if refused is not None:
                yield day, refused
            at = day.end

    def _count(self, start: datetime, booking: int, *, mine: bool, alike: bool) -> None:
        day, week = local(start, self.business).date(), monday_of(self.business, start)
        if alike:
            self._days.add((day, booking))
            self._weeks.add((week, booking))
        if mine:
            self._mine.add((week, booking))
        if mine and alike:
            self._mine_alike.add((week, booking))
