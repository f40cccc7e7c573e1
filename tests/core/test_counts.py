"""Most bookings of a service a day and a week, and of a customer a week."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

from core import finding, series
from core.booking import Held
from core.explaining import explain
from core.finding import Search
from core.recurrence import Recurrence
from core.refusals import Refusal
from core.series import Plan
from core.span import DAY, Span
from models.desk import BY, NO_LIMITS, Desk, reason

PERSON = (NO_LIMITS[0], "[limits]\nper_week = 2\n")
SERVICE = ('length = "30 min"', 'length = "30 min"\nper_day = 2\nper_week = 3')
OWN = ('length = "30 min"', 'length = "30 min"\nper_customer_a_week = 1')


def free_days(desk: Desk) -> list[str]:
    """Return the days of a fortnight on which a search finds a haircut."""
    with desk.session() as session:
        slots = finding.free(
            session,
            business=desk.business,
            search=Search(desk.business.service_named("haircut")),
            windows=[Span(session.now, session.now + 14 * DAY)],
            now=session.now,
            limit=4000,
        )
    return sorted({f"{slot.start.astimezone(desk.business.zone):%m-%d}" for slot in slots})


def test_a_customer_has_a_week(open_desk: Callable[..., Desk]) -> None:
    """Two a week of whatever service, from Monday to Sunday; another customer has another week."""
    desk = open_desk("juniper", PERSON)
    desk.booked("haircut", desk.at("10:00"))
    desk.held("consultation", desk.at("10:00", "03-07"))
    refused = desk.hold("haircut", desk.at("10:00", "03-05"))
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("person_week", {"most": 2})
    assert isinstance(desk.hold("haircut", desk.at("10:00", "03-10")), Held)
    assert isinstance(desk.hold("haircut", desk.at("10:00", "03-05"), who=1), Held)


def test_a_customer_has_a_week_of_one_service(open_desk: Callable[..., Desk]) -> None:
    """One haircut a week, and other services beside it."""
    desk = open_desk("juniper", NO_LIMITS, OWN)
    desk.booked("haircut", desk.at("10:00"))
    assert reason(desk.hold("haircut", desk.at("10:00", "03-05"))) == "person_week"
    assert isinstance(desk.hold("consultation", desk.at("10:00", "03-05")), Held)


def test_a_service_has_a_day_and_a_week(open_desk: Callable[..., Desk]) -> None:
    """Two a day and three a week, whoever does them; a search leaves out the days that are full."""
    desk = open_desk("juniper", NO_LIMITS, SERVICE)
    desk.booked("haircut", desk.at("10:00"), provider="ana")
    desk.booked("haircut", desk.at("11:00"), provider="ben", who=1)
    refused = desk.hold("haircut", desk.at("15:00"), who=2)
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.facts) == ("service_day", {"most": 2})
    assert free_days(desk)[0] == "03-04"
    desk.held("haircut", desk.at("10:00", "03-04"), who=2)
    assert reason(desk.hold("haircut", desk.at("10:00", "03-06"), who=3)) == "service_week"
    assert free_days(desk)[0] == "03-10"


def test_a_service_is_never_booked_too_often(open_desk: Callable[..., Desk]) -> None:
    """Of many who ask at once for different times with different people, two have it."""
    desk = open_desk("juniper", NO_LIMITS, SERVICE)
    starts = [desk.at(f"{9 + n:02}:00") for n in range(8)]
    for n in range(8):
        desk.person(n)

    def ask(n: int) -> Held | Refusal:
        return desk.hold("haircut", starts[n], provider=("ana", "ben")[n % 2], who=n)

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(ask, range(8)))
    assert sum(isinstance(one, Held) for one in got) == 2


def test_a_trace_names_the_week_that_is_full(open_desk: Callable[..., Desk]) -> None:
    """A trace says the same as a hold: the week that is full, and the week after that is not."""
    desk = open_desk("juniper", PERSON)
    desk.booked("haircut", desk.at("10:00"))
    desk.booked("haircut", desk.at("10:00", "03-06"))
    with desk.session() as session:
        for day, expected in (("03-05", "person_week"), ("03-12", None)):
            found = explain(
                session,
                business=desk.business,
                wanted=desk.wanted("haircut", desk.at("10:00", day)),
                now=session.now,
                person=desk.person(),
            )
            assert (found.refusal.reason if found.refusal else None) == expected


def test_a_series_keeps_to_the_week(open_desk: Callable[..., Desk]) -> None:
    """Of times held together, the third of a week is refused; each of them counts as it is held."""
    desk = open_desk("juniper", PERSON)
    person = desk.person()
    with desk.session() as session:
        again = Recurrence("FREQ=DAILY;COUNT=3", date(2026, 3, 3), time(10))
        laid = series.hold(
            session,
            business=desk.business,
            plan=Plan(desk.business.service_named("haircut"), again, 1, None),
            person=person,
            until=session.now + DAY,
            by=BY,
            now=session.now,
        )
    assert [(one.start, why.reason.value) for one, why in laid.refused] == [
        (desk.at("10:00", "03-05"), "person_week")
    ]
