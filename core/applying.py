"""A business file becomes rows: what changes, what is refused, and the writing of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text

from core import businesses
from core import tables as t
from core.blueprint import Blueprint
from core.comparing import Change, changes
from core.db import Database, Session
from core.orphans import Affected, concerns, orphans
from core.rules import Business
from core.spoken import settled
from core.timetable import Timetable, materialise
from core.writing import (
    replace_routes,
    replace_rules,
    write_place,
    write_resources,
    write_services,
)

_NEW_ID = text("SELECT nextval(pg_get_serial_sequence('businesses', 'id'))")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying a file does, or would do.

    Where something is refused nothing is written; concerns are written about, not refused.
    """

    business: int
    changes: tuple[Change, ...] = ()
    refusals: tuple[Affected, ...] = ()
    concerns: tuple[Affected, ...] = ()


class _Elsewhere(Exception):  # noqa: N818 - control flow, never seen by a caller
    """Somebody else has just made this business."""


def planned(database: Database, blueprint: Blueprint) -> Outcome:
    """Return what applying a file to a database would do."""
    return _somewhere(database, blueprint, keep=False)


def applied(database: Database, blueprint: Blueprint) -> Outcome:
    """Apply a file to a database, in one transaction; its business is made where it is new."""
    return _somewhere(database, blueprint, keep=True)


def plan(session: Session, blueprint: Blueprint) -> Outcome:
    """Return what applying a file would do, in the transaction of its business."""
    return _tried(session, blueprint, keep=False)


def apply(session: Session, blueprint: Blueprint) -> Outcome:
    """Apply a file in the transaction of its business, unless something is refused."""
    return _tried(session, blueprint, keep=True)


def _somewhere(database: Database, blueprint: Blueprint, *, keep: bool) -> Outcome:
    while True:
        number = businesses.find(database, blueprint.slug)
        if number is None:
            with database.transaction(0) as session:
                number = int(session.execute(_NEW_ID).scalar_one())
        try:
            with database.transaction(number) as session:
                return _tried(session, blueprint, keep=keep)
        except _Elsewhere:
            continue


def _tried(session: Session, blueprint: Blueprint, *, keep: bool) -> Outcome:
    """Do it in a savepoint; taken back where it is only a plan, or is refused."""
    with session.connection.begin_nested() as savepoint:
        outcome = _done(session, blueprint)
        if not keep or outcome.refusals:
            savepoint.rollback()
    return outcome


def _done(session: Session, blueprint: Blueprint) -> Outcome:
    old = _locked(session, blueprint)
    target, said = settled(old, _target(session, blueprint, _ids(old, blueprint)), now=session.now)
    found = changes(old, target)
    if not found:
        same = Outcome(session.business, concerns=said)
        return _with(same, target, materialise(session, target))
    if old is not None:
        refused = orphans(session, old, target)
        if refused:
            return Outcome(session.business, found, refused)
    new = _write(session, blueprint, old)
    taken = _route(session, new)
    warned = concerns(session, old, new) if old is not None else ()
    outcome = Outcome(session.business, found, taken, (*said, *warned))
    return _with(outcome, new, materialise(session, new))


def _locked(session: Session, blueprint: Blueprint) -> Business | None:
    """Return the business as it is, locked against another apply; None where it is new."""
    row = session.execute(
        select(t.businesses.c.slug)
        .where(t.businesses.c.id == session.business)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None:
        return None
    if row.slug != blueprint.slug:
        raise ValueError(f"{blueprint.file} is not a file of the business “{row.slug}”")
    return businesses.load(session)


class _Ids(NamedTuple):
    """The ids of resources and services by key; what has none yet is counted down from -1."""

    resources: dict[str, int]
    services: dict[str, int]


def _ids(old: Business | None, blueprint: Blueprint) -> _Ids:
    resources = {} if old is None else {r.key: r.id for r in (*old.former, *old.resources)}
    services = {} if old is None else {s.key: s.id for s in (*old.former_services, *old.services)}
    return _Ids(
        {k: resources.get(k, -n) for n, k in enumerate(blueprint.resources, 1)},
        {k: services.get(k, -n) for n, k in enumerate(blueprint.services, 1)},
    )


def _target(session: Session, blueprint: Blueprint, ids: _Ids) -> Business:
    return blueprint.business(session.business, resources=ids.resources, services=ids.services)


def _write(session: Session, blueprint: Blueprint, old: Business | None) -> Business:
    """Write the rows in the order in which they need each other's ids; return the new facts."""
    ids = _ids(old, blueprint)
    target = _target(session, blueprint, ids)
    if not write_place(session, target):
        raise _Elsewhere
    ids = ids._replace(resources=write_resources(session, target))
    ids = ids._replace(services=write_services(session, _target(session, blueprint, ids)))
    target, _ = settled(old, _target(session, blueprint, ids), now=session.now)
    replace_rules(session, target)
    return target


def _route(session: Session, business: Business) -> tuple[Affected, ...]:
    """Write where the business is reached; return what another business has already."""
    routes = business.contact.routes
    return tuple(
        Affected(f"the {channel} address {routes[channel]} belongs to another business")
        for channel in replace_routes(session, routes)
    )


def _with(outcome: Outcome, business: Business, timetable: Timetable) -> Outcome:
    """Add what the timetable met."""
    main = business.languages[0]

    def named(service: int, start: datetime) -> str:
        local = start.astimezone(business.zone)
        return f"{business.service(service).name(main)} on {local:%a %d %b %Y %H:%M}"

    met = [
        *(
            Affected(
                f"{named(clash.service, clash.start)} does not get"
                f" {business.resource(clash.resource).name}, which is taken",
                clash.refs,
                clash.refs,
            )
            for clash in timetable.clashes
        ),
        *(
            Affected(
                f"{named(kept.service, kept.start)} is no longer in the timetable"
                " and takes place for who has booked it",
                kept.refs,
                kept.refs,
            )
            for kept in timetable.kept
        ),
    ]
    return replace(outcome, concerns=(*outcome.concerns, *met))
