"""Holding, confirming and changing: what each operation leaves behind, and when it refuses."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from core import blocking, changing, finding
from core.booking import Held
from core.finding import Search
from core.refusals import Refusal
from core.span import MINUTE, Span
from models.desk import BY, MONDAY, Desk, reason

LEASE = 5 * MINUTE


def test_a_hold_excludes_others_until_it_expires(desk: Desk) -> None:
    """A moment before its end it is the owner's; at its end it blocks nobody, unswept."""
    held = desk.held("haircut", desk.at("10:00"), provider="ana")
    desk.clock(held.expires - timedelta(microseconds=1))
    assert reason(desk.hold("haircut", desk.at("10:00"), provider="ana", who=1)) == "taken"
    desk.clock(held.expires)
    assert isinstance(desk.hold("haircut", desk.at("10:00"), provider="ana", who=1), Held)
    assert desk.row(held.id).status == "expired"
    events = desk.ask("SELECT kind, actor FROM booking_events WHERE booking_id = :id", id=held.id)
    assert [tuple(e) for e in events] == [("held", "test"), ("expired", "clock")]


def test_a_yes_at_the_very_end_is_too_late(desk: Desk) -> None:
    """A hold is half-open too: at its end a yes is refused, a moment before it is not."""
    first = desk.held("haircut", desk.at("10:00"), provider="ana")
    second = desk.held("haircut", desk.at("11:00"), provider="ana")
    desk.clock(first.expires - timedelta(microseconds=1))
    assert desk.confirm(first.id) is None
    desk.clock(second.expires)
    assert reason(desk.confirm(second.id)) == "gone"
    assert desk.expire(second.id) is True
    assert desk.expire(second.id) is False


def test_expired_holds_are_free_in_a_search_that_changes_nothing(desk: Desk) -> None:
    """A search sees through expired holds of every kind, and leaves their rows alone."""
    held = desk.held("colour", desk.at("10:00"))
    business = desk.business

    def found() -> list[str]:
        with desk.session() as session:
            slots = finding.free(
                session,
                business=business,
                search=Search(business.service_named("colour")),
                windows=[Span(desk.at("10:00"), desk.at("10:31"))],
                now=session.now,
            )
        return [f"{slot.start.astimezone(business.zone):%H:%M}" for slot in slots]

    assert found() == []
    desk.clock(held.expires)
    assert found() == ["10:00", "10:15", "10:30"]
    assert desk.row(held.id).status == "held"


def test_an_extended_hold_is_not_free_when_its_first_end_has_passed(desk: Desk) -> None:
    """Work that would have lapsed it earlier does not make a search think that it is over."""
    held = desk.held("colour", desk.at("10:00"))
    with desk.session() as session:
        until = MONDAY + timedelta(hours=1)
        assert changing.extend(session, booking=held.id, until=until, by=BY, now=MONDAY) is None
    desk.clock(MONDAY + timedelta(minutes=30))
    with desk.session() as session:
        assert finding.expired_holds(session, now=session.now) == []
    assert reason(desk.hold("colour", desk.at("10:00"), who=1)) == "taken"


@pytest.mark.parametrize(
    ("first", "second", "free"),
    [
        ("10:00", "10:30", False),  # the ten minutes after the first
        ("10:00", "10:45", True),
        ("10:45", "10:00", True),
        ("10:30", "10:00", False),
    ],
)
def test_buffers_keep_bookings_apart(desk: Desk, first: str, second: str, *, free: bool) -> None:
    """A buffer reaches into no other booking, before it or after it."""
    desk.booked("haircut", desk.at(first), provider="ana")
    got = desk.hold("haircut", desk.at(second), provider="ana", who=1)
    assert isinstance(got, Held) is free


def test_ends_that_touch_do_not_overlap(open_desk: Callable[..., Desk]) -> None:
    """Without buffers a booking begins where the one before ends; both may be there."""
    desk = open_desk("owl")
    for clock in ("19:00", "21:00"):
        for who in (0, 1):
            desk.booked("rehearsal", desk.at(clock), who=who)
    assert reason(desk.hold("rehearsal", desk.at("20:00"), who=2)) == "taken"
    assert isinstance(desk.hold("rehearsal", desk.at("23:00"), who=2), Held)


def test_a_second_provider_is_taken_where_the_first_is_not_free(desk: Desk) -> None:
    """Anyone: Ana first, then Ben, then nobody; with a name there is no second."""
    first = desk.held("haircut", desk.at("10:00"))
    second = desk.held("haircut", desk.at("10:00"), who=1)
    names = {r.id: r.name for r in desk.business.resources}
    assert [names[r] for r in (*first.resources, *second.resources)] == ["Ana", "Ben"]
    refused = desk.hold("haircut", desk.at("10:00"), who=2)
    assert isinstance(refused, Refusal)
    assert refused.facts == {"who": None}
    refused = desk.hold("haircut", desk.at("10:00"), provider="ben", who=2)
    assert isinstance(refused, Refusal)
    assert refused.facts == {"who": "Ben"}


def test_one_of_two_resources_is_not_enough(desk: Desk) -> None:
    """With a provider but no room nothing is held, of either."""
    desk.booked("massage", desk.at("10:00", "03-05"), provider="mia")
    desk.booked("massage", desk.at("10:00", "03-05"), provider="leo", who=1)
    before = desk.ask("SELECT count(*) FROM allocations")[0][0]
    assert reason(desk.hold("massage", desk.at("10:30", "03-05"), who=2)) == "taken"
    assert desk.ask("SELECT count(*) FROM allocations")[0][0] == before


def test_a_class_occupies_its_room_and_teacher_though_empty(desk: Desk) -> None:
    """On Tuesday at six Mia teaches in Room 1, and is not free for a massage before or after."""
    assert reason(desk.hold("massage", desk.at("17:00"))) == "taken"
    assert isinstance(desk.hold("massage", desk.at("16:45")), Held)


def test_a_party_takes_its_seats_or_none(desk: Desk) -> None:
    """A group that does not fit is refused, never split; the refusal says what is left."""
    desk.booked("yoga", desk.at("18:00"), party=7)
    refused = desk.hold("yoga", desk.at("18:00"), party=6, who=1)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("full", {"left": 5})
    desk.booked("yoga", desk.at("18:00"), party=5, who=1)
    refused = desk.hold("yoga", desk.at("18:00"), who=2)
    assert isinstance(refused, Refusal)
    assert refused.facts == {"left": 0}


def test_the_smallest_table_that_seats_the_party(open_desk: Callable[..., Desk]) -> None:
    """Two get a table for two, and a table for four only where no other is left."""
    desk = open_desk("aurora")
    names = {r.id: r.name for r in desk.business.resources}
    got = [
        names[desk.held("table", desk.at("19:30"), party=2, who=n, lasts=LEASE).resources[0]]
        for n in range(7)
    ]
    assert got == ["T1", "T2", "T3", "T4", "T5", "T6", "F1"]


def test_a_move_keeps_the_row_and_frees_the_old_time(desk: Desk) -> None:
    """The ref stays, the version counts, the old time is free and the new one is taken."""
    target = desk.booked("haircut", desk.at("10:00"), provider="ana")
    before = desk.row(target)
    hold = desk.held("colour", desk.at("15:00"), instead_of=target)
    assert desk.row(target).starts_at == desk.at("10:00")
    assert desk.swap(target, hold.id) is None
    after = desk.row(target)
    assert (after.id, after.ref, after.version) == (before.id, before.ref, 2)
    assert (after.starts_at, after.price, after.status) == (desk.at("15:00"), 12000, "confirmed")
    assert desk.row(hold.id).status == "released"
    assert isinstance(desk.hold("haircut", desk.at("10:00"), provider="ana", who=1), Held)
    assert reason(desk.hold("haircut", desk.at("15:00"), provider="ana", who=1)) == "taken"


def test_a_move_into_its_own_time(desk: Desk) -> None:
    """A quarter of an hour later needs only the minutes that the booking has not."""
    target = desk.booked("haircut", desk.at("10:00"), provider="ana")
    hold = desk.held("haircut", desk.at("10:15"), provider="ana", instead_of=target)
    taken = desk.ask("SELECT during FROM allocations WHERE booking_id = :id", id=hold.id)
    assert [(r.during.lower, r.during.upper) for r in taken] == [
        (desk.at("10:40"), desk.at("10:55"))
    ]
    assert desk.swap(target, hold.id) is None
    assert isinstance(desk.hold("haircut", desk.at("09:30"), provider="ana", who=1), Held)


def test_a_move_wholly_within_its_own_time(desk: Desk) -> None:
    """A shorter service inside a longer one takes nothing new; blocked time still counts."""
    target = desk.booked("colour", desk.at("10:00"))
    hold = desk.held("haircut", desk.at("10:30"), provider="ana", instead_of=target)
    assert desk.ask("SELECT * FROM allocations WHERE booking_id = :id", id=hold.id) == []
    business = desk.business
    with desk.session() as session:
        blocking.block(
            session,
            business=business,
            resource=business.provider_named("ana").id,
            span=Span(desk.at("11:00"), desk.at("11:15")),
            source="hand",
            now=session.now,
        )
    refused = desk.hold("haircut", desk.at("11:00"), provider="ana", instead_of=target)
    assert reason(refused) == "busy"
    assert desk.swap(target, hold.id) is None
    assert desk.wrong() == ()


def test_nobody_elses_booking_is_replaced(desk: Desk) -> None:
    """A hold in the place of another person's booking, or of one that is over, is refused."""
    theirs = desk.booked("haircut", desk.at("10:00"), provider="ana", who=1)
    assert (
        reason(desk.hold("haircut", desk.at("10:15"), provider="ana", instead_of=theirs)) == "gone"
    )
    mine = desk.booked("haircut", desk.at("14:00"), provider="ana")
    assert desk.cancel(mine) is None
    assert reason(desk.hold("haircut", desk.at("15:00"), instead_of=mine)) == "gone"


def test_the_hold_for_a_move_is_no_booking(desk: Desk) -> None:
    """It becomes one by a swap only; alone it is never confirmed."""
    target = desk.booked("haircut", desk.at("10:00"))
    hold = desk.held("haircut", desk.at("15:00"), instead_of=target)
    assert reason(desk.confirm(hold.id)) == "gone"
    assert desk.confirm(hold.id, MONDAY + timedelta(hours=1)) is None
    assert desk.row(hold.id).status == "awaiting_provider"
    assert desk.swap(target, hold.id) is None


def test_a_swap_with_a_hold_that_is_over(desk: Desk) -> None:
    """At the end of the hold the move is refused, and the booking stays where it was."""
    target = desk.booked("haircut", desk.at("10:00"))
    hold = desk.held("haircut", desk.at("15:00"), instead_of=target)
    desk.clock(hold.expires)
    assert reason(desk.swap(target, hold.id)) == "gone"
    assert desk.row(target).starts_at == desk.at("10:00")
    other = desk.booked("haircut", desk.at("11:00"))
    assert reason(desk.swap(other, hold.id)) == "gone"


def test_a_cancelled_booking_is_kept_and_its_time_free(desk: Desk) -> None:
    """Nothing is deleted: the row and its allocation stay, the second cancel is refused."""
    target = desk.booked("haircut", desk.at("10:00"), provider="ana")
    assert desk.cancel(target) is None
    assert reason(desk.cancel(target)) == "gone"
    rows = desk.ask("SELECT active FROM allocations WHERE booking_id = :id", id=target)
    assert [row.active for row in rows] == [False]
    assert isinstance(desk.hold("haircut", desk.at("10:00"), provider="ana", who=1), Held)


def test_a_hold_knows_when_it_lapses(desk: Desk) -> None:
    """Each hold, request and booking has the work that ends it, at its time."""
    held = desk.held("consultation", desk.at("10:00"))
    until = MONDAY + timedelta(hours=2)
    assert desk.confirm(held.id, until) is None
    assert desk.confirm(held.id) is None
    rows = desk.ask(
        "SELECT kind, due_at FROM due_work"
        " WHERE subject_id = :id AND kind <> 'classes' ORDER BY id",
        id=held.id,
    )
    assert [tuple(row) for row in rows] == [
        ("lapse", held.expires),
        ("lapse", until),
        ("complete", desk.at("10:20")),
        ("reminders", MONDAY),  # which are written down by the worker
    ]


def test_blocked_time_refuses_and_says_until_when(desk: Desk) -> None:
    """A dentist from ten to eleven: busy until eleven; a buffer may reach into it."""
    business = desk.business
    with desk.session() as session:
        blocking.block(
            session,
            business=business,
            resource=business.provider_named("ana").id,
            span=Span(desk.at("10:00"), desk.at("11:00")),
            source="hand",
            now=session.now,
        )
    refused = desk.hold("haircut", desk.at("10:30"), provider="ana")
    assert isinstance(refused, Refusal)
    assert refused.facts == {"who": "Ana", "until": desk.at("11:00")}
    assert isinstance(desk.hold("haircut", desk.at("09:30"), provider="ana"), Held)
    assert isinstance(desk.hold("haircut", desk.at("11:00"), provider="ana", who=1), Held)


def test_wall_time_and_zone_are_kept(desk: Desk) -> None:
    """What the customer meant is kept beside the instant."""
    row = desk.row(desk.booked("haircut", desk.at("10:00")))
    assert (f"{row.wall:%Y-%m-%d %H:%M}", row.zone) == ("2026-03-03 10:00", "America/New_York")


def test_the_night_when_clocks_go_back(open_desk: Callable[..., Desk]) -> None:
    """Two rehearsals at two o'clock, an hour apart, are two times of one room."""
    desk = open_desk("owl")
    desk.clock(desk.at("12:00", "04-03"))
    first = desk.at("02:00", "04-05")
    for who in (0, 1):
        desk.booked("rehearsal", first - timedelta(hours=2), who=who)
    one = desk.held("rehearsal", first, who=2)
    assert one.span.length == timedelta(hours=2)
    desk.held("rehearsal", first + timedelta(hours=1), who=3)
    assert reason(desk.hold("rehearsal", first + timedelta(hours=1), who=4)) == "taken"
    assert desk.wrong() == ()
