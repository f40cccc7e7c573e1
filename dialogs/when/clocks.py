"""Rules for times of day: 3pm, 15h30, half past four, viertel vor acht, noon, tens in words."""

from __future__ import annotations

from dataclasses import replace

from dialogs.when.cascade import Found, State, rule
from dialogs.when.hours import NOON, hour_of, minute_of, pieces, pieces_of, shifted
from dialogs.when.items import Clock, ClockSpan, Item
from dialogs.when.letters import no_such_hour
from dialogs.when.relative import IN_EIGHT, in_eight

_NOON_HOUR = 12
_TOLD = frozenset({5, 10, 20, 25})
_COARSE = frozenset({5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55})


def _relative(found: Found, state: State) -> Item | None:
    """Quarter past four, ten to six, five minutes before eight."""
    lead, hour_item = found.first("QUARTER", "HALF", "NUM", "LEN"), found.items[-1]
    if hour_item.kind == "OCLOCK":
        hour_item = found.items[-2]
    hour = hour_of(hour_item)
    told_after = state.lexicon.conventions.get("added_minutes")
    if found.has("MINUS") and told_after and not state.lexicon.conventions.get("minus_is_to"):
        return None  # las ocho menos veinte: the minutes follow the hour
    if lead is None or lead is hour_item or hour is None or hour.at % 60:
        return None
    minutes = minute_of(lead)
    if minutes is None:
        return None
    if found.has("PAST", "AFTER"):
        after = lead.kind == "NUM" and found.has("AFTER") and not found.has("UNIT")
        if after and not (state.lexicon.conventions.get("after_minutes") and minutes in _TOLD):
            return None
        return found.make("CLOCK", shifted(hour, minutes))
    if found.has("OF") and not (
        state.lexicon.conventions.get("of_minutes")
        and (lead.kind == "QUARTER" or (not lead.raw.isdigit() and minutes in _TOLD))
    ):
        return None  # "ten of six" is ten to six in the United States
    # "ten to six" is ten minutes before six, "10 to 6" is a stretch of the day
    if lead.kind == "NUM" and found.has("TO") and (lead.raw.isdigit() or minutes not in _TOLD):
        return None
    return found.make("CLOCK", shifted(hour, -minutes))


def _to_hour(found: Found, state: State) -> Item | None:
    """Un cuarto para las cinco, diez para las cuatro; "10 para las 4" may be a party."""
    lead, link = found.items[0], found.first("AT")
    told = lead.kind == "QUARTER" or (lead.value in _TOLD and not lead.raw.isdigit())
    if link is None or link.raw not in state.lexicon.conventions.get("to_hour", ()) or not told:
        return None
    return _relative(found, state)


def _half(found: Found, state: State) -> Item | None:
    """Half 4: half past in British English, half before in German."""
    hour = hour_of(found.items[-1])
    if hour is None or hour.at % 60 or hour.at > NOON:
        return None
    shift = 30 if state.lexicon.conventions["half"] == "past" else -30
    return found.make("CLOCK", shifted(hour, shift))


def _beside_half(found: Found, state: State) -> Item | None:
    """Fünf vor halb vier: minutes beside a half hour."""
    minutes = found.items[0].value
    clock = found.items[-1].value
    if clock.at % 60 != 30 or minutes not in _TOLD or not state.lexicon.conventions.get("quarters"):
        return None
    back = found.has("MINUS", "BEFORE")
    return found.make("CLOCK", shifted(clock, -minutes if back else minutes))


def _quarter_of(found: Found, state: State) -> Item | None:
    """Viertel acht, dreiviertel acht: quarters of the hour that is filling up."""
    quarters = state.lexicon.conventions.get("quarters")
    hour = hour_of(found.items[-1])
    lead = found.items[0]
    if not quarters or hour is None or hour.at % 60 or hour.at > NOON:
        return None
    return found.make("CLOCK", shifted(hour, -15 if lead.kind == "NUM" else -45))


def _added(found: Found, state: State) -> Item | None:
    """Sept heures et demie, las cuatro y cuarto, alle nove meno un quarto, sete e meia."""
    hour = hour_of(found.items[0])
    lead = found.items[-1]
    if found.items[-1].kind == "UNIT":
        lead = found.items[-2]
        if found.items[-1].value != "minute":
            return None
    if hour is None or hour.at % 60 or not state.lexicon.conventions.get("added_minutes"):
        return None
    back = found.has("MINUS", "NOT")
    if lead.kind == "DATE":
        return found.make("CLOCK", shifted(hour, 30)) if lead.raw == "1/2" and not back else None
    minutes = minute_of(lead)
    if found.has("NOT") and (lead.raw.isdigit() or minutes not in _COARSE):
        return None
    if lead.kind == "QUARTER" and found.items[-2].kind == "NUM":
        minutes = 15 * found.items[-2].value
    if minutes is None or (lead.kind == "NUM" and lead.raw.isdigit() and minutes not in _COARSE):
        return None
    return found.make("CLOCK", shifted(hour, -minutes if back else minutes))


def _meridiem(found: Found, _state: State) -> Item | None:
    """3pm, 11.30 am, eight forty p.m., 5:pm."""
    clock = pieces(found)
    marks = found.all("MERIDIEM")
    if clock is None or not marks:
        return None
    if clock.at >= NOON + 60:
        return found.make("CLOCK", replace(clock, sure=True))  # "15:30 pm" is as written
    return found.make("CLOCK", clock.half(pm=marks[-1].value))


def _named(found: Found, _state: State) -> Item:
    """Noon, 12 midnight."""
    return found.make("CLOCK", Clock(found.items[-1].value, sure=True))


def _words(found: Found, _state: State) -> Item | None:
    """Six forty-three: an hour and its minutes in words, or both in digits after "at"."""
    hour, minute = found.items[-2:]
    mixed = hour.raw.isdigit() and not minute.raw.isdigit()  # 11 thirty
    if minute.raw.isdigit() and not (hour.raw.isdigit() and found.has("AT")):
        return None
    if mixed and minute.value not in _COARSE:
        return None
    zero = " " in minute.raw  # seven oh five
    if not 1 <= hour.value <= 23 or not (zero or 10 <= minute.value <= 59):
        return None
    if minute.raw.isdigit() and len(minute.raw) != 2:
        return None
    return found.make("CLOCK", Clock(hour.value * 60 + minute.value, sure=hour.value > 12))


def _oclock(found: Found, state: State) -> Item | None:
    """8 o'clock, 8 Uhr 30, 14 heures 15, 17 hrs."""
    numbers = found.all("NUM", "CLOCK", "DOTTED")
    clock = pieces_of(numbers[0])
    if clock is None:
        return no_such_hour(found, state, numbers[0])
    if len(numbers) == 2 and numbers[1].raw in state.lexicon.articles:
        return None  # "15 uhr ein" is no minute
    if len(numbers) == 2:
        if clock.at % 60 or not 0 <= numbers[1].value < 60:
            return None
        clock = shifted(clock, numbers[1].value)
    return found.make("CLOCK", clock)


def at_number(found: Found, _state: State) -> Item | None:
    """A bare number where the word before it asks for a time: "at 4", "around 10", "by 5"."""
    number = found.items[-1]
    clock = pieces(found) if number.kind == "DOTTED" else hour_of(number)
    if clock is None:
        return None
    if number.kind == "NUM" and len(number.raw) == 3 and number.raw.isdigit():
        return None
    made = Item("CLOCK", clock, number.start, number.end)
    if found.has("ABOUT"):
        made.value = replace(clock, about=True)
        made.start = found.first("ABOUT").start  # type: ignore[union-attr] # has() says it is there
    elif found.items[0].kind == "AT":
        made.start = found.items[0].start
    return made


def _after_to(found: Found, state: State) -> Item | None:
    """Para as 5: where the word for "to" is also the one for minutes to the hour."""
    number = found.items[-1]
    clock = hour_of(number)
    if clock is None or not state.lexicon.conventions.get("minus_is_to"):
        return None
    return found.make("CLOCK", clock)


def _from_to(found: Found, state: State) -> Item | None:
    """De las 3 a las 5, dalle due alle quattro, zwischen 8 und 10: where "at" also means "to"."""
    if found.has("AND") and not found.has("BETWEEN"):
        return None
    ends = [pieces_of(item) for item in found.all("NUM", "CLOCK", "DOTTED")]
    if not state.lexicon.conventions.get("at_is_to") or None in ends or ends[0] == ends[1]:
        return None
    if not found.has("AT", "CLOCK") and any(item.value > _NOON_HOUR for item in found.all("NUM")):
        return None  # "from 4 to 23" may be days
    made = found.make("SPAN", ClockSpan(ends[0], ends[1]))
    made.raw = "" if found.has("BETWEEN") else "from"
    return made


def _ish(found: Found, _state: State) -> Item | None:
    """3ish, noon or so."""
    clock = hour_of(found.items[0])
    if clock is None:
        return None
    return found.make("CLOCK", replace(clock, about=True))


def _about(found: Found, _state: State) -> Item:
    return found.make("CLOCK", replace(found.items[-1].value, about=True))


def _with_at(found: Found, _state: State) -> Item:
    return found.make("CLOCK", found.items[-1].value)


def _military(found: Found, _state: State) -> list[Item] | None:
    """1600, 0907: four digits where a time is asked for."""
    number = found.items[-1]
    if len(number.raw) != 4 or not number.raw.isdigit():
        return None
    bare = found.items[0] is number or found.items[0].kind in {"TO", "UNTIL"}
    if bare and number.raw[0] != "0" and number.value % 5:
        return None  # a card "ending 1009"
    clock = hour_of(number)
    if clock is None:
        return None
    made = Item("CLOCK", replace(clock, sure=True), number.start, number.end)
    return [item for item in found.items[:-1] if item.kind not in {"AT", "FOR"}] + [made]


def _hours_written(found: Found, _state: State) -> Item | None:
    """1700 hrs."""
    number, unit = found.items
    clock = hour_of(number) if len(number.raw) == 4 and unit.value == "hour" else None
    return found.make("CLOCK", replace(clock, sure=True)) if clock else None


def _zero_led(found: Found, _state: State) -> Item | None:
    """For 09: a zero before the digit is how clocks are written."""
    number = found.items[-1]
    if len(number.raw) != 2 or number.raw[0] != "0":
        return None
    clock = hour_of(number)
    return Item("CLOCK", clock, number.start, number.end) if clock else None


def _digits(found: Found, _state: State) -> Item | None:
    """Nine thirty as 930 after "at": three digits that are hour and minutes."""
    clock = hour_of(found.items[-1])
    raw = found.items[-1].raw
    if clock is None or clock.at % 5 or len(raw) != 3 or not raw.isdigit():
        return None
    return found.make("CLOCK", clock)


_HOUR = "(?:NUM|CLOCK)"

BEFORE_LENGTHS = (
    rule("a day in eight", IN_EIGHT, in_eight),
    rule(
        "minutes past the hour",
        f"(?:QUARTER|HALF|NUM UNIT?) (?:PAST|AFTER) THE? {_HOUR}(?!UNIT) OCLOCK?",
        _relative,
    ),
    rule(
        "minutes to the hour",
        "(?:QUARTER|NUM UNIT?) (?:MINUS|TO|BEFORE|OF) THE? (?:NUM|CLOCK)(?!UNIT|NOUN) OCLOCK?",
        _relative,
    ),
    rule(
        "minutes to the hour",
        "(?:QUARTER|NUM UNIT?) AT (?:NUM|CLOCK)(?!UNIT|NOUN) OCLOCK?",
        _to_hour,
    ),
)

RULES = (
    rule(
        "noon and midnight",
        "(?:NUM OCLOCK?)? POINT",
        _named,
    ),
    rule("quarters of the coming hour", "(?:NUM QUARTER|QUARTER) NUM(?! UNIT|LEN)", _quarter_of),
    rule("half an hour more or less", "HALF NUM(?! UNIT|LEN)", _half),
    rule(
        "minutes beside the half hour",
        "NUM UNIT? (?:MINUS|BEFORE|PAST|AFTER) CLOCK(?!UNIT)",
        _beside_half,
    ),
    rule(
        "am and pm",
        "(?:NUM (?:DOT|COLON|COMMA) NUM|NUM NUM|NUM|CLOCK|DOTTED) OCLOCK? (?:STOP|DOT|COLON)? "
        "MERIDIEM{1,3}",
        _meridiem,
    ),
    rule(
        "hour and minutes added",
        "(?:NUM|CLOCK) (?:HOURMARK|OCLOCK)? (?:AND|MINUS|PAST|NOT) THE? ARTICLE? (?:NUM QUARTER|"
        "QUARTER|HALF|NUM UNIT?|DATE)",
        _added,
    ),
    rule(
        "am and pm",
        "(?:NUM (?:DOT|COLON|COMMA) NUM|NUM NUM|NUM|CLOCK|DOTTED) OCLOCK? (?:STOP|DOT|COLON)? "
        "MERIDIEM{1,3}",
        _meridiem,
    ),
    rule(
        "o'clock",
        "(?:NUM|CLOCK) DASH? (?:OCLOCK|HOURMARK) NUM(?! UNIT|OCLOCK|HOURMARK|DOT|MONTH)",
        _oclock,
    ),
    rule("o'clock", "(?:NUM|CLOCK|DOTTED) DASH? (?:OCLOCK|HOURMARK)", _oclock),
    rule(
        "hour and minutes in words",
        "(?:AT )?NUM DASH? NUM(?! UNIT|NOUN|MONTH)".replace("DASH? ", ""),
        _words,
    ),
    rule(
        "four digits",
        "(?:AT|FROM|BY|BEFORE|AFTER|TO|UNTIL|(?<=[NUM CLOCK])DASH|FOR) "
        "NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH)",
        _military,
    ),
    rule("four digits", "NUM UNIT", _hours_written),
    rule(
        "a number with a zero before it",
        "(?:FOR|FROM|TO) NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|ORD)",
        _zero_led,
    ),
    rule("four digits", "NUM(?=ON? (?:REL|WDAY|THIS|DAYPART))", _military),
    rule("three digits", "(?<=[AFTER BEFORE UNTIL BY])NUM(?!NOUN|STREET|UNIT|LEN|MONTH)", _digits),
    rule("three digits", "(?<=[WDAY REL])NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|DOT)", _digits),
    rule("four digits", "(?<=[WDAY REL])NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|DOT)", _military),
    rule("three digits", "AT NUM(?!X|NOUN|STREET|UNIT|LEN|MONTH|DASH|DOT)", _digits),
    rule("about a time", "(?:AT )?ABOUT CLOCK", _about),
    rule(
        "a number with about",
        "ABOUT (?:NUM|DOTTED)(?!NOUN|STREET|UNIT|LEN|MONTH|ORD|QUARTER|HALF|MERIDIEM)",
        at_number,
    ),
    rule(
        "from one hour to another",
        "(?:FROM|BETWEEN|OF) (?:THE|AT)? (?:NUM|CLOCK|DOTTED) (?:TO|UNTIL|DASH|AT|AND|MINUS) "
        "(?:THE|AT)? (?:NUM|CLOCK|DOTTED)(?!NOUN|UNIT|LEN|MONTH|ORD|PERIOD|DOT|COLON|MERIDIEM|"
        "OF|QUARTER|HALF)",
        _from_to,
    ),
    rule(
        "a number after at",
        "AT (?:NUM|DOTTED)(?!NOUN|PAST|STREET|UNIT|QUARTER|MONTH|NUM)",
        at_number,
    ),
    rule("a number after to", "MINUS NUM(?!NOUN|STREET|UNIT|LEN|MONTH|NUM|X)", _after_to),
    rule("a number after at", "AT OCLOCK NUM(?!NOUN|UNIT|MONTH|NUM)", at_number),
    rule("ish", "(?:CLOCK|NUM) DASH? ISH", _ish),
    rule("at a time", "AT CLOCK", _with_at),
)
