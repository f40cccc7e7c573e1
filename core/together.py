"""Several times of one service held together: all their days locked, judged in a few statements."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text

from core.booking import By, Held, kept
from core.choosing import (
    Chance,
    Chosen,
    Missing,
    Wanted,
    among,
    best,
    chances,
    none_left,
    pick,
    ruled_out,
)
from core.counts import Counts, counter
from core.db import Session
from core.finding import expired_holds
from core.hours import local
from core.limits import booked_weeks, counted_days, monday_of, person_refusals
from core.locks import lock_days, lock_person
from core.preferring import Preference, preferred, to_lock
from core.refusals import Reason, Refusal
from core.rules import Business, Service
from core.span import Span, local_days
from core.taking import lapse_around, take_all
from core.terms import terms


def hold_all(
    session: Session,
    *,
    business: Business,
    wanted: Sequence[Wanted],
    person: int,
    series: int,
    until: datetime,
    by: By,
    now: datetime,
) -> list[Held | Refusal]:
    """Hold each time that can be had for a series until an instant, at most one time a day.

    What is wanted is of one service, party and provider. The answer has an entry for each, in
    order: held, or why not.
    """
    if not wanted:
        return []
    absent: dict[datetime, Refusal] = {}
    joined = dict(_sessions(session, business, wanted, absent))
    lock(session, business, person, wanted)
    whom = preferred(session, business, wanted[0], person=person, now=now)
    wanted = [replace(one, service=whom.service) for one in wanted]
    ruled = _by_rules(session, business, wanted, person=person, series=series, now=now)
    refused = absent | ruled
    left = [one for one in wanted if one.start not in refused]
    choices = _choices(session, business, left, refused, person=person, now=now)
    rows = [
        _row(business, choices[one.start], whom, joined[one.start], _expiry(one, until, now))
        for one in left
        if one.start in choices
    ]
    facts = _shared(business, wanted[0], person=person, series=series, by=by, now=now)
    got = take_all(session, rows, facts=facts) if rows else {}
    return [
        _held(choices[one.start], whom, got[one.start], _expiry(one, until, now))
        if one.start in got
        else refused.get(one.start) or Refusal(Reason.TAKEN)
        for one in wanted
    ]


def lock(session: Session, business: Business, person: int, wanted: Sequence[Wanted]) -> None:
    """Lock the person, then every day that the times touch of all that might serve them."""
    lock_person(session, person)
    if not wanted:
        return
    resources = {r for one in wanted for c in chances(business, one) for r in among(c.options)}
    resources |= set(counter(wanted[0].service))
    days = {day for one in wanted for day in local_days(one.blocked, business.zone)}
    days |= {day for one in wanted for day in counted_days(business, one.service, one.start)}
    more = to_lock(business, wanted[0])
    lock_days(session, resources=resources, days=days, exclusive=True, more=more)


def _by_rules(
    session: Session,
    business: Business,
    wanted: Sequence[Wanted],
    *,
    person: int,
    series: int,
    now: datetime,
) -> dict[datetime, Refusal]:
    """Return what the rules and the person's limits forbid."""
    refused = person_refusals(
        session,
        business,
        wanted[0].service,
        person=person,
        starts=[one.start for one in wanted],
        series=series,
        now=now,
    )
    for one in wanted:
        why = ruled_out(business, one, now=now)
        if why is not None:
            refused[one.start] = why
    return refused


_USED = text(
    "SELECT w.n, a.resource_id, a.seat FROM unnest(CAST(:from AS timestamptz[]),"
    " CAST(:until AS timestamptz[])) WITH ORDINALITY AS w(since, until, n)"
    " JOIN allocations a ON a.resource_id = ANY(:resources) AND a.active"
    " AND a.slot_start < w.until AND a.slot_start > w.since - interval '1 day'"
    " AND upper(a.during) > w.since"
    " UNION ALL SELECT w.n, u.resource_id, 0 FROM unnest(CAST(:start AS timestamptz[]),"
    " CAST(:end AS timestamptz[])) WITH ORDINALITY AS w(since, until, n)"
    " JOIN busy u ON u.resource_id = ANY(:resources) AND u.active"
    " AND u.ends_at > w.since AND u.starts_at < w.until"
)


def _choices(
    session: Session,
    business: Business,
    wanted: Sequence[Wanted],
    refused: dict[datetime, Refusal],
    *,
    person: int,
    now: datetime,
) -> dict[datetime, Chosen]:
    """Choose resources and seats for each time, or add to what is refused."""
    if not wanted:
        return {}
    found = [chance for one in wanted for chance in chances(business, one)]
    resources = sorted({r for chance in found for r in among(chance.options)})
    if expired_holds(session, now=now):
        for one in wanted:
            lapse_around(session, resources, one.blocked, now=now)
    facts = {
        "resources": resources,
        "from": [one.wanted.blocked.start for one in found],
        "until": [one.wanted.blocked.end for one in found],
        "start": [one.wanted.start for one in found],
        "end": [one.wanted.span.end for one in found],
    }
    used: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for row in session.execute(_USED, facts):
        used[row.n].add((row.resource_id, row.seat))
    full = _Full(session, business, resources, wanted, now)
    span = Span(min(one.start for one in wanted), max(one.start for one in wanted))
    counts = Counts(session, business, wanted[0].service, person=person, span=span, now=now)
    by_start: dict[datetime, list[tuple[int, Chance]]] = defaultdict(list)
    for number, chance in enumerate(found, start=1):
        by_start[chance.wanted.start].append((number, chance))
    choices: dict[datetime, Chosen] = {}
    for one in wanted:
        too_many = counts.refusal(one.start)
        if too_many is not None:
            refused[one.start] = too_many
            continue
        at_limit = full.on(one.start)
        got = _best(business, by_start[one.start], used, at_limit)
        if isinstance(got, _Gone):
            refused[one.start] = none_left(
                session, business, got.wanted, got.missing, at_limit, now=now
            )
            continue
        choices[one.start] = got
        full.add(one.start, {r for r, _ in got.choice})
        counts.add(one.start)
    return choices


class _Gone(NamedTuple):
    """What cannot be had at a start, and who is missing for it."""

    wanted: Wanted
    missing: Missing


def _best(
    business: Business,
    found: Sequence[tuple[int, Chance]],
    used: Mapping[int, set[tuple[int, int]]],
    full: Mapping[int, Refusal],
) -> Chosen | _Gone:
    """Choose for one start among its lengths; each comes with its number in `used`."""
    picked: list[Chosen] = []
    gone: list[_Gone] = []
    for number, (wanted, options) in found:
        got = pick(business, wanted, options, used=used.get(number, ()), full=full)
        if isinstance(got, Missing):
            gone.append(_Gone(wanted, got))
        else:
            picked.append(Chosen(wanted, got))
    return best(picked) if picked else gone[0]


class _Full:
    """Which resources are at a limit on a day, what is just being taken included."""

    def __init__(
        self,
        session: Session,
        business: Business,
        resources: Sequence[int],
        wanted: Sequence[Wanted],
        now: datetime,
    ) -> None:
        self.business = business
        self.counted = [r for r in map(business.resource, resources) if r.max_day or r.max_week]
        self.days: Counter[tuple[int, date]] = Counter()
        self.weeks: Counter[tuple[int, date]] = Counter()
        if self.counted and wanted:
            first, last = min(w.start for w in wanted), max(w.start for w in wanted)
            ids = [r.id for r in self.counted]
            rows = booked_weeks(session, business, ids, first, last, now=now)
            days = {(r, one, local(start, business).date()) for r, one, start in rows}
            weeks = {(r, one, monday_of(business, start)) for r, one, start in rows}
            self.days.update((r, day) for r, _, day in days)
            self.weeks.update((r, monday) for r, _, monday in weeks)

    def add(self, start: datetime, resources: set[int]) -> None:
        """Count one more booking."""
        for resource in resources:
            self.days[resource, local(start, self.business).date()] += 1
            self.weeks[resource, monday_of(self.business, start)] += 1

    def on(self, start: datetime) -> dict[int, Refusal]:
        """Return who is full on the day or in the week of a start, each with its refusal."""
        day, week = local(start, self.business).date(), monday_of(self.business, start)
        full: dict[int, Refusal] = {}
        for r in self.counted:
            for why, most, count in (
                (Reason.WEEK_LIMIT, r.max_week, self.weeks[r.id, week]),
                (Reason.DAY_LIMIT, r.max_day, self.days[r.id, day]),
            ):
                if most is not None and count >= most:
                    full[r.id] = Refusal(why, {"who": r.name, "most": most})
        return full


_SESSIONS = text(
    "SELECT s.id, s.starts_at, ARRAY(SELECT a.resource_id FROM allocations a"
    " WHERE a.business_id = :business AND a.session_id = s.id AND a.active) AS staff"
    " FROM sessions s WHERE s.business_id = :business AND s.service_id = :service"
    " AND s.starts_at = ANY(CAST(:starts AS timestamptz[])) AND s.active"
    " ORDER BY s.id FOR SHARE OF s"
)


def _sessions(
    session: Session,
    business: Business,
    wanted: Sequence[Wanted],
    absent: dict[datetime, Refusal],
) -> Iterator[tuple[datetime, int | None]]:
    """Yield each start with the class it joins, locked; refuse where none takes place then.

    Before any day is locked, as whoever lays classes out does.
    """
    if not wanted[0].service.times:
        yield from ((one.start, None) for one in wanted)
        return
    service: Service = wanted[0].service
    facts = {"business": session.business, "service": service.id}
    starts = [one.start for one in wanted]
    found = {row.starts_at: row for row in session.execute(_SESSIONS, facts | {"starts": starts})}
    for one in wanted:
        row = found.get(one.start)
        if row is None or not row.staff:
            absent[one.start] = Refusal(Reason.NO_CLASS)
        elif one.provider is not None and one.provider not in row.staff:
            who = business.resource(one.provider).name
            absent[one.start] = Refusal(Reason.NOT_BY, {"who": who})
        else:
            yield one.start, row.id


def _expiry(one: Wanted, until: datetime, now: datetime) -> datetime:
    """Return when a hold ends: no hold outlives its start."""
    return min(until, max(one.start, now + timedelta(minutes=1)))


def _row(
    business: Business,
    chosen: Chosen,
    whom: Preference,
    session_id: int | None,
    expires: datetime,
) -> dict[str, Any]:
    one = chosen.wanted
    return {
        "session": session_id,
        "starts": one.start,
        "ends": one.span.end,
        "wall": local(one.start, business).replace(tzinfo=None).isoformat(),
        "expires": expires,
        "price": one.service.cost(one.party),
        "policy": terms(business, one) | {"due": 0},  # money is asked for the first alone
        "choice": chosen.choice,
        "because": whom.why([r for r, _ in chosen.choice]),
        "turn": whom.turn([r for r, _ in chosen.choice]),
        "since": one.blocked.start,
        "until": one.blocked.end,
    }


def _shared(
    business: Business, one: Wanted, *, person: int, series: int, by: By, now: datetime
) -> dict[str, Any]:
    return {
        "revision": business.revision,
        "person": person,
        "service": one.service.id,
        "series": series,
        "party": one.party,
        "zone": business.zone.key,
        "currency": business.currency,
        "extras": json.dumps(kept(one.service)),
        "actor": by.actor,
        "message": by.message,
        "now": now,
    }


def _held(chosen: Chosen, whom: Preference, got: tuple[int, str], expires: datetime) -> Held:
    resources = tuple(dict.fromkeys(r for r, _ in chosen.choice))
    return Held(*got, chosen.wanted.span, resources, expires, whom.why(resources))
