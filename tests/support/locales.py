"""What a language's folder lacks: messages, sections of words, intents, facts, keywords."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

CATALOG = Path("LC_MESSAGES") / "slotkeeper.po"
# Sections of words that a language may do without.
_OPTIONAL = {"names", "expand", "zones", "holidays", "not_typos", "number_articles"}
_SAME = {
    "Name: {name}",
    "No",
    "{n} minutes",
    "{name}: {address}",
    "{day}: {hours}",
    "{booking}, {money}",
    "{service}: {money}",
}


def lacks(folder: Path, *, english: Path, template: Catalog) -> list[str]:
    """Return everything that is missing from a language's folder, nothing where it is whole."""
    names = ["lexicon.toml", "intents.toml", str(CATALOG)]
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        return absent
    return [
        *_messages(folder, template),
        *_words(_table(folder / names[0]), _table(english / names[0])),
        *_intents(_table(folder / names[1]), _table(english / names[1])),
    ]


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _messages(folder: Path, template: Catalog) -> Iterator[str]:
    with (folder / CATALOG).open("rb") as file:
        kept = read_po(file, locale=folder.name)
    wanted = {m.id for m in template if m.id}
    found = {m.id for m in kept if m.id}
    yield from (f"no message: {missing}" for missing in wanted - found)
    yield from (f"left over: {more}" for more in found - wanted)
    for message in kept:
        if message.id and message.id in wanted:
            yield from (f"{what}: {message.id}" for what in _unfit(message, kept.num_plurals))


def _unfit(message: Message, plurals: int) -> Iterator[str]:
    ids = list(message.id) if isinstance(message.id, tuple) else [message.id]
    texts = list(message.string) if isinstance(message.string, tuple) else [message.string]
    if message.fuzzy:
        yield "unsure"
    if len(ids) > 1 and len(texts) != plurals:
        yield "plurals missing"
    if not all(texts):
        yield "empty"
        return
    if any(_named(text) != _named(ids[-1]) for text in texts):
        yield "other names in braces"
    if texts[-1] == ids[-1] and ids[-1] not in _SAME and not set(ids[-1]) <= set("{}"):
        yield "not translated"


def _named(text: object) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(str(text)) if name}


def _words(own: dict[str, Any], english: dict[str, Any]) -> Iterator[str]:
    times = own.get("times", {})
    for section in set(english["times"]) - _OPTIONAL:
        if not times.get(section) and english["times"][section]:
            yield f"no words: {section}"
    for section, count in (("weekdays", 7), ("weekday_plurals", 7), ("months", 12)):
        if len(times.get(section, ())) != count or not all(times.get(section, ())):
            yield f"not all {count}: {section}"


def _intents(own: dict[str, Any], english: dict[str, Any]) -> Iterator[str]:
    for section in ("intents", "facts", "keywords", "buttons"):
        for name in set(english[section]) - {"undo"}:
            if not own.get(section, {}).get(name):
                yield f"no {section}: {name}"
