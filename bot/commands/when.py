"""`slotkeeper when`: read a time in words and print the reading, or read and write JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
import time as timing
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.commands.jsonl import answer_lines
from dialogs.when import Context, Grain, Window, Wish, read, ready


def run(arguments: list[str]) -> None:
    """Read the phrase of the command line, or each line of standard input with `--jsonl`."""
    parser = argparse.ArgumentParser(prog="slotkeeper when", description=__doc__)
    parser.add_argument("phrase", nargs="*", help="what somebody said")
    parser.add_argument("--now", help="the moment it was said, ISO with offset; default: now")
    parser.add_argument("--tz", default="UTC", help="the reader's IANA zone")
    parser.add_argument("--locale", default="en", help="en, en-GB, es, fr, de, it, pt")
    parser.add_argument(
        "--context", default="{}", help='JSON: {"ref": ISO, "hours": [open, close]}'
    )
    parser.add_argument("--explain", action="store_true", help="show words, rules and choices")
    parser.add_argument("--jsonl", action="store_true", help="JSON lines in, JSON lines out")
    options = parser.parse_args(arguments)
    if options.jsonl:
        answer_lines(_line, start=None, end=None, rrule=None)
        return
    if not options.phrase:
        parser.error("a phrase, or --jsonl")
    try:
        zone = ZoneInfo(options.tz)
    except (ZoneInfoNotFoundError, ValueError):
        parser.error(f"no such zone: {options.tz}")
    now = datetime.fromisoformat(options.now) if options.now else datetime.now(UTC)
    if now.tzinfo is None:
        now = now.replace(tzinfo=zone)
    wish = read(
        " ".join(options.phrase),
        now=now,
        zone=zone,
        locale=options.locale,
        context=_context(json.loads(options.context), zone),
        explain=options.explain,
    )
    for step in wish.steps:
        sys.stdout.write(step + "\n")
    sys.stdout.write(json.dumps(_answer(wish, zone), ensure_ascii=False) + "\n")


def _line(given: dict[str, Any]) -> dict[str, Any]:
    zone = ZoneInfo(given.get("tz") or "UTC")
    now = datetime.fromisoformat(given["now"])
    if now.tzinfo is None:
        now = now.replace(tzinfo=zone)
    context = _context(given.get("context") or {}, zone)
    locale = given.get("locale") or "en"
    ready(locale)  # the time told is the reading's, not that of the first phrase's preparations
    begun = timing.perf_counter()
    wish = read(given["text"], now=now, zone=zone, locale=locale, context=context)
    spent = (timing.perf_counter() - begun) * 1000
    return {"id": given.get("id"), **_answer(wish, zone), "ms": round(spent, 4)}


def _context(given: dict[str, Any], zone: ZoneInfo) -> Context:
    ref = day = hours = None
    if given.get("ref"):
        ref = datetime.fromisoformat(given["ref"])
        ref = ref if ref.tzinfo else ref.replace(tzinfo=zone)
    if given.get("day"):
        day = datetime.fromisoformat(given["day"]).date()
    if given.get("hours"):
        opens, closes = (_clock(each) for each in given["hours"])
        hours = (opens, closes)
    # Hours are told where the open question is "when?", so that a number alone is one.
    bare = bool(given.get("bare_numbers", hours is not None))
    return Context(ref=ref, day=day, hours=hours, bare_numbers=bare)


def _clock(text: str | int) -> time:
    hour, _, minute = str(text).partition(":")
    return time(int(hour) % 24, int(minute[:2] or 0))


def _answer(wish: Wish, zone: ZoneInfo) -> dict[str, Any]:
    """Give the wish as the documented answer: local ISO minutes, a bare date for a day."""
    first = _span(wish.windows[0], zone) if wish.windows else {"start": None, "end": None}
    answer: dict[str, Any] = {**first, "rrule": wish.rrule}
    if len(wish.windows) > 1:
        answer["alternatives"] = [_span(window, zone) for window in wish.windows[1:]]
    exclude = [_span(window, zone) for window in wish.exclude]
    if wish.exclude_rrule:
        exclude.append({"start": None, "end": None, "rrule": wish.exclude_rrule})
    if exclude:
        answer["exclude"] = exclude
    if wish.duration:
        answer["duration"] = int(wish.duration.total_seconds() // 60)
    if wish.zone_said:
        answer["zone"] = wish.zone_said.key
    if wish.approximate:
        answer["approximate"] = True
    if wish.note:
        answer["note"] = wish.note.value
    if wish.problem:
        answer["problem"] = wish.problem.value
    return answer


def _span(window: Window, zone: ZoneInfo) -> dict[str, str | None]:
    start = _local(window.start, zone)
    if window.grain is Grain.DAY and start is not None:
        return {"start": start[:10], "end": None}
    return {"start": start, "end": _local(window.end, zone)}


def _local(instant: datetime | None, zone: ZoneInfo) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")
