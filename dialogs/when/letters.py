"""Rules for the hour's letter or word: 15h, at 17 h, 8 heures 30, alle 15 ore, h 17, 12.30h."""

from __future__ import annotations

from dataclasses import replace

from dialogs.when.cascade import Found, State, rule
from dialogs.when.hours import hour_of, pieces_of, shifted
from dialogs.when.items import Item


def no_such_hour(found: Found, state: State, number: Item) -> Item | None:
    """25 uhr: meant for a time, and none that a clock shows."""
    if number.kind != "NUM" or not 24 < number.value < 100:
        return None
    state.no_time = True
    return found.make("X", None)


def _h(found: Found, state: State) -> Item | list[Item] | None:
    """8h, at 17 h: the hour's letter as clocks are written in many languages."""
    number, unit = found.all("NUM", "UNIT")[:2]
    told = state.lexicon.conventions["hour_is_clock"]
    asked = (
        found.has("AT")
        if not told
        else found.has("AT", "ABOUT", "FROM", "UNTIL", "BEFORE", "AFTER", "BY")
    )
    letter = unit.raw == "h"
    late = letter and number.end == unit.start and 12 < number.value <= 24  # 19h
    if unit.value != "hour" or not (
        told == "always" or (letter and told) or (asked and (told or letter)) or late
    ):
        return None
    clock = hour_of(number)
    if clock is None and asked and letter:
        return no_such_hour(found, state, number)
    if clock is None or (clock.at % 60 and found.items[-1] is not unit):
        return None
    if told == "always" and number.value == 1 and not asked and not letter:
        return None  # une heure et demie is a length
    if told == "letter" and number.value == 1 and not letter:
        return None  # um eine Stunde is by an hour; nobody says it of one o'clock
    if found.items[-1].kind == "NUM" and found.items[-1] is not number:
        minute = found.items[-1].value
        if not 0 <= minute < 60:
            return None
        clock = shifted(clock, minute)
    if unit.raw == "h" and number.value > 12:
        clock = replace(clock, sure=True)
    made = found.make("CLOCK", clock)
    made.start = number.start
    return [*found.items[: found.items.index(number)], made]


def _letter_first(found: Found, state: State) -> Item | None:
    """As in "h 17": the hour's letter before the hour."""
    unit, number = found.items
    if unit.raw != "h" or not state.lexicon.conventions["hour_is_clock"]:
        return None
    clock = hour_of(number)
    return found.make("CLOCK", clock) if clock else None


def _dotted_hours(found: Found, state: State) -> Item | None:
    """12.30h, 12.30 hrs: two digits after the dot are minutes, where hours are written so."""
    clock = pieces_of(found.items[0])
    written = found.items[-1].value == "hour" and len(found.items[0].raw.split(".")[-1]) == 2
    if clock is None or not written or not state.lexicon.conventions["hour_is_clock"]:
        return None
    return found.make("CLOCK", clock)


_NUMBER_UNIT = (
    "NUM UNIT(?!HENCE|AGO|LATER|EARLIER|MOVE|PUSH|PULL|OF X|(?:BEFORE|AFTER)(?:STOP|COMMA|$)) "
    "(?:NUM(?!UNIT|HOURMARK|MONTH|NOUN))?"
)
RULES = (
    rule("the hour's letter", "DOTTED UNIT", _dotted_hours),
    rule(
        "the hour's letter",
        "(?<!NUM)(?<!CLOCK)UNIT NUM(?!UNIT|HOURMARK|MONTH|NOUN|NUM)",
        _letter_first,
    ),
    rule("the hour's letter", "(?<=OF) NUM UNIT (?=AT|TO|UNTIL|DASH)", _h),
    rule("the hour's letter", "(?:UNTIL|FROM|AFTER|BEFORE|AT) THE? NUM UNIT (?=HENCE)", _h),
    rule(
        "the hour's letter",
        "(?:FROM|UNTIL|BEFORE|AFTER|BY)? (?:AT|ABOUT|THE)? (?<![IN FOR WITHIN LASTING OF]) "
        + _NUMBER_UNIT,
        _h,
    ),
)
