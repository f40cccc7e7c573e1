"""Most bookings a day and a week: of a resource, and of a customer; pending ones count."""

from collections.abc import Callable
from datetime import timedelta

from core import finding
from core.booking import Held
from core.finding import Search
from core.refusals import Refusal
from core.span import DAY, Span
from models.desk import MONDAY, NO_LIMITS, Desk, reason

TWO_A_DAY = ("per_day = 8", "per_day = 2\nper_week = 3")
CLOCKS = ("09:00", "10:00", "11:00", "14:00", "15:00")


def free_days(desk: Desk, service: str, provider: str) -> list[str]:
    """Return the days on which a search of two weeks finds something with a provider."""
    business = desk.business
    with desk.session() as session:
        slots = finding.free(
            session,
            business=business,
            search=Search(business.service_named(service), 1, business.provider_named(provider).id),
            windows=[Span(session.now, session.now + 14 * DAY)],
            now=session.now,
            limit=4000,
        )
    return sorted({f"{slot.start.astimezone(business.zone):%m-%d}" for slot in slots})


def test_a_resource_has_a_day_and_a_week(open_desk: Callable[..., Desk]) -> None:
    """Ben takes two a day and three a week; a search leaves out the days that are full."""
    desk = open_desk("juniper", NO_LIMITS, TWO_A_DAY)
    assert free_days(desk, "haircut", "ben")[:4] == ["03-03", "03-04", "03-05", "03-07"]
    desk.booked("haircut", desk.at("10:00"), provider="ben")
    desk.held("haircut", desk.at("11:00"), provider="ben", who=1)  # pending counts
    refused = desk.hold("haircut", desk.at("15:00"), provider="ben", who=2)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("day_limit", {"who": "Ben", "most": 2})
    assert free_days(desk, "haircut", "ben")[0] == "03-04"
    desk.booked("haircut", desk.at("10:00", "03-04"), provider="ben", who=3)
    refused = desk.hold("haircut", desk.at("10:00", "03-05"), provider="ben", who=4)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("week_limit", {"who": "Ben", "most": 3})
    assert free_days(desk, "haircut", "ben")[0] == "03-10"
    desk.clock(MONDAY + timedelta(minutes=5))  # the pending one is over
    assert isinstance(desk.hold("haircut", desk.at("15:00"), provider="ben", who=2), Held)


def test_what_is_over_counts_in_its_week(open_desk: Callable[..., Desk]) -> None:
    """On a Friday the days before it fill the week, and the search knows them."""
    desk = open_desk("juniper", NO_LIMITS, TWO_A_DAY)
    for n, day in enumerate(("03-03", "03-04", "03-05")):
        desk.booked("haircut", desk.at("10:00", day), provider="ben", who=n)
    desk.clock(MONDAY + 4 * DAY)
    assert reason(desk.hold("haircut", desk.at("15:00", "03-07"), provider="ben")) == "week_limit"
    assert free_days(desk, "haircut", "ben")[0] == "03-10"


def test_a_full_resource_makes_way_for_another(open_desk: Callable[..., Desk]) -> None:
    """Where anyone will do, Ana takes what is too much for Ben."""
    desk = open_desk("juniper", NO_LIMITS, TWO_A_DAY)
    for n, clock in enumerate(("10:00", "11:00")):
        desk.booked("haircut", desk.at(clock), provider="ben", who=n)
    desk.booked("haircut", desk.at("15:00"), provider="ana", who=2)
    assert reason(desk.hold("haircut", desk.at("15:00"), who=3)) == "taken"
    assert isinstance(desk.hold("haircut", desk.at("16:00"), who=3), Held)


def test_a_move_uses_its_own_place_in_the_limits(open_desk: Callable[..., Desk]) -> None:
    """On a full day a booking moves within the day, and its two times count once."""
    desk = open_desk("juniper", NO_LIMITS, TWO_A_DAY)
    first = desk.booked("haircut", desk.at("10:00"), provider="ben")
    hold = desk.held("haircut", desk.at("14:00"), provider="ben", instead_of=first)
    desk.booked("haircut", desk.at("11:00"), provider="ben", who=1)
    assert reason(desk.hold("haircut", desk.at("15:00"), provider="ben", who=2)) == "day_limit"
    assert desk.swap(first, hold.id) is None
    assert desk.wrong() == ()


def test_a_customer_has_two_a_day_and_five_in_all(open_desk: Callable[..., Desk]) -> None:
    """The third of a day is refused, and the sixth of all; who is over their limit may move."""
    desk = open_desk("juniper")
    first = desk.booked("haircut", desk.at("10:00"))
    desk.held("haircut", desk.at("11:00"))
    assert reason(desk.hold("haircut", desk.at("15:00"))) == "person_day"
    assert isinstance(desk.hold("haircut", desk.at("15:00"), instead_of=first), Held)
    for day in ("03-04", "03-05"):
        desk.booked("haircut", desk.at("10:00", day))
    desk.booked("haircut", desk.at("11:00", "03-05"))
    refused = desk.hold("haircut", desk.at("10:00", "03-11"))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("person_open", {"most": 5})
    assert isinstance(desk.hold("haircut", desk.at("10:00", "03-11"), who=1), Held)


def test_what_is_held_for_a_move_counts_on_its_day(open_desk: Callable[..., Desk]) -> None:
    """A customer cannot get a third booking on a day by moving one there."""
    desk = open_desk("juniper")
    elsewhere = desk.booked("haircut", desk.at("10:00", "03-04"))
    desk.booked("haircut", desk.at("10:00"))
    hold = desk.held("haircut", desk.at("15:00"), instead_of=elsewhere)
    assert reason(desk.hold("haircut", desk.at("11:00"))) == "person_day"
    assert desk.swap(elsewhere, hold.id) is None


def test_a_day_is_the_place_s_own(open_desk: Callable[..., Desk]) -> None:
    """A rehearsal at one in the morning counts to the day that has begun, not to last night."""
    desk = open_desk("owl", ("[contact]", "[limits]\nper_day = 1\nopen = 3\n\n[contact]"))
    desk.booked("rehearsal", desk.at("22:00", "03-04"))
    desk.booked("rehearsal", desk.at("01:00", "03-05"))
    assert reason(desk.hold("rehearsal", desk.at("20:00", "03-05"))) == "person_day"


def test_a_service_once_a_day(open_desk: Callable[..., Desk]) -> None:
    """A service may be had once a day by a customer who may have others."""
    desk = open_desk(
        "juniper", NO_LIMITS, ('price = "35.00"', 'price = "35.00"\nper_customer_a_day = 1')
    )
    desk.booked("haircut", desk.at("10:00"))
    refused = desk.hold("haircut", desk.at("15:00"))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("person_day", {"most": 1})
    assert isinstance(desk.hold("consultation", desk.at("15:00")), Held)
    assert isinstance(desk.hold("haircut", desk.at("15:00", "03-04")), Held)
