"""Tables put together: a party that no free table seats gets the smallest declared set of them."""

from collections.abc import Callable

import pytest

from core import blocking, businesses, finding, series
from core.booking import Held
from core.explaining import explain
from core.finding import Search
from core.recurrence import Recurrence
from core.refusals import Refusal
from core.series import Plan
from core.span import Span
from models.desk import BY, NO_LIMITS, Desk, reason

JOINS = (
    'grid = "15 min"\n',
    'grid = "15 min"\njoins = [["F1", "F2"], ["F3", "F4"], ["T1", "T2", "T3"], ["S1", "S2"]]\n',
)
TWELVE = ("party = 10\n", "party = 12\n")


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Give the trattoria with tables that may be joined."""
    return open_desk("aurora", NO_LIMITS, JOINS, TWELVE)


def tables(desk: Desk, number: int) -> set[str]:
    """Return the tables that a booking has."""
    rows = desk.ask(
        "SELECT r.key FROM allocations a JOIN resources r ON r.id = a.resource_id"
        " WHERE a.booking_id = :id AND a.active",
        id=number,
    )
    return {row.key for row in rows}


def seated(desk: Desk, party: int) -> set[str] | str:
    """Book for a party at seven; return its tables, or why not."""
    got = desk.hold("table", desk.at("19:00"), party=party)
    if isinstance(got, Refusal):
        return reason(got)
    assert desk.confirm(got.id) is None
    return tables(desk, got.id)


def test_one_table_before_several_and_few_spare_seats_before_many(desk: Desk) -> None:
    """Six take the six-tops, the big one, three twos, then fours in pairs; then none is left."""
    found = [seated(desk, 6) for _ in range(7)]
    assert found == [
        {"S1"},
        {"S2"},
        {"T-big"},
        {"T1", "T2", "T3"},
        {"F1", "F2"},
        {"F3", "F4"},
        "taken",
    ]
    assert desk.wrong() == ()


def test_only_declared_sets(desk: Desk) -> None:
    """With F2 and F3 taken two fours are left, and nobody puts those together."""
    for _ in range(3):
        seated(desk, 6)
    assert seated(desk, 2) == {"T1"}
    assert [seated(desk, 4) for _ in range(2)] == [{"F1"}, {"F2"}]
    assert seated(desk, 6) == {"F3", "F4"}
    assert seated(desk, 6) == "taken"


def test_the_largest_party_follows_from_the_largest_set(desk: Desk) -> None:
    """Twelve sit at both six-tops; thirteen are refused, as the rules and not the book say."""
    assert seated(desk, 12) == {"S1", "S2"}
    assert seated(desk, 12) == "taken"
    assert seated(desk, 13) == "party"


def test_a_blocked_table_is_no_part_of_a_set(desk: Desk) -> None:
    """Nor is one that somebody has for any minute of the time."""
    for _ in range(3):
        seated(desk, 6)
    with desk.session() as session:
        business = businesses.load(session)
        f1 = next(r for r in business.resources if r.key == "F1")
        blocking.block(
            session,
            business=business,
            resource=f1.id,
            span=Span(desk.at("20:00"), desk.at("21:00")),
            source="hand",
            now=session.now,
        )
    desk.booked("table", desk.at("20:45"), party=2)
    assert seated(desk, 6) == {"F3", "F4"}
    assert seated(desk, 6) == "taken"
    assert desk.wrong() == ()


def test_what_changes_a_booking_frees_every_table(desk: Desk) -> None:
    """A smaller party gives one table back, a move goes with both, a cancellation frees both."""
    for _ in range(3):
        seated(desk, 6)
    first = desk.booked("table", desk.at("19:00"), party=8, who=1)
    assert tables(desk, first) == {"F1", "F2"}
    fewer = desk.held("table", desk.at("19:00"), party=4, who=1, instead_of=first)
    assert desk.swap(first, fewer.id) is None
    assert tables(desk, first) == {"F1"}
    more = desk.held("table", desk.at("19:15"), party=8, who=1, instead_of=first)
    assert desk.swap(first, more.id) is None
    assert tables(desk, first) == {"F1", "F2"}
    assert desk.cancel(first) is None
    assert tables(desk, first) == set()
    assert seated(desk, 8) == {"F1", "F2"}
    assert desk.wrong() == ()


def test_a_move_keeps_its_tables(desk: Desk) -> None:
    """Into its own time a party goes with the tables it has, though another set is as good."""
    for _ in range(3):
        seated(desk, 6)
    first = desk.booked("table", desk.at("19:00"), party=8, who=1)
    second = desk.booked("table", desk.at("19:00"), party=8, who=2)
    desk.cancel(first)
    later = desk.held("table", desk.at("19:30"), party=8, who=2, instead_of=second)
    assert desk.swap(second, later.id) is None
    assert tables(desk, second) == {"F3", "F4"}


def test_what_is_found_can_be_had(desk: Desk) -> None:
    """The search names the set that a hold then takes, and nothing where none is left."""
    for party in (12, 10):
        assert desk.confirm(desk.held("table", desk.at("19:00"), party=party).id) is None
    for wanted in (["F1", "F2"], ["F3", "F4"], None):
        with desk.session() as session:
            business = businesses.load(session)
            found = finding.free(
                session,
                business=business,
                search=Search(business.service_named("table"), 7),
                windows=[Span(desk.at("19:00"), desk.at("19:01"))],
                now=session.now,
            )
        names = [[business.resource(r).key for r in slot.first] for slot in found]
        assert names == ([wanted] if wanted else [])
        got = desk.hold("table", desk.at("19:00"), party=7)
        assert isinstance(got, Held) is bool(wanted)


def test_why_names_every_table_of_a_set(desk: Desk) -> None:
    """Each way to seat a party says for itself whether it can."""
    seated(desk, 12)
    desk.booked("table", desk.at("19:00"), party=4)
    with desk.session() as session:
        business = businesses.load(session)
        found = explain(
            session,
            business=business,
            wanted=desk.wanted("table", desk.at("19:00"), 8),
            now=session.now,
        )
    verdicts = {
        "+".join(business.resource(r).key for r in v.way): v.refusal.reason.value
        if v.refusal
        else "free"
        for v in found.verdicts
    }
    assert verdicts == {"T-big": "free", "F1+F2": "taken", "F3+F4": "free", "S1+S2": "taken"}


def test_a_series_at_tables_put_together(desk: Desk) -> None:
    """Each evening has its own set; the evening that has none says so."""
    for who in range(3):
        desk.booked("table", desk.at("19:00", "03-10"), party=8, who=who)
    with desk.session() as session:
        business = businesses.load(session)
        day = desk.at("19:00").astimezone(business.zone)
        rule = Recurrence("FREQ=WEEKLY;COUNT=3", day.date(), day.time())
        laid = series.hold(
            session,
            business=business,
            plan=Plan(business.service_named("table"), rule, 8),
            person=desk.person(9),
            until=desk.at("12:00"),
            by=BY,
            now=session.now,
        )
        made = series.confirm(
            session, business=business, series=laid.series, by=BY, now=session.now
        )
        assert made is None
    assert [tables(desk, held.id) for _, held in laid.held] == [{"T-big"}, {"S1", "S2"}, {"T-big"}]
    assert desk.wrong() == ()
