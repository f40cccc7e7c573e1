"""The latest moment for a change: elapsed and wall time, who is bound by it, and exactly when."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import booking, changing, finding
from core.applying import applied
from core.booking import By, Held
from core.choosing import Wanted
from core.deadline import Deadline, change_until
from core.refusals import Reason, Refusal
from models.desk import BY, Desk, blueprint_of

NEW_YORK = ZoneInfo("America/New_York")
DAY_BEFORE = ('price = "35.00"', 'price = "35.00"\nchange_until = "24 h before"')


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("rule", "start", "until"),
    [
        (Deadline(minutes=1440), "2026-03-04 15:00", "2026-03-03 15:00"),
        (Deadline(minutes=1440), "2026-03-08 15:00", "2026-03-07 14:00"),  # a day of 23 hours
        (Deadline(minutes=1440), "2026-11-01 15:00", "2026-10-31 16:00"),  # a day of 25 hours
        (Deadline(days=1, at=time(18)), "2026-03-08 15:00", "2026-03-07 18:00"),
        (Deadline(days=1, at=time(18)), "2026-11-01 15:00", "2026-10-31 18:00"),
        (Deadline(days=0), "2026-03-08 15:00", "2026-03-08 00:00"),
        (Deadline(days=1, at=time(2, 30)), "2026-03-09 15:00", "2026-03-08 03:30"),  # in the gap
        (Deadline(minutes=0), "2026-03-04 15:00", "2026-03-04 15:00"),
    ],
)
def test_elapsed_and_wall_time_differ_where_clocks_change(
    rule: Deadline, start: str, until: str
) -> None:
    """So many hours before are counted; an hour of the day before is read off the wall."""
    assert rule.before(at(start), NEW_YORK) == at(until)
    assert Deadline.from_json(rule.to_json()) == rule


def test_a_customer_changes_until_exactly_then(open_desk: Callable[..., Desk]) -> None:
    """At the latest moment a cancellation counts, a second after it does not; a provider's does."""
    desk = open_desk("juniper", DAY_BEFORE)
    start = desk.at("15:00", day="03-05")
    for late, asked in enumerate((start - timedelta(days=1), start - timedelta(hours=23))):
        number = desk.booked("haircut", start)
        with desk.session() as session:
            by = By("person:1", asked=asked)
            got = changing.cancel(session, booking=number, by=by, now=session.now)
            assert (got and got.reason) == (Reason.TOO_LATE if late else None)
            assert changing.cancel(session, booking=number, by=BY, now=session.now) == (
                None if late else Refusal(Reason.GONE)
            )


def test_a_service_has_its_own_and_a_booking_keeps_what_was_shown(
    open_desk: Callable[..., Desk],
) -> None:
    """Where a service names none the business's counts; later files change no earlier booking."""
    desk = open_desk(
        "juniper",
        ('grid = "15 min"', 'grid = "15 min"\nchange_until = "day"'),
        ('price = "120.00"', 'price = "120.00"\nchange_until = "18:00 the day before"'),
    )
    start = desk.at("15:00", day="03-05")
    numbers = [
        desk.booked("haircut", start, provider="ben"),
        desk.booked("colour", start),
    ]
    applied(desk.database, blueprint_of("juniper"))
    with desk.session() as session:
        found = [finding.booking(session, number) for number in numbers]
    assert desk.business.change_until is None
    assert [f and change_until(f.policy, f.start, NEW_YORK) for f in found] == [
        at("2026-03-05 00:00"),
        at("2026-03-04 18:00"),
    ]


def test_a_move_is_held_to_the_same_moment(open_desk: Callable[..., Desk]) -> None:
    """Neither is a new time held for what can't be moved any more, nor is it given to it."""
    desk = open_desk("juniper", DAY_BEFORE)
    start = desk.at("15:00", day="03-05")
    number = desk.booked("haircut", start)
    in_time, late = start - timedelta(days=1), start - timedelta(hours=1)
    with desk.session() as session:
        held: list[Held | Refusal] = [
            booking.hold(
                session,
                business=desk.business,
                wanted=Wanted(desk.business.service_named("haircut"), start + timedelta(hours=1)),
                person=desk.person(),
                until=session.now + timedelta(minutes=5),
                by=By("person:1", asked=asked),
                now=session.now,
                instead_of=number,
            )
            for asked in (late, in_time)
        ]
        assert isinstance(held[0], Refusal)
        assert held[0].reason is Reason.TOO_LATE
        assert isinstance(held[1], Held)
        swap = [
            changing.swap(
                session,
                booking=number,
                hold=held[1].id,
                by=By("person:1", asked=asked),
                now=session.now,
            )
            for asked in (late, in_time)
        ]
    assert [got and got.reason for got in swap] == [Reason.TOO_LATE, None]
