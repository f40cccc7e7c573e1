"""The rows of a business's rules: upserted by key where others refer to them, else replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects.postgresql import insert

from core import tables as t
from core.db import Session
from core.deadline import Deadline
from core.rules import Business, Extra, Resource, Season, Shift


def write_place(session: Session, business: Business) -> bool:
    """Write the business's own row with a higher revision; False where its slug is taken."""
    facts = {
        "name": business.name,
        "zone": business.zone.key,
        "currency": business.currency,
        "languages": list(business.languages),
        "rules": _rules(business),
    }
    table = t.businesses
    changed = session.execute(
        update(table)
        .where(table.c.id == business.id)
        .values(facts | {"revision": table.c.revision + 1})
        .returning(table.c.id)
    ).scalar()
    if changed is not None:
        return True
    made = session.execute(
        insert(table)
        .values(facts | {"id": business.id, "slug": business.slug, "created_at": session.now})
        .on_conflict_do_nothing()
        .returning(table.c.id)
    )
    return made.scalar() is not None


def write_resources(session: Session, business: Business) -> dict[str, int]:
    """Upsert the resources by key, make the others inactive; return the id of each key."""
    rows = [
        {
            "business_id": session.business,
            "key": r.key,
            "name": r.name,
            "kind": r.kind.value,
            "seats": r.seats,
            "capacity": r.capacity,
            "position": position,
            "active": True,
            "rules": {"max_day": r.max_day, "max_week": r.max_week},
        }
        for position, r in enumerate(business.resources)
    ]
    return _upsert(session, t.resources, rows)


def write_services(session: Session, business: Business) -> dict[str, int]:
    """Upsert the services by key, make the others inactive; return the id of each key."""
    rows = [
        {
            "business_id": session.business,
            "key": s.key,
            "minutes": s.minutes,
            "buffer_before": s.before,
            "buffer_after": s.after,
            "price": s.price,
            "position": position,
            "active": True,
            "rules": {
                "names": [[code, list(names)] for code, names in s.names.items()],
                "per_head": s.per_head,
                "party_max": s.party_max,
                "confirmation": s.confirmation and asdict(s.confirmation),
                "payment": s.payment and asdict(s.payment),
                "max_person_day": s.max_person_day,
                "max_person_week": s.max_person_week,
                "max_day": s.max_day,
                "max_week": s.max_week,
                "anyone": s.anyone,
                "change_until": s.change_until and s.change_until.to_json(),
                "reminders": _deadlines(s.reminders),
                "confirm_by": s.confirm_by and s.confirm_by.to_json(),
                "grid": s.grid,
                "gaps": s.gaps,
                "starts": [[weekday, f"{at:%H:%M}"] for weekday, at in s.starts],
                "lengths": [[business.resource(r).key, minutes] for r, minutes in s.lengths],
                "extras": [_extra(business, extra) for extra in s.extras],
            },
        }
        for position, s in enumerate(business.services)
    ]
    return _upsert(session, t.services, rows)


def _deadlines(rules: Sequence[Deadline] | None) -> list[dict[str, Any]] | None:
    return None if rules is None else [rule.to_json() for rule in rules]


def _extra(business: Business, extra: Extra) -> dict[str, Any]:
    return {
        "key": extra.key,
        "names": [[code, list(names)] for code, names in extra.names.items()],
        "minutes": extra.minutes,
        "price": extra.price,
        "only": [business.resource(r).key for r in extra.only],
    }


def replace_rules(session: Session, business: Business) -> None:
    """Replace needs, hours, exceptions and class times by those of facts with real ids."""
    here = {"business_id": session.business}
    rows: dict[Table, list[dict[str, Any]]] = {
        t.service_needs: [
            here | {"service_id": s.id, "position": n, "resource_id": r, "rank": rank}
            for s in business.services
            for n, need in enumerate(s.needs)
            for rank, r in enumerate(need.any_of)
        ],
        t.hours: [here | row for row in _hours(business)],
        t.exceptions: [
            here
            | {
                "resource_id": rule.resource,
                "day": rule.day,
                "spans": [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in rule.spans],
                "reason": rule.reason,
                "source": "hand" if rule.by_hand else "file",
            }
            for rule in business.days
        ],
        t.class_times: [
            here
            | {
                "service_id": s.id,
                "weekday": time.weekday,
                "starts": time.starts,
                "resources": list(time.resources),
            }
            for s in business.services
            for time in s.times
        ],
    }
    for table, found in rows.items():
        session.execute(delete(table).where(table.c.business_id == session.business))
        if found:
            session.execute(insert(table).values(found))


def replace_routes(session: Session, routes: Mapping[str, str]) -> list[str]:
    """Replace the addresses of the business; return the channels whose address others have."""
    table = t.routes
    session.execute(delete(table).where(table.c.business_id == session.business))
    if not routes:
        return []
    rows = [
        {"channel": channel, "address": address, "business_id": session.business}
        for channel, address in sorted(routes.items())
    ]
    got = session.execute(
        insert(table).values(rows).on_conflict_do_nothing().returning(table.c.channel)
    )
    return sorted(set(routes) - set(got.scalars()))


def _upsert(session: Session, table: Table, rows: list[dict[str, Any]]) -> dict[str, int]:
    ids: dict[str, int] = {}
    if rows:
        made = insert(table).values(rows)
        kept = {name: made.excluded[name] for name in rows[0] if name not in {"business_id", "key"}}
        found = session.execute(
            made.on_conflict_do_update(index_elements=["business_id", "key"], set_=kept).returning(
                table.c.key, table.c.id
            )
        )
        ids = {row.key: row.id for row in found}
    session.execute(
        update(table)
        .where(table.c.business_id == session.business, table.c.active)
        .where(table.c.key.not_in(list(ids)))
        .values(active=False)
    )
    return ids


def _rules(business: Business) -> dict[str, Any]:
    contact = business.contact
    return {
        "holidays": business.holidays and asdict(business.holidays),
        "grid": business.grid,
        "notice": business.notice,
        "furthest": business.furthest,
        "hold": business.hold,
        "limits": asdict(business.limits),
        "quiet": [f"{business.quiet.start:%H:%M}", f"{business.quiet.end:%H:%M}"],
        "waitlist": asdict(business.waitlist),
        "reminders": _deadlines(business.reminders),
        "confirm_by": business.confirm_by and business.confirm_by.to_json(),
        "follow_up": business.follow_up,
        "tiers": [asdict(tier) for tier in business.tiers],
        "anyone": business.anyone,
        "gaps": business.gaps,
        "payments": business.payments,
        "change_until": business.change_until and business.change_until.to_json(),
        "seasons": [_season(business, season) for season in business.seasons],
        "joins": [[business.resource(r).key for r in tables] for tables in business.joins],
        "contact": {
            "human": contact.human,
            "human_key": contact.human_key,
            "address": contact.address,
        },
    }


def _season(business: Business, season: Season) -> dict[str, Any]:
    return {
        "first": season.first,
        "last": season.last,
        "shifts": [[s.weekday, f"{s.opens:%H:%M}", f"{s.closes:%H:%M}"] for s in season.shifts],
        "who": None if season.resource is None else business.resource(season.resource).key,
    }


def _hours(business: Business) -> list[dict[str, Any]]:
    def row(resource: Resource | None, kind: str, shift: Shift) -> dict[str, Any]:
        return {
            "resource_id": None if resource is None else resource.id,
            "kind": kind,
            "weekday": shift.weekday,
            "opens": shift.opens,
            "closes": shift.closes,
        }

    return [
        *(row(None, "open", shift) for shift in business.hours),
        *(row(r, "open", shift) for r in business.resources for shift in r.hours or ()),
        *(row(r, "break", shift) for r in business.resources for shift in r.breaks),
    ]
