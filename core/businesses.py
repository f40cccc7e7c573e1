"""A business with all its rules: read from its rows once a revision, then kept in the process."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Row, select, text, update

from core import tables as t
from core.db import Database, Session
from core.deadline import Deadline
from core.rules import (
    Anyone,
    Business,
    ClassTime,
    Confirmation,
    Contact,
    DayRule,
    Extra,
    Holidays,
    Kind,
    Limits,
    Need,
    Payment,
    Quiet,
    Resource,
    Season,
    Service,
    Shift,
    Tier,
    Waitlist,
)

# xmin changes with every transaction that wrote the row: a revision that was rolled back and given
# again is another one.
_VERSION = text("SELECT revision, xmin::text AS writer FROM businesses WHERE id = :id")

_Version = tuple[int, str]
_kept: WeakKeyDictionary[Engine, dict[int, tuple[_Version, Business]]] = WeakKeyDictionary()


def load(session: Session) -> Business:
    """Return the business that the transaction named; LookupError where there is none.

    The same object as long as its revision stands, so that what is computed of it can be cached.
    """
    kept = _kept.setdefault(session.connection.engine, {})
    version = _version(session)
    known = kept.get(session.business)
    while known is None or known[0] != version:  # again where it changed between two reads
        known = (version, _read(session))
        version = _version(session)
        kept[session.business] = known
    return known[1]


def _version(session: Session) -> _Version:
    found = session.execute(_VERSION, {"id": session.business}).one_or_none()
    if found is None:
        raise LookupError(f"there is no business {session.business}")
    return found.revision, found.writer


_REACHED = text("SELECT business_id FROM routes WHERE channel = :channel AND address = :address")


def find(database: Database, slug: str) -> int | None:
    """Return the id of a business by its slug."""
    rows = database.route(select(t.businesses.c.id).where(t.businesses.c.slug == slug))
    return rows[0].id if rows else None


def listed(database: Database) -> dict[str, int]:
    """Return the id of every business by its slug, in the order of slugs."""
    rows = database.route(
        select(t.businesses.c.slug, t.businesses.c.id).order_by(t.businesses.c.slug)
    )
    return {row.slug: row.id for row in rows}


def reached(database: Database, channel: str, address: str) -> int | None:
    """Return the business that a number, a bot or a team belongs to."""
    rows = database.route(_REACHED, {"channel": channel, "address": address})
    return rows[0].business_id if rows else None


def bump(session: Session) -> int:
    """Raise the revision of the business, so that every process reads its rules anew."""
    table = t.businesses
    revision: int = session.execute(
        update(table)
        .where(table.c.id == session.business)
        .values(revision=table.c.revision + 1)
        .returning(table.c.revision)
    ).scalar_one()
    return revision


def _read(session: Session) -> Business:
    row = session.execute(select(t.businesses).where(t.businesses.c.id == session.business)).one()
    rules = row.rules
    shifts = _shifts(session)
    resources = list(_resources(session, shifts))
    services = list(_services(session, {r.key: r.id for _, r in resources}))
    return Business(
        id=row.id,
        slug=row.slug,
        name=row.name,
        zone=ZoneInfo(row.zone),
        currency=row.currency,
        languages=tuple(row.languages),
        revision=row.revision,
        hours=shifts[None, "open"],
        resources=tuple(r for active, r in resources if active),
        services=tuple(s for active, s in services if active),
        days=_days(session),
        seasons=tuple(_seasons(rules.get("seasons", ()), [r for _, r in resources])),
        holidays=_holidays(rules["holidays"]),
        grid=rules["grid"],
        notice=rules["notice"],
        furthest=rules["furthest"],
        hold=rules["hold"],
        limits=Limits(**rules["limits"]),
        quiet=Quiet(*(time.fromisoformat(end) for end in rules["quiet"])),
        waitlist=Waitlist(**rules["waitlist"]),
        reminders=Deadline.all_of(rules["reminders"]),
        confirm_by=Deadline.from_json(rules.get("confirm_by")),
        follow_up=rules.get("follow_up", True),
        tiers=tuple(Tier(**tier) for tier in rules["tiers"]),
        change_until=Deadline.from_json(rules.get("change_until")),
        anyone=Anyone(rules.get("anyone", Anyone.USUAL)),
        gaps=rules.get("gaps"),
        payments=rules.get("payments", "link"),
        contact=Contact(**rules["contact"], routes=_routes(session)),
        joins=tuple(_joins(rules.get("joins", ()), [r for _, r in resources])),
        former=tuple(r for active, r in resources if not active),
        former_services=tuple(s for active, s in services if not active),
    )


def _joins(kept: Iterable[list[str]], resources: Iterable[Resource]) -> Iterator[tuple[int, ...]]:
    """Yield the sets of tables that may be put together, kept by key, as ids."""
    ids = {r.key: r.id for r in resources}
    for tables in kept:
        yield tuple(ids[key] for key in tables)


def _seasons(kept: Iterable[dict[str, Any]], resources: Iterable[Resource]) -> Iterator[Season]:
    """Yield the seasons, kept with the keys of their resources."""
    ids = {r.key: r.id for r in resources}
    for facts in kept:
        shifts = tuple(
            Shift(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in facts["shifts"]
        )
        who = facts["who"]
        yield Season(facts["first"], facts["last"], shifts, None if who is None else ids[who])


def _shifts(session: Session) -> dict[tuple[int | None, str], tuple[Shift, ...]]:
    """Return hours and breaks by (resource or None, kind), in the order of the week."""
    found: dict[tuple[int | None, str], tuple[Shift, ...]] = defaultdict(tuple)
    hours = t.hours.c
    rows = session.execute(
        select(t.hours)
        .where(hours.business_id == session.business)
        .order_by(hours.weekday, hours.opens)
    )
    for row in rows:
        found[row.resource_id, row.kind] += (Shift(row.weekday, row.opens, row.closes),)
    return found


def _resources(
    session: Session, shifts: dict[tuple[int | None, str], tuple[Shift, ...]]
) -> Iterator[tuple[bool, Resource]]:
    resources = t.resources.c
    rows = session.execute(
        select(t.resources)
        .where(resources.business_id == session.business)
        .order_by(resources.position, resources.id)
    )
    for row in rows:
        yield (
            row.active,
            Resource(
                id=row.id,
                key=row.key,
                name=row.name,
                kind=Kind(row.kind),
                seats=row.seats,
                capacity=row.capacity,
                hours=shifts.get((row.id, "open")),
                breaks=shifts.get((row.id, "break"), ()),
                **row.rules,
            ),
        )


def _services(session: Session, ids: Mapping[str, int]) -> Iterator[tuple[bool, Service]]:
    services, needs = t.services.c, t.service_needs.c
    wanted: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(
        select(t.service_needs)
        .where(needs.business_id == session.business)
        .order_by(needs.service_id, needs.position, needs.rank)
    ):
        wanted[row.service_id].append(row)
    times = _times(session)
    for row in session.execute(
        select(t.services)
        .where(services.business_id == session.business)
        .order_by(services.position, services.id)
    ):
        rules = row.rules
        confirmation, payment = rules["confirmation"], rules["payment"]
        yield (
            row.active,
            Service(
                id=row.id,
                key=row.key,
                names={code: tuple(names) for code, names in rules["names"]},
                minutes=row.minutes,
                before=row.buffer_before,
                after=row.buffer_after,
                price=row.price,
                per_head=rules["per_head"],
                needs=tuple(
                    Need(tuple(r.resource_id for r in group))
                    for _, group in groupby(wanted[row.id], key=lambda r: r.position)
                ),
                times=times[row.id],
                party_max=rules["party_max"],
                confirmation=None if confirmation is None else Confirmation(**confirmation),
                payment=None if payment is None else Payment(**payment),
                max_person_day=rules["max_person_day"],
                max_person_week=rules.get("max_person_week"),
                max_day=rules.get("max_day"),
                max_week=rules.get("max_week"),
                change_until=Deadline.from_json(rules.get("change_until")),
                reminders=(
                    None if rules.get("reminders") is None else Deadline.all_of(rules["reminders"])
                ),
                confirm_by=Deadline.from_json(rules.get("confirm_by")),
                anyone=Anyone(rules["anyone"]) if rules.get("anyone") else None,
                grid=rules.get("grid"),
                gaps=rules.get("gaps"),
                starts=tuple((n, time.fromisoformat(at)) for n, at in rules.get("starts", ())),
                lengths=tuple((ids[key], minutes) for key, minutes in rules.get("lengths", ())),
                extras=tuple(_extra(facts, ids) for facts in rules.get("extras", ())),
            ),
        )


def _extra(facts: Mapping[str, Any], ids: Mapping[str, int]) -> Extra:
    return Extra(
        facts["key"],
        {code: tuple(names) for code, names in facts["names"]},
        facts["minutes"],
        facts["price"],
        tuple(ids[key] for key in facts["only"]),
    )


def _times(session: Session) -> dict[int, tuple[ClassTime, ...]]:
    found: dict[int, tuple[ClassTime, ...]] = defaultdict(tuple)
    times = t.class_times.c
    for row in session.execute(
        select(t.class_times)
        .where(times.business_id == session.business)
        .order_by(times.weekday, times.starts)
    ):
        found[row.service_id] += (ClassTime(row.weekday, row.starts, tuple(row.resources)),)
    return found


def _days(session: Session) -> tuple[DayRule, ...]:
    days = t.exceptions.c
    rows = session.execute(
        select(t.exceptions)
        .where(days.business_id == session.business)
        .order_by(days.day, days.resource_id.nulls_first(), days.source.desc())
    )
    return tuple(
        DayRule(
            row.day,
            tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in row.spans),
            row.reason,
            row.resource_id,
            row.source == "hand",
        )
        for row in rows
    )


def _routes(session: Session) -> dict[str, str]:
    routes = t.routes.c
    rows = session.execute(
        select(t.routes).where(routes.business_id == session.business).order_by(routes.channel)
    )
    return {row.channel: row.address for row in rows}


def _holidays(facts: dict[str, Any] | None) -> Holidays | None:
    if facts is None:
        return None
    return Holidays(facts["country"], facts["region"], tuple(facts["add"]), tuple(facts["drop"]))
