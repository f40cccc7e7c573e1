"""Sixty-four clients at a book whose clock rules have changed: two retime it, the others book."""

from collections.abc import Callable
from datetime import datetime, timedelta

from core import booking
from core.booking import By, Held
from core.choosing import Wanted
from races import clients, retimers
from races.ground import LIMITS, Ground
from races.racing import Crowd
from support.counts import count

Make = Callable[..., Ground]

_BACK = """
UPDATE bookings SET starts_at = starts_at - interval '1 hour',
    ends_at = ends_at - interval '1 hour';
UPDATE sessions SET starts_at = starts_at - interval '1 hour',
    ends_at = ends_at - interval '1 hour';
UPDATE allocations SET slot_start = slot_start - interval '1 hour', seat = seat + 5000, during =
    tstzrange(lower(during) - interval '1 hour', upper(during) - interval '1 hour');
UPDATE allocations SET seat = seat - 5000;
UPDATE booking_events SET facts = jsonb_set(facts, '{blocked}', jsonb_build_array(
    CAST(facts -> 'blocked' ->> 0 AS timestamptz) - interval '1 hour',
    CAST(facts -> 'blocked' ->> 1 AS timestamptz) - interval '1 hour')) WHERE facts ? 'blocked'
"""


def test_a_book_is_retimed_while_people_book(crowd: Crowd, ground: Make) -> None:
    """Each booking is where its wall time is, or was reported; nobody has anybody else's time."""
    here = ground((LIMITS, ""))
    days = range(count(3, 8))
    made = [
        _booked(here, service, start, number, party)
        for number, (service, start, party) in enumerate(
            (service, start, party)
            for day in days
            for service, party, starts in (
                ("haircut", 1, here.starts(day, 6, 60)),
                ("massage", 1, here.starts(day, 4, 90)),
            )
            for start in starts
        )
    ]
    classes = here.ask("SELECT starts_at FROM sessions ORDER BY starts_at LIMIT 3")
    made += [_booked(here, "yoga", row.starts_at, n, 3) for n, row in enumerate(classes)]
    with here.database.owner.begin() as connection:
        for statement in _BACK.split(";\n"):
            connection.exec_driver_sql(statement)
    old = sum(1 for number in made if number)
    result = crowd.race(
        here.url,
        here.business.id,
        retimers.retime_or_book,
        seed=13,
        attempts=count(3, 10),
        people=here.people,
        services=["haircut", "massage", "consultation"],
        starts=[s for day in days for s in here.starts(day, 20, 30)],
        alternatives=False,
    )
    here.check(result)
    wrong = here.ask(
        "SELECT id FROM bookings WHERE status = 'confirmed'"
        " AND starts_at AT TIME ZONE zone <> wall ORDER BY id"
    )
    moved = here.ask("SELECT count(*) FROM booking_events WHERE kind = 'moved'")[0][0]
    assert moved == result.of("retimed")
    assert moved + len(wrong) == old
    assert moved > 0
    assert result.of("stuck") >= len(wrong)


def _booked(here: Ground, service: str, start: datetime, number: int, party: int) -> int | None:
    """Book for a customer if it can be had; return the booking's id."""
    with here.database.transaction(here.business.id) as session:
        wanted = Wanted(here.business.service_named(service), start, party)
        person = here.people[number % len(here.people)]
        got = clients.hold(session, here.business, wanted, person=person, lasts=timedelta(hours=1))
        if not isinstance(got, Held):
            return None
        assert booking.confirm(session, booking=got.id, by=By("test"), now=session.now) is None
        return got.id
