"""A business file that is wrong is answered with every problem: its line, its field, a sentence."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.blueprint import MOST_BYTES, Blueprint, Problem, read
from core.blueprint.lines import Lines

SMALL = """\
name = "Small"
zone = "Europe/London"
currency = "GBP"
languages = ["en"]
open = { mon-fri = "09:00-17:00" }

[contact]
human = "ann"

[providers.ann]
breaks = "12:00-13:00"

[rooms.back]

[tables.t1]
capacity = 4

[services.cut]
names.en = ["Cut", "trim"]
length = "30 min"
price = "20.00"
needs = [["ann"]]
"""


def problems(text: str) -> list[str]:
    """Return the problems of a file as lines without the file's name."""
    found = read(text.encode(), "small.toml")
    return [] if isinstance(found, Blueprint) else [str(p).split(":", 1)[1] for p in found]


def changed(old: str, new: str) -> list[str]:
    """Return the problems of the small file with one thing changed in it."""
    assert old in SMALL
    return problems(SMALL.replace(old, new, 1))


def test_the_small_file_is_right() -> None:
    """What the other tests change has no problem of its own."""
    assert problems(SMALL) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "[contact]",
            "[limits]\nper_day = 3\nper_week = 2\n[contact]",
            "8: limits.per_day: must not be more than “per_week”",
        ),
        (
            'price = "20.00"',
            "per_customer_a_day = 3\nper_customer_a_week = 2",
            "21: services.cut.per_customer_a_day: must not be more than “per_customer_a_week”",
        ),
        (
            'price = "20.00"',
            'grid = "7 min"\nstarts = { mon-tue = ["9:00", "9:00"], tue = "10:00" }',
            (
                "21: services.cut.grid: must divide the day, as 5, 10, 15, 20, 30 or 60 min do"
                "|21: services.cut.grid: stands beside “starts”; name only one of the two"
                "|22: services.cut.starts.mon-tue: names a time twice"
                "|22: services.cut.starts.tue: tue stands in “mon-tue” as well"
            ),
        ),
        (
            "[contact]",
            '[[seasons]]\nfrom = "06-01"\nto = 2026-08-31\nopen = "09:00-12:00"\n[contact]',
            "9: seasons[1].to: is written like “from”: both of every year, or both of one year",
        ),
        (
            "[contact]",
            '[[seasons]]\nfrom = "06-31"\nto = "07-01"\nopen = "09:00-12:00"\n[contact]',
            '8: seasons[1].from: is no day; write "10-04" for every year, or 2026-10-04',
        ),
        (
            "[contact]",
            "[[seasons]]\nfrom = 2026-06-02\nto = 2026-06-01\nopen = {}\nwho = 'bob'\n[contact]",
            (
                "9: seasons[1].to: lies before “from”|11: seasons[1].who: “bob” is no provider,"
                " room or table"
            ),
        ),
        (
            "[contact]",
            (
                '[[seasons]]\nfrom = "11-01"\nto = "03-01"\nopen = { sun = "9:00-12:00" }\n'
                '[[seasons]]\nfrom = "03-01"\nto = "04-01"\nopen = { sat = "9:00-12:00" }\n'
                "[contact]"
            ),
            "11: seasons[2]: shares days with the season from 11-01 to 03-01",
        ),
        ("open =", "opne =", "1: open: is missing|5: opne: is not known (did you mean “open”?)"),
        (
            '"Europe/London"',
            '"Europe/Lodnon"',
            "2: zone: “Europe/Lodnon” is no time zone (did you mean “Europe/London”?)",
        ),
        ('"GBP"', '"Pounds"', '3: currency: “Pounds” is no currency; write its code, as "USD"'),
        ('["en"]', '["en", "xx"]', '4: languages[2]: “xx” is no language; write its code, as "en"'),
        (
            '"09:00-17:00"',
            '"9-17h"',
            '5: open.mon-fri: “9” is not a time; write it from "00:00" to "24:00"',
        ),
        ("mon-fri", "mon-fry", "5: open.mon-fry: “mon-fry” names no days (did you mean “friday”?)"),
        (
            '{ mon-fri = "09:00-17:00" }',
            '{ mon-fri = "09:00-17:00", fri = "10:00-12:00" }',
            "5: open.fri: fri stands in “mon-fri” as well",
        ),
        (
            '"09:00-17:00"',
            '["09:00-13:00", "12:00-17:00"]',
            "5: open.mon-fri: 09:00–13:00 reaches into 12:00",  # noqa: RUF001 - as it is shown
        ),
        (
            '"09:00-17:00"',
            '"17:00-16:00"',
            "5: open.mon-fri: 17:00–16:00 ends before it starts",  # noqa: RUF001 - as it is shown
        ),
        (
            '"12:00-13:00"',
            '"13:00-12:00"',
            "11: providers.ann.breaks: 13:00–12:00 ends before it starts",  # noqa: RUF001 - as it is shown
        ),
        (
            'breaks = "12:00-13:00"',
            'days = "sat"',
            (
                "11: providers.ann.days: leaves no day on which the place is open|"
                "20: services.cut.length: no hours of the week can hold the 30 min of “cut”"
            ),
        ),
        (
            'breaks = "12:00-13:00"',
            'off = "fri"\ndays = "mon"',
            "11: providers.ann.off: stands beside “days”; name only one of the two",
        ),
        (
            "rooms.back",
            "rooms.ann",
            "13: rooms.ann: “ann” is the key of one of the providers as well",
        ),
        ("capacity = 4", "", "15: tables.t1.capacity: is missing"),
        ("capacity = 4", "capacity = 0", "16: tables.t1.capacity: must lie between 1 and 1000"),
        ("capacity = 4", "capacity = 4.5", "16: tables.t1.capacity: must be a whole number"),
        (
            '"30 min"',
            "30",
            '20: services.cut.length: write 30 with its unit, as "30 min" or "30 h"',
        ),
        (
            '"30 min"',
            '"half an hour"',
            (
                "20: services.cut.length: “half an hour” is not a length of time;"
                ' write it as "1 h 30 min"'
            ),
        ),
        (
            '"30 min"',
            '"5 h"',
            "20: services.cut.length: no hours of the week can hold the 300 min of “cut”",
        ),
        ('"20.00"', '"-1"', "21: services.cut.price: must not be negative"),
        ('"20.00"', "20.005", "21: services.cut.price: has more than the 2 decimals of GBP"),
        ('"20.00"', "inf", "21: services.cut.price: is more than can be asked"),
        (
            '[["ann"]]',
            '[["anm"]]',
            "22: services.cut.needs[1]: “anm” is no provider, room or table (did you mean “ann”?)",
        ),
        ('[["ann"]]', '["ann"]', "22: services.cut.needs[1]: must be a list in [ ]"),
        (
            'needs = [["ann"]]',
            "",
            (
                "18: services.cut.needs: is missing; name what the service occupies, as"
                ' [["ana", "ben"]]'
            ),
        ),
        (
            '[["ann"]]',
            '[["ann"], ["any provider"]]',
            "22: services.cut.needs[2]: “ann” stands in another need of the service already",
        ),
        (
            '[["ann"]]',
            '[["any table"]]\nparty = 6',
            "23: services.cut.party: is larger than the largest table, which seats 4",
        ),
        (
            'languages = ["en"]',
            'languages = ["en"]\njoins = [["t1", "t2"], ["t1", "t1"], ["t1"], []]',
            (
                "5: joins[1]: “t2” is not one of the tables"
                "|5: joins[2]: names a table twice|5: joins[3]: names fewer than two tables"
                "|5: joins[4]: names fewer than two tables"
            ),
        ),
        (
            '[["ann"]]',
            '[["back"]]\nconfirm = "2 h"',
            "23: services.cut.confirm: needs “by”: no provider is booked who could answer",
        ),
        (
            '[["ann"]]',
            '[["ann"]]\nadvance = "30.00"',
            "23: services.cut.advance: is more than the price of 20.00",
        ),
        (
            '[["ann"]]',
            '[["ann"]]\nseats = 5',
            (
                "18: services.cut.times: is missing; a service with “seats” is a class and has its"
                " times|22: services.cut.needs: does not go with “times”; a time names what it"
                " occupies in “with”"
            ),
        ),
        (
            "names.en",
            "names.fr",
            (
                "19: services.cut.names: has no name in “en”, the first of the languages|"
                "19: services.cut.names.fr: is not among the languages (en)"
            ),
        ),
        ('human = "ann"', "", "7: contact.human: is missing"),
        (
            "[contact]",
            'reminders = ["1 h", "24 h"]\n[contact]',
            "7: reminders[2]: is not shorter than the one before it; the longest is first",
        ),
        (
            "[contact]",
            'notice = "70 days"\n[contact]',
            "7: notice: must be shorter than “furthest”, or nothing can ever be booked",
        ),
        ("[contact]", '[holidays]\ncountry = "UK"\nregion = "ENG"\n[contact]', ""),
        (
            "[contact]",
            '[holidays]\ncountry = "XX"\n[contact]',
            "8: holidays.country: “XX” is no country code such as “US”",
        ),
        (
            "[contact]",
            '[holidays]\ncountry = "DE"\nadd = ["31-12"]\n[contact]',
            '9: holidays.add[1]: is no day; write "10-04" for every year, or 2026-10-04',
        ),
        (
            "[contact]",
            '[reached]\nsms = "0171 555"\n[contact]',
            (
                "8: reached.sms: “0171 555” is no phone number; write it with its country,"
                ' as "+1 212 555 0100"'
            ),
        ),
        (
            "[contact]",
            '[reached]\nemail = "x"\n[contact]',
            "8: reached.email: is not known; known here: sms, whatsapp, telegram, slack",
        ),
        (
            "[contact]",
            "[[closed]]\nday = 2026-12-24\nto = 2026-12-25\n[contact]",
            "7: closed[1]: names either “day”, or “from” and “to”",
        ),
        (
            "[contact]",
            "[[closed]]\nfrom = 2026-12-24\nto = 2026-12-20\n[contact]",
            "9: closed[1].to: lies before “from”, or more than a year after it",
        ),
        (
            "[contact]",
            '[[closed]]\nday = 2026-12-24\nwho = "bob"\n[contact]',
            "9: closed[1].who: “bob” is no provider, room or table",
        ),
        (
            "[contact]",
            (
                "[[closed]]\nday = 2026-12-24\n"
                '[[special]]\nday = 2026-12-24\nhours = "10:00-12:00"\n[contact]'
            ),
            "9: special[1]: 2026-12-24 has a rule already",
        ),
        ('"Small"', '"Small\\u0000"', "1: name: holds characters that cannot be shown"),
        ('"Small"', '"  "', "1: name: must not be empty"),
        (
            '"Small"',
            '"Small"\nchange_until = "24 h"',
            (
                "2: change_until: names no latest moment; write"
                ' "24 h before", "day" or "18:00 the day before"'
            ),
        ),
        (
            '"Small"',
            '"Small"\nchange_until = "25:00 the day before"',
            '2: change_until: “25:00” is not a time; write it from "00:00" to "24:00"',
        ),
    ],
)
def test_each_mistake_is_named(old: str, new: str, expected: str) -> None:
    """With the line and the field where it stands, and with what was probably meant."""
    assert changed(old, new) == [part for part in expected.split("|") if part]


MORE = """\
needs = [["ann"]]
lengths = { ann = "40 min" }

[services.cut.extras.beard]
names.en = ["Beard trim", "beard"]
length = "15 min"
price = "15.00"
with = ["ann"]
"""
WITH_MORE = SMALL.replace('needs = [["ann"]]\n', MORE)


def test_lengths_and_add_ons_are_right() -> None:
    """What the next test changes has no problem of its own, and says what it seems to say."""
    found = read(WITH_MORE.encode(), "small.toml")
    assert isinstance(found, Blueprint)
    service = found.business().services[0]
    assert (service.minutes, service.lengths) == (30, ((1, 40),))
    (beard,) = service.extras
    assert (beard.key, beard.minutes, beard.price, beard.only) == ("beard", 15, 1500, (1,))
    assert beard.name("en") == "Beard trim"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{ ann =", "{ bob =", "23: services.cut.lengths.bob: “bob” is no provider, room or table"),
        ("{ ann =", "{ t1 =", "23: services.cut.lengths.t1: “t1” is not one of the providers"),
        (
            '"40 min"',
            '"10 h"',
            "23: services.cut.lengths.ann: no hours of the week can hold the 600 min of “cut”",
        ),
        (
            '"40 min"',
            "40",
            '23: services.cut.lengths.ann: write 40 with its unit, as "40 min" or "40 h"',
        ),
        (
            '"40 min"',
            '"0 min"',
            "23: services.cut.lengths.ann: must lie between 1 minute and a day",
        ),
        (
            'names.en = ["Beard trim"',
            'names.de = ["Bart"',
            (
                "26: services.cut.extras.beard.names: has no name in “en”, the first of the"
                " languages|26: services.cut.extras.beard.names.de: is not among the languages (en)"
            ),
        ),
        (
            '"beard"]',
            '"trim"]',
            "26: services.cut.extras.beard.names.en: “trim” is a name of the service “cut” as well",
        ),
        (
            '"15.00"',
            '"15.005"',
            "28: services.cut.extras.beard.price: has more than the 2 decimals of GBP",
        ),
        ('"15.00"', '"-1"', "28: services.cut.extras.beard.price: must not be negative"),
        (
            'with = ["ann"]',
            "with = []",
            "29: services.cut.extras.beard.with: must not be empty",
        ),
        (
            'with = ["ann"]',
            'with = ["back"]',
            "29: services.cut.extras.beard.with: “back” is not one of the providers",
        ),
        (
            'with = ["ann"]',
            'minutes = "5 min"',
            (
                "29: services.cut.extras.beard.minutes: is not known; known here: names, length,"
                " price, with"
            ),
        ),
        (
            '"15 min"',
            '"23 h 50 min"',
            "25: services.cut.extras: take more than a day, all together with the service",
        ),
        (
            "[providers.ann]",
            "[providers.bob]\n[providers.ann]",
            "",
        ),
    ],
)
def test_each_mistake_of_lengths_and_add_ons_is_named(old: str, new: str, expected: str) -> None:
    """A length of nobody, an add-on that could be taken for the service, one that fits no day."""
    assert old in WITH_MORE
    assert problems(WITH_MORE.replace(old, new, 1)) == [p for p in expected.split("|") if p]


def test_a_class_has_one_length() -> None:
    """Its people end together: no lengths, and add-ons that take no time."""
    text = WITH_MORE.replace(
        'needs = [["ann"]]', 'seats = 4\ntimes = [{ day = "mon", at = "09:00", with = ["ann"] }]'
    )
    assert problems(text) == [
        "24: services.cut.lengths: does not go with “times”; a class has one length",
        "28: services.cut.extras.beard.length: must be 0 min: a class ends for all at once",
        "30: services.cut.extras.beard.with: “ann” does not do this service; “needs” says who does",
    ]


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (
            '{ back = 50, until = "24 h" }, { back = 60, until = "2 h" }',
            "9: cancellation[2].back: rises from 50 to 60; it may only fall",
        ),
        (
            '{ back = 50, until = "24 h" }, { back = 50, until = "24 h" }',
            "9: cancellation[2].until: goes from 24 h to 24 h; the hours must fall",
        ),
        (
            '{ back = 50, until = "day" }, { back = 20, until = "2 h" }',
            "9: cancellation[2].until: follows “day”, which must be the last",
        ),
        (
            '{ back = 101, until = "24 h" }, { back = 20, until = "90 min" }',
            (
                "8: cancellation[1].back: is a percentage from 0 to 100, not 101|"
                '9: cancellation[2].until: counts whole hours before the start, as "24 h"'
            ),
        ),
    ],
)
def test_cancellation_tiers_must_fall(tiers: str, expected: str) -> None:
    """Hours strictly descend, percentages never rise, and the day itself comes last."""
    lines = tiers.replace("}, {", "},\n{")
    text = SMALL.replace("[contact]", f"cancellation = [\n{lines}]\n[contact]")
    assert problems(text) == expected.split("|")


CLASS = """
[services.yoga]
names.en = "Yoga"
length = "60 min"
seats = 8
times = [
    { day = "tue", at = "16:00", with = ["ann", "back"] },
    { day = "sun", at = "16:00" },
    { day = "wed", at = "12:30", with = "ann" },
    { day = "tue", at = "16:30", with = "back" },
]
"""


def test_a_class_must_fit_into_hours_and_beside_other_classes() -> None:
    """Each time is looked at: the place's hours, the teacher's lunch, the room's other class."""
    assert problems(SMALL + CLASS) == [
        "30: services.yoga.times[2]: sun 16:00 does not fit: the place is not free for it",
        "31: services.yoga.times[3]: wed 12:30 does not fit: “ann” is not free for it",
        "32: services.yoga.times[4]: tue 16:30 does not fit: the place is not free for it",
        "32: services.yoga.times[4]: “back” is taken by “yoga” at that time",
        "32: services.yoga.times[4]: “yoga” is taken by “yoga” at that time",
    ]


def test_a_class_at_night_belongs_to_last_nights_shift() -> None:
    """Where the place is open until four, a class may take place at one and not at five."""
    night = SMALL.replace('{ mon-fri = "09:00-17:00" }', '{ fri = "18:00-04:00" }').replace(
        'breaks = "12:00-13:00"', ""
    )
    text = night + CLASS.split("times", maxsplit=1)[0] + 'times = [{ day = "sat", at = "01:00" }]'
    assert problems(text) == []
    assert problems(text.replace('"01:00"', '"05:00"')) == [
        "28: services.yoga.times[1]: sat 05:00 does not fit: the place is not free for it"
    ]


def test_nothing_that_somebody_wrote_reaches_the_terminal_as_it_is() -> None:
    """Control characters in keys and in values are shown as dots."""
    found = problems(SMALL + '["\\u001b[31mred"]\nx = 1\n[services.x]\nlength = "\\u0007"')
    assert any("·[31mred" in line for line in found)
    assert all(line.isprintable() for line in found)


def test_all_problems_are_told_at_once() -> None:
    """Mistakes of shape do not hide those of meaning, and none is invented because of another."""
    text = (
        SMALL.replace("Europe/London", "Nowhere")
        .replace('"30 min"', '"half"')
        .replace('[["ann"]]', '[["bob"]]')
        .replace("[contact]", "gird = 3\nreminders = ['1 h', '2 h']\n[contact]")
        .replace("capacity = 4", 'capacity = "four"')
    )
    assert [line.split(": ")[:2] for line in problems(text)] == [
        ["2", "zone"],
        ["7", "gird"],
        ["8", "reminders[2]"],
        ["18", "tables.t1.capacity"],
        ["22", "services.cut.length"],
        ["24", "services.cut.needs[1]"],
    ]


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (b"", 1, "is empty"),
        (b" \n\n", 1, "is empty"),
        (b'name = "x"\nzone = "\xff"', 2, "is not UTF-8 text"),
        (b"<html>", 1, "is not valid TOML: write a line as"),
        (b'name = "x"\nname = "y"', 2, "is not valid TOML: this key stands in the file already"),
        (b"[rooms.a]\n[rooms.a]", 2, "is not valid TOML: this table stands in the file already"),
        (b'name = "x"\nzone = ', 2, "is not valid TOML: a value belongs here"),
        (b"a = [" + b"[" * 50_000, 1, "is nested too deeply"),
        (b"a = " + b"9" * 9_000, 1, "is not valid TOML: a number is too long"),
        (b"\x00\x01\x02\x03", 1, "is not valid TOML"),
        (b"#" * 5_000_000, 1, "is too large"),
    ],
)
def test_what_is_no_business_file_gets_one_clear_answer(
    content: bytes, line: int, sentence: str
) -> None:
    """Whatever the bytes are: no exception, the line, a sentence, at once."""
    begun = time.perf_counter()
    found = read(content, "small.toml")
    assert time.perf_counter() - begun < 1
    assert isinstance(found, tuple)
    assert (found[0].line, found[0].text.startswith(sentence)) == (line, True), found


def test_the_name_of_the_file_is_the_name_of_the_business() -> None:
    """The stem of the path; a name that could not be an address is refused."""
    made = read(SMALL.encode(), "some/folder/the-small-one.toml")
    assert isinstance(made, Blueprint)
    assert made.slug == "the-small-one"
    refused = read(SMALL.encode(), "The Small One.toml")
    assert isinstance(refused, tuple)
    assert "the file's name becomes the business's" in refused[0].text


def test_the_ways_to_write_a_thing_mean_the_same() -> None:
    """Prices as text or number, days apart or as a range, one span or a list of them."""
    one = read(SMALL.encode(), "small.toml")
    other = read(
        b"\xef\xbb\xbf"
        + SMALL.replace('"20.00"', "20")
        .replace("mon-fri =", '"mon-wed, thu, friday" =')
        .replace('"12:00-13:00"', '{ daily = ["12:00 - 13:00"] }')
        .replace('"30 min"', '"0 h 30 min"')
        .replace("\n", "\r\n")
        .encode(),
        "small.toml",
    )
    assert isinstance(one, Blueprint)
    assert isinstance(other, Blueprint)
    left, right = one.business(), other.business()
    assert left.hours == right.hours
    assert left.resources == right.resources
    assert left.services == right.services


def test_days_closed_and_days_with_hours_of_their_own() -> None:
    """One day or a range; of the business or of one resource; in the order of dates."""
    text = SMALL.replace(
        "[contact]",
        """\
closed = [
    { from = 2026-08-10, to = 2026-08-11, reason = "summer" },
    { day = 2026-12-24, who = "ann" },
]
special = [{ day = 2026-12-20, hours = ["10:00-12:00", "13:00-15:00"] }]
[contact]""",
    )
    made = read(text.encode(), "small.toml")
    assert isinstance(made, Blueprint)
    days = made.business().days
    assert [(rule.day, len(rule.spans), rule.reason, rule.resource) for rule in days] == [
        (date(2026, 8, 10), 0, "summer", None),
        (date(2026, 8, 11), 0, "summer", None),
        (date(2026, 12, 20), 2, "", None),
        (date(2026, 12, 24), 0, "", 1),
    ]


LAYOUTS = """\
# a comment = "with = signs"
title = '''
[not.a.table]
key = 1
'''
"quoted key" = 1
a.b.c = { d = [1, { e = "}" }], f = "]#" }
list = [
    1, # one
    [2,
     3],
]
[t.u]
v = \"\"\"x\\\"\"\"\"
[[many]]
n = 1
[[many]]
n = 2
[many.sub]
x = 1
"""


def test_lines_are_found_in_every_layout_of_toml() -> None:
    """Comments, strings over several lines, inline tables, arrays of tables, dotted keys."""
    lines = Lines(LAYOUTS)
    expected = {
        ("title",): 2,
        ("quoted key",): 6,
        ("a", "b", "c", "d", 1, "e"): 7,
        ("a", "b", "c", "f"): 7,
        ("list", 0): 9,
        ("list", 1): 10,
        ("list", 1, 1): 11,
        ("t", "u", "v"): 14,
        ("many", 0, "n"): 16,
        ("many", 1, "n"): 18,
        ("many", 1, "sub", "x"): 20,
        ("t", "missing"): 13,
        ("nowhere",): 1,
    }
    assert {path: lines.of(path) for path in expected} == expected


@given(
    st.integers(0, len(SMALL)),
    st.integers(0, 12),
    st.text(max_size=8),
    st.sampled_from([SMALL, SMALL + CLASS]),
)
@settings(max_examples=200, deadline=None)
def test_no_damage_to_a_file_raises(at: int, cut: int, put: str, text: str) -> None:
    """Anything cut out or put in gives a blueprint or problems with lines of the file."""
    damaged = text[:at] + put + text[at + cut :]
    found = read(damaged.encode("utf-8", "surrogatepass"), "small.toml")
    if isinstance(found, Blueprint):
        assert found.business().slug == "small"
    else:
        lines = damaged.count("\n") + 1
        assert all(isinstance(p, Problem) and 1 <= p.line <= lines and p.text for p in found)


def test_the_example_of_the_documentation_is_right() -> None:
    """The small file in docs/businesses.md can be applied as it stands."""
    page = (Path(__file__).parents[2] / "docs" / "businesses.md").read_text()
    example = page.split("```toml\n", 1)[1].split("```", 1)[0]
    found = read(example.encode(), "corner.toml")
    assert isinstance(found, Blueprint), [str(problem) for problem in found]


def test_a_file_of_the_largest_size_is_read_in_a_moment() -> None:
    """Thousands of rooms, and a mistake in the last one."""
    rooms = "".join(f'[rooms.r{n}]\nname = "Room {n}"\n' for n in range(7_000))
    text = (
        SMALL + rooms[: MOST_BYTES - 1_000].rpartition("[rooms.r")[0] + "[rooms.last]\nsets = 1\n"
    )
    begun = time.perf_counter()
    found = problems(text)
    assert time.perf_counter() - begun < 3
    assert "sets: is not known (did you mean “seats”?)" in found[-1]


def test_joined_tables_seat_larger_parties() -> None:
    """The largest party follows from the largest set that a service may use, not from any other."""
    pair = SMALL.replace("[services.cut]", "[tables.t2]\ncapacity = 4\n[services.cut]").replace(
        'languages = ["en"]', 'languages = ["en"]\njoins = [["t1", "t2"], ["t2", "t1"]]'
    )
    assert problems(pair) == ["5: joins[2]: stands there already"]
    pair = pair.replace(', ["t2", "t1"]', "")
    for need, party, expected in (
        ("any table", 8, []),
        ("any table", 9, ["larger than the most that can be joined, 8"]),
        ("t1", 8, ["larger than the largest table, which seats 4"]),
    ):
        found = problems(pair.replace('[["ann"]]', f'[["{need}"]]\nparty = {party}'))
        assert [line.partition(": is ")[2] for line in found] == expected
