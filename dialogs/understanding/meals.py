"""Meals at a place that seats people: they name its one service, and a part of the day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dialogs.understanding.facts import Vocabulary
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.names import Hit
from dialogs.understanding.text import Word
from dialogs.when import Grain, Window, Wish

LUNCH = (time(11), time(16))
DINNER = (time(17), time(0))  # to midnight


def named(row: Sequence[Word], lexicon: Lexicon, vocabulary: Vocabulary) -> list[Hit]:
    """Hear "dinner" as the service of a place that seats people and does nothing else."""
    if not _served(vocabulary):
        return []
    keys = (vocabulary.services[0].key,)
    meals = [at for at, word in enumerate(row) if word.text in lexicon.meal_words]
    return [Hit(keys, at, at, exact=True) for at in meals]


def narrowed(
    wish: Wish,
    row: Sequence[Word],
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    *,
    day: date | None,
    zone: ZoneInfo,
) -> Wish:
    """Hear "friday for dinner" as friday's evening; an hour that is said says more.

    `day` is the one under discussion, which "dinner instead" is about.
    """
    said = {word.text for word in row}
    lunch, dinner = bool(said & lexicon.lunch_words), bool(said & lexicon.dinner_words)
    if lunch == dinner or wish.time_said or wish.rrule or not _served(vocabulary):
        return wish
    part = LUNCH if lunch else DINNER
    if day is not None and not wish:
        return replace(wish, windows=(_part(day, part, zone),), time_said=True)
    windows = tuple(_within(window, part) for window in wish.windows)
    return wish if windows == wish.windows else replace(wish, windows=windows, time_said=True)


def _served(vocabulary: Vocabulary) -> bool:
    return vocabulary.party and len(vocabulary.services) == 1


def _within(window: Window, part: tuple[time, time]) -> Window:
    """Return a part of a day; anything but one day stays as it is."""
    if window.grain is not Grain.DAY or window.start is None or window.end is None:
        return window
    first, last = window.start.date(), (window.end - timedelta(microseconds=1)).date()
    return window if first != last else _part(first, part, window.start.tzinfo)


def _part(day: date, part: tuple[time, time], zone: tzinfo | None) -> Window:
    opens, closes = part
    end = day if closes > opens else day + timedelta(days=1)
    return Window(
        datetime.combine(day, opens, zone), datetime.combine(end, closes, zone), Grain.DAYPART
    )
