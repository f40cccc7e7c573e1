"""`slotkeeper understand`: what a message means, for one message or for JSON lines."""

import argparse
import json
import sys
import time as timing
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.commands.jsonl import answer_lines
from dialogs.understanding import (
    Asked,
    Named,
    Option,
    Understood,
    Vocabulary,
    detect,
    languages,
    understand,
)
from dialogs.when import Context, Grain, Window, Wish, read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(arguments: list[str]) -> None:
    """Understand the message of the command line, or each line of standard input with `--jsonl`."""
    parser = argparse.ArgumentParser(prog="slotkeeper understand", description=__doc__)
    parser.add_argument("message", nargs="*", help="what somebody wrote")
    parser.add_argument("--now", help="the moment it was sent, ISO with offset; default: now")
    parser.add_argument("--tz", default="UTC", help="the reader's IANA zone")
    parser.add_argument("--locale", default="", help="en, es, fr, de, it, pt; default: detected")
    parser.add_argument("--business", help="a shipped example's name, or a business file")
    parser.add_argument(
        "--asked", default="", help="what the last message left open; default: not known"
    )
    parser.add_argument("--provider", action="store_true", help="a linked provider writes")
    parser.add_argument("--jsonl", action="store_true", help="JSON lines in, JSON lines out")
    options = parser.parse_args(arguments)
    if options.jsonl:
        answer_lines(answer, intents=[], facts={})
        return
    if not options.message:
        parser.error("a message, or --jsonl")
    given = {
        "text": " ".join(options.message),
        "now": options.now or datetime.now(UTC).isoformat(),
        "tz": options.tz,
        "locale": options.locale,
        "business": options.business,
        "state": {"asked": options.asked},
        "provider": options.provider,
    }
    try:
        sys.stdout.write(json.dumps(answer(given), ensure_ascii=False, indent=2) + "\n")
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        parser.error(str(error))


def answer(given: dict[str, Any]) -> dict[str, Any]:
    """One line's answer: its id, the intents, the facts stated, and the milliseconds it took."""
    zone = ZoneInfo(given.get("tz") or "UTC")
    now = datetime.fromisoformat(given["now"]) if given.get("now") else datetime.now(UTC)
    now = now if now.tzinfo else now.replace(tzinfo=zone)
    text = given["text"]
    locale = given.get("locale") or detect(text, languages()) or "en"
    vocabulary = _vocabulary(given.get("business"))
    state = given.get("state") or {}
    asked = _asked(state, now=now, zone=zone, locale=locale, hours=vocabulary.hours)
    begun = timing.perf_counter()
    understood = understand(
        text,
        now=now,
        zone=zone,
        locale=locale,
        vocabulary=vocabulary,
        asked=asked,
        provider=bool(given.get("provider")),
    )
    spent = (timing.perf_counter() - begun) * 1000
    return {
        "id": given.get("id"),
        "intents": [intent.value for intent in understood.intents],
        "facts": _facts(understood, zone),
        "ms": round(spent, 4),
    }


def _asked(
    state: dict[str, Any],
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str,
    hours: tuple[time, time] | None,
) -> Asked:
    """Read what the last message asked; a choice is a label or {"label", "start", "provider"}."""
    context = Context(hours=hours, bare_numbers=False)
    options = []
    for choice in state.get("choices") or ():
        facts = choice if isinstance(choice, dict) else {"label": str(choice)}
        start = _instant(facts.get("start"), zone)
        label = str(facts.get("label") or facts.get("start") or "")
        if start is None:
            wish = read(label, now=now, zone=zone, locale=locale, context=context)
            first = wish.windows[0] if wish.windows else None
            start = first.start if first and first.grain is Grain.MINUTE else None
        options.append(Option(label, start, facts.get("provider")))
    day = state.get("day")
    return Asked(
        what=state.get("asked") or "unknown",
        options=tuple(options),
        ref=_instant(state.get("ref"), zone),
        day=date.fromisoformat(day) if day else None,
    )


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _vocabulary(business: object) -> Vocabulary:
    """Give the words of a business: a shipped example's name, a file, or its facts as an object."""
    if isinstance(business, dict):
        return Vocabulary(
            services=tuple(_listed(business.get("services") or ())),
            providers=tuple(_listed(business.get("providers") or ())),
            hours=_widest(business.get("hours") or ()),
            party=bool(business.get("party")),
        )
    return _file(business) if isinstance(business, str) and business else Vocabulary()


def _listed(given: Iterable[Any] | dict[str, Any]) -> Iterable[Named]:
    """Names as a list of words, of objects with names, or as a table by key."""
    if isinstance(given, dict):
        given = [{"key": key, "names": names} for key, names in given.items()]
    for each in given:
        if isinstance(each, str):
            yield Named(each, (each,))
        else:
            names = tuple(_words(each.get("names") or each.get("aliases") or ()))
            key = str(each.get("key") or each.get("name") or names[0])
            yield Named(key, (str(each.get("name") or key), *names))


def _words(names: object) -> Iterable[str]:
    """Every text in a text, a list or a table of them."""
    if isinstance(names, str):
        yield names
    elif isinstance(names, dict):
        for inner in names.values():
            yield from _words(inner)
    elif isinstance(names, Iterable):
        for inner in names:
            yield from _words(inner)


@lru_cache(maxsize=16)
def _file(name: str) -> Vocabulary:
    path = Path(name) if name.endswith(".toml") else EXAMPLES / f"{Path(name).name}.toml"
    with path.open("rb") as file:
        table = tomllib.load(file)
    services = [
        {"key": key, "names": facts.get("names") or key}
        for key, facts in table.get("services", {}).items()
    ]
    people = table.get("providers", {}) | table.get("hosts", {})
    providers = [{"key": key, "names": facts.get("name") or key} for key, facts in people.items()]
    return Vocabulary(
        services=tuple(_listed(services)),
        providers=tuple(_listed(providers)),
        hours=_widest(_words(table.get("open"))),
        party=any("party" in facts for facts in table.get("services", {}).values()),
    )


def _widest(spans: Iterable[str]) -> tuple[time, time] | None:
    """Give the first opening and the last closing of spans such as "09:00-19:00"."""
    edges = [time.fromisoformat(edge) for span in spans for edge in str(span).split("-")]
    if not edges:
        return None
    opens, closes = edges[::2], edges[1::2]
    past = [close for close, start in zip(closes, opens, strict=False) if close <= start]
    return min(opens), max(past or closes)


def _facts(understood: Understood, zone: ZoneInfo) -> dict[str, Any]:
    """Only what the message states; times as local ISO minutes of the reader's zone."""
    facts = understood.facts
    said: dict[str, Any] = {}
    for name in facts.__slots__:
        value = getattr(facts, name)
        if name != "wish" and value is not None and value is not False and value != ():
            said[name] = list(value) if isinstance(value, tuple) else value
    return said | _when(facts.wish, zone)


def _when(wish: Wish, zone: ZoneInfo) -> dict[str, Any]:
    if not wish:
        return {}
    first, *others = [_span(window, zone) for window in wish.windows] or [{}]
    when: dict[str, Any] = dict(first)
    if wish.rrule:
        when["rrule"] = wish.rrule
    if others:
        when["alternatives"] = others
    if wish.exclude:
        when["exclude"] = [_span(window, zone) for window in wish.exclude]
    if wish.problem:
        when["problem"] = wish.problem.value
    return {"when": when}


def _span(window: Window, zone: ZoneInfo) -> dict[str, str | None]:
    start = _local(window.start, zone)
    if window.grain is Grain.DAY and start is not None:
        return {"start": start[:10], "end": None}
    return {"start": start, "end": _local(window.end, zone)}


def _local(instant: datetime | None, zone: ZoneInfo) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")
