"""What the time grammar hands out: windows, the wish made of them, and the context."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Grain(StrEnum):
    """How finely a window was said."""

    MINUTE = "minute"
    DAY = "day"
    DAYPART = "daypart"
    RANGE = "range"


class Note(StrEnum):
    """What a change of the clocks did to a wall time."""

    GAP = "gap"
    FOLD = "fold"


class Problem(StrEnum):
    """Why the words cannot be taken as they stand and deserve a question."""

    IMPOSSIBLE_DATE = "impossible_date"
    IMPOSSIBLE_TIME = "impossible_time"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span `[start, end)` of aware datetimes in the zone that the words meant.

    `start` None is open at the start ("before 2"); `end` None is open at the end ("after 3", grain
    range) or an exact point (grain minute). A day has both midnights of its place.
    """

    start: datetime | None
    end: datetime | None
    grain: Grain

    def to_json(self) -> dict[str, str | None]:
        """ISO instants with offset, and the zone by name, so that the wall time comes back."""
        some = self.start or self.end
        zone = some.tzinfo if some else None
        return {
            "start": self.start.isoformat() if self.start else None,
            "end": self.end.isoformat() if self.end else None,
            "grain": self.grain.value,
            "zone": zone.key if isinstance(zone, ZoneInfo) else None,
        }

    @classmethod
    def from_json(cls, kept: dict[str, str | None]) -> Window:
        """Read what `to_json` wrote."""
        return cls(
            start=_instant(kept["start"], kept["zone"]),
            end=_instant(kept["end"], kept["zone"]),
            grain=Grain(kept["grain"] or Grain.RANGE),
        )


def _instant(text: str | None, zone: str | None) -> datetime | None:
    if text is None:
        return None
    instant = datetime.fromisoformat(text)
    return instant.astimezone(ZoneInfo(zone)) if zone else instant


@dataclass(frozen=True, slots=True)
class Wish:
    """When somebody wants something: alternatives, exclusions, recurrence, length.

    `windows` are alternatives, the first is the answer. `rrule` is an RFC 5545 rule without
    DTSTART: the first window's start carries its first occurrence and its wall time. `each` is a
    rule as well, of days any one of which would do ("any friday"): the windows name the first.
    `day_said` and `time_said` tell what the words named and what was assumed; `relative` that they
    count from what is under discussion ("an hour later"), and without windows that nothing is.
    `source` is the time that something is moved from ("move friday to 3"). `spans` are the
    character spans of the text that were words of time; `steps` tell how the reading came about,
    where asked for.
    """

    windows: tuple[Window, ...] = ()
    exclude: tuple[Window, ...] = ()
    exclude_rrule: str | None = None
    rrule: str | None = None
    each: str | None = None
    duration: timedelta | None = None
    day_said: bool = False
    time_said: bool = False
    zone_said: ZoneInfo | None = None
    approximate: bool = False
    relative: bool = False
    source: Wish | None = None
    note: Note | None = None
    problem: Problem | None = None
    spans: tuple[tuple[int, int], ...] = ()
    steps: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.windows
            or self.exclude
            or self.exclude_rrule
            or self.rrule
            or self.duration
            or self.problem
        )

    def to_json(self) -> dict[str, Any]:
        """Only what is set, in a shape that stays, for keeping in a conversation's row."""
        kept: dict[str, Any] = {
            "windows": [window.to_json() for window in self.windows],
            "exclude": [window.to_json() for window in self.exclude],
            "exclude_rrule": self.exclude_rrule,
            "rrule": self.rrule,
            "each": self.each,
            "duration": self.duration.total_seconds() if self.duration else None,
            "day_said": self.day_said,
            "time_said": self.time_said,
            "zone_said": self.zone_said.key if self.zone_said else None,
            "approximate": self.approximate,
            "note": self.note.value if self.note else None,
            "problem": self.problem.value if self.problem else None,
        }
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Wish:
        """Read what `to_json` wrote; what belonged to its text alone is gone."""
        zone, note, problem = kept.get("zone_said"), kept.get("note"), kept.get("problem")
        return cls(
            windows=tuple(Window.from_json(window) for window in kept.get("windows", ())),
            exclude=tuple(Window.from_json(window) for window in kept.get("exclude", ())),
            exclude_rrule=kept.get("exclude_rrule"),
            rrule=kept.get("rrule"),
            each=kept.get("each"),
            duration=timedelta(seconds=kept["duration"]) if kept.get("duration") else None,
            day_said=kept.get("day_said", False),
            time_said=kept.get("time_said", False),
            zone_said=ZoneInfo(zone) if zone else None,
            approximate=kept.get("approximate", False),
            note=Note(note) if note else None,
            problem=Problem(problem) if problem else None,
        )


@dataclass(frozen=True, slots=True)
class Context:
    """What the talk already knows when the words are read.

    `ref` is the booking or proposed slot under discussion ("an hour later"), `day` the day under
    discussion (a bare "4pm" means that day). `hours` are opening hours of the place: they decide
    am or pm of bare numbers; a close at or before the open is past midnight. `bare_numbers` says
    that the open question was "when?", so that "9" alone is a time. `dayparts` replaces the
    language's own windows by name (morning, afternoon, evening, night). `place` is the zone of the
    place, which "your time" names; `own` is that of the reader's own clocks ("my time"), where
    bare times are read in another. `days` are the days under discussion, in order: a weekday said
    bare is looked for among them first ("the tuesday one"). `rule` is the RRULE of a
    series under discussion: "for 8 weeks" and "until june" say how long it goes on.
    """

    ref: datetime | None = None
    day: date | None = None
    hours: tuple[time, time] | None = None
    bare_numbers: bool = False
    dayparts: dict[str, tuple[time, time]] = field(default_factory=dict)
    place: ZoneInfo | None = None
    own: ZoneInfo | None = None
    days: tuple[date, ...] = ()
    rule: str | None = None
