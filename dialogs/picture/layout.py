"""What stands where on the picture of an agenda: hours downwards, columns across. Pure.

A single day is drawn by elapsed time, so that a night on which the clocks change is as long as it
is; a week by the hours on the wall, so that the same hour stands at the same height every day. The
columns are days; of a host's day, who has tables or rooms and does nothing themselves, those.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from core.rules import Business, Kind
from core.span import Span, instant
from dialogs.picture.letters import writable
from dialogs.picture.sheet import Box, Sheet, in_lanes
from dialogs.wording import formats, pictured
from dialogs.wording.page import Page

_HOUR = timedelta(hours=1)
_LEAST = 4 * _HOUR  # that a picture shows, however short the day
_WIDEST = 14  # columns for tables and rooms
_LANES = (3, 2)  # side by side in the only column, and in one of several
_KINDS = {"held": "held", "awaiting_provider": "asked", "awaiting_payment": "unpaid"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The days, or one day and its places; None among those is what has no place."""

    days: tuple[date, ...]
    places: tuple[int | None, ...] = ()

    def of(self, row: Row) -> Iterator[int]:
        """Yield the columns in which something stands."""
        if not self.places:
            yield self.days.index(date.fromisoformat(row["day"]))
            return
        found = [n for n, place in enumerate(self.places) if place in row.get("resources", ())]
        yield from found or [self.places.index(None)]

    def on(self, day: date) -> range:
        """Return the columns of a day."""
        if self.places:
            return range(len(self.places))
        return range(self.days.index(day), self.days.index(day) + 1)


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
    first, count = date.fromisoformat(page.facts["day"]), int(page.facts["days"])
    days = tuple(first + timedelta(n) for n in range(count))
    columns = _Columns(days, _places_of_host(page) if count == 1 else ())
    opened = [(n, span) for day, span in _opened(page, days) for n in columns.on(day)]
    rows = list(_rows(page, columns))
    spans = [*opened, *((column, span) for column, span, _ in rows)]
    scale, last = _scale(page, days, spans)
    alone = not columns.places
    boxes = [_box(page, scale, column, span, same, alone=alone) for column, span, same in rows]
    shown = page.day(first) if count == 1 else f"{page.day(first)} - {page.day(days[-1])}"
    return Sheet(
        title=f"{shown}, {_whose(page)}",
        beside=_zone(page, spans),
        legend=tuple(_legend(page, boxes)),
        columns=tuple(_labels(page, columns)),
        height=last,
        hours=tuple(_hours(page, scale, last)),
        opened=tuple((n, scale.at(s.start, n), scale.at(s.end, n)) for n, s in opened),
        boxes=tuple(_placed(page, boxes, several=count > 1 or bool(columns.places))),
        now=_now(scale, columns, page, last),
    )


def _whose(page: Page) -> str:
    return writable(page.who() or page.business.name)


def _zone(page: Page, spans: Sequence[tuple[int, Span]]) -> str:
    """Return the place's zone; with its names before and after where the clocks change."""
    ends = min(s.start for _, s in spans), max(s.end for _, s in spans)
    names = dict.fromkeys(map(page.zone_at, ends))
    zone = formats.zone_long(page.business.zone.key, page.locale)
    return f"{zone} ({' - '.join(names)})" if len(names) > 1 else zone


def _labels(page: Page, columns: _Columns) -> Iterator[str]:
    """Yield the names of the columns; a single one has none."""
    if columns.places:
        for place in columns.places:
            yield page.business.by_id[place].name if place is not None else _whose(page)
    elif len(columns.days) > 1:
        yield from map(page.day, columns.days)


def _legend(page: Page, boxes: Iterable[Box]) -> Iterator[tuple[str, str]]:
    """Yield what colours mean that say more than that somebody comes."""
    shown = {box.kind for box in boxes}
    words = pictured.unsettled(page)
    yield from ((kind, label) for kind, label in words.items() if kind in shown)


def _opened(page: Page, days: Sequence[date]) -> Iterator[tuple[date, Span]]:
    for row in page.facts.get("hours", ()):
        day = date.fromisoformat(row["day"])
        if day in days:
            for start, end in row["spans"]:
                yield day, Span(datetime.fromisoformat(start), datetime.fromisoformat(end))


def _places_of_host(page: Page) -> tuple[int | None, ...]:
    """Return the tables or rooms of a host, the free ones too unless they are too many.

    Empty for whoever does something themselves, and where there is but one place.
    """
    host, business = page.facts.get("provider"), page.business
    rows: Sequence[Row] = page.facts["bookings"]
    used = {p for row in rows for p in _places(business, row)}
    if any(host in row.get("resources", ()) for row in rows) or not used:
        return ()
    kinds = {business.by_id[p].kind for p in used}
    everywhere = tuple(r.id for r in business.resources if r.kind in kinds)
    shown = everywhere if len(everywhere) <= _WIDEST else tuple(p for p in everywhere if p in used)
    if not 1 < len(shown) <= _WIDEST:
        return ()
    own = bool(page.facts.get("blocks")) or any(not _places(business, row) for row in rows)
    return (None, *shown) if own else shown


def _places(business: Business, row: Row) -> list[int]:
    """Return the rooms and tables that a booking has."""
    found = [business.by_id[n] for n in row.get("resources", ()) if n in business.by_id]
    return [place.id for place in found if place.kind in {Kind.ROOM, Kind.TABLE}]


def _rows(page: Page, columns: _Columns) -> Iterator[tuple[int, Span, Sequence[Row]]]:
    """Yield column and span of what takes time, and its rows: those of one class are one box."""

    def slot(row: Row) -> tuple[str, str, str, int]:
        alone = 0 if _class(page, row) else row.get("booking", 0)
        return row["day"], row["start"], row["end"], alone

    everything = [*page.facts["bookings"], *page.facts.get("blocks", ())]
    for _, same in groupby(sorted(everything, key=slot), key=slot):
        rows = list(same)
        start, end = (datetime.fromisoformat(rows[0][name]) for name in ("start", "end"))
        yield from ((column, Span(start, end), rows) for column in columns.of(rows[0]))


def _class(page: Page, row: Row) -> bool:
    return "service" in row and any(
        s.id == row["service"] and s.times for s in page.business.services
    )


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
    page: Page, scale: _Scale, column: int, span: Span, rows: Sequence[Row], *, alone: bool
) -> Box:
    """Return what takes time; its one place is named where it is `alone`, in no column of that."""
    top, bottom = max(scale.at(span.start, column), 0.0), scale.at(span.end, column)
    row = rows[0]
    if "service" not in row:
        hours = formats.span(span.start, span.end, page.locale, page.zone)
        blocked = page.t("{hours} blocked", hours=hours)
        what = page.t("blocked all day") if row["whole"] else blocked
        return Box(column, top, bottom, "blocked", "", (writable(row.get("reason", "")) or what,))
    names = ", ".join(writable(each.get("name") or "") or page.t("a customer") for each in rows)
    places = _places(page.business, row)
    shown = places if alone or len(places) > 1 else ()
    where = " + ".join(page.business.by_id[p].name for p in shown)
    said = (_seats(page, rows), names) if _class(page, row) else (names, _what(page, row))
    kinds = {_KINDS.get(each["status"], "booked") for each in rows}
    at = formats.hour(span.start, page.locale, page.zone)
    kind = kinds.pop() if len(kinds) == 1 else "booked"
    lines = tuple(line for line in (*said, where) if line)
    return Box(column, top, bottom, kind, at, lines, again=bool(row.get("again")))


def _seats(page: Page, rows: Sequence[Row]) -> str:
    service = page.business.service(rows[0]["service"])
    return f"{service.name(page.language)} {sum(r['party'] for r in rows)}/{service.party_max}"


def _what(page: Page, row: Row) -> str:
    """Return what is booked; how many come, where nothing else can be booked."""
    party = int(row.get("party") or 1)
    only = page.business.services[0] if len(page.business.services) == 1 else None
    if only is not None and only.id == row["service"] and only.party_max > 1:
        return page.n("{n} person", "{n} people", party)
    return page.title({**row, "provider": None})


def _placed(page: Page, boxes: Sequence[Box], *, several: bool) -> Iterator[Box]:
    def together(group: Sequence[Box]) -> Box:
        """Put into one box what has no room beside each other."""
        kinds = {box.kind for box in group}
        return Box(
            group[0].column,
            group[0].top,
            max(box.bottom for box in group),
            kinds.pop() if len(kinds) == 1 else "booked",
            "",
            (
                pictured.bookings(page, len(group)),
                *(f"{box.at} {box.lines[0]}".strip() for box in group),
            ),
            several=len(group),
        )

    for _, own in groupby(sorted(boxes, key=lambda b: b.column), key=lambda b: b.column):
        yield from in_lanes(own, most=_LANES[several], together=together)


def _now(
    scale: _Scale, columns: _Columns, page: Page, last: float
) -> tuple[int, int, float] | None:
    """Return where the line of the present stands, where the picture has it."""
    if not page.facts.get("now"):
        return None
    today = date.fromisoformat(page.facts["today"])
    if today not in scale.days:
        return None
    across = columns.on(today)
    at = scale.at(page.instant("now"), across.start)
    return (across.start, across.stop, at) if 0 <= at <= last else None
