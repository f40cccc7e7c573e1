"""An agenda as a picture: what stands where in the layout, and in the pixels that are drawn."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from core.hours import open_spans
from core.rules import Business
from dialogs.picture import agenda
from dialogs.picture.drawing import lettering, shortened, writable
from dialogs.picture.layout import Sheet, laid_out
from dialogs.wording.page import Page
from models.desk import blueprint_of

Row = dict[str, Any]


def business(name: str) -> Business:
    blueprint = blueprint_of(name)
    keys = [*blueprint.root.resources(), "yoga"]
    return blueprint.business(
        1,
        resources={key: n for n, key in enumerate(keys, 1)},
        services={key: n for n, key in enumerate(blueprint.root.services, 1)},
    )


class Day:
    """The facts of a note "agenda", gathered booking by booking; hours are the place's."""

    def __init__(self, name: str, first: str, *, who: str, days: int = 1) -> None:
        self.business = business(name)
        self.zone = self.business.zone
        self.who = self.business.provider_named(who)
        dates = [datetime.fromisoformat(first).date() + timedelta(n) for n in range(days)]
        self.facts: dict[str, Any] = {
            "day": first,
            "days": days,
            "provider": self.who.id,
            "bookings": [],
            "blocks": [],
            "requests": 0,
            "hours": [
                {
                    "day": day.isoformat(),
                    "spans": [
                        [s.start.isoformat(), s.end.isoformat()]
                        for s in open_spans(self.business, self.who.id, day)
                    ],
                }
                for day in dates
            ],
        }

    def at(self, words: str) -> datetime:
        return datetime.fromisoformat(words).replace(tzinfo=self.zone).astimezone(UTC)

    def book(self, service: str, at: str, name: str, **more: Any) -> None:  # noqa: ANN401 - facts
        found = self.business.service_named(service)
        start = self.at(at)
        row: Row = {
            "booking": len(self.facts["bookings"]) + 1,
            "service": found.id,
            "start": start.isoformat(),
            "end": (start + found.length).isoformat(),
            "day": at[:10],
            "party": 1,
            "resources": [],
            "name": name,
            "status": "confirmed",
            "again": False,
        }
        self.facts["bookings"].append(row | more)

    def block(self, since: str, until: str, reason: str = "", *, whole: bool = False) -> None:
        start, end = self.at(since).isoformat(), self.at(until).isoformat()
        row = {"start": start, "end": end, "day": since[:10], "whole": whole, "reason": reason}
        self.facts["blocks"].append(row)

    def sheet(self, language: str = "en") -> Sheet:
        return laid_out(Page(self.facts, self.business, language, self.zone, self.zone))

    def image(self) -> Image.Image:
        drawn = agenda(self.facts, self.business, language="en")
        assert drawn is not None
        return Image.open(io.BytesIO(drawn)).convert("RGB")


@pytest.fixture
def day() -> Day:
    """Give Ana's Thursday: two haircuts, one of a series, a request, and the dentist."""
    made = Day("juniper", "2026-03-05", who="ana")
    made.book("haircut", "2026-03-05 09:00", "Maya")
    made.book("haircut", "2026-03-05 14:00", "Zoë", again=True)
    made.book("consultation", "2026-03-05 15:00", "Bob", status="awaiting_provider")
    made.block("2026-03-05 17:00", "2026-03-05 19:00", "dentist")
    return made


def test_what_a_day_has_stands_at_its_hour(day: Day) -> None:
    """From the first open hour to the last, each box where its time is, the break left out."""
    sheet = day.sheet()
    assert (sheet.title, sheet.beside, sheet.height) == ("Thu, Mar 5, Ana", "Eastern Time", 10)
    assert [sheet.hours[n] for n in (0, -1)] == [(0, "9 AM"), (10, "7 PM")]
    assert list(sheet.opened) == [(0, 0, 4), (0, 4.75, 10)]
    assert [(b.top, b.bottom, b.kind, b.again, b.at, *b.lines) for b in sheet.boxes] == [
        (0, 0.5, "booked", False, "9 AM", "Haircut", "Maya"),
        (5, 5.5, "booked", True, "2 PM", "Haircut", "Zoë"),
        (6, 6 + 1 / 3, "asked", False, "3 PM", "Consultation", "Bob"),
        (8, 10, "blocked", False, "", "dentist"),
    ]


def test_its_pixels_are_those_of_the_layout(day: Day) -> None:
    """White where it is free, grey in the break, blue, amber and dark where somebody comes."""
    image = day.image()
    assert image.size == (1080, 138 + 1280 + 24)

    def colour(clock: float) -> tuple[int, ...]:
        found = image.getpixel((700, int(138 + (clock - 9) * 128)))
        assert isinstance(found, tuple)
        return found

    near = {
        9.25: (219, 231, 255),
        11.25: (255, 255, 255),
        13.4: (238, 240, 244),
        15.2: (255, 241, 207),
        18.2: (217, 220, 227),
    }
    for clock, wanted in near.items():
        assert max(abs(a - b) for a, b in zip(colour(clock), wanted, strict=True)) < 6, clock


def test_a_line_shows_the_present(day: Day) -> None:
    """On the day that it is, as far as it has gone; on no other."""
    day.facts |= {"now": day.at("2026-03-05 11:30").isoformat(), "today": "2026-03-05"}
    assert day.sheet().now == (0, 2.5)
    day.facts["today"] = "2026-03-04"
    assert day.sheet().now is None


def test_the_people_of_a_class_are_one_box() -> None:
    """With the seats that they have of all there are."""
    made = Day("juniper", "2026-03-03", who="mia")
    for name, party in (("Maya", 2), ("Zoë", 1), ("Bob", 6)):
        made.book("yoga", "2026-03-03 18:00", name, party=party)
    (box,) = made.sheet().boxes
    assert box.lines[:2] == ("Yoga class 9/12", "Maya, Zoë, Bob")


def test_what_overlaps_stands_side_by_side() -> None:
    """Each table has its lane, as many as are needed at once."""
    made = Day("aurora", "2026-03-06", who="chiara")
    for table, at in (("t1", "19:00"), ("t2", "19:30"), ("t1", "21:00"), ("t3", "21:30")):
        number = next(r.id for r in made.business.resources if r.name.lower() == table)
        made.book("table", f"2026-03-06 {at}", table, party=2, resources=[number])
    made.book("table", "2026-03-06 12:00", "noon", party=2)
    shown = [(b.lines[1], b.lane, b.lanes, b.lines[-1]) for b in made.sheet("de").boxes]
    assert shown == [
        ("noon", 0, 1, "noon"),
        ("t1", 0, 2, "T1"),
        ("t2", 1, 2, "T2"),
        ("t1", 0, 2, "T1"),
        ("t3", 1, 2, "T3"),
    ]


@pytest.mark.parametrize(
    ("first", "hours", "labels"),
    [
        ("2026-04-04", 11, ["2 am", "2 am", "3 am"]),  # the clocks go back within the night
        ("2026-10-03", 9, ["12 am", "1 am", "3 am"]),  # and forward
    ],
)
def test_a_night_is_as_long_as_it_is(first: str, hours: int, labels: list[str]) -> None:
    """With the hour that comes twice, without the one that is skipped."""
    made = Day("owl", first, who="sam")
    made.book("rehearsal", f"{first} 18:00", "The Band")
    sheet = made.sheet()
    assert sheet.height == hours
    assert [label for _, label in sheet.hours][-4:-1] == labels


def test_a_week_has_its_hours_at_one_height() -> None:
    """Nine o'clock is nine o'clock on each day, the clocks having changed in between."""
    made = Day("juniper", "2026-03-03", who="ana", days=7)
    for day in ("03", "07"):
        made.book("haircut", f"2026-03-{day} 09:00", "Maya")
    made.book("haircut", "2026-03-04 18:30", "Zoë")
    made.block("2026-03-06 00:00", "2026-03-07 00:00", whole=True)
    sheet = made.sheet()
    assert sheet.columns[0] == "Tue, Mar 3"
    assert len(sheet.columns) == 7
    assert (sheet.hours[0][1], sheet.height) == ("9 AM", 10)
    assert [(b.column, b.top, b.bottom) for b in sheet.boxes] == [
        (0, 0, 0.5),
        (1, 9.5, 10),
        (3, 0, 15),
        (4, 0, 0.5),
    ]
    assert sheet.boxes[2].lines == ("blocked all day",)
    assert made.image().size[0] == 1640


def test_nothing_to_show_is_no_picture() -> None:
    """An empty day is told in words."""
    made = Day("juniper", "2026-03-05", who="ana")
    assert agenda(made.facts, made.business, language="en") is None


def test_what_cannot_be_written_is_left_out() -> None:
    """No empty frames for letters that the font lacks; a name too long ends in dots."""
    assert writable("Zoë 😀 Łukasz\n日") == "Zoë Łukasz"
    assert writable("😀") == "?"
    short = shortened("Jean-François de la Fondation", 120, lettering(30))
    assert short.endswith("…")
    assert lettering(30).getlength(short) <= 120


def test_a_day_without_hours_shows_what_it_has() -> None:
    """Somebody booked on a day off, early in the morning."""
    made = Day("juniper", "2026-03-08", who="ana")
    made.book("haircut", "2026-03-08 06:30", "Maya")
    sheet = made.sheet()
    assert (sheet.opened, sheet.hours[0][1], sheet.height) == ((), "6 AM", 4)
    assert ZoneInfo("America/New_York") == made.zone
