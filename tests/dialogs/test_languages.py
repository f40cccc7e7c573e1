"""A language is a folder, and what it lacks is found: in those we have, and in damaged copies."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dialogs.wording.catalog import LOCALES, SOURCE
from dialogs.wording.extract import TEMPLATE, template, written
from support.locales import CATALOG, lacks

LANGUAGES = sorted(p.name for p in LOCALES.iterdir() if p.is_dir() and p.name != SOURCE)
ENGLISH = LOCALES / SOURCE


def missing(folder: Path) -> list[str]:
    """Return what a folder lacks beside English and the messages of now."""
    return lacks(folder, english=ENGLISH, template=template())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_lacks_nothing(language: str) -> None:
    """Every message is translated, every section of words and every intent is there."""
    assert missing(LOCALES / language) == []


def without(pattern: str, name: str, instead: str = "") -> Callable[[Path], None]:
    """Return a damage: the first match of a pattern in a file is gone, or is something else."""

    def damage(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        hurt = re.sub(pattern, instead, text, count=1, flags=re.MULTILINE | re.DOTALL)
        assert hurt != text
        path.write_text(hurt, encoding="utf-8")

    return damage


PO = str(CATALOG)
DAMAGES: dict[str, Callable[[Path], None]] = {
    "empty: Yes": without(r'^msgid "Yes"\nmsgstr "[^"]+"', PO, 'msgid "Yes"\nmsgstr ""'),
    "not translated: Yes": without(
        r'^msgid "Yes"\nmsgstr "[^"]+"', PO, 'msgid "Yes"\nmsgstr "Yes"'
    ),
    "no message: Yes": without(r'^msgid "Yes"\nmsgstr "[^"]+"\n', PO),
    "left over: Yess": without(r'^msgid "Yes"$', PO, 'msgid "Yess"'),
    "unsure: Yes": without(r'^msgid "Yes"$', PO, '#, fuzzy\nmsgid "Yes"'),
    "other names in braces: {human} can help.": without(
        r'^(msgid "{human} can help."\nmsgstr ")[^"]*', PO, r"\1{man}"
    ),
    "empty: ('{n} hour', '{n} hours')": without(
        r'^(msgid_plural "{n} hours"\nmsgstr\[0\] "[^"]+"\nmsgstr\[1\] ")[^"]+', PO, r"\1"
    ),
    "not all 7: weekdays": without(r"^weekdays = \[\s*\[[^]]*\],", "lexicon.toml", "weekdays = ["),
    "no words: marks": without(r"^\[times\.marks\].*?^\[", "lexicon.toml", "["),
    "no intents: cancel": without(r"^\[intents\.cancel\]", "intents.toml", "[spare.cancel]"),
    "no facts: pick_ordinal": without(r"^pick_ordinal", "intents.toml", "pick_ordinary"),
    "no keywords: stop": without(r"^stop = ", "intents.toml", "stopped = "),
    "intents.toml": lambda folder: (folder / "intents.toml").unlink(),
    PO: lambda folder: (folder / PO).unlink(),
}


@pytest.mark.parametrize("found", DAMAGES)
def test_what_is_missing_is_found(found: str, tmp_path: Path) -> None:
    """Whatever is taken out of a whole language, the check names it."""
    folder = Path(shutil.copytree(LOCALES / "it", tmp_path / "it"))
    DAMAGES[found](folder)
    assert found in missing(folder)


def test_a_new_language_begins_with_everything_to_do(tmp_path: Path) -> None:
    """By the recipe: words copied, the template as its catalog; each message waits, then none."""
    folder = Path(shutil.copytree(LOCALES / "de", tmp_path / "nl"))
    text = TEMPLATE.read_text(encoding="utf-8")
    head = '"Language: nl\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n"MIME-Version'
    (folder / PO).write_text(text.replace('"MIME-Version', head, 1), encoding="utf-8")
    every = [m for m in template() if m.id]
    assert len([line for line in missing(folder) if line.startswith("empty: ")]) == len(every)
    with (folder / PO).open("rb") as file:
        filled = read_po(file, locale="nl")
    for message in filled:
        if message.id:
            plural = isinstance(message.id, tuple)
            message.string = (
                tuple(f"{text}." for text in message.id) if plural else f"{message.id}."
            )
    (folder / PO).write_bytes(written(filled))
    assert missing(folder) == []
