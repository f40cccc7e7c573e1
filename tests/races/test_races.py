"""Sixty-four clients want the same: one gets it, the others hear why not, and nobody an error."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from core import booking
from core.booking import By, Held
from core.choosing import Wanted
from races import clients
from races.ground import LIMITS, MONDAY, Ground
from races.racing import CLIENTS, Crowd
from support.counts import count

Make = Callable[..., Ground]
RACES = 12  # each parameter counts

REVERSED = (  # a service that needs the same two in the other order
    "[services.consultation]",
    """[services.sauna]
names.en = ["Sauna"]
length = "45 min"
after = "15 min"
needs = [["room-2", "room-1"], ["leo", "mia"]]

[services.consultation]""",
)


def test_one_slot(crowd: Crowd, ground: Make) -> None:
    """Each slot is booked once, whoever reaches for it in the same instant."""
    here = ground((LIMITS, ""))
    rounds = [[start] for day in range(count(1, 6)) for start in here.starts(day, 10, 45)][
        : count(6, 60)
    ]
    rounds = [r for r in rounds if r[0].astimezone(here.business.zone).hour != 13]
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=1,
        attempts=len(rounds),
        rounds=rounds,
        people=here.people,
        services=["haircut"],
        providers=["ana"],
    )
    here.check(result)
    assert result.of("booked") == len(rounds)
    assert result.of("refused taken") == len(rounds) * (CLIENTS - 1)


def test_one_provider(crowd: Crowd, ground: Make) -> None:
    """Services of different lengths on one provider's day never overlap, buffers included."""
    here = ground((LIMITS, ""))
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=2,
        attempts=count(4, 60),
        people=here.people,
        services=["haircut", "colour"],
        providers=["ana"],
        starts=[s for day in range(count(1, 8)) for s in here.starts(day, 32)],
    )
    here.check(result)
    assert result.of("booked") >= count(4, 40)
    allowed = {"booked", "refused taken", "refused break", "refused hours"}
    assert set(result.answers) <= allowed


def test_two_resources_in_opposite_order(crowd: Crowd, ground: Make) -> None:
    """Whoever needs a provider and a room gets both or neither, asked for in whichever order."""
    here = ground((LIMITS, ""), REVERSED)
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=3,
        attempts=count(4, 30),
        people=here.people,
        services=["massage", "sauna", "consultation"],
        providers=[None, "mia"],
        starts=[s for day in range(count(2, 12)) for s in here.starts(day, 28)],
    )
    here.check(result)
    assert result.of("booked") >= count(10, 60)


def test_moves_that_cross(crowd: Crowd, ground: Make) -> None:
    """Bookings that want each other's time move or stay; none is lost and none is doubled."""
    here = ground((LIMITS, ""), REVERSED)
    result = crowd.race(
        here.url,
        here.business.id,
        clients.cross,
        seed=4,
        attempts=count(4, 40),
        people=here.people,
        services=["massage", "sauna", "haircut"],
        starts=[s for day in range(3) for s in here.starts(day, 20)],
    )
    here.check(result)
    assert result.of("moved") >= count(5, 50)
    standing = here.ask("SELECT count(*) FROM bookings WHERE status = 'confirmed'")[0][0]
    assert standing == result.of("booked")


def test_a_class_of_twelve(crowd: Crowd, ground: Make) -> None:
    """A class sells its twelve seats, to parties that fit whole, and not one more."""
    here = ground((LIMITS, ""))
    found = here.ask("SELECT starts_at FROM sessions ORDER BY starts_at")[: count(3, 16)]
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=5,
        attempts=len(found),
        rounds=[[row.starts_at] for row in found],
        people=here.people,
        services=["yoga"],
        parties=[1, 2, 3],
    )
    here.check(result)
    sold = here.ask(
        "SELECT sum(party) FROM bookings WHERE status = 'confirmed' GROUP BY session_id"
    )
    assert [row[0] for row in sold] == [12] * len(found)
    assert set(result.answers) <= {"booked", "refused full"}


def test_a_day_of_eight(crowd: Crowd, ground: Make) -> None:
    """Ben takes eight bookings a day; the ninth is refused although there is time for it."""
    here = ground((LIMITS, ""))
    days = [day for day in range(count(3, 24)) if day % 4 != 3]  # he is off on Fridays
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=6,
        attempts=len(days),
        rounds=[here.starts(day, 12, 45) for day in days],
        people=here.people,
        services=["haircut"],
        providers=["ben"],
    )
    here.check(result)
    booked = here.ask(
        "SELECT count(*) FROM bookings WHERE status = 'confirmed' GROUP BY starts_at::date"
    )
    assert [row[0] for row in booked] == [8] * len(days)
    assert result.of("refused day_limit") > 0


def test_two_a_day_for_one_customer(crowd: Crowd, ground: Make) -> None:
    """A customer who writes from sixteen phones at once gets two bookings a day, five in all."""
    here = ground()
    result = crowd.race(
        here.url,
        here.business.id,
        clients.book,
        seed=7,
        attempts=count(5, 25),
        people=here.people[:4],
        services=["haircut", "consultation", "massage"],
        starts=[s for day in range(3) for s in here.starts(day, 28)],
        alternatives=False,
    )
    here.check(result)
    days = here.ask(
        "SELECT person_id, (starts_at AT TIME ZONE 'America/New_York')::date, count(*)"
        " FROM bookings WHERE status = 'confirmed' GROUP BY 1, 2"
    )
    assert max(row[2] for row in days) == 2
    people = here.ask("SELECT count(*) FROM bookings WHERE status = 'confirmed' GROUP BY person_id")
    assert [row[0] for row in people] == [5] * 4
    assert result.of("refused person_open") > 0
    assert result.of("refused person_day") > 0


def test_blocked_time_against_bookings(crowd: Crowd, ground: Make) -> None:
    """A block finds every booking that was made before it, and none is made after it."""
    here = ground((LIMITS, ""))
    result = crowd.race(
        here.url,
        here.business.id,
        clients.block_or_book,
        seed=8,
        attempts=count(3, 20),
        people=here.people,
        services=["haircut", "consultation", "massage"],
        starts=[s for day in range(count(2, 10)) for s in here.starts(day, 30)],
        alternatives=False,
    )
    here.check(result)
    rows = here.ask(
        "SELECT u.id, u.title, coalesce(string_agg(b.id::text, ' ' ORDER BY b.id), '') AS now"
        " FROM busy u LEFT JOIN (allocations a JOIN bookings b ON b.id = a.booking_id AND a.active)"
        " ON a.resource_id = u.resource_id AND b.starts_at < u.ends_at AND b.ends_at > u.starts_at"
        " GROUP BY u.id, u.title"
    )
    assert [row for row in rows if row.title != row.now] == []
    assert result.of("booked") > 0
    assert result.of("refused busy") + result.of("refused taken") > 0


def _held(here: Ground, service: str, start: datetime, **more: object) -> int:
    """Hold a time with Ana for the first customer, until five minutes from now; return the id."""
    with here.database.transaction(here.business.id) as session:
        wanted = Wanted(
            here.business.service_named(service), start, 1, here.business.provider_named("ana").id
        )
        instead = more.get("instead_of")
        got = clients.hold(
            session,
            here.business,
            wanted,
            person=here.people[0],
            instead_of=instead if isinstance(instead, int) else None,
        )
        assert isinstance(got, Held), got
        if more.get("asked"):
            booking.confirm(
                session,
                booking=got.id,
                by=By("person:1"),
                now=session.now,
                provider_until=got.expires,
            )
        return got.id


def test_a_yes_at_the_very_end(crowd: Crowd, ground: Make) -> None:
    """The last millisecond of a hold is its owner's; from the end on it is anybody's, but one's."""
    here = ground((LIMITS, ""))
    expires = MONDAY + timedelta(minutes=5)
    starts = [
        s
        for day in range(count(1, 4))
        for s in here.starts(day, 10, 45)
        if s.astimezone(here.business.zone).hour != 13
    ][: count(5, 30)]
    held = [(_held(here, "haircut", start), start, expires) for start in starts]
    result = crowd.race(
        here.url,
        here.business.id,
        clients.at_the_end,
        seed=9,
        holds=held,
        people=here.people,
        provider=here.business.provider_named("ana").id,
    )
    here.check(result)
    assert result.of("confirmed", "taken") == len(held)
    assert set(result.answers) <= {"confirmed", "taken", "refused gone", "refused taken"}
    assert result.of("confirmed") > 0


@pytest.mark.parametrize("asked", [False, True])
def test_many_changes_of_one_booking(crowd: Crowd, ground: Make, *, asked: bool) -> None:
    """Of two moves, a cancellation and an expiry that meet, each leaves the book whole."""
    here = ground((LIMITS, ""))
    expires = MONDAY + timedelta(minutes=5)
    targets = []
    for day in range(count(4, 16)):
        first, second = here.starts(day, 2)
        target = _held(here, "haircut", first, asked=asked)
        moves = [
            _held(here, "haircut", s, instead_of=target) for s in (second, here.starts(day, 9)[8])
        ]
        targets.append((target, moves, expires))
    result = crowd.race(here.url, here.business.id, clients.change_one, seed=10, targets=targets)
    here.check(result)


def test_there_were_enough_attempts(crowd: Crowd) -> None:
    """All the races together are thousands of attempts: twenty thousand at full count."""
    if len(crowd.attempts) < RACES:
        pytest.skip("only where every race has run")
    assert sum(crowd.attempts) >= count(2000, 20_000)
