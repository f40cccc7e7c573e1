"""Businesses and days made by chance: every zone that is strange, every kind of shift."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from core.rules import (
    Business,
    DayRule,
    Extra,
    Holidays,
    Kind,
    Need,
    Resource,
    Season,
    Service,
    Shift,
)

DAY = timedelta(days=1)

# A zone, and a day on which its clocks are moved; where none is named, any day of the year.
PLACES: list[tuple[str, date | None]] = [
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/Rome", date(2026, 3, 29)),
    ("Europe/Rome", date(2026, 10, 25)),
    ("Australia/Sydney", date(2026, 4, 5)),
    ("Australia/Sydney", date(2026, 10, 4)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a day that never was
    ("America/Havana", date(2026, 3, 8)),  # midnight is skipped
    ("America/Havana", date(2026, 11, 1)),  # the first hour of the day comes twice
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight is skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # the last hour of the day before comes twice
    ("Asia/Beirut", date(2026, 3, 29)),
    ("Antarctica/Troll", date(2026, 3, 29)),  # by two hours
    ("Antarctica/Troll", date(2026, 10, 25)),
    ("Europe/Dublin", date(2026, 10, 25)),  # summer time is the standard there
    ("Africa/Casablanca", date(2026, 2, 15)),
    ("America/St_Johns", date(2026, 3, 8)),
    ("Asia/Kathmandu", None),
    ("Asia/Kolkata", None),
    ("Pacific/Kiritimati", None),
    ("Pacific/Pago_Pago", None),
    ("UTC", None),
]


@dataclass(frozen=True)
class Case:
    """One question: which starts in these minutes are free, for whom and with whom."""

    business: Business
    service: Service
    party: int
    provider: int | None
    now: datetime
    windows: list[tuple[int, int]]  # minutes since the epoch
    taken: list[tuple[int, int, int, int]]  # resource, seat (0: blocked), start, end
    full: list[tuple[int, date]]


def case(seed: int) -> Case:
    """Make one question of a seed."""
    chance = Random(seed)
    zone_name, special = chance.choice(PLACES)
    zone = ZoneInfo(zone_name)
    base = special or date(2026, 1, 1) + DAY * chance.randrange(365)
    day = base + DAY * chance.choice([-2, -1, -1, 0, 0, 0, 1])
    resources = [_resource(chance, n + 1) for n in range(chance.randint(1, 4))]
    service = _service(chance, resources)
    business = Business(
        id=1,
        slug="chance",
        name="Chance",
        zone=zone,
        currency="EUR",
        languages=("en",),
        revision=1,
        hours=_week(chance),
        resources=tuple(resources),
        services=(service,),
        days=tuple(_rules(chance, day, resources)),
        holidays=_holidays(chance, day),
        grid=chance.choice([5, 7, 10, 15, 15, 20, 30, 45, 60]),
        notice=chance.choice([0, 1, 30, 60, 180, 1440, 2880]),
        furthest=chance.choice([0, 1, 2, 3, 5, 60]),
    )
    if seed % 3 == 0:  # by a chance of its own, so that all else stays what the seed made it
        business, service = _joined(Random(f"joins {seed}"), business)
    if seed % 4 == 1:
        seasons = tuple(_seasons(Random(f"seasons {seed}"), day, resources))
        business = replace(business, seasons=seasons)
    if seed % 5 == 2:
        service = _starting(Random(f"starts {seed}"), service)
        business = replace(business, services=(service,))
    if seed % 7 in (3, 6) and seed % 3:  # no tables are joined there
        service = _lengthened(Random(f"lengths {seed}"), business, service)
        business = replace(business, services=(service,))
        service = service.extended(_added(Random(f"extras {seed}"), service))
    if seed % 2:
        business = replace(business, gaps=Random(f"gaps {seed}").choice([5, 15, 30, 45, 120]))
    first = _minute(datetime.combine(day, time(chance.randrange(24)), tzinfo=zone))
    windows = []
    for _ in range(chance.choice([1, 1, 2])):
        start = first + chance.randrange(0, 1440)
        windows.append((start, start + chance.randrange(30, 1600)))
    early = timedelta(minutes=chance.choice([0, 30, 600, 1500, 3000]), seconds=chance.randrange(90))
    now = datetime.fromtimestamp(first * 60, UTC) - early
    return Case(
        business,
        service,
        chance.randint(1, service.party_max),
        chance.choice([None, None, chance.choice(resources).id]),
        now,
        windows,
        list(_taken(chance, resources, first)),
        [(chance.choice(resources).id, day + DAY * chance.choice([-1, 0, 1]))]
        if chance.random() < 0.15
        else [],
    )


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def _clock(chance: Random) -> time:
    if chance.random() < 0.3:
        return time(chance.choice([0, 0, 1, 2, 3]), chance.choice([0, 15, 30, 45]))
    return time(chance.randrange(24), chance.choice([0, 0, 30, 5, 59]))


def _shifts(chance: Random, weekday: int, most: int) -> list[Shift]:
    if chance.random() < 0.2:  # the whole day, one after the other
        return [Shift(weekday, time(0), time(0))]
    return [Shift(weekday, _clock(chance), _clock(chance)) for _ in range(chance.randint(1, most))]


def _week(chance: Random) -> tuple[Shift, ...]:
    kind = chance.random()
    if kind < 0.15:
        return tuple(Shift(day, time(18), time(4)) for day in range(7))
    if kind < 0.25:
        return tuple(Shift(day, time(0), time(0)) for day in range(7))
    open_days = [day for day in range(7) if chance.random() < 0.85]
    return tuple(shift for day in open_days for shift in _shifts(chance, day, 2))


def _resource(chance: Random, number: int) -> Resource:
    hours = None
    if chance.random() < 0.4:
        hours = tuple(s for day in range(7) for s in _shifts(chance, day, 2))
    breaks: tuple[Shift, ...] = ()
    if chance.random() < 0.5:
        starts, length = _clock(chance), chance.choice([15, 30, 60, 90])
        ends = (datetime.combine(date(2026, 1, 1), starts) + timedelta(minutes=length)).time()
        breaks = tuple(Shift(day, starts, ends) for day in range(7) if chance.random() < 0.8)
    kind = chance.choice([Kind.PROVIDER, Kind.ROOM, Kind.TABLE])
    return Resource(
        number,
        f"r{number}",
        f"R{number}",
        kind,
        seats=chance.choice([1, 1, 1, 2, 3]),
        capacity=chance.choice([2, 4, 6]) if kind is Kind.TABLE else None,
        hours=hours,
        breaks=breaks,
    )


def _seasons(chance: Random, day: date, resources: list[Resource]) -> Iterator[Season]:
    """Yield seasons that begin or end about a day: of a year or of all, of the place or of one."""
    for who in (None, None, chance.choice(resources).id):
        first = day + DAY * chance.choice([-200, -2, -1, 0, 0, 1])
        last = first + DAY * chance.choice([0, 1, 2, 3, 30, 210])
        size = chance.choice([0, 5])
        yield Season(first.isoformat()[size:], last.isoformat()[size:], _week(chance), who)


def _starting(chance: Random, service: Service) -> Service:
    """Give a service a grid of its own, or the times at which alone it starts."""
    if chance.random() < 0.3:
        return replace(service, grid=chance.choice([10, 20, 40, 90]))
    starts = {(day, _clock(chance)) for day in range(7) for _ in range(chance.randint(0, 12))}
    return replace(service, starts=tuple(sorted(starts)))


def _lengthened(chance: Random, business: Business, service: Service) -> Service:
    """Give some of a service's people a length of their own, and it add-ons that few may do.

    People have no capacity, as rooms and tables may, of which the smallest comes first.
    """
    sized = {r.id for r in business.resources if r.capacity is not None}
    needs = [need.any_of for need in service.needs if not sized & set(need.any_of)]
    if not needs:
        return service
    need = chance.choice(needs)
    lengths = {r: chance.choice([10, 25, 40, 75, 150]) for r in need if chance.random() < 0.7}
    extras = tuple(
        Extra(
            f"extra{n}",
            {"en": (f"Extra {n}",)},
            chance.choice([0, 5, 15, 40]),
            only=tuple(r for r in need if chance.random() < 0.6) if chance.random() < 0.4 else (),
        )
        for n in range(2)
    )
    return replace(service, lengths=tuple(lengths.items()), extras=extras)


def _added(chance: Random, service: Service) -> list[Extra]:
    return [extra for extra in service.extras if chance.random() < 0.5]


def _joined(chance: Random, business: Business) -> tuple[Business, Service]:
    """Make a business one of tables, some of which may be put together."""
    tables = tuple(
        replace(
            r,
            kind=Kind.TABLE,
            seats=1,
            capacity=chance.choice([2, 4, 4, 6]),
            hours=chance.choice([r.hours, None, None]),
        )
        for r in business.resources
    )
    room = {r.id: r.capacity or 0 for r in tables}
    ids = list(room)
    sets = {
        tuple(chance.sample(ids, chance.randint(2, len(ids))))
        for _ in range(chance.randint(1, 4))
        if len(ids) > 1
    }
    service = replace(
        business.services[0],
        minutes=chance.choice([30, 90, 120, business.services[0].minutes]),
        needs=chance.choice([(Need(tuple(ids)),), business.services[0].needs]),
        party_max=max((sum(room[t] for t in s) for s in sets), default=6),
    )
    made = replace(business, resources=tables, services=(service,), joins=tuple(sorted(sets)))
    return made, service


def _service(chance: Random, resources: list[Resource]) -> Service:
    ids = [r.id for r in resources]
    chance.shuffle(ids)
    cut = chance.randint(1, len(ids))
    groups = [ids[:cut], ids[cut:]] if chance.random() < 0.5 else [ids]
    minutes = chance.choice([5, 20, 30, 30, 45, 60, 90, 120, 300, 1200])
    return Service(
        1,
        "service",
        {"en": ("Service",)},
        minutes,
        before=chance.choice([0, 0, 5, 10, 60]),
        after=chance.choice([0, 0, 10, 15, 90]),
        needs=tuple(Need(tuple(group)) for group in groups if group),
        party_max=chance.choice([1, 1, 4, 6]),
    )


def _rules(chance: Random, day: date, resources: list[Resource]) -> list[DayRule]:
    rules = []
    for _ in range(chance.choice([0, 0, 1, 2])):
        spans = tuple((_clock(chance), _clock(chance)) for _ in range(chance.choice([0, 1, 2])))
        resource = chance.choice([None, chance.choice(resources).id])
        rules.append(DayRule(day + DAY * chance.choice([-1, 0, 0, 1]), spans, "", resource))
    return rules


def _holidays(chance: Random, day: date) -> Holidays | None:
    if chance.random() < 0.6:
        return None
    near = [(day + DAY * n) for n in (-1, 0, 1)]
    add = tuple(f"{d:%m-%d}" for d in near if chance.random() < 0.2)
    drop = tuple(f"{d:%Y-%m-%d}" for d in near if chance.random() < 0.2)
    return Holidays(chance.choice(["US", "IT", "AU"]), None, add, drop)


def _taken(
    chance: Random, resources: list[Resource], first: int
) -> list[tuple[int, int, int, int]]:
    rows = []
    for _ in range(chance.choice([0, 2, 6, 15])):
        resource = chance.choice(resources)
        start = first + chance.randrange(-1440, 3 * 1440)
        length = chance.choice([1, 20, 40, 60, 300])
        rows.append((resource.id, chance.randint(0, resource.seats), start, start + length))
    return rows
