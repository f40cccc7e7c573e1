"""Who is free when, worked out minute by minute with a wall clock in the hand.

Written from the rules as they are documented and nothing else: no spans, no masks, no arithmetic of
zones. A zone is known only by what its clock shows at each minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import holidays

from core.rules import Business, Holidays, Kind, Resource, Service, Shift

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """What the clocks of a zone show at each minute from `first` to `last`: whole days of UTC."""

    zone: ZoneInfo
    first: int
    last: int

    @cached_property
    def shows(self) -> list[datetime]:
        """The wall time at each minute, in order."""
        days = range(self.first // 1440, self.last // 1440)
        return [shown for day in days for shown in _day(self.zone.key, day)]

    @cached_property
    def when(self) -> dict[datetime, int]:
        """The first minute at which the clock shows a wall time."""
        found: dict[datetime, int] = {}
        for n, shown in enumerate(self.shows):
            found.setdefault(shown, self.first + n)
        return found

    def at(self, day: date, clock: time) -> int:
        """Return the minute of a wall time; one that is skipped comes later by what is skipped."""
        wanted = datetime.combine(day, clock)
        if wanted in self.when:
            return self.when[wanted]
        for before, after in zip(self.shows, self.shows[1:], strict=False):
            if before < wanted < after:
                return self.when[wanted + (after - before - timedelta(minutes=1))]
        raise LookupError(wanted)

    def wall(self, minute: int) -> datetime:
        return self.shows[minute - self.first]


@lru_cache(maxsize=8)
def clock(zone: str, first: int, last: int) -> Clock:
    return Clock(ZoneInfo(zone), first // 1440 * 1440, last // 1440 * 1440)


@lru_cache(maxsize=400)
def _day(zone: str, day: int) -> list[datetime]:
    """Return what the clocks show at each minute of a day of UTC."""
    at = ZoneInfo(zone)
    midnight = EPOCH + timedelta(days=day)
    return [
        (midnight + timedelta(minutes=m)).astimezone(at).replace(tzinfo=None, fold=0)
        for m in range(1440)
    ]


@lru_cache(maxsize=256)
def _public(country: str, region: str | None, year: int) -> frozenset[date]:
    found = holidays.country_holidays(country, subdiv=region, years=year, observed=False)
    return frozenset(found)


def is_holiday(rules: Holidays | None, day: date) -> bool:
    if rules is None:
        return False
    written = {f"{day.year}-{day.month:02}-{day.day:02}", f"{day.month:02}-{day.day:02}"}
    if written & set(rules.drop):
        return False
    return bool(written & set(rules.add)) or day in _public(rules.country, rules.region, day.year)


class Book:
    """A business, what is taken of it, and the minutes from `first` to `last` to answer about."""

    def __init__(
        self,
        business: Business,
        first: int,
        last: int,
        taken: Iterable[tuple[int, int, int, int]],
        full: Iterable[tuple[int, date]],
    ) -> None:
        self.business = business
        self.clock = clock(business.zone.key, first - 5 * 1440, last + 7 * 1440)
        self.taken: dict[tuple[int, int], set[int]] = {}
        for resource, seat, start, end in taken:
            self.taken.setdefault((resource, seat), set()).update(range(start, end))
        self.full = set(full)
        self.days = [
            self.clock.wall(first).date() + n * DAY for n in range(-2, (last - first) // 1440 + 4)
        ]
        self._open: dict[int, set[int]] = {}

    def _minutes(self, day: date, opens: time, closes: time) -> set[int]:
        until = day + DAY if closes <= opens else day
        return set(range(self.clock.at(day, opens), self.clock.at(until, closes)))

    def _weekly(self, shifts: Sequence[Shift], day: date) -> set[int]:
        found: set[int] = set()
        for shift in shifts:
            if shift.weekday == day.weekday():
                found |= self._minutes(day, shift.opens, shift.closes)
        return found

    def _rule(self, day: date, resource: int | None) -> set[int] | None:
        for rule in self.business.days:
            if rule.day == day and rule.resource == resource:
                found: set[int] = set()
                for opens, closes in rule.spans:
                    found |= self._minutes(day, opens, closes)
                return found
        return None

    def _place(self, day: date) -> set[int]:
        ruled = self._rule(day, None)
        if ruled is not None:
            return ruled
        if is_holiday(self.business.holidays, day):
            return set()
        season = self._season(day, None)
        return self._weekly(self.business.hours if season is None else season, day)

    def _season(self, day: date, resource: int | None) -> Sequence[Shift] | None:
        """Return the weekly hours of the season that a day is in, walking it from its first day."""
        for season in self.business.seasons:
            if season.resource != resource:
                continue
            if len(season.first) > len("MM-DD"):
                begins = [date.fromisoformat(season.first)]
                ends = date.fromisoformat(season.last)
                days = {begins[0] + n * DAY for n in range((ends - begins[0]).days + 1)}
                if day in days:
                    return season.shifts
                continue
            at = day  # backwards from the day: is its first met before its last?
            for _ in range(367):
                shown = f"{at.month:02}-{at.day:02}"
                if shown == season.last and at != day:
                    break
                if shown == season.first:
                    return season.shifts
                at -= DAY
        return None

    def _person(self, resource: Resource, day: date) -> set[int]:
        ruled = self._rule(day, resource.id)
        if ruled is not None:
            return ruled
        place = self._place(day)
        season = self._season(day, resource.id)
        hours = resource.hours if season is None else season
        if hours is not None:
            own = self._weekly(hours, day)
            extra = any(r.day == day and r.resource is None and r.spans for r in self.business.days)
            if not (own and extra):
                place = place & own
        for near in (day - DAY, day, day + DAY):
            place = place - self._weekly(resource.breaks, near)
        return place

    def open(self, resource: int) -> set[int]:
        """Return every minute at which a resource works."""
        if resource not in self._open:
            facts = next(r for r in self.business.resources if r.id == resource)
            self._open[resource] = set().union(*(self._person(facts, day) for day in self.days))
        return self._open[resource]

    def may(self, service: Service, party: int, provider: int | None) -> list[list[int]]:
        """Return for each need who may serve it, the smallest table first."""
        facts = {r.id: r for r in self.business.resources}
        needs = []
        for need in service.needs:
            ids = list(need.any_of)
            if provider in ids:
                ids = [i for i in ids if i == provider]
            room = {i: facts[i].capacity for i in ids}
            ids = [i for i in ids if (room[i] or party) >= party]
            for extra in service.chosen:
                if any(i in need.any_of for i in extra.only):
                    ids = [i for i in ids if i in extra.only]
            needs.append(sorted(ids, key=lambda i: room[i] or 0))
        return needs

    def together(self, service: Service, party: int, provider: int | None) -> list[list[list[int]]]:
        """Return for each need the tables that may be joined, the fewest spare seats first."""
        room = {r.id: r.capacity or 0 for r in self.business.resources}
        needs = []
        for need in service.needs:
            sets = [
                list(tables)
                for tables in self.business.joins
                if all(t in need.any_of for t in tables)
                and all(
                    t in extra.only
                    for extra in service.chosen
                    if any(i in need.any_of for i in extra.only)
                    for t in tables
                )
                and sum(room[t] for t in tables) >= party
                and provider not in need.any_of
            ]
            sets.sort(key=lambda tables: (sum(room[t] for t in tables) - party, len(tables)))
            needs.append(sets)
        return needs

    def each_length(self, service: Service) -> list[tuple[int, list[int]]]:
        """Return each length that the service may have, with those of its need who take so long."""
        own = dict(service.lengths)
        need = next(
            (need.any_of for need in service.needs if any(r in own for r in need.any_of)), ()
        )
        lengths = {own.get(r, service.minutes) for r in need} or {service.minutes}
        return [(m, [r for r in need if own.get(r, service.minutes) == m]) for m in lengths]

    def on_grid(self, service: Service, minute: int) -> bool:
        """Whether a start is one of the service's own, or on the grid where it has none."""
        shown = self.clock.wall(minute)
        if service.starts:
            today = (at for weekday, at in service.starts if weekday == shown.weekday())
            return any(self.clock.at(shown.date(), at) == minute for at in today)
        return (shown.hour * 60 + shown.minute) % (service.grid or self.business.grid) == 0

    def in_time(self, minute: int, now: datetime) -> bool:
        """Whether a start keeps the notice and the furthest day."""
        at = EPOCH + timedelta(minutes=minute)
        today = now.astimezone(self.business.zone).date()
        late = self.clock.wall(minute).date() - today
        notice = timedelta(minutes=self.business.notice)
        return at > now and at - now >= notice and late <= timedelta(days=self.business.furthest)

    def works(self, service: Service, resource: int, start: int) -> bool:
        """Whether a resource works from a start to the end of the service."""
        return all(m in self.open(resource) for m in range(start, start + service.minutes))

    def tidy(self, service: Service, resource: int, start: int, least: int) -> bool:
        """Whether a person is left with no idle time shorter than `least` on either side."""
        facts = next(r for r in self.business.resources if r.id == resource)
        if facts.kind is not Kind.PROVIDER or facts.seats > 1:
            return True
        taken = self.taken.get((resource, 0), set()) | self.taken.get((resource, 1), set())
        idle = self.open(resource) - taken
        ahead = behind = 0
        while ahead < least and start - service.before - ahead - 1 in idle:
            ahead += 1
        while behind < least and start + service.minutes + service.after + behind in idle:
            behind += 1
        return not 0 < ahead < least and not 0 < behind < least

    def free(self, service: Service, resource: int, start: int) -> bool:
        """Whether a resource works then, is not blocked, and has a seat for it with its buffers."""
        if not self.works(service, resource, start):
            return False
        if (resource, self.clock.wall(start).date()) in self.full:
            return False
        blocked = self.taken.get((resource, 0), set())
        if any(m in blocked for m in range(start, start + service.minutes)):
            return False
        whole = range(start - service.before, start + service.minutes + service.after)
        seats = next(r.seats for r in self.business.resources if r.id == resource)
        return any(
            not any(m in self.taken.get((resource, seat), ()) for m in whole)
            for seat in range(1, seats + 1)
        )
