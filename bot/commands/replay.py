"""`slotkeeper replay [--business FILE]… SCRIPT`: play a script against the real product.

It runs in an empty database of its own, on a clock that only the script moves; no vendor is called.
Output is one JSON object a line. Exit status 0; 1 where an expectation fails; 2 where a line or a
business file cannot be read, or the database cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.commands.apply import read_files
from bot.opening import UNUSABLE, server, unusable
from bot.replay import script
from bot.replay.script import Line
from bot.replay.stage import Stage, plain
from bot.scratch import scratch
from bot.wiring import simulated
from core.applying import applied
from core.blueprint import Blueprint
from core.db import Database

EXAMPLES = Path(__file__).parents[2] / "examples"
FAILED, UNREADABLE = 1, 2


def run(arguments: list[str]) -> None:
    """Replay the script named, or standard input for "-"."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper replay",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--business", action="append", metavar="FILE", help="a business's file")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    parser.add_argument("script", metavar="SCRIPT")
    options = parser.parse_args(arguments)
    files = options.business or [str(p) for p in sorted(EXAMPLES.glob("*.toml"))]
    blueprints, problems = read_files(files)
    if problems:
        _stop("\n".join(map(str, problems)))
    try:
        text = sys.stdin.read() if options.script == "-" else Path(options.script).read_text()
        lines = script.read(text.splitlines())
    except (OSError, UnicodeDecodeError, script.ScriptError) as error:
        _stop(str(error))
    try:
        with server(options.data) as url, scratch(url) as database:
            failed = _play(database, lines, blueprints)
    except script.ScriptError as error:
        _stop(str(error))
    except UNUSABLE as error:
        _stop(unusable(error))
    sys.exit(FAILED if failed else 0)


def _play(database: Database, lines: Sequence[Line], blueprints: Sequence[Blueprint]) -> bool:
    """Play every line; say whether an expectation failed."""
    database.set_clock(frozen=script.instant(1, lines[0]["now"]))
    slugs = {b.slug: applied(database, b).business for b in blueprints}
    stage = Stage(simulated(database), slugs, _print)
    for line in lines:
        stage.play(line)
    stage.finish()
    return stage.failed


def _print(item: dict[str, Any]) -> None:
    sys.stdout.write(plain(item) + "\n")
    sys.stdout.flush()


def _stop(why: str) -> None:
    sys.stderr.write(f"slotkeeper replay: {why}\n")
    sys.exit(UNREADABLE)
