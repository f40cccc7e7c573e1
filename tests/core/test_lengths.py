"""Lengths by provider, and add-ons: one span, one price, wherever the core looks at them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from core import blocking, booking, businesses, finding, series
from core.applying import apply
from core.booking import Held
from core.choosing import Wanted
from core.explaining import explain
from core.finding import Booked, Search
from core.recurrence import Recurrence
from core.refusals import Reason, Refusal
from core.rules import Service
from core.series import Plan
from core.span import MINUTE, Span
from models.desk import BY, NO_LIMITS, Desk, blueprint_of

SLOWER = ('length = "30 min"\nafter', 'length = "30 min"\nlengths = { ben = "45 min" }\nafter')
EXTRAS = (
    "[services.colour]",
    """[services.haircut.extras.beard]
names.en = ["Beard trim", "beard"]
names.es = ["Arreglo de barba", "barba"]
length = "15 min"
price = "15.00"

[services.haircut.extras.wash]
names.en = ["Wash"]
length = "10 min"
price = "5.50"
with = ["ana"]

[services.haircut.extras.tea]
names.en = ["Tea"]

[services.colour]""",
)
ROOMS = (
    'needs = [["mia", "leo"], ["room-1", "room-2"]]',
    'needs = [["mia", "leo"], ["room-1", "room-2"]]\nlengths = { leo = "90 min" }',
)


@pytest.fixture
def salon(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk("juniper", NO_LIMITS, SLOWER, EXTRAS, ROOMS)


def with_extras(desk: Desk, *keys: str) -> Service:
    """Return a haircut with these add-ons."""
    service = desk.business.service_named("haircut")
    return service.extended(e for e in service.extras if e.key in keys)


def hold(
    desk: Desk, wanted: Wanted, *, who: int = 0, instead_of: int | None = None
) -> Held | Refusal:
    person = desk.person(who)
    with desk.session() as session:
        return booking.hold(
            session,
            business=businesses.load(session),
            wanted=wanted,
            person=person,
            until=session.now + 5 * MINUTE,
            by=BY,
            now=session.now,
            instead_of=instead_of,
        )


def held(desk: Desk, service: Service, clock: str, provider: str | None = None) -> Held:
    by = desk.business.provider_named(provider).id if provider else None
    got = hold(desk, Wanted(service, desk.at(clock), 1, by))
    assert isinstance(got, Held), got
    return got


def read(desk: Desk, number: int) -> Booked:
    with desk.session() as session:
        found = finding.booking(session, number)
    assert found is not None
    return found


def starts(desk: Desk, service: Service, provider: str | None = None) -> dict[str, list[str]]:
    """Return who can be had at each start of Tuesday."""
    by = desk.business.provider_named(provider).id if provider else None
    with desk.session() as session:
        found = finding.free(
            session,
            business=desk.business,
            search=Search(service, 1, by),
            windows=[Span(desk.at("00:00"), desk.at("23:59"))],
            now=session.now,
            limit=400,
        )
    return {
        f"{s.start.astimezone(desk.business.zone):%H:%M}": [
            desk.business.resource(r).key for r in s.options[0]
        ]
        for s in found
    }


def test_who_is_chosen_decides_how_long_it_takes(salon: Desk) -> None:
    """Ana cuts for 30 minutes and Ben for 45; who takes anybody gets Ana while she is free."""
    cut = salon.business.service_named("haircut")
    first, second = (held(salon, cut, "10:00") for _ in range(2))
    lengths = [
        (salon.business.resource(h.resources[0]).key, h.span.length) for h in (first, second)
    ]
    assert lengths == [("ana", timedelta(minutes=30)), ("ben", timedelta(minutes=45))]
    refused = hold(salon, Wanted(cut, salon.at("10:15")))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.TAKEN
    assert salon.wrong() == ()


def test_a_start_is_offered_to_whom_it_fits(salon: Desk) -> None:
    """At half past twelve Ana has 30 minutes before her lunch; Ben is done only after closing."""
    found = starts(salon, salon.business.service_named("haircut"))
    assert found["12:30"] == ["ana", "ben"]
    assert found["11:15"] == ["ana", "ben"]
    assert found["11:30"] == ["ana"]  # Ben's lunch begins at twelve
    assert found["18:15"] == ["ana", "ben"]
    assert found["18:30"] == ["ana"]
    assert "18:30" not in starts(salon, salon.business.service_named("haircut"), "ben")


def test_the_rules_know_each_ones_length(salon: Desk) -> None:
    """Ben cannot begin at half past eleven, and says that of himself; with anybody Ana can."""
    cut = salon.business.service_named("haircut")
    ben = salon.business.provider_named("ben").id
    refused = hold(salon, Wanted(cut, salon.at("11:30"), 1, ben))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.BREAK
    assert isinstance(hold(salon, Wanted(cut, salon.at("11:30"))), Held)


def test_a_room_is_taken_as_long_as_the_provider_takes(salon: Desk) -> None:
    """A massage by Leo keeps its room for 90 minutes and the buffers, Mia's for 60."""
    massage = salon.business.service_named("massage")
    thursday = salon.at("10:00", "03-05")
    first = hold(salon, Wanted(massage, thursday, 1, salon.business.provider_named("leo").id))
    second = hold(salon, Wanted(massage, thursday))
    assert isinstance(first, Held)
    assert isinstance(second, Held)
    assert [h.span.length // MINUTE for h in (first, second)] == [90, 60]
    assert salon.wrong() == ()


def test_add_ons_are_added_to_length_and_price(salon: Desk) -> None:
    """A cut with a beard trim takes 45 minutes and costs 50; the booking keeps what it is of."""
    got = held(salon, with_extras(salon, "beard", "tea"), "10:00", "ana")
    row = read(salon, got.id)
    assert (row.end - row.start, row.price) == (timedelta(minutes=45), 5000)
    assert [(e["key"], e["names"]["en"], e["minutes"], e["price"]) for e in row.extras] == [
        ("beard", "Beard trim", 15, 1500),
        ("tea", "Tea", 0, 0),
    ]
    got = held(salon, with_extras(salon, "beard"), "10:00", "ben")
    assert got.span.length == timedelta(minutes=60)
    assert salon.wrong() == ()


def test_an_add_on_that_one_does_leaves_only_them(salon: Desk) -> None:
    """Washing is Ana's: the search offers her alone, and Ben is refused by name."""
    washed = with_extras(salon, "wash")
    assert {who for each in starts(salon, washed).values() for who in each} == {"ana"}
    ben = salon.business.provider_named("ben").id
    refused = hold(salon, Wanted(washed, salon.at("10:00"), 1, ben))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == (Reason.NOT_BY, {"who": "Ben"})


def test_what_is_paid_in_full_is_paid_with_its_add_ons() -> None:
    """All of it in advance means the add-ons too; a deposit stays what it is."""
    business = blueprint_of("juniper", EXTRAS).business()
    colour, massage = (business.service_named(s) for s in ("colour", "massage"))
    beard = business.service_named("haircut").extras[:1]
    assert massage.extended(beard).advance(1) == massage.cost(1) + 1500
    assert colour.extended(beard).advance(1) == colour.advance(1)
    assert colour.extended(()) is colour


def test_a_move_keeps_the_add_ons_and_takes_the_new_ones_time(salon: Desk) -> None:
    """Moved from Ana to Ben it is 15 minutes longer, and still has its beard trim."""
    row = read(salon, held(salon, with_extras(salon, "beard"), "10:00", "ana").id)
    assert salon.confirm(row.id) is None
    service = booking.as_kept(salon.business.service(row.service), row.extras)
    ben = salon.business.provider_named("ben").id
    got = hold(salon, Wanted(service, salon.at("15:00"), 1, ben), instead_of=row.id)
    assert isinstance(got, Held)
    assert salon.swap(row.id, got.id) is None
    after = read(salon, row.id)
    assert (after.end - after.start, after.price) == (timedelta(minutes=60), 5000)
    assert after.extras == row.extras
    assert salon.wrong() == ()


def test_a_booking_keeps_what_the_rules_have_no_more(salon: Desk) -> None:
    """An add-on that was dropped since stays in the booking, and in the one it is moved to."""
    row = read(salon, held(salon, with_extras(salon, "beard"), "10:00", "ana").id)
    with salon.session() as session:
        assert not apply(session, blueprint_of("juniper", NO_LIMITS, SLOWER)).refusals
    kept = booking.as_kept(salon.business.service(row.service), row.extras)
    assert (kept.minutes, kept.price, kept.chosen[0].name("es")) == (45, 5000, "Arreglo de barba")


def test_more_time_is_taken_beside_what_one_has(salon: Desk) -> None:
    """An add-on fits on where nobody follows; where somebody does, it is refused."""
    first = salon.booked("haircut", salon.at("10:00"), provider="ana")
    ana = salon.business.provider_named("ana").id
    longer = Wanted(with_extras(salon, "beard"), salon.at("10:00"), 1, ana)
    salon.booked("haircut", salon.at("10:45"), provider="ana", who=1)
    refused = hold(salon, longer, instead_of=first)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.TAKEN
    second = salon.booked("haircut", salon.at("15:00"), provider="ana")
    got = hold(salon, replace(longer, start=salon.at("15:00")), instead_of=second)
    assert isinstance(got, Held)
    assert salon.swap(second, got.id) is None
    assert read(salon, second).end == salon.at("15:45")
    assert salon.wrong() == ()


def test_each_is_explained_by_their_own_length(salon: Desk) -> None:
    """At half past eleven Ben's lunch is in the way of his 45 minutes, not of Ana's 30."""
    cut = salon.business.service_named("haircut")
    with salon.session() as session:
        found = explain(
            session,
            business=businesses.load(session),
            wanted=Wanted(cut, salon.at("11:30")),
            now=session.now,
        )
    said = {
        salon.business.resource(v.way[0]).key: v.refusal.reason.value if v.refusal else None
        for v in found.verdicts
    }
    assert said == {"ana": None, "ben": "break"}
    assert found.free


def test_a_room_that_is_free_too_short_is_said_of_who_needs_it_longer(salon: Desk) -> None:
    """Both rooms are needed at noon: Mia's hour fits before, Leo's hour and a half does not."""
    massage = salon.business.service_named("massage")
    noon = salon.at("11:30", "03-05")
    with salon.session() as session:
        business = businesses.load(session)
        for room in ("room-1", "room-2"):
            blocking.block(
                session,
                business=business,
                resource=business.provider_named(room).id,
                span=Span(noon, noon + 60 * MINUTE),
                source="hand",
                now=session.now,
            )
    with salon.session() as session:
        found = explain(
            session,
            business=businesses.load(session),
            wanted=Wanted(massage, salon.at("10:15", "03-05")),
            now=session.now,
        )
    said = {salon.business.resource(v.way[0]).key: v.refusal for v in found.verdicts}
    assert said["mia"] is None
    assert said["leo"] is not None
    assert said["leo"].reason is Reason.BUSY
    assert found.free
    got = hold(salon, Wanted(massage, salon.at("10:15", "03-05")))
    assert isinstance(got, Held)
    assert got.span.length == timedelta(minutes=60)


def test_a_series_is_as_long_as_each_of_its_providers_takes(salon: Desk) -> None:
    """Where Ana is taken Ben does it, for longer; the series knows its add-ons when it is read."""
    salon.booked("haircut", salon.at("10:15", "03-10"), provider="ana", who=3)
    rule = Recurrence("FREQ=WEEKLY;COUNT=3", date(2026, 3, 3), time(10))
    plan = Plan(with_extras(salon, "beard"), rule)
    with salon.session() as session:
        business = businesses.load(session)
        laid = series.hold(
            session,
            business=business,
            plan=plan,
            person=salon.person(7),
            until=session.now + 5 * MINUTE,
            by=BY,
            now=session.now,
        )
        again = series.read(session, business, laid.series)
    assert [h.span.length // MINUTE for _, h in laid.held] == [45, 60, 45]
    assert again is not None
    assert [e.key for e in again.plan.service.chosen] == ["beard"]
    assert {read(salon, h.id).price for _, h in laid.held} == {5000}
    assert salon.wrong() == ()
