"""Who gets a customer that names nobody: each rule by hand, and what it keeps of why."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from random import Random

import pytest

from core.booking import Held
from core.preferring import Because, because_of
from core.rules import Anyone
from models.desk import MONDAY, NO_LIMITS, Desk
from models.whom import Given, whom
from support.counts import count

Open = Callable[..., Desk]
FRIDAY = 4


def opened(open_desk: Open, rule: str, *changes: tuple[str, str]) -> Desk:
    """Open Juniper, whose Ana and Ben cut hair, with a rule."""
    return open_desk(
        "juniper", NO_LIMITS, ('grid = "15 min"', f'grid = "15 min"\nanyone = "{rule}"'), *changes
    )


def given(
    desk: Desk, clock: str, *, who: int = 0, day: str = "03-03", service: str = "haircut"
) -> tuple[str, str | None]:
    """Book with anybody; return with whom, and why."""
    got = desk.hold(service, desk.at(clock, day=day), who=who)
    assert isinstance(got, Held), got
    assert desk.confirm(got.id) is None
    with desk.session() as session:
        assert because_of(session, got.id) == got.because
    return desk.business.resource(got.resources[0]).key, got.because


def test_the_first_of_the_file_who_is_free(open_desk: Open) -> None:
    """Ana as long as she is, whoever the customer was with before."""
    desk = opened(open_desk, "first")
    desk.booked("haircut", desk.at("10:00"), provider="ben")
    assert given(desk, "11:00") == ("ana", Because.FIRST)
    assert given(desk, "11:00", who=1) == ("ben", Because.FIRST)


def test_whom_the_customer_was_with_last(open_desk: Open) -> None:
    """The latest visit of all, where they are free; what is yet to come was not a last time."""
    desk = opened(open_desk, "usual")
    assert given(desk, "09:00") == ("ana", Because.FIRST)
    desk.booked("haircut", desk.at("10:00"), provider="ben")
    gone = desk.booked("haircut", desk.at("16:00"), provider="ana")
    desk.cancel(gone)
    assert given(desk, "16:00") == ("ana", Because.FIRST)
    desk.clock(desk.at("10:00"))
    assert given(desk, "17:00") == ("ben", Because.USUAL)
    assert given(desk, "16:00", day="03-06") == ("ana", Because.USUAL)  # Ben is off on Fridays
    assert given(desk, "17:00", who=1) == ("ana", Because.FIRST)


def test_who_has_the_least_on_that_day(open_desk: Open) -> None:
    """Minutes count, not bookings; of equals who has less in the week, then the first named."""
    desk = opened(open_desk, "least busy")
    assert given(desk, "09:00") == ("ana", Because.LEAST_BUSY)
    assert given(desk, "10:00") == ("ben", Because.LEAST_BUSY)
    desk.booked("colour", desk.at("14:00"))  # an hour and three quarters of Ana's
    assert [given(desk, c)[0] for c in ("11:00", "13:00", "15:45", "16:45")] == [
        *("ben", "ben", "ben", "ana")
    ]
    assert given(desk, "09:00", day="03-04")[0] == "ben"  # nothing on Wednesday: the week decides
    desk.booked("haircut", desk.at("10:00", day="03-10"), provider="ana")
    assert given(desk, "11:00", day="03-10")[0] == "ben"


def test_a_hold_that_lapsed_keeps_nobody_busy(open_desk: Open) -> None:
    """Only what still stands counts."""
    desk = opened(open_desk, "least busy")
    desk.held("haircut", desk.at("09:00"), provider="ana", lasts=timedelta(minutes=5))
    assert given(desk, "11:00")[0] == "ben"
    desk.clock(desk.at("09:30", day="03-02"))
    assert given(desk, "14:00")[0] == "ana"


def test_each_in_turn(open_desk: Open) -> None:
    """Who was chosen longest ago; what a customer asked for by name is nobody's turn."""
    desk = opened(open_desk, "round robin")
    assert given(desk, "09:00") == ("ana", Because.TURN)
    desk.booked("haircut", desk.at("10:00"), provider="ben")
    assert [given(desk, c)[0] for c in ("11:00", "14:45", "16:00")] == ["ben", "ana", "ben"]
    assert given(desk, "14:00", day="03-06")[0] == "ana"
    assert given(desk, "15:00", day="03-06")[0] == "ana"  # Ben's turn, but it is his day off
    assert given(desk, "15:00", day="03-05")[0] == "ben"


def test_a_service_has_its_own_rule(open_desk: Open) -> None:
    """Which counts before the business's."""
    own = ('price = "35.00"', 'price = "35.00"\nanyone = "round robin"')
    desk = opened(open_desk, "first", own)
    assert [given(desk, c)[0] for c in ("09:00", "10:00", "11:00")] == ["ana", "ben", "ana"]


@pytest.mark.parametrize("rule", ["usual", "least busy", "round robin"])
def test_a_corrected_hold_stays_with_whom_it_has(open_desk: Open, rule: str) -> None:
    """Where they are free at the new time too."""
    desk = opened(open_desk, rule)
    desk.booked("haircut", desk.at("09:00"), provider="ana", who=1)
    first = desk.held("haircut", desk.at("10:00"), provider="ana")
    second = desk.held("haircut", desk.at("10:15"), instead_of=first.id)
    assert desk.business.resource(second.resources[0]).key == "ana"
    assert second.because is Because.KEPT


def test_where_there_is_no_choice_there_is_no_reason(open_desk: Open) -> None:
    """A service of one provider keeps no why; who was asked for is kept as such."""
    desk = opened(open_desk, "least busy")
    assert desk.held("colour", desk.at("09:00")).because is None
    asked = desk.held("haircut", desk.at("11:00"), provider="ben")
    assert asked.because is Because.ASKED


def test_a_class_keeps_its_teacher_busy(open_desk: Open) -> None:
    """On Thursday Leo gives an hour of yoga: a massage is with Mia, who has nothing that day."""
    first = ('["mia", "leo"], ["room-1"', '["leo", "mia"], ["room-1"')
    desk = opened(open_desk, "least busy", ('advance = "full"\n', ""), first)
    assert given(desk, "10:00", day="03-05", service="massage") == ("mia", Because.LEAST_BUSY)


@pytest.mark.parametrize("rule", list(Anyone))
def test_whoever_it_is_the_model_names_them(open_desk: Open, rule: str) -> None:
    """Bookings, holds that lapse and cancellations made by chance, days going by between."""
    desk = opened(open_desk, rule, ('off = "fri"\nper_day = 8', 'off = "fri"'))
    business, chance = desk.business, Random(11)
    book: list[Given] = []
    now, named = MONDAY, 0
    for number in range(count(70, 1500)):
        if number % 12 == 11:
            now += timedelta(minutes=chance.choice([20, 60, 1440, 4320]))
            desk.clock(now)
        if book and chance.random() < 0.15:
            gone = book.pop(chance.randrange(len(book)))
            desk.release(gone.number) if gone.lapses else desk.cancel(gone.number)
        ahead = now.astimezone(business.zone).date() + timedelta(days=chance.randrange(1, 6))
        start = datetime.combine(ahead, time(chance.choice([9, 10, 11, 14, 15, 16])), business.zone)
        who, person = chance.choice([None, None, "ana", "ben"]), chance.randrange(4)
        service = "colour" if who == "ana" and chance.random() < 0.5 else "haircut"
        lasts = timedelta(minutes=chance.choice([5, 90]))
        got = desk.hold(service, start, provider=who, who=person, lasts=lasts)
        if not isinstance(got, Held):
            continue
        key = business.resource(got.resources[0]).key
        wide = business.service_named(service).buffers
        one = Given(
            got.id,
            service,
            key,
            person,
            start,
            start - wide[0],
            got.span.end + wide[1],
            who is not None,
            got.expires if chance.random() < 0.3 else None,
        )
        if one.lapses is None:
            assert desk.confirm(got.id) is None
        if who is None:
            order = whom(rule, ["ana", "ben"], book, one, now=now, zone=business.zone)
            assert key == next(w for w in order if _free(w, one, book, now)), number
            named += 1
        book.append(one)
    assert named >= count(20, 300)


def _free(who: str, one: Given, book: Sequence[Given], now: datetime) -> bool:
    """Whether somebody works then and nobody else has their time."""
    off = who == "ben" and one.start.weekday() == FRIDAY
    stand = (o for o in book if o.who == who and (o.lapses is None or o.lapses > now))
    return not off and not any(o.since < one.until and one.since < o.until for o in stand)
