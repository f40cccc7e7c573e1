"""Applying a file makes the rows say what the file says, and takes nothing from who has booked."""

import threading
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core import booking, businesses, people
from core import tables as t
from core.applying import Outcome, applied, plan, planned
from core.blueprint import Blueprint
from core.choosing import Wanted
from core.db import Database, Session
from core.refusals import Refusal
from core.rules import Business

Example = Callable[..., Blueprint]
TUESDAY = datetime(2026, 3, 3, 15, tzinfo=UTC)  # ten in the morning in New York


def book(
    session: Session,
    service: str,
    start: datetime,
    *,
    provider: str | None = None,
    party: int = 1,
    confirmed: bool = True,
) -> str:
    """Book as the dialog does, and return the ref."""
    business = businesses.load(session)
    who = people.at(session, channel="sms", address="+12125550101", now=session.now)
    by = booking.By(f"person:{who.person}")
    wanted = Wanted(
        business.service_named(service),
        start,
        party,
        None if provider is None else business.provider_named(provider).id,
    )
    held = booking.hold(
        session,
        business=business,
        wanted=wanted,
        person=who.person,
        until=session.now + timedelta(minutes=5),
        by=by,
        now=session.now,
    )
    assert not isinstance(held, Refusal), held
    if confirmed:
        assert booking.confirm(session, booking=held.id, by=by, now=session.now) is None
    return held.ref


def facts(business: Business) -> dict[str, object]:
    """Return everything that a business is, except for which revision of it this is."""
    skipped = {"revision", "former", "former_services"}
    return {f.name: getattr(business, f.name) for f in fields(business) if f.name not in skipped}


def shown(outcome: Outcome) -> list[str]:
    return [str(change) for change in outcome.changes]


def loaded(database: Database, number: int) -> Business:
    with database.transaction(number) as session:
        return businesses.load(session)


@pytest.mark.parametrize("name", ["juniper", "aurora", "owl"])
def test_what_is_applied_is_what_is_read_back(
    database: Database, example: Example, name: str
) -> None:
    """Every fact of the file comes back from the rows, under the ids of the rows."""
    blueprint = example(name)
    outcome = applied(database, blueprint)
    business = loaded(database, outcome.business)
    assert facts(business) == facts(
        blueprint.business(
            outcome.business,
            resources={r.key: r.id for r in business.resources},
            services={s.key: s.id for s in business.services},
        )
    )
    assert business.revision == 1
    assert businesses.listed(database) == {name: outcome.business}
    assert businesses.find(database, name) == outcome.business


def test_applying_twice_changes_nothing(database: Database, example: Example) -> None:
    """The second time there is nothing to change, and the revision stays."""
    first = applied(database, example("juniper"))
    second = applied(database, example("juniper"))
    assert first.changes
    assert second == Outcome(first.business)
    assert loaded(database, first.business).revision == 1


def test_a_plan_writes_nothing(database: Database, example: Example) -> None:
    """It says what would change, of a new business and of one that is there."""
    assert planned(database, example("juniper")).changes
    assert businesses.listed(database) == {}
    number = applied(database, example("juniper")).business
    before = facts(loaded(database, number))
    with database.transaction(number) as session:
        assert shown(plan(session, example("juniper", ("per_day = 8", "per_day = 7"))))
    assert facts(loaded(database, number)) == before
    assert loaded(database, number).revision == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "per_day = 8\n",
            "\n",
            ["~ Ben: no daily limit (was at most 8 bookings a day)"],
        ),
        (
            'name = "Leo"\n',
            'name = "Leo"\nper_week = 20\n',
            ["~ Leo: at most 20 bookings a week (was none)"],
        ),
        ('name = "Mia"', 'name = "Mia B."', ["~ Mia: named Mia B. (was named Mia)"]),
        (
            'notice = "60 min"',
            'notice = "2 h"',
            ["~ business: notice 2 h (was notice 1 h)"],
        ),
        (
            'price = "35.00"',
            'price = "38.50"',
            ["~ Haircut: price $38.50 (was price $35.00)"],
        ),
        (
            '[["ana", "ben"]]',
            '[["ben", "ana"]]',
            ["~ Haircut: needs (Ben or Ana) (was needs (Ana or Ben))"],
        ),
        (
            'confirm = "2 h"',
            'confirm = { within = "1 h", by = "ana" }',
            ["~ Consultation: Ana confirms within 1 h (was the provider confirms within 2 h)"],
        ),
        (
            "[providers.ana]",
            "[[closed]]\nday = 2026-12-24\nwho = 'ana'\nreason = 'travel'\n[providers.ana]",
            ["~ Ana: 2026-12-24 closed (travel) (was none)"],
        ),
        (
            "[services.haircut]",
            (
                "[services.beard]\nnames.en = 'Beard'\nlength = '15 min'\nneeds = [['ben']]\n"
                "[services.haircut]"
            ),
            ["+ service Beard"],
        ),
    ],
)
def test_each_change_is_one_readable_line(
    database: Database, example: Example, old: str, new: str, expected: list[str]
) -> None:
    """What is new, what it was; and after it is applied there is nothing more to change."""
    applied(database, example("juniper"))
    changed = example("juniper", (old, new))
    assert shown(applied(database, changed)) == expected
    assert shown(applied(database, changed)) == []


def test_what_goes_is_inactive_and_comes_back_by_its_key(
    database: Database, example: Example
) -> None:
    """Old bookings still name it: it keeps its id, and its key brings it back."""
    number = applied(database, example("juniper")).business
    ben = loaded(database, number).provider_named("ben")
    without = example("juniper", ('"ana", "ben"', '"ana"'), (_section("providers.ben"), ""))
    assert "- provider Ben" in shown(applied(database, without))
    business = loaded(database, number)
    assert "Ben" not in {p.name for p in business.providers}
    assert business.resource(ben.id).name == "Ben"
    assert "+ provider Ben" in shown(applied(database, example("juniper")))
    assert loaded(database, number).provider_named("ben") == ben


def _section(name: str) -> str:
    sections = {
        "providers.ben": '[providers.ben]\nname = "Ben"\nbreaks = "12:00-12:30"\noff = "fri"\n'
        "per_day = 8\n",
        "services.haircut": '[services.haircut]\nnames.en = ["Haircut", "cut", "trim"]\n'
        'names.es = ["Corte de pelo", "corte"]\nlength = "30 min"\nafter = "10 min"\n'
        'price = "35.00"\nneeds = [["ana", "ben"]]\n',
    }
    return sections[name]


def test_a_provider_with_a_booking_cannot_go(database: Database, example: Example) -> None:
    """It is refused with the bookings, and nothing of the file is written."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        ref = book(session, "haircut", TUESDAY, provider="ben")
        book(session, "haircut", TUESDAY, provider="ana")
    without = example(
        "juniper",
        ('"ana", "ben"', '"ana"'),
        (_section("providers.ben"), ""),
        ('notice = "60 min"', 'notice = "90 min"'),
    )
    outcome = applied(database, without)
    assert [a.refs for a in outcome.refusals] == [(ref,)]
    assert str(outcome.refusals[0]) == (
        f"Ben cannot be removed: bookings need it\n    {ref} Haircut, Ben, Tue 03 Mar 2026 10:00"
    )
    business = loaded(database, number)
    assert business.provider_named("ben")
    assert (business.notice, business.revision) == (60, 1)


def test_a_service_with_a_booking_cannot_go(database: Database, example: Example) -> None:
    """A proposal that is still held counts; once it has expired it does not."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        ref = book(session, "haircut", TUESDAY, confirmed=False)
        now = session.now
    without = example("juniper", (_section("services.haircut"), ""))
    assert [a.refs for a in applied(database, without).refusals] == [(ref,)]
    database.set_clock(frozen=now + timedelta(minutes=5))
    outcome = applied(database, without)
    assert outcome.refusals == ()
    assert shown(outcome) == ["- service Haircut"]


def test_what_is_over_holds_nobody_back(database: Database, example: Example) -> None:
    """A booking that has ended does not keep its provider."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        book(session, "haircut", TUESDAY, provider="ben")
    database.set_clock(frozen=TUESDAY + timedelta(minutes=30))
    without = example("juniper", ('"ana", "ben"', '"ana"'), (_section("providers.ben"), ""))
    assert applied(database, without).refusals == ()


def test_seats_that_are_taken_cannot_go(database: Database, example: Example) -> None:
    """A class may shrink to what is taken, not below."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        ref = book(session, "yoga", TUESDAY.replace(hour=23), party=5)
    assert [
        a.refs for a in applied(database, example("juniper", ("seats = 12", "seats = 4"))).refusals
    ] == [(ref,)]
    assert applied(database, example("juniper", ("seats = 12", "seats = 5"))).refusals == ()


def test_the_zone_stays_while_somebody_has_booked(database: Database, example: Example) -> None:
    """Nine o'clock there would be another nine o'clock."""
    moved = example("juniper", ("America/New_York", "America/Chicago"))
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        ref = book(session, "haircut", TUESDAY)
    (refused,) = applied(database, moved).refusals
    assert refused.refs == (ref,)
    assert refused.text.startswith("the time zone cannot become America/Chicago")


def test_bookings_that_no_longer_fit_stay_and_are_named(
    database: Database, example: Example
) -> None:
    """Shorter hours, another length, another provider: applied, and said with the bookings."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        early = book(session, "haircut", TUESDAY.replace(hour=14), provider="ben")
        late = book(session, "haircut", TUESDAY, provider="ana")
    changed = example(
        "juniper",
        ('tue-fri = "09:00-19:00"', 'tue-fri = "10:00-19:00"'),
        ('length = "30 min"', 'length = "45 min"'),
        ('"ana", "ben"', '"ana"'),
    )
    outcome = applied(database, changed)
    assert outcome.refusals == ()
    assert {a.text: a.refs for a in outcome.concerns} == {
        "now lie outside the hours and stay as they are": (early,),
        "keep the length that they were booked with": (early, late),
        "keep somebody who no longer does that service": (early,),
    }
    assert applied(database, changed).concerns == ()


def test_a_smaller_table_names_its_large_party(database: Database, example: Example) -> None:
    """The party keeps its table; new ones are measured against the new size."""
    database.set_clock(frozen=datetime(2026, 3, 3, 8, tzinfo=UTC))
    number = applied(database, example("aurora")).business
    with database.transaction(number) as session:
        ref = book(session, "table", datetime(2026, 3, 4, 11, tzinfo=UTC), party=9)
    (concern,) = applied(
        database, example("aurora", ("capacity = 10", "capacity = 8"), ("party = 10", "party = 8"))
    ).concerns
    assert concern.refs == (ref,)


JOINS = ('grid = "15 min"\n', 'grid = "15 min"\njoins = [["S2", "S1"], ["F1", "F2"]]\n')


def test_tables_to_join_are_read_back_and_changed(database: Database, example: Example) -> None:
    """They keep their order; who sits at several stays there when those can be joined no more."""
    database.set_clock(frozen=datetime(2026, 3, 3, 8, tzinfo=UTC))
    twelve = example("aurora", JOINS, ("party = 10", "party = 12"))
    number = applied(database, twelve).business
    business = loaded(database, number)
    names = [[business.resource(r).key for r in tables] for tables in business.joins]
    assert names == [["S2", "S1"], ["F1", "F2"]]
    assert planned(database, twelve).changes == ()
    with database.transaction(number) as session:
        ref = book(session, "table", datetime(2026, 3, 4, 11, tzinfo=UTC), party=12)
    outcome = applied(database, example("aurora"))
    assert shown(outcome)[0] == (
        "~ business: no tables to join (was tables that may be joined: S2 and S1, F1 and F2)"
    )
    assert outcome.concerns == ()
    assert loaded(database, number).joins == ()
    (concern,) = applied(
        database, example("aurora", ("S1 = { capacity = 6 }", "S1 = { capacity = 5 }"))
    ).concerns
    assert concern.refs == (ref,)


def test_an_address_belongs_to_one_business(database: Database, example: Example) -> None:
    """The second business with the same number is refused, and nothing of it is written."""
    applied(database, example("juniper"))
    thief = example("owl", ("+61 2 5550 0100", "+1 212 555 0100"))
    (refused,) = applied(database, thief).refusals
    assert str(refused) == "the sms address +12125550100 belongs to another business"
    assert list(businesses.listed(database)) == ["juniper"]
    number = businesses.find(database, "juniper")
    assert businesses.reached(database, "sms", "+12125550100") == number
    assert businesses.reached(database, "sms", "+61255500100") is None


def test_a_file_of_another_business_is_an_error(database: Database, example: Example) -> None:
    """Whoever names the wrong transaction is told, before anything is written."""
    number = applied(database, example("juniper")).business
    with (
        pytest.raises(ValueError, match="not a file of the business"),
        database.transaction(number) as session,
    ):
        plan(session, example("owl"))


def test_a_load_is_one_small_query_until_the_rules_change(
    database: Database, example: Example
) -> None:
    """The same object while the revision stands; a new one after it changed, in any process."""
    number = applied(database, example("juniper")).business
    first = loaded(database, number)
    assert loaded(database, number) is first
    other = Database(database.url.render_as_string(hide_password=False), size=1)
    try:
        applied(other, example("juniper", ('notice = "60 min"', 'notice = "90 min"')))
    finally:
        other.close()
    second = loaded(database, number)
    assert (second.notice, second.revision) == (90, 2)
    with database.transaction(number) as session:
        assert businesses.bump(session) == 3
        assert businesses.load(session).revision == 3


def test_a_revision_that_was_rolled_back_is_not_remembered(
    database: Database, example: Example
) -> None:
    """The next transaction to raise the revision gets the same number and is another state."""
    number = applied(database, example("juniper")).business
    with database.transaction(number) as session:
        businesses.bump(session)
        assert businesses.load(session).revision == 2
        session.connection.get_transaction().rollback()  # type: ignore[union-attr] # one is open
    applied(database, example("juniper", ('notice = "60 min"', 'notice = "90 min"')))
    business = loaded(database, number)
    assert (business.revision, business.notice) == (2, 90)


def test_a_business_that_is_not_there_is_an_error(database: Database) -> None:
    """Nobody works by mistake on rules that do not exist."""
    with database.transaction(77) as session, pytest.raises(LookupError):
        businesses.load(session)


def test_two_who_apply_a_new_business_at_once_make_one(
    database: Database, example: Example
) -> None:
    """One makes it; the other waits, and finds nothing to change."""
    outcomes: list[Outcome] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        outcomes.append(applied(database, example("juniper")))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.business for outcome in outcomes}) == 1
    assert sorted(len(outcome.changes) > 0 for outcome in outcomes) == [False, True]


def test_businesses_do_not_see_each_other(database: Database, example: Example) -> None:
    """Each transaction finds the resources of its own business, whatever it asks for."""
    numbers = [applied(database, example(name)).business for name in ("juniper", "owl")]
    for number in numbers:
        with database.transaction(number) as session:
            owners = list(session.execute(select(t.resources.c.business_id).distinct()).scalars())
            assert owners == [number]
    with database.transaction(0) as session:
        assert session.execute(select(func.count()).select_from(t.resources)).scalar() == 0


def test_an_example_is_applied_in_a_moment(database: Database, example: Example) -> None:
    """Apply of an example takes at most 0.3 s, its sixty days of classes included."""
    example("juniper")
    times = []
    for name in ("owl", "aurora", "juniper"):
        begun = time.perf_counter()
        applied(database, example(name))
        times.append(time.perf_counter() - begun)
    assert max(times) < 0.3
