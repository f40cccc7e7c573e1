"""What phrases alone cannot show: changes of the clocks, zones, problems, two messages, keeping."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.when import Context, Grain, Note, Problem, Window, Wish, combine, read

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=NEW_YORK)


def meant(text: str, **known: Any) -> Wish:  # noqa: ANN401 - whatever `read` takes
    """Read in New York on that Wednesday morning."""
    return read(text, **{"now": NOW, "zone": NEW_YORK, **known})


def ends(window: Window) -> tuple[datetime, datetime]:
    """Return both ends of a window that has both."""
    assert window.start is not None
    assert window.end is not None
    return window.start, window.end


def local(wish: Wish) -> list[str]:
    """Write each window's start as local ISO minutes."""
    return [
        window.start.replace(tzinfo=None).isoformat(timespec="minutes")
        for window in wish.windows
        if window.start
    ]


def test_a_wall_time_that_the_clocks_skip_moves_on_by_the_gap() -> None:
    """On 8 March 2026 New York has no 2:30: half past three is meant, and noted."""
    wish = meant("sunday at 2:30am")
    assert local(wish) == ["2026-03-08T03:30"]
    assert wish.note is Note.GAP


def test_a_wall_time_that_comes_twice_is_its_first_and_noted() -> None:
    """On 1 November 2026 half past one comes twice."""
    wish = meant("nov 1 at 1:30am")
    first = wish.windows[0].start
    assert first is not None
    assert first.astimezone(UTC) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert wish.note is Note.FOLD


def test_a_day_is_from_midnight_to_midnight_of_its_place_even_when_it_has_23_hours() -> None:
    """The Sunday on which the clocks change is an hour short."""
    (window,) = meant("sunday").windows
    assert window.grain is Grain.DAY
    start, end = ends(window)
    assert end.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=23)


def test_a_zone_said_with_a_time_belongs_to_that_time() -> None:
    """Three in the afternoon in London is ten in New York while only one has changed its clocks."""
    wish = meant("tomorrow 3pm london time")
    assert wish.windows[0].start == datetime(2026, 3, 5, 15, tzinfo=UTC)
    assert wish.zone_said == ZoneInfo("Europe/London")
    assert meant("tomorrow at 3pm").zone_said is None


def test_your_time_is_the_place_s() -> None:
    """Who writes from elsewhere may say whose three o'clock it is."""
    wish = meant("tomorrow 3 your time", context=Context(place=ZoneInfo("America/Denver")))
    assert wish.windows[0].start == datetime(2026, 3, 5, 22, tzinfo=UTC)


def test_an_offset_is_a_zone() -> None:
    """GMT-3 counts from Greenwich, whatever the tz database calls it."""
    assert meant("tomorrow 3pm GMT-3").windows[0].start == datetime(2026, 3, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize("text", ["february 30", "31 june at 4", "feb 29 2027", "el 31 de junio"])
def test_a_date_that_no_calendar_has_is_a_problem_and_no_guess(text: str) -> None:
    """There is nothing to search for; the bot asks."""
    wish = meant(text, locale="es" if " de " in text else "en")
    assert wish.problem is Problem.IMPOSSIBLE_DATE
    assert not wish.windows


def test_what_was_said_and_what_was_assumed_are_told_apart() -> None:
    """A time alone assumed its day, a day alone no time."""
    assert (meant("at 3").day_said, meant("at 3").time_said) == (False, True)
    assert (meant("friday").day_said, meant("friday").time_said) == (True, False)
    assert (meant("friday at 3").day_said, meant("friday at 3").time_said) == (True, True)


def test_the_spans_are_the_words_of_time() -> None:
    """What is left of the message is for others to understand."""
    text = "a cut with Ana tomorrow at 3, please"
    (first, last), *_ = meant(text).spans
    assert text[first:last] == "tomorrow"
    assert "Ana" not in "".join(text[a:b] for a, b in meant(text).spans)


def test_the_explanation_names_words_and_rules() -> None:
    """`--explain` shows how it came about."""
    steps = read("nxt fri 3ish", now=NOW, zone=NEW_YORK, explain=True).steps
    assert steps[0].startswith("words: NEXT(nxt)")
    assert any(step.startswith("ish:") for step in steps)


def test_the_order_of_day_and_month_is_the_locale_s() -> None:
    """5/12 is a day in May in New York and one in December in London."""
    assert local(meant("5/12")) == ["2026-05-12T00:00"]
    assert local(meant("5/12", locale="en-GB")) == ["2026-12-05T00:00"]
    assert local(meant("5/12", locale="de")) == ["2026-12-05T00:00"]


def test_dayparts_are_a_setting() -> None:
    """A place may have its own afternoon."""
    own = Context(dayparts={"afternoon": (time(13), time(19))})
    (window,) = meant("friday afternoon", context=own).windows
    assert tuple(edge.hour for edge in ends(window)) == (13, 19)


@pytest.mark.parametrize(
    ("first", "second", "start"),
    [
        ("tomorrow", "3pm", "2026-03-05T15:00"),
        ("3pm", "tomorrow", "2026-03-05T15:00"),
        ("tomorrow at 3", "friday instead", "2026-03-06T15:00"),
        ("tomorrow at 3", "4pm", "2026-03-05T16:00"),
        ("friday", "in the afternoon", "2026-03-06T12:00"),
        ("friday", "after 3", "2026-03-06T15:00"),
        ("friday at 3", "monday at 9", "2026-03-09T09:00"),
        ("friday at 3", "thanks", "2026-03-06T15:00"),
    ],
)
def test_two_messages_make_one_wish(first: str, second: str, start: str) -> None:
    """The later message's part replaces, the rest is kept."""
    wish = combine(meant(first), meant(second), now=NOW, zone=NEW_YORK)
    assert local(wish)[0] == start


def test_a_length_and_a_refusal_are_kept_over_messages() -> None:
    """Whoever said "an hour" and "not monday" need not say it again."""
    wish = combine(meant("an hour, not monday"), meant("next week"), now=NOW, zone=NEW_YORK)
    assert wish.duration == timedelta(hours=1)
    assert [ends(window)[0].date() for window in wish.exclude] == [date(2026, 3, 9)]


def test_a_wish_comes_back_from_its_json() -> None:
    """A conversation's row keeps it, wall time and zone included."""
    wish = meant("every tuesday at 3 for six weeks")
    assert Wish.from_json(wish.to_json()).windows == wish.windows
    assert Wish.from_json(wish.to_json()).rrule == "FREQ=WEEKLY;BYDAY=TU;COUNT=6"
    assert not Wish.from_json(Wish().to_json())


def test_a_naive_now_is_refused() -> None:
    """A naive datetime never crosses a function boundary."""
    with pytest.raises(ValueError, match="aware"):
        read("at 3", now=datetime(2026, 3, 4), zone=NEW_YORK)  # noqa: DTZ001 - the point of it
