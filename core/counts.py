"""Most bookings of a service a day and a week, and of a customer a week: counted from rows.

The rows are read once for all the starts that are asked about, under the locks of their days (see
`counter`); pending bookings count, and so do those that are over.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import text

from core.db import Session
from core.hours import local
from core.limits import day_span, edges, monday_of, weeks_of
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.span import Span

# A booking and what is held to move it are one booking, on the days of both.
# Counted there and not here: a search looks at months of bookings.
_COUNTED = text("""
WITH found AS (
    SELECT coalesce(for_id, id) AS id,
        width_bucket(starts_at, CAST(:edges AS timestamptz[])) - 1 AS day,
        person_id IS NOT DISTINCT FROM CAST(:person AS bigint) AS mine,
        service_id = :service AS alike
    FROM bookings WHERE business_id = :business AND starts_at >= :from AND starts_at < :until
      AND (service_id = :service OR person_id = CAST(:person AS bigint))
      AND coalesce(for_id, id) <> ALL(CAST(:but AS bigint[]))
      AND (status IN ('confirmed', 'completed', 'no_show') OR expires_at > :now))
SELECT day, day / 7 AS week, count(DISTINCT id) FILTER (WHERE alike) AS alike,
    count(DISTINCT id) FILTER (WHERE mine) AS mine,
    count(DISTINCT id) FILTER (WHERE mine AND alike) AS mine_alike
FROM found GROUP BY GROUPING SETS ((day), (day / 7))
""")


_ROWS = text("""
SELECT width_bucket(starts_at, CAST(:edges AS timestamptz[])) - 1 AS day, count(*) AS rows
FROM bookings WHERE business_id = :business AND starts_at >= :from AND starts_at < :until
  AND service_id = :service
  AND (status IN ('confirmed', 'completed', 'no_show') OR expires_at > :now)
GROUP BY 1
""")


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
        self._days: Counter[date] = Counter()  # of the service
        self._weeks: Counter[date] = Counter()
        self._mine: Counter[date] = Counter()  # weeks of the person
        self._mine_alike: Counter[date] = Counter()
        weekly = business.limits.per_week is not None or service.max_person_week is not None
        self.any = limited(service) or (weekly and person is not None)
        if not self.any:
            return
        monday, weeks = weeks_of(business, span)
        days = [monday + timedelta(days=n) for n in range(weeks * 7 + 1)]
        bounds = edges(business.zone, monday, weeks * 7)
        facts: dict[str, object] = {
            "business": session.business,
            "person": person,
            "service": service.id,
            "now": now,
        }
        facts |= {"edges": list(bounds), "from": bounds[0], "until": bounds[-1], "but": list(but)}
        for row in session.execute(_COUNTED, facts):
            if row.day is not None:
                self._days[days[row.day]] = row.alike
            else:
                week = days[row.week * 7]
                self._weeks[week] = row.alike
                self._mine[week] = row.mine
                self._mine_alike[week] = row.mine_alike

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
        week = monday_of(self.business, start)
        self._days[local(start, self.business).date()] += 1
        for counted in (self._weeks, self._mine, self._mine_alike):
            counted[week] += 1

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
            if most is not None and found[key] >= most:
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


def full_days(
    session: Session, business: Business, service: Service, *, span: Span, now: datetime
) -> list[Span]:
    """Return the days of a span on which a service is at a limit.

    They are counted at length only where the rows, of which a booking may have two, reach one.
    """
    if not limited(service):
        return []
    monday, weeks = weeks_of(business, span)
    bounds = edges(business.zone, monday, weeks * 7)
    facts = {"business": session.business, "service": service.id, "now": now}
    facts |= {"edges": list(bounds), "from": bounds[0], "until": bounds[-1]}
    days = [0] * weeks * 7
    for row in session.execute(_ROWS, facts):
        days[row.day] = row.rows
    by_day = service.max_day is not None and max(days) >= service.max_day
    by_week = service.max_week is not None and any(
        sum(days[week : week + 7]) >= service.max_week for week in range(0, len(days), 7)
    )
    if not by_day and not by_week:
        return []
    counts = Counts(session, business, service, person=None, span=span, now=now)
    return [day for day, _ in counts.full()]
