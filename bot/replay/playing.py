"""A replay's files are read and its script is played: what the command does once it has begun."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.commands.apply import read_files
from bot.replay import script
from bot.replay.script import LINES, Line, ScriptError
from bot.replay.stage import Stage, plain
from bot.wiring import simulated
from core.applying import applied
from core.blueprint import Blueprint
from core.db import Database


def blueprints(names: Sequence[str]) -> list[Blueprint]:
    """Read business files; a ScriptError's text is every problem of every file, one a line."""
    found, problems = read_files(names)
    if problems:
        raise ScriptError("\n".join(map(str, problems)))
    return found


def lines(name: str) -> list[Line]:
    """Read a script, standard input for "-"; ScriptError, OSError or UnicodeDecodeError."""
    text = sys.stdin.read() if name == "-" else Path(name).read_text()
    return script.read(text.splitlines())


def play(database: Database, played: Sequence[Line], among: Sequence[Blueprint]) -> bool:
    """Play every line; say whether an expectation failed."""
    database.set_clock(frozen=script.instant(1, played[0]["now"]))
    slugs = {b.slug: applied(database, b).business for b in _spoken_to(played, among)}
    stage = Stage(simulated(database), slugs, _print)
    for line in played:
        stage.play(line)
    stage.finish()
    return stage.failed


def _spoken_to(played: Sequence[Line], among: Sequence[Blueprint]) -> Sequence[Blueprint]:
    """Return the businesses that the script names: an empty book is made for no other.

    All of them where a line leaves open which is meant, or names one that there is not.
    """
    named = {line.get("to") for line in played if "to" in LINES[line.verb][0] | LINES[line.verb][1]}
    if not named <= {b.slug for b in among}:
        return among
    return [b for b in among if b.slug in named]


def _print(item: dict[str, Any]) -> None:
    sys.stdout.write(plain(item) + "\n")
    sys.stdout.flush()
