"""Series: held whole, confirmed whole, changed together, extended day by day."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from core import businesses, series, shifting
from core.applying import applied
from core.recurrence import Recurrence
from core.refusals import Refusal
from core.series import Laid, Plan
from core.span import MINUTE
from models.desk import BY, MONDAY, Desk, blueprint_of, reason

SIX_TUESDAYS = Recurrence("FREQ=WEEKLY;BYDAY=TU;COUNT=6", date(2026, 3, 3), time(15))
ALL_TUESDAYS = Recurrence("FREQ=WEEKLY;BYDAY=TU", date(2026, 3, 3), time(15))


def hold(
    desk: Desk,
    again: Recurrence,
    *,
    service: str = "haircut",
    provider: str | None = "ana",
    who: int = 0,
) -> Laid:
    """Hold a series for a customer."""
    person = desk.person(who)
    with desk.session() as session:
        business = businesses.load(session)
        by = business.provider_named(provider).id if provider else None
        return series.hold(
            session,
            business=business,
            plan=Plan(business.service_named(service), again, 1, by),
            person=person,
            until=session.now + 5 * MINUTE,
            by=BY,
            now=session.now,
        )


def confirm(desk: Desk, number: int) -> Refusal | None:
    with desk.session() as session:
        return series.confirm(
            session,
            business=businesses.load(session),
            series=number,
            by=BY,
            now=session.now,
        )


def booked(desk: Desk, again: Recurrence, **more: object) -> Laid:
    laid = hold(desk, again, **more)  # type: ignore[arg-type]  # as hold's
    assert confirm(desk, laid.series) is None
    return laid


def starts(desk: Desk, number: int) -> list[str]:
    """Return the wall times of what stands of a series."""
    zone = desk.business.zone
    with desk.session() as session:
        rows = series.standing(session, number, since=MONDAY, now=session.now)
    return [f"{start.astimezone(zone):%m-%d %H:%M}" for _, start in rows]


def test_a_series_is_held_and_confirmed_whole(desk: Desk) -> None:
    """Every occurrence keeps its wall time across the clock change, and is a booking of its own."""
    laid = booked(desk, SIX_TUESDAYS)
    assert laid.refused == ()
    assert starts(desk, laid.series) == [
        "03-03 15:00",
        "03-10 15:00",
        "03-17 15:00",
        "03-24 15:00",
        "03-31 15:00",
        "04-07 15:00",
    ]
    assert {desk.row(held.id).status for _, held in laid.held} == {"confirmed"}
    assert desk.wrong() == ()


def test_what_cannot_be_had_is_said_with_its_reason(desk: Desk) -> None:
    """One day taken and one day closed leave the others held, and each says why not."""
    desk.booked("haircut", desk.at("15:00", "03-17"), provider="ana", who=1)
    again = Recurrence("FREQ=DAILY;COUNT=5", date(2026, 3, 14), time(15))
    laid = hold(desk, again)
    assert [(f"{one.day:%d}", refused.reason.value) for one, refused in laid.refused] == [
        ("15", "closed"),
        ("16", "closed"),
        ("17", "taken"),
    ]
    assert [one.day.day for one, _ in laid.held] == [14, 18]


def test_a_series_counts_once_among_open_bookings(
    open_desk: Callable[..., Desk],
) -> None:
    """Six weeks are one of two open bookings; each day still counts towards the day's limit."""
    desk = open_desk("juniper", ("per_day = 2\nopen = 5", "per_day = 1\nopen = 2"))
    laid = booked(desk, SIX_TUESDAYS)
    assert laid.refused == ()
    assert reason(desk.hold("haircut", desk.at("10:00"), provider="ben")) == "person_day"
    desk.booked("haircut", desk.at("10:00", "03-04"), provider="ben")
    assert reason(desk.hold("haircut", desk.at("10:00", "03-05"))) == "person_open"


def test_a_part_that_went_undoes_the_whole(desk: Desk) -> None:
    """Where one hold of a series has ended, nothing of it is confirmed."""
    laid = hold(desk, SIX_TUESDAYS)
    assert desk.release(laid.held[3][1].id) is None
    desk.clock(MONDAY + 6 * MINUTE)
    assert reason(confirm(desk, laid.series)) == "gone"
    assert not desk.ask("SELECT 1 FROM bookings WHERE status = 'confirmed'")


def test_this_and_later_are_cancelled_together(desk: Desk) -> None:
    """The earlier ones stay, and the series goes no further."""
    laid = booked(desk, ALL_TUESDAYS)
    with desk.session() as session:
        since = laid.held[2][0].start
        gone = series.end(session, series=laid.series, since=since, by=BY, now=session.now)
    assert len(gone) == len(laid.held) - 2
    assert starts(desk, laid.series) == ["03-03 15:00", "03-10 15:00"]
    assert desk.wrong() == ()
    assert extend(desk, laid.series, MONDAY + timedelta(days=14)) is None


def extend(desk: Desk, number: int, now: datetime) -> Laid | None:
    desk.clock(now)
    with desk.session() as session:
        return series.extend(
            session, business=businesses.load(session), series=number, now=session.now
        )


def test_a_series_grows_as_days_come_within_reach(desk: Desk) -> None:
    """Sixty days ahead at first; a fortnight later two more, and done twice, nothing more."""
    laid = booked(desk, ALL_TUESDAYS)
    assert [f"{one.day:%m-%d}" for one, _ in laid.held][-1] == "04-28"
    grown = extend(desk, laid.series, MONDAY + timedelta(days=14))
    assert grown is not None
    assert [f"{one.day:%m-%d}" for one, _ in grown.held] == ["05-05", "05-12"]
    again = extend(desk, laid.series, MONDAY + timedelta(days=14))
    assert again is not None
    assert again.held == ()
    assert not [w for w in desk.wrong() if w.rule != "due work is done"]  # no worker is there


def test_all_move_to_another_hour_and_keep_their_refs(desk: Desk) -> None:
    """Each booking keeps its row; one that cannot be moved says so and stays."""
    laid = booked(desk, SIX_TUESDAYS)
    desk.booked("haircut", desk.at("16:00", "03-10"), provider="ana", who=1)
    moved = move(desk, laid.series, Recurrence(SIX_TUESDAYS.rule, SIX_TUESDAYS.first, time(16)))
    assert [one.day.day for one, _ in moved.refused] == [10]
    assert starts(desk, laid.series)[:3] == ["03-03 16:00", "03-10 15:00", "03-17 16:00"]
    assert {held.id for _, held in moved.held} < {held.id for _, held in laid.held}
    assert desk.wrong() == ()


def test_a_series_moves_on_into_its_own_time(desk: Desk) -> None:
    """Every day at ten moved by a quarter of an hour meets nothing of its own, either way."""
    daily = Recurrence("FREQ=DAILY;COUNT=4", date(2026, 3, 3), time(10))
    laid = booked(desk, daily)
    later = move(desk, laid.series, Recurrence(daily.rule, date(2026, 3, 4), time(10)))
    assert [refused.reason.value for _, refused in later.refused] == []
    assert [day[:5] for day in starts(desk, laid.series)] == ["03-04", "03-05", "03-06", "03-07"]
    assert desk.wrong() == ()


def test_a_series_that_moves_out_of_reach_stays_as_it_is(desk: Desk) -> None:
    """Where nothing of it could be booked yet, nothing is moved or given back."""
    laid = booked(desk, SIX_TUESDAYS)
    moved = move(desk, laid.series, Recurrence(SIX_TUESDAYS.rule, date(2026, 9, 1), time(15)))
    assert (moved.held, moved.refused, len(starts(desk, laid.series))) == ((), (), 6)
    assert desk.wrong() == ()


def test_one_of_a_series_is_moved_at_the_limit(open_desk: Callable[..., Desk]) -> None:
    """It takes the place of the series among the open bookings, which is one with all the rest."""
    desk = open_desk("juniper", ("per_day = 2\nopen = 5", "per_day = 1\nopen = 1"))
    laid = booked(desk, SIX_TUESDAYS)
    new = desk.held("haircut", desk.at("11:00"), provider="ana", instead_of=laid.held[0][1].id)
    assert desk.swap(laid.held[0][1].id, new.id) is None
    assert reason(desk.hold("haircut", desk.at("11:00", "03-05"))) == "person_open"


def test_what_is_being_moved_counts_once_against_a_series(open_desk: Callable[..., Desk]) -> None:
    """A booking and the time held to move it are one of the customer's day and of Ben's."""
    desk = open_desk("juniper", ("per_day = 8", "per_day = 2"))
    own = desk.booked("haircut", desk.at("10:00"), provider="ben")
    desk.held("haircut", desk.at("11:00"), provider="ben", instead_of=own)
    again = Recurrence("FREQ=DAILY;COUNT=2", date(2026, 3, 3), time(15))
    assert hold(desk, again, provider="ben").refused == ()


def move(desk: Desk, number: int, again: Recurrence) -> Laid:
    with desk.session() as session:
        business = businesses.load(session)
        found = series.read(session, business, number)
        assert found is not None
        return shifting.move(
            session,
            business=business,
            series=found,
            plan=Plan(found.plan.service, again, found.plan.party, found.plan.provider),
            since=session.now,
            by=BY,
            now=session.now,
        )


def test_a_held_series_is_let_go(desk: Desk) -> None:
    """All its time is free at once for somebody else."""
    laid = hold(desk, SIX_TUESDAYS)
    with desk.session() as session:
        series.release(session, series=laid.series, by=BY, now=session.now)
    assert hold(desk, SIX_TUESDAYS, who=1).refused == ()


def test_one_occurrence_is_moved_by_itself(desk: Desk) -> None:
    """It stays one of the series, and is counted once while its new time is held."""
    laid = booked(desk, SIX_TUESDAYS)
    first = laid.held[0][1].id
    new = desk.held("haircut", desk.at("11:00"), provider="ana", instead_of=first)
    assert desk.row(new.id).series_id == laid.series
    assert desk.swap(first, new.id) is None
    assert starts(desk, laid.series)[0] == "03-03 11:00"
    assert desk.wrong() == ()


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "every tuesday", "FREQ=WEEKLY;BYDAY=XX"])
def test_a_rule_that_cannot_recur_is_refused(desk: Desk, rule: str) -> None:
    """What is no rule of days is an error of the caller, and leaves nothing behind."""
    with pytest.raises(ValueError, match=r".+"):
        hold(desk, Recurrence(rule, date(2026, 3, 3), time(15)))
    assert not desk.ask("SELECT 1 FROM series")


def test_what_a_person_has_of_series_is_ended(desk: Desk) -> None:
    """Nothing is booked any more for somebody who is forgotten, however far the calendar opens."""
    laid = booked(desk, ALL_TUESDAYS)
    with desk.session() as session:
        series.end_all(session, person=desk.person(0))
    assert extend(desk, laid.series, MONDAY + timedelta(days=14)) is None


def test_requests_stand_once_the_provider_agrees(desk: Desk) -> None:
    """All wait for one word until the deadline; with it the series stands."""
    laid = hold(desk, SIX_TUESDAYS)
    business, until = desk.business, MONDAY + timedelta(hours=2)
    for deadline in (until, None):
        with desk.session() as session:
            gone = series.confirm(
                session,
                business=business,
                series=laid.series,
                by=BY,
                now=session.now,
                provider_until=deadline,
            )
            assert gone is None
            found = series.read(session, business, laid.series)
            assert found is not None
            assert found.status == ("held" if deadline else "standing")
    assert {desk.row(held.id).status for _, held in laid.held} == {"confirmed"}
    assert desk.wrong() == ()


def test_a_single_part_that_went_undoes_the_whole(desk: Desk) -> None:
    """Somebody else let go of one day of it, and the rest lives: that was not agreed to."""
    laid = hold(desk, SIX_TUESDAYS)
    assert desk.release(laid.held[3][1].id) is None
    assert reason(confirm(desk, laid.series)) == "gone"
    assert not desk.ask("SELECT 1 FROM bookings WHERE status = 'confirmed'")


def test_nothing_is_laid_out_twice_where_the_horizon_shrank(desk: Desk) -> None:
    """A business that is booked less far ahead for a week lays out no day of a series again."""
    laid = booked(desk, ALL_TUESDAYS, provider=None)
    for furthest, days in ((20, 1), (60, 2)):
        horizon = ('furthest = "60 days"', f'furthest = "{furthest} days"')
        applied(desk.database, blueprint_of("juniper", horizon))
        grown = extend(desk, laid.series, MONDAY + timedelta(days=days))
        assert grown is not None
        assert (grown.held, grown.refused) == ((), ())


def test_a_series_that_moves_to_an_earlier_day_loses_none(desk: Desk) -> None:
    """From Saturdays to Thursdays: the Thursday that is within reach already is laid out next."""
    laid = booked(desk, Recurrence("FREQ=WEEKLY;BYDAY=SA", date(2026, 3, 7), time(11)))
    assert starts(desk, laid.series)[-1] == "04-25 11:00"
    move(desk, laid.series, Recurrence("FREQ=WEEKLY;BYDAY=TH", date(2026, 3, 5), time(11)))
    assert starts(desk, laid.series)[-1] == "04-23 11:00"
    grown = extend(desk, laid.series, MONDAY + timedelta(days=1))
    assert grown is not None
    assert [f"{one.day:%m-%d}" for one, _ in grown.held] == ["04-30"]


def test_a_day_that_was_moved_to_is_not_laid_out_again(desk: Desk) -> None:
    """The last one moves to a day that came within reach since the series was last laid out."""
    laid = booked(desk, ALL_TUESDAYS, provider=None)
    extend(desk, laid.series, MONDAY + timedelta(days=1))
    desk.clock(MONDAY + timedelta(days=2))
    desk.harm("UPDATE series SET laid_until = '2026-04-28'")
    move(desk, laid.series, Recurrence("FREQ=WEEKLY;BYDAY=WE", date(2026, 3, 11), time(15)))
    grown = extend(desk, laid.series, MONDAY + timedelta(days=2))
    assert grown is not None
    assert (grown.held, grown.refused) == ((), ())


def test_a_day_that_was_given_back_stays_so_where_a_series_moves(desk: Desk) -> None:
    """Who cancels the 17th and moves the rest to Wednesdays has neither the 18th nor one fewer."""
    laid = booked(desk, SIX_TUESDAYS)
    assert desk.cancel(laid.held[2][1].id) is None
    wednesdays = Recurrence("FREQ=WEEKLY;BYDAY=WE;COUNT=6", date(2026, 3, 4), time(15))
    moved = move(desk, laid.series, wednesdays)
    assert moved.refused == ()
    days = [day[:5] for day in starts(desk, laid.series)]
    assert days == ["03-04", "03-11", "03-25", "04-01", "04-08"]


def test_a_series_that_can_go_nowhere_stays_as_it_is(desk: Desk) -> None:
    """Where each new time is taken, its rule is what it was: it grows on its old days."""
    laid = booked(desk, SIX_TUESDAYS)
    for day in ("03-04", "03-11", "03-18", "03-25", "04-01", "04-08"):
        desk.booked("haircut", desk.at("15:00", day), provider="ana", who=int(day[-2:]))
    wednesdays = Recurrence("FREQ=WEEKLY;BYDAY=WE;COUNT=6", date(2026, 3, 4), time(15))
    assert move(desk, laid.series, wednesdays).held == ()
    with desk.session() as session:
        found = series.read(session, desk.business, laid.series)
    assert found is not None
    assert found.plan.recurrence == SIX_TUESDAYS
    assert len(starts(desk, laid.series)) == 6
