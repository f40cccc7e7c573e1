"""What the documents name is there: variables, commands and their options, files, headings."""

import contextlib
import importlib
import io
import re
from collections.abc import Iterator
from functools import cache

import pytest
from pydantic_settings import BaseSettings

from bot.cli import COMMANDS
from bot.settings import Settings, Slack, Stripe, Telegram, Twilio
from house.test_readmes import DOCUMENTS, ROOT

PROVING = {"SLOTKEEPER_PROVE"}  # read by the tests and measurements, not by the bot
_CODE = re.compile(
    r"^(?:```|~~~).*?^(?:```|~~~)|^(?: {4}|\t).*?$|`[^`]+`", re.DOTALL | re.MULTILINE
)
_COMMAND = re.compile(r"(?<![\w./-])slotkeeper ((?:[a-z]+\b)(?: +[^\s#<>|;`]+)*)")
_VARIABLE = re.compile(r"\b(SLOTKEEPER_[A-Z_]*[A-Z])\b|`…(_[A-Z_]+)`")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ANCHOR = re.compile(r"\]\(([^)#\s]*)#([^)\s]+)\)")
_PATH = re.compile(
    r"`((?:bot|channels|core|dialogs|docs|examples|locales|tests|workers)/[\w./-]*)`"
)


def said(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


_GROUPS = ("twilio", "telegram", "slack", "stripe")


def variables() -> set[str]:
    """Return the name of every variable that settings are read from."""
    groups: tuple[type[BaseSettings], ...] = (Settings, Twilio, Telegram, Slack, Stripe)
    return {
        str(field.validation_alias or f"{group.model_config['env_prefix']}{name}".upper())
        for group in groups
        for name, field in group.model_fields.items()
        if not (group is Settings and name in _GROUPS)
    }


def named(text: str) -> Iterator[str]:
    """Yield the variables a text names; "…_TOKEN" has the group of the one named before it."""
    group = ""
    for whole, ending in _VARIABLE.findall(text):
        if whole:
            group = next((g for g in map(str.upper, _GROUPS) if f"_{g}_" in whole), "")
            yield whole
        else:
            yield f"SLOTKEEPER_{group}{ending}" if group else f"SLOTKEEPER{ending}"


@cache
def usage(command: str) -> str:
    """Return what a command says of itself."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), pytest.raises(SystemExit) as ended:
        importlib.import_module(COMMANDS[command][0]).run(["--help"])
    assert ended.value.code == 0
    return told.getvalue()


def slug(heading: str) -> str:
    """Return a heading's anchor as GitHub makes it."""
    bare = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_variable_that_is_named_is_read(document: str) -> None:
    """No document names a variable that settings do not know."""
    assert set(named(said(document))) - variables() - PROVING == set()


def test_every_variable_is_explained() -> None:
    """Each setting stands in the README or the documents."""
    explained = {
        name for document in DOCUMENTS if document.startswith("docs/") for name in
        (*named(said(document)), *re.findall(r"\b(?:DATABASE|REDIS)_URL\b", said(document)))
    }  # fmt: skip
    assert variables() - explained == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_command_that_is_named_can_be_typed(document: str) -> None:
    """It is one of ours, and takes the options that it is shown with."""
    for code in _CODE.findall(said(document)):
        for line in _COMMAND.findall(code):
            command, *words = line.split()
            assert command in COMMANDS, line
            told = usage(command)
            options = [word.strip("[]").partition("=")[0] for word in words if "--" in word[:3]]
            assert [o for o in options if not re.search(rf"{o}\b", told)] == [], line
            chosen = re.search(r"\{([\w,]+)\}", told)
            first = next((word for word in words if not word.startswith("-")), None)
            if chosen and first and first.islower():
                assert first in chosen[1].split(","), line


def test_every_command_is_explained() -> None:
    """Each command stands in the README or the documents, as it is typed."""
    told = "\n".join(said(d) for d in DOCUMENTS if d == "README.md" or d.startswith("docs/"))
    assert [name for name in COMMANDS if not re.search(rf"slotkeeper {name}\b", told)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_path_that_is_named_is_there(document: str) -> None:
    """A file or folder in backticks that begins at the top of the project exists.

    "xx" stands for a language still to be added.
    """
    text = said(document)
    folders = (ROOT, (ROOT / document).parent)
    paths = [path for path in _PATH.findall(text) if "xx" not in re.split(r"[/.]", path)]
    missing = [path for path in paths if not any((f / path).exists() for f in folders)]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_anchor_is_a_heading(document: str) -> None:
    """A link into a document leads to one of its headings."""
    for file, anchor in _ANCHOR.findall(said(document)):
        if "://" not in file:
            target = (ROOT / document).parent / file if file else ROOT / document
            headings = _HEADING.findall(target.read_text(encoding="utf-8"))
            assert anchor in {slug(heading) for heading in headings}, f"{file}#{anchor}"


def test_names_are_found_as_they_are_written() -> None:
    """Shortened variables, anchors as GitHub makes them, commands in every kind of code."""
    short = "`SLOTKEEPER_SLACK_SIGNING_SECRET`, `…_BOT_TOKEN`, `SLOTKEEPER_DATA`, `…_PORT`"
    assert list(named(short)) == [
        *("SLOTKEEPER_SLACK_SIGNING_SECRET", "SLOTKEEPER_SLACK_BOT_TOKEN"),
        *("SLOTKEEPER_DATA", "SLOTKEEPER_PORT"),
    ]
    assert slug("2. The bot's `serve`, [and](x.md) more") == "2-the-bots-serve-and-more"
    text = (
        "say `slotkeeper link a --b`\n\n    slotkeeper when --c  # d\n\n```sh\nslotkeeper tick\n```"
    )
    code = _CODE.findall(text)
    found = [line.split() for block in code for line in _COMMAND.findall(block)]
    assert found == [["link", "a", "--b"], ["when", "--c"], ["tick"]]
