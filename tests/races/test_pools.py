"""Sixty-four clients want several things at once: tables put together, a provider and a pool."""

from collections.abc import Callable

from races import clients
from races.ground import LIMITS, Ground
from races.racing import Crowd
from support.counts import count

Make = Callable[..., Ground]

TABLES = (  # four tables of four, two and two of which may be put together
    "[services.consultation]",
    """[tables]
F1 = { capacity = 4 }
F2 = { capacity = 4 }
F3 = { capacity = 4 }
F4 = { capacity = 4 }

[services.table]
names.en = ["Table"]
length = "60 min"
after = "5 min"
party = 8
needs = [["any table"]]

[services.consultation]""",
)
JOINS = (
    'grid = "15 min"\n',
    'grid = "15 min"\njoins = [["F2", "F1"], ["F2", "F3"], ["F4", "F3"]]\n',
)


def test_parties_at_tables_put_together(crowd: Crowd, ground: Make) -> None:
    """Parties of six get two fours each, parties of two one: never a half, never one too many."""
    here = ground((LIMITS, ""), JOINS, TABLES)
    rounds = [here.starts(day, 3, 75) for day in range(count(3, 20))]
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=11,
        attempts=len(rounds),
        rounds=rounds,
        people=here.people,
        services=["table"],
        parties=[2, 6, 6],
    )
    here.check(result)
    seated = here.ask(
        "SELECT b.party, array_agg(r.key ORDER BY r.key) AS tables FROM bookings b"
        " JOIN allocations a ON a.booking_id = b.id AND a.active"
        " JOIN resources r ON r.id = a.resource_id WHERE b.status = 'confirmed'"
        " GROUP BY b.business_id, b.id"
    )
    assert {len(row.tables) for row in seated if row.party == 2} <= {1}
    large = {tuple(row.tables) for row in seated if row.party == 6}
    assert large
    assert large <= {("F1", "F2"), ("F2", "F3"), ("F3", "F4")}
    assert set(result.answers) == {"booked", "refused taken"}


DRYERS = (  # a provider, a room and one of three dryers, which are either one pool or three things
    "[services.consultation]",
    """[rooms.dryers]
seats = 3

[rooms.lamp-a]
[rooms.lamp-b]

[services.perm]
names.en = ["Perm"]
length = "45 min"
after = "15 min"
needs = [["ana", "ben", "mia", "leo"], ["room-1", "room-2"], ["dryers"]]

[services.drying]
names.en = ["Drying"]
length = "30 min"
needs = [["dryers"], ["lamp-a", "lamp-b"]]

[services.consultation]""",
)


def test_a_provider_a_room_and_a_dryer(crowd: Crowd, ground: Make) -> None:
    """Who needs three things gets all or none, and no fourth dryer is ever used."""
    here = ground((LIMITS, ""), DRYERS)
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=12,
        attempts=count(4, 30),
        people=here.people,
        services=["perm", "drying", "massage"],
        starts=[s for day in range(count(2, 10)) for s in here.starts(day, 12, 30)],
    )
    here.check(result)
    pieces = dict(
        tuple(row)
        for row in here.ask(
            "SELECT s.key, array_agg(DISTINCT (SELECT count(*) FROM allocations a"
            " WHERE a.booking_id = b.id AND a.active)) FROM bookings b"
            " JOIN services s ON s.id = b.service_id WHERE b.status = 'confirmed' GROUP BY s.key"
        )
    )
    assert pieces == {"perm": [3], "drying": [2], "massage": [2]}
    at_once = here.ask(
        "SELECT count(*) FROM allocations a JOIN allocations o ON o.resource_id = a.resource_id"
        " AND o.active AND o.during @> lower(a.during) JOIN resources r ON r.id = a.resource_id"
        " WHERE r.key = 'dryers' AND a.active GROUP BY a.id"
    )
    assert max(row[0] for row in at_once) == 3
