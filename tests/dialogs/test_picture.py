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
from dialogs.picture.layout import laid_out
from dialogs.picture.letters import lettering, shortened, wrapped, writable
from dialogs.picture.sheet import Sheet
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


def near(image: Image.Image, x: float, y: float, wanted: tuple[int, int, int]) -> bool:
    """Whether a pixel has a colour, or one that nobody tells from it."""
    found = image.getpixel((int(x), int(y)))
    assert isinstance(found, tuple)
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True)) < 6


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
        (0, 0.5, "booked", False, "9 AM", "Maya", "Haircut"),
        (5, 5.5, "booked", True, "2 PM", "Zoë", "Haircut"),
        (6, 6 + 1 / 3, "asked", False, "3 PM", "Bob", "Consultation"),
        (8, 10, "blocked", False, "", "dentist"),
    ]


def test_its_pixels_are_those_of_the_layout(day: Day) -> None:
    """White where it is free, grey in the break, blue, amber and dark where somebody comes."""
    image = day.image()
    assert image.size == (1080, 138 + 1280 + 24)

    colours = {
        9.25: (219, 231, 255),
        11.25: (255, 255, 255),
        13.4: (238, 240, 244),
        15.2: (255, 241, 207),
        18.2: (217, 220, 227),
    }
    for clock, wanted in colours.items():
        assert near(image, 700, 138 + (clock - 9) * 128, wanted), clock


def test_a_line_shows_the_present(day: Day) -> None:
    """On the day that it is, as far as it has gone; on no other."""
    day.facts |= {"now": day.at("2026-03-05 11:30").isoformat(), "today": "2026-03-05"}
    assert day.sheet().now == (0, 1, 2.5)
    day.facts["today"] = "2026-03-04"
    assert day.sheet().now is None


def test_the_people_of_a_class_are_one_box() -> None:
    """With the seats that they have of all there are."""
    made = Day("juniper", "2026-03-03", who="mia")
    for name, party in (("Maya", 2), ("Zoë", 1), ("Bob", 6)):
        made.book("yoga", "2026-03-03 18:00", name, party=party)
    (box,) = made.sheet().boxes
    assert box.lines[:2] == ("Yoga class 9/12", "Maya, Zoë, Bob")


def test_what_is_not_sure_looks_so(day: Day) -> None:
    """Held, asked for and unpaid have a colour each, and the picture says what it means."""
    for at, status in (("09:45", "held"), ("10:30", "awaiting_payment")):
        day.book("haircut", f"2026-03-05 {at}", "Lena", status=status)
    sheet = day.sheet("de")
    assert [b.kind for b in sheet.boxes] == [
        "booked",
        "held",
        "unpaid",
        "booked",
        "asked",
        "blocked",
    ]
    assert sheet.legend == (
        ("held", "gehalten"),
        ("asked", "zu bestätigen"),
        ("unpaid", "zu zahlen"),
    )
    image = day.image()
    for clock, wanted in ((10.1, (255, 255, 255)), (10.8, (239, 230, 255))):
        assert near(image, 700, 138 + (clock - 9) * 128, wanted)


def table(made: Day, name: str) -> int:
    return next(r.id for r in made.business.resources if r.name.lower() == name)


def test_a_host_sees_each_table() -> None:
    """A column for each of them, the free ones too; tables put together say with which."""
    made = Day("aurora", "2026-03-06", who="chiara")
    for name, at in (("t1", "19:00"), ("t2", "19:30"), ("t1", "21:00")):
        made.book("table", f"2026-03-06 {at}", name, party=2, resources=[table(made, name)])
    both = [table(made, name) for name in ("f1", "f2")]
    made.book("table", "2026-03-06 12:00", "Maya", party=7, resources=both)
    made.facts |= {"now": made.at("2026-03-06 13:30").isoformat(), "today": "2026-03-06"}
    sheet = made.sheet("de")
    assert (len(sheet.columns), sheet.columns[:2], sheet.columns[-1]) == (13, ("T1", "T2"), "T-big")
    assert [(sheet.columns[b.column], b.top, b.lanes, *b.lines) for b in sheet.boxes] == [
        ("T1", 7, 1, "t1", "2 Personen"),
        ("T1", 9, 1, "t1", "2 Personen"),
        ("T2", 7.5, 1, "t2", "2 Personen"),
        ("F1", 0, 1, "Maya", "7 Personen", "F1 + F2"),
        ("F2", 0, 1, "Maya", "7 Personen", "F1 + F2"),
    ]
    assert sheet.now == (0, 13, 1.5)
    image = made.image()
    wide = (image.width - 132 - 24) / 13  # of a column
    top = 138 + 25 + 22
    for column, fill in ((0, (219, 231, 255)), (2, (255, 255, 255))):
        assert near(image, 132 + (column + 0.8) * wide, top + 8.5 * 104, fill)


def test_a_hosts_own_time_has_a_column_too() -> None:
    """What is blocked is theirs, not a room's."""
    made = Day("owl", "2026-03-06", who="sam")
    room = next(r.id for r in made.business.resources if r.name == "Room B")
    made.book("rehearsal", "2026-03-06 20:00", "The Band", resources=[room])
    made.block("2026-03-06 18:00", "2026-03-06 19:00", "dinner")
    sheet = made.sheet()
    assert sheet.columns == ("Sam", "Room A", "Room B")
    assert [(b.column, b.lines[0]) for b in sheet.boxes] == [(0, "dinner"), (2, "The Band")]


def test_what_overlaps_stands_side_by_side() -> None:
    """In as many lanes as are needed at once; beyond that, in one list."""
    made = Day("aurora", "2026-03-06", who="chiara", days=7)
    for name, at in (("T1", "19:00"), ("T2", "19:30"), ("T3", "21:00"), ("T4", "21:30")):
        made.book("table", f"2026-03-06 {at}", name, party=2)
    for name in "abc":
        made.book("table", "2026-03-08 12:00", name, party=2)
    made.book("table", "2026-03-08 12:30", "d", party=2)
    sheet = made.sheet()
    assert [(b.column, b.lane, b.lanes, b.lines[0]) for b in sheet.boxes[:4]] == [
        (0, 0, 2, "T1"),
        (0, 1, 2, "T2"),
        (0, 0, 2, "T3"),
        (0, 1, 2, "T4"),
    ]
    last = sheet.boxes[-1]
    assert (last.several, last.top, last.bottom, last.lanes) == (4, 0, 2.5, 1)
    assert last.lines == ("4 bookings", "12:00 a", "12:00 b", "12:00 c", "12:30 d")


@pytest.mark.parametrize(
    ("first", "hours", "zones", "labels"),
    [
        (
            "2026-04-04",
            11,
            "AEDT - AEST",
            ["2 am", "2 am", "3 am"],
        ),  # the clocks go back within the night
        ("2026-10-03", 9, "AEST - AEDT", ["12 am", "1 am", "3 am"]),  # and forward
    ],
)
def test_a_night_is_as_long_as_it_is(first: str, hours: int, zones: str, labels: list[str]) -> None:
    """With the hour that comes twice, without the one that is skipped."""
    made = Day("owl", first, who="sam")
    made.book("rehearsal", f"{first} 18:00", "The Band")
    sheet = made.sheet()
    assert (sheet.height, sheet.beside) == (hours, f"Australian Eastern Time ({zones})")
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
    assert made.image().size[0] == 1290


def test_nothing_to_show_is_no_picture() -> None:
    """An empty day is told in words."""
    made = Day("juniper", "2026-03-05", who="ana")
    assert agenda(made.facts, made.business, language="en") is None


def test_what_cannot_be_written_is_left_out(day: Day) -> None:
    """No empty frames for letters that the font lacks: whoever has no other is a customer."""
    assert writable("Zoe\u0308 😀 Łukasz\n日") == "Zoë Łukasz"
    day.book("haircut", "2026-03-05 10:00", "山田")
    assert day.sheet().boxes[1].lines == ("a customer", "Haircut")


def test_what_is_too_long_goes_on_below_and_ends_in_dots() -> None:
    """A line ends at a space or a hyphen, within a word only where that alone is too long."""
    font = lettering(30)
    name = "Jean-François de la Fondation"
    assert wrapped(name, 150, font, most=4) == ["Jean-", "François de", "la", "Fondation"]
    assert wrapped(name, 150, font, most=2) == ["Jean-", "François de la Fondation"]
    assert wrapped("Donaudampfschiff", 150, font, most=3) == ["Donaudam", "pfschiff"]
    assert wrapped(name, 1, font, most=3) == [name]
    short = shortened(name, 120, font)
    assert short.endswith("…")
    assert font.getlength(short) <= 120


def test_a_day_without_hours_shows_what_it_has() -> None:
    """Somebody booked on a day off, early in the morning."""
    made = Day("juniper", "2026-03-08", who="ana")
    made.book("haircut", "2026-03-08 06:30", "Maya")
    sheet = made.sheet()
    assert (sheet.opened, sheet.hours[0][1], sheet.height) == ((), "6 AM", 4)
    assert ZoneInfo("America/New_York") == made.zone


def test_a_reason_of_pages_is_cut_at_once() -> None:
    """Its width is not measured letter by letter from the end: that took minutes."""
    assert shortened("busy " * 4000, 300, lettering(25)).startswith("busy busy")
    assert len(wrapped("busy " * 4000, 300, lettering(25), most=2)) == 2
