"""The examples in docs/times.md: each `"words" → what they mean` is read as the page says."""

import re
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dialogs.when import Context, read

PAGE = Path(__file__).resolve().parents[2] / "docs" / "times.md"
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=ZONE)
REF = datetime(2026, 3, 12, 15, 0, tzinfo=ZONE)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MONTH = "|".join(MONTHS)
EXAMPLE = re.compile(
    rf'"(?P<say>[^"]+)" → (?:(?P<dom>\d+) (?P<month>{MONTH})\b|(?P<day>tomorrow|Friday)\b)?'
    r"[ ,]*(?:(?P<at>\d{1,2}:\d\d)(?: to (?P<end>\d{1,2}:\d\d))?)?(?P<word> ?`\w+`)?"
)
NAMED = {"tomorrow": date(2026, 3, 5), "Friday": date(2026, 3, 6)}
GERMAN = ("halb", "viertel", "kommenden", "vor einer")


def examples() -> list[re.Match[str]]:
    """Every example that says a date, a time or a word for what is the matter.

    A table of what is said at another moment is the conversations' to show.
    """
    page = PAGE.read_text(encoding="utf-8")
    found = [each for each in EXAMPLE.finditer(page) if any(list(each.groupdict().values())[1:])]
    heads = [
        page[: each.start()].rpartition("| convention")[2].partition("\n")[0] for each in found
    ]
    return [each for each, head in zip(found, heads, strict=True) if "said on" not in head]


def clock(text: str) -> time:
    """Read "9:00" as a time of day."""
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def test_the_page_has_its_examples() -> None:
    """Were its form to change, the test below would pass without looking at any."""
    assert len(examples()) >= 40


@pytest.mark.parametrize("example", examples(), ids=lambda each: each["say"])
def test_an_example_of_the_page_is_read_as_it_says(example: re.Match[str]) -> None:
    """Date, time, end and problem or note, as far as the example tells them."""
    before = PAGE.read_text(encoding="utf-8")[: example.start()]
    talk = before.rpartition("\n## ")[2].startswith("Relative to the talk")
    line = before.rpartition("\n")[2]
    hours = (time(7), time(15)) if "open 7–15" in line else None  # noqa: RUF001 - as on the page
    spoken = "es" if "el " in example["say"] else "en"
    wish = read(
        example["say"],
        now=NOW,
        zone=ZONE,
        locale="de" if example["say"].lower().startswith(GERMAN) else spoken,
        context=Context(ref=REF if talk else None, hours=hours),
    )
    first = wish.windows[0] if wish.windows else None
    if example["dom"]:
        month = MONTHS.index(example["month"]) + 1
        assert first is not None
        assert first.start is not None
        assert (first.start.month, first.start.day) == (month, int(example["dom"]))
    if example["day"]:
        assert first is not None
        assert first.start is not None
        assert first.start.date() == NAMED[example["day"]]
    if example["at"]:
        assert first is not None
        assert first.start is not None
        assert first.start.time() == clock(example["at"])
    if example["end"]:
        assert first is not None
        assert first.end is not None
        assert first.end.time() == clock(example["end"])
    if example["word"]:
        told = example["word"].strip(" `")
        assert told in {wish.problem, wish.note} or getattr(wish, told)
