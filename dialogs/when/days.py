"""The rules for days and stretches of days, in the order in which they apply."""

from __future__ import annotations

from dialogs.when import dates, periods, relative
from dialogs.when.cascade import rule

_NO_DAY = "COLON|MERIDIEM|OCLOCK|HOURMARK|NOUN|UNIT|LEN|DOT|NUM|MONTH|X"
_TIME_AHEAD = "(?!X|NOUN|STREET|UNIT|LEN|PERIOD)"

RULES = (
    rule("two days of a month", "DATE MONTH", dates.two_of_month),
    rule("date in digits", "DATE", dates.numeric),
    rule("the week of a holiday", "THE? NAMED UNIT", periods.holiday_week),
    rule("a holiday", "THE? NAMED", dates.holiday),
    rule(
        "day and month",
        "(?:THE|ON|FOR){0,3} UNIT? (?:ORD|NUM(?!COLON)) (?:STOP|DOT|DASH|SLASH)? UNIT? OF? "
        "(?:THE|DASH|SLASH)? MONTH (?:(?:STOP|DOT|COMMA|OF|DASH|SLASH)? NUM(?!COLON|MERIDIEM|"
        "OCLOCK|HOURMARK|TO|DASH))?",
        dates.day_month,
    ),
    rule(
        "day and month",
        "(?:THE|ON|FOR){0,3} UNIT? (?:ORD|NUM(?!COLON)) (?:STOP|DOT|DASH|SLASH)? OF? THE? MONTH",
        dates.day_month,
    ),
    rule(
        "month and day",
        "MONTH (?:STOP|DOT|COMMA|DASH|SLASH)? THE? (?:ORD|NUM)(?!COLON|MERIDIEM|OCLOCK|"
        "HOURMARK) COMMA? NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|TO|DASH)",
        dates.day_month,
    ),
    rule(
        "month and day",
        "MONTH (?:STOP|DOT|COMMA|DASH|SLASH)? THE? (?:ORD|NUM)(?!COLON|MERIDIEM|OCLOCK|HOURMARK)",
        dates.day_month,
    ),
    rule("month and year", "MONTH (?:OF|COMMA|DASH|SLASH)? NUM", dates.month_year),
    rule(
        "date with a dot",
        "(?:ON|THE|FOR|WDAY) DOTTED(?!OCLOCK|MERIDIEM|HOURMARK)",
        dates.dotted_date,
    ),
    rule("the week after next", "THE? UNIT AFTERNEXT", periods.unit),
    rule("weekday after next", "THE? WDAY AFTERNEXT", relative.weekday),
    rule("a relative day", "REL", relative.relative_day),
    rule(
        "length from a day",
        "(?:LEN|THE? UNIT) (?:FROM|AFTER|ON|BEFORE) (?:ON|THE)? DAY",
        relative.from_day,
    ),
    rule("moved by so much", "MOVE X{0,3} BY LEN(?!HENCE|LATER|EARLIER)", relative.moved),
    rule(
        "moved by so much",
        "(?:MOVE|PUSH|PULL) (?:X|THE|ON|DASH){0,3} (?:AT|ON|OF) LEN"
        "(?!HENCE|LATER|EARLIER|CLOCK|AT)",
        relative.moved,
    ),
    rule(
        "moved by days",
        "(?:MOVE|PUSH|PULL) THE? LEN(?!HENCE|LATER|EARLIER|CLOCK|AT|NOUN|X)",
        relative.moved_days,
    ),
    rule("moved by so much", "(?:BY|AT|ABOUT|FOR) LEN (?:MOVE|PUSH|PULL)", relative.moved),
    rule("moved by so much", "LEN (?:PUSH|PULL)(?!LEN|BY|FOR)", relative.moved),
    rule("moved back by so much", "MOVE X{1,3} AGO BY? LEN", relative.moved),
    rule("pushed or pulled", "(?:PUSH|PULL) (?:BY|FOR|ABOUT){0,3} LEN", relative.moved),
    rule("within a length", "BY LEN", periods.within),
    rule("a day in a week", "(?:WDAY|DAY|REL) IN LEN", relative.day_in_weeks),
    rule("a day in eight", relative.IN_EIGHT, relative.in_eight),
    rule("a weekday in weeks", "(?:IN) LEN (?:COMMA|ON|THE){0,2} WDAY", relative.in_weeks_weekday),
    rule("day and month in words", "(?:THE|ON)? ORD ORD", dates.two_ordinals),
    rule(
        "a length ahead",
        "(?:IN|WITHIN) LEN(?!AGO|LATER|EARLIER) HENCE?",
        periods.ahead_or_within,
    ),
    rule("a length from now", "LEN CLOCKWORD", relative.ahead),
    rule(
        "later that day", "(?<!LEN)(?:LATER|EARLIER) (?:ON|THE){0,2} SAME UNIT", relative.beside_ref
    ),
    rule("a length from there", "LEN (?:AFTER|BEFORE)(?=STOP|COMMA|AT|$)", relative.moved),
    rule("so long ago", "AGO LEN", relative.ago),
    rule("so long ago", "BEFORE LEN(?!AND|DAY|CLOCK)", relative.ago),
    rule("a length from there", "LEN (?:LATER|EARLIER)", relative.moved),
    rule("a length from now", "LEN (?:HENCE|AGO)", relative.ahead),
    rule("a stretch from today", "FOR LEN HENCE", periods.stretch_from_today),
    rule("the next so many", "(?:THE)? NEXT LEN", periods.next_length),
    rule(
        "nth of a period",
        "(?:THE|ON){0,3} (?:ORD|LAST) (?:WDAY|UNIT) (?:OF|IN) (?:THE|THIS)? (?:MONTH|"
        "UNIT)(?!AFTERNEXT)",
        periods.nth_weekday,
    ),
    rule(
        "this one or the next",
        "THIS UNIT (?:OR|AND) NEXT(?!UNIT|WDAY|LEN|MONTH)",
        periods.this_or_next,
    ),
    rule(
        "this weekday or the next",
        "(?:THIS|NOT|THE){0,2} WDAY (?:OR|AND|BUT|COMMA){1,2} (?:THE|ON)? NEXT"
        "(?!UNIT|WDAY|LEN|MONTH|NUM)",
        relative.this_or_next,
    ),
    rule("within a unit", "WITHIN ARTICLE? UNIT", periods.within_unit),
    rule(
        "a period by its unit",
        "(?:THE|THIS|IN)? (?:THIS|NEXT|LAST|COMING) COMING? UNIT(?!LEN)",
        periods.unit,
    ),
    rule("a period by its unit", "THE? UNIT (?:COMING|NEXT)", periods.unit),
    rule("a month", "(?:IN|THIS|NEXT|LAST|OF) (?:THE)? MONTH", periods.month_alone),
    rule(
        "nth of a period",
        "(?:THE|ON){0,3} (?:ORD|LAST) (?:WDAY|UNIT) (?:OF|IN)? (?:THE|THIS)? PERIOD",
        periods.nth_weekday,
    ),
    rule("before the end", "BEFORE LATE (?:OF|THE){0,2} (?:PERIOD|UNIT|MONTH)", periods.before_end),
    rule(
        "part of a period",
        "(?:IN|THE){0,3} (?:EARLY|LATE|LATER|MID|REST) (?:OF|IN|THE|DASH)? (?:PERIOD|UNIT|MONTH)",
        periods.piece,
    ),
    rule("the following weekday", "(?:THE|ON)? FOLLOWING WDAY", relative.following),
    rule("the day after", "(?:THE|ON|IN)? FOLLOWING UNIT", relative.day_after),
    rule("the day after", "(?:THE|ON|IN)? UNIT (?:FOLLOWING|PRECEDING)", relative.day_after),
    rule("weekday", "(?:THE|ON)? (?:THIS|NEXT|LAST|COMING) COMING? WDAY", relative.weekday),
    rule("weekday", "WDAY (?:COMING|NEXT)(?!UNIT|PERIOD|WDAY|MONTH|LEN)", relative.weekday),
    rule("any weekday", "ANY WDAY", relative.any_weekday),
    rule("weekday", "(?:THE )?WDAY", relative.weekday),
    rule("the nth", "(?:ON|FOR) THE ORD" + _TIME_AHEAD, dates.ordinal),
    rule("the nth", "(?:THE )?ORD(?!NOUN|STREET|LEN|UNIT|WDAY|FREE? NOUN)", dates.ordinal),
    rule("a weekday beside a day", "DAY (?:AFTER|BEFORE|FOLLOWING) DAY", relative.weekday_beside),
    rule("a week on a day", "(?:LEN|UNIT) (?:ON|FROM|AFTER)? (?:THE)? DAY", relative.british_week),
    rule("a day week", "DAY UNIT(?!DAY|COMING|AFTERNEXT)", relative.british_week),
    rule(
        "the week of a day",
        "(?:IN|THE|FOR){0,3} WEEKOF (?:THE|ON)? (?:DAY|NUM(?!COLON|MERIDIEM))",
        periods.week_of,
    ),
    rule(
        "the week of a day",
        "(?:IN|THE){0,3} UNIT (?:OF|STARTING)? (?:THE)? (?:DAY)",
        periods.week_of,
    ),
    rule("that day", "(?:ON)? SAME UNIT", relative.same_day),
    rule(
        "the day after that one",
        "DAY (?:OR|AND|COMMA|SLASH) THE? (?:NEXT UNIT|UNIT (?:AFTER|BEFORE))(?!DAY|CLOCK|NUM|"
        "PERIOD)",
        relative.or_the_next,
    ),
    rule("the day after", "UNIT (?:AFTER|BEFORE) (?=STOP|COMMA|AT|SAMETIME|$)", relative.day_after),
    rule(
        "the day after",
        "(?:THE|ON|IN) (?:NEXT UNIT|"
        "UNIT (?:AFTER|BEFORE|LATER|EARLIER|PRECEDING)(?!CLOCK|NUM|DAY))",
        relative.day_after,
    ),
    rule("the day after", "THE UNIT (?:AFTER|BEFORE)(?=CLOCK)", relative.day_after),
    rule("length from a day", "LEN (?:FROM|AFTER|BEFORE) DAY", relative.from_day),
    rule("the day before a day", "THE? UNIT (?:AFTER|BEFORE) DAY", relative.beside),
    rule(
        "weekday and number",
        "DAY NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|NOUN|UNIT|DASH|TO|NUM|ISH)",
        dates.weekday_number,
    ),
    rule(
        "a number with its article",
        "(?:ON|FOR)? (?:THE|ON) NUM(?!COLON|MERIDIEM|OCLOCK|HOURMARK|NOUN|UNIT|LEN|AND NUM|DOT|"
        "STREET|NUM|DAYPART|ISH|TO NUM|DASH NUM)",
        dates.article_day,
    ),
    rule("a number with its article", "ON NUM(?=DAYPART)", dates.article_part),
    rule("until a number with its article", "UNTIL NUM(?!" + _NO_DAY + ")", dates.until_day),
    rule(
        "a bounded weekday and its date",
        "(?<=[UNTIL BY BEFORE AFTER FROM])DAY (?:COMMA|ON|THE){0,2} DAY",
        dates.weekday_dated,
    ),
    rule("from a day and an hour on", "FROM DAY(?=CLOCK ONWARD)", dates.day_alone),
    rule("the nth day", "(?:THE|ON)? UNIT NUM(?!COLON|MERIDIEM|OCLOCK)", dates.day_number),
    rule(
        "a weekend",
        "(?:THE|ON|AT|FOR|IN|ANY)? (?:THE )?UNIT",
        periods.weekend,
    ),
    rule("a month", "MONTH", periods.month_alone),
    rule("a day of a period", "DAY (?:OF|IN|COMMA|ON){0,3} PERIOD", periods.of_period),
    rule("a day of a period", "PERIOD (?:ON|COMMA|THE){0,3} DAY", periods.of_period),
    rule(
        "part of a day", "(?:EARLY|LATE) (?:ON|IN)? DAY (?:IN|THE){0,3} DAYPART", relative.early_day
    ),
    rule("part of a day", "(?:EARLY|LATE) (?:ON)? DAY(?!OF|AT|CLOCK)", relative.early_day),
    rule(
        "part of a day",
        "(?:EARLY|LATE|MID) (?:IN|OF|DASH)? (?:THE|THIS)? DAYPART",
        periods.hinted_part,
    ),
)
