"""Which of the options a message picks: by number, ordinal, time, name or "the later one"."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from dialogs.understanding.facts import Option
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.text import Word, words
from dialogs.understanding.view import Reading
from dialogs.when import Grain, Window, Wish

_SLACK = timedelta(minutes=1)
_LEAST = 3
_WITH_A_WORD = 2
_CLOCK = re.compile(r"(?<![\d.])(\d{1,2})[.:h]?(\d{2})(?![\d.]\d|\d)")
_EVER = datetime.min.replace(tzinfo=UTC)


Picked = tuple[tuple[int, ...], tuple[int, int] | None]
"""Indexes picked, and the characters of the message that said so where they are no time."""


def by_words(options: Sequence[Option], reading: Reading, lexicon: Lexicon) -> Picked:
    """Indexes picked by number or place; "either" and "any" pick all."""
    found = dict[str, re.Match[str]]()
    for name, match in lexicon.facts.matches(reading.view):
        if name.startswith("pick_"):
            found.setdefault(name, match)
    if "pick_several" in found:
        places = _several(found["pick_several"], lexicon, len(options))
        if places:
            return places, reading.span(found["pick_several"])
    if "pick_not" in found:
        refused = _ordinal(found["pick_not"], lexicon, len(options))
        return tuple(place for place in range(len(options)) if place != refused), None
    for name in ("pick_number", "pick_latest", "pick_earliest", "pick_ordinal"):
        if name in found:
            places = _places(name, found[name], options, lexicon)
            if places:
                return places, reading.span(found[name])
    return (tuple(range(len(options))) if "pick_any" in found else ()), None


def neither_yes_nor_no(reading: Reading, lexicon: Lexicon) -> bool:
    """Whether a message is nothing but "1" or "option 2", though a yes or a no was asked for.

    Which of the two it means is not known, and it is neither an hour nor people.
    """
    said = [word for word in reading.plain.text.split() if word[0].isalnum()]
    if len(said) > _WITH_A_WORD or not {"1", "2"}.intersection(said):
        return False
    answers = ("confirm.", "decline.", "correct.")
    if any(hit.startswith(answers) for hit in lexicon.intents.find(reading.view)):
        return False
    told = {name for name, _ in lexicon.facts.matches(reading.view)}
    return len(said) == 1 or told <= {"pick_number", "party_maybe", "party_asked"}


def _several(match: re.Match[str], lexicon: Lexicon, size: int) -> tuple[int, ...]:
    """Indexes of "1 or 2" and "the first or the last"."""
    places = []
    for word in match.group().split():
        number = int(word) if word.isdigit() else lexicon.ordinals.get(word, 0)
        if number:
            places.append(number - 1 if number > 0 else size + number)
    return tuple(dict.fromkeys(place for place in places if 0 <= place < size))


def _places(
    name: str, match: re.Match[str], options: Sequence[Option], lexicon: Lexicon
) -> tuple[int, ...]:
    """Indexes that one kind of picking names."""
    if name == "pick_number":
        said = match.group("n")
        number = int(said) if said.isdigit() else 1
        if 1 <= number <= len(options):
            return (number - 1,)
        return tuple(at for at, option in enumerate(options) if _strikes(option, number))
    if name == "pick_ordinal":
        place = _ordinal(match, lexicon, len(options))
        return () if place is None else (place,)
    started = [at for at, option in enumerate(options) if option.start is not None]
    ordered = sorted(started, key=lambda at: options[at].start or _EVER)
    if not ordered:
        return ()
    return (ordered[-1 if name == "pick_latest" else 0],)


def _strikes(option: Option, number: int) -> bool:
    """Whether an option starts on that hour, of either half of the day."""
    if option.start is None:
        return False
    return option.start.minute == 0 and number in {option.start.hour, option.start.hour % 12 or 12}


def _ordinal(match: re.Match[str], lexicon: Lexicon, size: int) -> int | None:
    """0-based place that the ordinal in a match names, None where there is none."""
    for word in match.group().split():
        number = lexicon.ordinals.get(word)
        if number is None:
            continue
        if number == 0:
            return size // 2 if size % 2 else None
        place = number - 1 if number > 0 else size + number
        return place if 0 <= place < size else None
    return None


def by_facts(options: Sequence[Option], wish: Wish, provider: str | None) -> tuple[int, ...]:
    """Indexes of the options that the stated time and provider fit; empty if all do."""
    fitting = list(range(len(options)))
    if wish.windows:
        exact = [place for place in fitting if _starts(wish, options[place].start)]
        fitting = exact or [place for place in fitting if _fits(wish, options[place].start)]
    if provider is not None:
        named = [place for place in fitting if options[place].provider == provider]
        if not named and any(option.provider for option in options):
            return ()
        fitting = named or fitting
    if not wish.windows and provider is None:
        return ()
    return tuple(fitting)


def _starts(wish: Wish, start: datetime | None) -> bool:
    """Whether an option starts on the very minute a time was said to ("the one from 3:30")."""
    if start is None or not wish.time_said or wish.day_said:
        return False
    return any(
        window.start is not None
        and window.end is None
        and _face(window, wish, start.astimezone(window.start.tzinfo))
        for window in wish.windows
    )


def _face(window: Window, wish: Wish, local: datetime) -> bool:
    """Whether a local time is the window's start, in either half of the day without a zone."""
    if window.start is None:
        return False
    said = {(window.start.hour, window.start.minute)}
    if not wish.zone_said:
        said.add(((window.start.hour + 12) % 24, window.start.minute))
    return (local.hour, local.minute) in said


def _fits(wish: Wish, start: datetime | None) -> bool:
    return start is not None and any(within(window, wish, start) for window in wish.windows)


def within(window: Window, wish: Wish, start: datetime) -> bool:
    """Whether an option lies in a window; a time without a day means that time on any day."""
    if window.grain is Grain.MINUTE and window.start is not None:
        if wish.time_said and not wish.day_said:
            return _face(window, wish, start.astimezone(window.start.tzinfo))
        return abs(start - window.start) < _SLACK
    edge = window.start or window.end
    if wish.time_said and not wish.day_said and edge is not None:
        # "After 4" of slots on another day: the same time of day there.
        moved = start.astimezone(edge.tzinfo)
        start = datetime.combine(edge.date(), moved.timetz())
    return (window.start is None or window.start <= start) and (
        window.end is None or start < window.end
    )


def by_clock(options: Sequence[Option], text: str) -> tuple[int, ...]:
    """Indexes of the options that start at a bare "3.30" or "330" in the text."""
    said = {(int(hour), int(minute)) for hour, minute in _CLOCK.findall(text)}
    return tuple(
        place
        for place, option in enumerate(options)
        if option.start is not None
        and said
        & {
            (option.start.hour, option.start.minute),
            (option.start.hour % 12 or 12, option.start.minute),
        }
    )


def by_label(
    options: Sequence[Option], row: Sequence[Word], known: Callable[[str], bool]
) -> tuple[int, ...]:
    """Indexes of the one option whose label is said, or shares a word that no other has."""
    said = " " + " ".join(word.text for word in row if word.text[0].isalnum()) + " "
    labels = [_plain(option.label) for option in options]
    whole = [place for place, label in enumerate(labels) if label and f" {label} " in said]
    if len(whole) == 1:
        return tuple(whole)
    parts = {
        word
        for word in said.split()
        if len(word) >= _LEAST and not word.isdigit() and not known(word)
    }
    shared = [place for place, label in enumerate(labels) if parts & set(label.split())]
    return tuple(shared) if len(shared) == 1 else ()


def _plain(label: str) -> str:
    return " ".join(word.text for word in words(label) if word.text[0].isalnum())
