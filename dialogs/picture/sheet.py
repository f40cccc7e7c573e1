"""The picture of an agenda as facts: boxes in columns, side by side where they overlap. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Box:
    """Something that takes time: hours from the top, in one of several lanes of its column.

    `at` is the hour at which it begins. `kind` is "booked", "held", "asked" (it waits for the
    provider), "unpaid" or "blocked"; `again`: one of a series. `several`: a list of so many
    bookings, for which there is no room side by side; one a line, after the first.
    """

    column: int
    top: float
    bottom: float
    kind: str
    at: str
    lines: tuple[str, ...]
    again: bool = False
    several: int = 0
    lane: int = 0
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole picture: `hours` are the labels and `opened` the open spans, from the top.

    `columns` are named where there are several. `legend` explains the kinds that need it; `now` is
    the first column of the line of the present, the one after its last, and its hour.
    """

    title: str
    beside: str
    legend: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    height: float
    hours: tuple[tuple[float, str], ...]
    opened: tuple[tuple[int, float, float], ...]
    boxes: tuple[Box, ...]
    now: tuple[int, int, float] | None


def in_lanes(
    boxes: Iterable[Box], *, most: int, together: Callable[[Sequence[Box]], Box]
) -> Iterator[Box]:
    """Put what overlaps in a column side by side: as many lanes as are needed at once, no more.

    What would take more than `most` lanes is put `together` into one box.
    """
    group: list[Box] = []
    until = 0.0
    for box in sorted(boxes, key=lambda b: (b.top, -b.bottom)):
        if group and box.top >= until:
            yield from _side_by_side(group, most, together)
            group = []
        group.append(box)
        until = max(until, box.bottom) if len(group) > 1 else box.bottom
    if group:
        yield from _side_by_side(group, most, together)


def _side_by_side(
    boxes: Sequence[Box], most: int, together: Callable[[Sequence[Box]], Box]
) -> Iterator[Box]:
    ends: list[float] = []  # of each lane
    placed: list[Box] = []
    for box in boxes:
        lane = next((n for n, end in enumerate(ends) if end <= box.top), len(ends))
        ends[lane : lane + 1] = [box.bottom]
        placed.append(replace(box, lane=lane))
    if len(ends) > most:
        yield together(boxes)
    else:
        yield from (replace(box, lanes=len(ends)) for box in placed)
