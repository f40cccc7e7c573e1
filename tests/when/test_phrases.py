"""Hundreds of phrases in six languages, each with the time it means, a file a kind or language."""

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dialogs.when import Context, Grain, Window, read

HERE = Path(__file__).parent
ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=ZONE)
SHOWN = 4  # alternatives written down; a week of mornings has more


def phrases() -> list[Any]:
    """Every phrase of every file, named by its words."""
    found: list[Any] = []
    for path in sorted(HERE.glob("*.toml")):
        language = path.stem[:2]
        found.extend(
            pytest.param(language, entry, id=f"{path.stem}: {entry['say']}")
            for entry in tomllib.loads(path.read_text(encoding="utf-8"))["phrase"]
        )
    return found


def context(given: dict[str, Any]) -> Context:
    """Make the context of an entry, its times local to the zone."""
    ref = given.get("ref")
    hours = given.get("hours")
    return Context(
        ref=datetime.fromisoformat(ref).replace(tzinfo=ZONE) if ref else None,
        day=date.fromisoformat(given["day"]) if "day" in given else None,
        hours=(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None,
        bare_numbers=given.get("bare", False),
    )


def shown(window: Window) -> str:
    """Write a window as the files do."""
    first, last = (
        instant.replace(tzinfo=None).isoformat(timespec="minutes") if instant else ".."
        for instant in (window.start, window.end)
    )
    if window.grain is Grain.MINUTE:
        return first
    return first[:10] if window.grain is Grain.DAY else f"{first}/{last}"


@pytest.mark.parametrize(("language", "entry"), phrases())
def test_a_phrase_means_what_people_mean_by_it(language: str, entry: dict[str, Any]) -> None:
    """The windows, exclusions, recurrence, length and zone are those written down."""
    wish = read(
        entry["say"],
        now=NOW,
        zone=ZONE,
        locale=entry.get("locale", language),
        context=context(entry.get("context", {})),
    )
    assert [shown(window) for window in wish.windows[:SHOWN]] == entry["means"]
    assert [shown(window) for window in wish.exclude] == entry.get("without", [])
    assert wish.exclude_rrule == entry.get("without_rrule")
    assert wish.rrule == entry.get("rrule")
    assert (wish.duration.total_seconds() / 60 if wish.duration else None) == entry.get("minutes")
    assert (wish.zone_said.key if wish.zone_said else None) == entry.get("zone")
    assert wish.approximate == entry.get("approximate", False)
    assert wish.problem == entry.get("problem")
    assert (wish.note.value if wish.note else None) == entry.get("note")
