"""Recurrences: wall time kept, gaps moved on, folds taken first, exceptions left out."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from core.recurrence import Recurrence, last_day, moved, occurrences, readable, turned

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def days(recurrence: Recurrence, until: date, zone: ZoneInfo = NEW_YORK) -> list[str]:
    """Return the occurrences as wall times with their offsets."""
    found = occurrences(recurrence, zone=zone, until=until)
    return [f"{one.start.astimezone(zone):%m-%d %H:%M%z}" for one in found]


def test_the_wall_time_stays_when_the_clocks_change() -> None:
    """Three o'clock is three o'clock, with an hour less between two of them."""
    again = Recurrence("FREQ=WEEKLY;COUNT=2", date(2026, 3, 3), time(15))
    assert days(again, date(2026, 12, 31)) == ["03-03 15:00-0500", "03-10 15:00-0400"]


def test_a_gap_moves_on_and_a_fold_takes_the_first() -> None:
    """Half past two does not exist on the night in March, and exists twice in November."""
    spring = occurrences(
        Recurrence("FREQ=DAILY;COUNT=1", date(2026, 3, 8), time(2, 30)),
        zone=NEW_YORK,
        until=date(2026, 3, 8),
    )
    assert [(f"{one.start.astimezone(NEW_YORK):%H:%M}", one.note) for one in spring] == [
        ("03:30", "gap")
    ]
    autumn = occurrences(
        Recurrence("FREQ=DAILY;COUNT=1", date(2026, 11, 1), time(1, 30)),
        zone=NEW_YORK,
        until=date(2026, 11, 1),
    )
    assert [(f"{one.start.astimezone(NEW_YORK):%H:%M %Z}", one.note) for one in autumn] == [
        ("01:30 EDT", "fold")
    ]


def test_a_gap_of_half_an_hour_moves_on_by_half_an_hour() -> None:
    """Lord Howe Island changes its clocks by thirty minutes."""
    again = Recurrence("FREQ=DAILY;COUNT=2", date(2026, 10, 3), time(2, 15))
    assert days(again, date(2026, 10, 4), LORD_HOWE) == ["10-03 02:15+1030", "10-04 02:45+1100"]


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO", date(2026, 3, 1), ["03-02", "04-06", "05-04"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", date(2026, 3, 6), ["03-06", "03-20", "04-03"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", date(2026, 3, 31), ["03-31", "05-31", "07-31"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH", date(2026, 3, 3), ["03-03", "03-05", "03-10"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260310T235959", date(2026, 3, 3), ["03-03", "03-10"]),
    ],
)
def test_the_days_of_a_rule(rule: str, first: date, expected: list[str]) -> None:
    """Rules of weeks and months, open or with an end."""
    found = days(Recurrence(rule, first, time(10)), date(2026, 7, 31))
    assert [day[:5] for day in found][:3] == expected


def test_days_left_out_count_where_the_rule_counts() -> None:
    """Six of which one is left out are five; so is every day but Mondays."""
    some = Recurrence(
        "FREQ=WEEKLY;COUNT=6", date(2026, 3, 3), time(10), None, frozenset({date(2026, 3, 17)})
    )
    assert len(days(some, date(2026, 12, 31))) == 5
    week = Recurrence("FREQ=DAILY;COUNT=7", date(2026, 3, 3), time(10), "FREQ=WEEKLY;BYDAY=MO")
    assert [day[:5] for day in days(week, date(2026, 3, 9))] == [
        "03-03",
        "03-04",
        "03-05",
        "03-06",
        "03-07",
        "03-08",
    ]


def test_only_what_comes_after_is_laid_out_anew() -> None:
    """What was laid out up to a day, that day included, does not come again."""
    again = Recurrence("FREQ=WEEKLY", date(2026, 3, 3), time(10))
    fresh = occurrences(again, zone=NEW_YORK, until=date(2026, 3, 24), after=date(2026, 3, 10))
    assert [one.day.day for one in fresh] == [17, 24]


def test_the_last_day_of_a_rule_that_ends() -> None:
    """None where it does not end by itself."""
    assert last_day(Recurrence("FREQ=WEEKLY;COUNT=3", date(2026, 3, 3), time(10))) == date(
        2026, 3, 17
    )
    assert last_day(Recurrence("FREQ=WEEKLY", date(2026, 3, 3), time(10))) is None


@pytest.mark.parametrize(
    ("rule", "can"),
    [("FREQ=DAILY", True), ("FREQ=HOURLY", False), ("BYDAY=TU", False), ("", False)],
)
def test_what_can_recur(rule: str, *, can: bool) -> None:
    """Days, weeks, months and years; nothing that is no rule."""
    assert readable(rule) is can


def test_days_left_out_before_a_move_still_count() -> None:
    """Of six with one left out, five are left after the second; the day left out moves along."""
    six = Recurrence(
        "FREQ=WEEKLY;BYDAY=TU;COUNT=6",
        date(2026, 3, 3),
        time(15),
        without=frozenset({date(2026, 3, 3), date(2026, 3, 24)}),
    )
    left = moved(six, since=date(2026, 3, 10), to=date(2026, 3, 11), clock=time(15))
    assert (left.rule, left.without) == (
        "FREQ=WEEKLY;BYDAY=WE;COUNT=5",
        frozenset({date(2026, 3, 25)}),
    )


def test_a_rule_as_another_zone_has_its_days() -> None:
    """A Tuesday evening here is a Wednesday there, and the places in a month stay."""
    assert turned("FREQ=WEEKLY;BYDAY=TU,SU;COUNT=4", 1) == "FREQ=WEEKLY;BYDAY=WE,MO;COUNT=4"
    assert turned("FREQ=MONTHLY;BYDAY=1MO", -1) == "FREQ=MONTHLY;BYDAY=1SU"


def test_what_is_moved_ends_as_much_later() -> None:
    """Until Tuesday the 24th is until Wednesday the 25th; a part ends as the whole did."""
    until = Recurrence("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260324T235959", date(2026, 3, 3), time(15))
    left = moved(until, since=date(2026, 3, 10), to=date(2026, 3, 11), clock=time(15))
    assert last_day(left) == date(2026, 3, 25)
    part = Recurrence("FREQ=WEEKLY;BYDAY=WE;COUNT=3", date(2026, 3, 18), time(15))
    whole = moved(part, since=date(2026, 3, 3), to=date(2026, 3, 5), clock=time(15))
    found = occurrences(whole, zone=NEW_YORK, until=date(2026, 5, 1))
    assert [one.day.day for one in found] == [5, 12, 19, 26, 2]
