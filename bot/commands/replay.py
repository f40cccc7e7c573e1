"""`slotkeeper replay [--business FILE]… SCRIPT`: play a script against the real product.

It runs in an empty database of its own, on a clock that only the script moves; no vendor is called.
Output is one JSON object a line. Exit status 0; 1 where an expectation fails; 2 where a line or a
business file cannot be read, or the database cannot be used.
"""

import argparse
import importlib
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from bot.opening import UNUSABLE, server, unusable
from bot.scratch import scratch
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
    with ExitStack() as opened, ThreadPoolExecutor(1) as beside:
        database = beside.submit(_open, opened, options.data)
        failed = _replay(options, database)
    sys.exit(FAILED if failed else 0)


def _open(opened: ExitStack, data: Path | None) -> Database:
    """Start the server and make the database, while the rest of the program is loaded."""
    return opened.enter_context(scratch(opened.enter_context(server(data))))


def _replay(options: argparse.Namespace, database: Future[Database]) -> bool:
    playing: Any = importlib.import_module("bot.replay.playing")
    script_error: type[Exception] = playing.ScriptError
    try:
        files = options.business or [str(path) for path in sorted(EXAMPLES.glob("*.toml"))]
        among = playing.blueprints(files)
        lines = playing.lines(options.script)
    except (OSError, UnicodeDecodeError, script_error) as error:
        _stop(str(error))
    try:
        failed: bool = playing.play(database.result(), lines, among)
    except (*UNUSABLE, script_error) as error:
        _stop(unusable(error) if isinstance(error, UNUSABLE) else str(error))
    return failed


def _stop(why: str) -> NoReturn:
    sys.stderr.write(f"slotkeeper replay: {why}\n")
    sys.exit(UNREADABLE)
