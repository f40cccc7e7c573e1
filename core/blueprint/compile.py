"""From the shape of a business file to the facts of a business, under given ids. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo

from core.blueprint import shape, values
from core.rules import (
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
from core.span import days_between

_ANY = {"any provider": Kind.PROVIDER, "any room": Kind.ROOM, "any table": Kind.TABLE}


def compiled(
    root: shape.Root,
    slug: str,
    *,
    business: int,
    revision: int,
    resources: Mapping[str, int],
    services: Mapping[str, int],
) -> Business:
    """Return the facts with the ids of its business, its resources and its services by key."""
    weekly = shifts(root.open)
    return Business(
        id=business,
        slug=slug,
        name=root.name,
        zone=ZoneInfo(root.zone),
        currency=root.currency,
        languages=tuple(root.languages),
        revision=revision,
        hours=weekly,
        resources=tuple(_resources(root, weekly, resources)),
        services=tuple(
            _service(root, key, facts, resources, services[key])
            for key, facts in root.services.items()
        ),
        days=tuple(_days(root, resources)),
        seasons=tuple(_seasons(root, resources)),
        holidays=_holidays(root.holidays),
        grid=root.grid,
        notice=root.notice,
        furthest=root.furthest // values.DAY,
        hold=root.hold,
        limits=Limits(**root.limits.model_dump()),
        quiet=Quiet(*root.quiet),
        waitlist=Waitlist(**root.waitlist.model_dump()),
        reminders=tuple(root.reminders),
        confirm_by=root.confirm_by,
        follow_up=root.follow_up,
        tiers=tuple(_tier(tier) for tier in root.cancellation),
        change_until=root.change_until,
        anyone=root.anyone,
        gaps=root.gaps,
        payments=root.payments,
        contact=_contact(root),
        joins=tuple(tuple(resources[key] for key in tables) for tables in root.joins),
    )


def shifts(hours: shape.Hours) -> tuple[Shift, ...]:
    """Return weekly hours as shifts, in the order of the week."""
    return tuple(
        sorted(
            (
                Shift(day, opens, closes)
                for label, spans in hours.items()
                for day in values.days(label)
                for opens, closes in spans
            ),
            key=lambda s: (s.weekday, s.opens),
        )
    )


def own_hours(facts: shape.Resource, weekly: tuple[Shift, ...]) -> tuple[Shift, ...] | None:
    """Return the hours of a resource that differ from the business's, else None."""
    if facts.hours is not None:
        return shifts(facts.hours)
    if facts.days is None and facts.off is None:
        return None
    named = {day for label in facts.days or facts.off or () for day in values.days(label)}
    works = named if facts.days is not None else set(range(7)) - named
    return tuple(s for s in weekly if s.weekday in works)


def resource_keys(root: shape.Root) -> list[str]:
    """Return the key of every resource in its order; a class is one too, by its service's key."""
    return [*root.resources(), *(k for k, s in root.services.items() if s.times)]


def pool(root: shape.Root, word: str) -> list[str]:
    """Return the keys that a word in `needs` stands for: itself, or all of a kind, small first."""
    kind = _ANY.get(word)
    if kind is None:
        return [word]
    if kind is Kind.PROVIDER:
        return list(root.providers)
    sized: Mapping[str, shape.Room | shape.Table] = root.rooms if kind is Kind.ROOM else root.tables
    return sorted(sized, key=lambda key: sized[key].capacity or 0)


def _resources(
    root: shape.Root, weekly: tuple[Shift, ...], ids: Mapping[str, int]
) -> Iterator[Resource]:
    kinds: list[tuple[Kind, Mapping[str, shape.Resource]]] = [
        (Kind.PROVIDER, root.providers),
        (Kind.ROOM, root.rooms),
        (Kind.TABLE, root.tables),
    ]
    for kind, found in kinds:
        for key, facts in found.items():
            yield Resource(
                id=ids[key],
                key=key,
                name=facts.name or named(key),
                kind=kind,
                seats=getattr(facts, "seats", 1),
                capacity=getattr(facts, "capacity", None),
                hours=own_hours(facts, weekly),
                breaks=shifts(facts.breaks),
                max_day=facts.per_day,
                max_week=facts.per_week,
            )
    for key, service in root.services.items():
        if service.times:
            name = next(iter(service.names.values()))[0]
            yield Resource(ids[key], key, name, Kind.CLASS, seats=service.seats or 1)


def named(key: str) -> str:
    """Return the name of a resource that has only a key."""
    return key[0].upper() + key[1:].replace("-", " ")


def _service(
    root: shape.Root, key: str, facts: shape.Service, ids: Mapping[str, int], number: int
) -> Service:
    if facts.times:
        needs: tuple[Need, ...] = (Need((ids[key],)),)
    else:
        needs = tuple(
            Need(tuple(ids[k] for k in dict.fromkeys(chain(*(pool(root, w) for w in need)))))
            for need in facts.needs
        )
    return Service(
        id=number,
        key=key,
        names={code: tuple(names) for code, names in facts.names.items()},
        minutes=facts.length,
        before=facts.before,
        after=facts.after,
        price=values.minor(facts.price, root.currency),
        per_head=facts.per == "head",
        needs=needs,
        times=tuple(
            sorted(
                (
                    ClassTime(day, t.at, tuple(ids[k] for k in t.occupies))
                    for t in facts.times
                    for day in values.days(t.day)
                ),
                key=lambda t: (t.weekday, t.starts),
            )
        ),
        grid=facts.grid,
        gaps=facts.gaps,
        starts=tuple(
            sorted(
                (d, at)
                for label, ats in facts.starts.items()
                for at in ats
                for d in values.days(label)
            )
        ),
        party_max=facts.party or facts.seats or 1,
        confirmation=_confirmation(facts.confirm, ids),
        payment=_payment(facts, root.currency),
        max_person_day=facts.per_customer_a_day,
        max_person_week=facts.per_customer_a_week,
        max_day=facts.per_day,
        max_week=facts.per_week,
        change_until=facts.change_until,
        reminders=None if facts.reminders is None else tuple(facts.reminders),
        confirm_by=facts.confirm_by,
        anyone=facts.anyone,
        lengths=tuple((ids[k], minutes) for k, minutes in facts.lengths.items()),
        extras=tuple(
            Extra(
                extra,
                {code: tuple(names) for code, names in rules.names.items()},
                rules.length,
                values.minor(rules.price, root.currency),
                tuple(ids[k] for k in rules.by or ()),
            )
            for extra, rules in facts.extras.items()
        ),
    )


def _confirmation(confirm: shape.Confirm | None, ids: Mapping[str, int]) -> Confirmation | None:
    if confirm is None:
        return None
    by = None if confirm.by is None else ids[confirm.by]
    return Confirmation(confirm.within, confirm.from_party, by)


def _payment(facts: shape.Service, currency: str) -> Payment | None:
    advance = facts.advance
    if advance is None:
        return None
    if isinstance(advance.amount, Decimal):
        amount = values.minor(advance.amount, currency)
        return Payment("deposit", amount, advance.per == "head", advance.from_party)
    price = values.minor(facts.price, currency)
    return Payment("full", price, facts.per == "head", advance.from_party)


def _days(root: shape.Root, ids: Mapping[str, int]) -> Iterator[DayRule]:
    """Return one rule for each date, in order: the business's first, then its resources'."""
    rules = [
        DayRule(
            day,
            rule.hours if isinstance(rule, shape.Special) else (),
            rule.reason or "",
            None if rule.who is None else ids[rule.who],
        )
        for rule in (*root.closed, *root.special)
        for day in dates(rule)
    ]
    yield from sorted(rules, key=lambda r: (r.day, r.resource or 0))


def _seasons(root: shape.Root, ids: Mapping[str, int]) -> Iterator[Season]:
    """Yield the seasons; those of named years come before those of every year.

    Who works on certain days of the place's hours works on those days of its season's too, but in
    a season of their own.
    """
    ordered = sorted(root.seasons, key=lambda s: yearly(s.first))
    for season in ordered:
        who = None if season.who is None else ids[season.who]
        yield Season(season.first, season.last, shifts(season.open), who)
    for season in ordered:
        for key, facts in root.resources().items():
            if season.who is None and (facts.days is not None or facts.off is not None):
                works = own_hours(facts, shifts(season.open)) or ()
                yield Season(season.first, season.last, works, ids[key])


def yearly(day: str) -> bool:
    """Whether a day of a season is one of every year."""
    return len(day) < len("YYYY-MM-DD")


def dates(rule: shape.Closed) -> list[date]:
    """Return the dates that a rule names."""
    if rule.day is not None:
        return [rule.day]
    if rule.first is None or rule.last is None:
        return []
    return list(days_between(rule.first, rule.last))


def _holidays(facts: shape.Holidays | None) -> Holidays | None:
    if facts is None:
        return None
    return Holidays(facts.country, facts.region, tuple(facts.add), tuple(facts.drop))


def _tier(tier: shape.Tier) -> Tier:
    if isinstance(tier.until, str):
        return Tier(tier.back, tier.until)
    return Tier(tier.back, "hours", tier.until)


def _contact(root: shape.Root) -> Contact:
    human = root.contact.human
    provider = root.providers.get(human)
    return Contact(
        human=(provider.name or named(human)) if provider else human,
        human_key=human if provider else None,
        address=root.contact.address or "",
        routes={c: a for c, a in root.reached.model_dump().items() if a is not None},
    )
