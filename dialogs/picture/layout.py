"""What stands where on the picture of an agenda: hours downwards, columns across. Pure.

A single day is drawn by elapsed time, so that a night on which the clocks change is as long as it
is; a week by the hours on the wall, so that the same hour stands at the same height every day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from core.rules import Kind
from core.span import Span, instant
from dialogs.wording import formats
from dialogs.wording.page import Page

_HOUR = timedelta(hours=1)
_LEAST = 4 * _HOUR  # that a picture shows, however short the day


@dataclass(frozen=True, slots=True)
class Box:
    """Something that takes time: hours from the top, in one of several lanes of its column.

    `at` is the hour at which it begins; `kind` is "booked", "asked" (it waits for an answer) or
    "blocked"; `again`: one of a series.
    """

    column: int
    top: float
    bottom: float
    kind: str
    at: str
    lines: tuple[str, ...]
    again: bool = False
    lane: int = 0
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole picture: `hours` are the labels and `opened` the open spans, from the top."""

    title: str
    beside: str
    columns: tuple[str, ...]
    height: float
    hours: tuple[tuple[float, str], ...]
    opened: tuple[tuple[int, float, float], ...]
    boxes: tuple[Box, ...]
    now: tuple[int, float] | None


@dataclass(frozen=True, slots=True)
class _Scale:
    """From instants to hours from the top of a column."""

    days: tuple[date, ...]
    first: datetime  # the top; of a week it is of the first day's wall, called UTC
    page: Page

    def at(self, moment: datetime, column: int) -> float:
        if len(self.days) == 1:
            return (moment - self.first) / _HOUR
        wall = moment.astimezone(self.page.zone).replace(tzinfo=UTC)
        return (wall - (self.days[column] - self.days[0]) - self.first) / _HOUR


def laid_out(page: Page) -> Sheet:
    """Return the picture of a note "agenda"; the page's zone is the place's."""
    facts = page.facts
    first, count = date.fromisoformat(facts["day"]), int(facts["days"])
    days = tuple(first + timedelta(n) for n in range(count))
    opened = [(days.index(d), s) for d, s in _opened(page, days)]
    rows = list(_rows(page, days))
    scale, last = _scale(page, days, [*opened, *((column, span) for column, span, _ in rows)])
    boxes = [_box(page, scale, column, span, facts) for column, span, facts in rows]
    shown = page.day(first) if count == 1 else f"{page.day(first)} - {page.day(days[-1])}"
    return Sheet(
        title=f"{shown}, {_whose(page)}",
        beside=formats.zone_long(page.business.zone.key, page.locale),
        columns=tuple(page.day(day) for day in days) if count > 1 else (),
        height=last,
        hours=tuple(_hours(page, scale, last)),
        opened=tuple((n, scale.at(s.start, n), scale.at(s.end, n)) for n, s in opened),
        boxes=tuple(b for n in range(count) for b in _in_lanes(b for b in boxes if b.column == n)),
        now=_now(scale, page, last),
    )


def _whose(page: Page) -> str:
    who = page.facts.get("provider")
    return page.who(who) if who is not None else page.business.name


def _opened(page: Page, days: Sequence[date]) -> Iterator[tuple[date, Span]]:
    for row in page.facts.get("hours", ()):
        day = date.fromisoformat(row["day"])
        if day in days:
            for start, end in row["spans"]:
                yield day, Span(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _rows(
    page: Page, days: Sequence[date]
) -> Iterator[tuple[int, Span, Sequence[Mapping[str, Any]]]]:
    """Yield column and span of what takes time, and its rows: those of one class are one box."""

    def slot(row: Mapping[str, Any]) -> tuple[str, str, str, int]:
        alone = 0 if _class(page, row) else row.get("booking", 0)
        return row["day"], row["start"], row["end"], alone

    everything = [*page.facts["bookings"], *page.facts.get("blocks", ())]
    for _, same in groupby(sorted(everything, key=slot), key=slot):
        rows = list(same)
        start, end = (datetime.fromisoformat(rows[0][name]) for name in ("start", "end"))
        yield days.index(date.fromisoformat(rows[0]["day"])), Span(start, end), rows


def _class(page: Page, row: Mapping[str, Any]) -> bool:
    return "service" in row and bool(page.business.service(row["service"]).times)


def _scale(
    page: Page, days: tuple[date, ...], spans: Sequence[tuple[int, Span]]
) -> tuple[_Scale, float]:
    """Return the scale from the first whole hour that is needed, and how many hours it takes.

    What is blocked all day widens nothing where there are hours to show.
    """
    midnight = instant(days[0], time(0), page.zone)
    if len(days) > 1:
        midnight = datetime.combine(days[0], time(0), UTC)
    whole = [
        (n, s)
        for n, s in spans
        if s.end - s.start < timedelta(hours=20)  # an hour is missing on some days
    ] or list(spans)
    trial = _Scale(days, midnight, page)
    top = int(min(trial.at(s.start, n) for n, s in whole))
    last = max(trial.at(s.end, n) for n, s in whole)
    first = midnight.astimezone(UTC) + top * _HOUR
    height = max(-int(-(last - top) // 1), _LEAST / _HOUR)
    return replace(trial, first=first), float(height)


def _hours(page: Page, scale: _Scale, last: float) -> Iterator[tuple[float, str]]:
    zone = page.zone if len(scale.days) == 1 else ZoneInfo("UTC")
    for n in range(int(last) + 1):
        yield float(n), formats.hour(scale.first + n * _HOUR, page.locale, zone)


def _box(
    page: Page, scale: _Scale, column: int, span: Span, rows: Sequence[Mapping[str, Any]]
) -> Box:
    top, bottom = max(scale.at(span.start, column), 0.0), scale.at(span.end, column)
    row = rows[0]
    if "service" not in row:
        hours = formats.span(span.start, span.end, page.locale, page.zone)
        blocked = page.t("{hours} blocked", hours=hours)
        what = page.t("blocked all day") if row["whole"] else blocked
        return Box(column, top, bottom, "blocked", "", (row.get("reason") or what,))
    title = page.title({**row, "provider": None})
    if _class(page, row):
        service = page.business.service(row["service"])
        seats = sum(each["party"] for each in rows)
        title = f"{service.name(page.language)} {seats}/{service.party_max}"
    names = ", ".join(each.get("name") or page.t("a customer") for each in rows)
    waits = all(each["status"] == "awaiting_provider" for each in rows)
    where = ", ".join(_places(page, row))
    return Box(
        column,
        top,
        bottom,
        "asked" if waits else "booked",
        formats.hour(span.start, page.locale, page.zone),
        tuple(line for line in (title, names, where) if line),
        again=bool(row.get("again")),
    )


def _places(page: Page, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the rooms and tables that a booking has."""
    for number in row.get("resources", ()):
        found = page.business.by_id.get(number)
        if found is not None and found.kind in {Kind.ROOM, Kind.TABLE}:
            yield found.name


def _in_lanes(boxes: Iterable[Box]) -> Iterator[Box]:
    """Put what overlaps side by side: as many lanes as are needed at once, no more."""
    together: list[Box] = []
    until = 0.0
    for box in sorted(boxes, key=lambda b: (b.top, -b.bottom)):
        if together and box.top >= until:
            yield from _side_by_side(together)
            together = []
        together.append(box)
        until = max(until, box.bottom) if len(together) > 1 else box.bottom
    yield from _side_by_side(together)


def _side_by_side(boxes: Sequence[Box]) -> Iterator[Box]:
    ends: list[float] = []  # of each lane
    placed: list[Box] = []
    for box in boxes:
        lane = next((n for n, end in enumerate(ends) if end <= box.top), len(ends))
        ends[lane : lane + 1] = [box.bottom]
        placed.append(replace(box, lane=lane))
    yield from (replace(box, lanes=len(ends)) for box in placed)


def _now(scale: _Scale, page: Page, last: float) -> tuple[int, float] | None:
    """Return where the line of the present stands, where the picture has it."""
    if not page.facts.get("now"):
        return None
    now = page.instant("now")
    today = date.fromisoformat(page.facts["today"])
    if today not in scale.days:
        return None
    column = scale.days.index(today)
    at = scale.at(now, column)
    return (column, at) if 0 <= at <= last else None
