"""`slotkeeper simulate`: a town of people on a virtual clock, and what became of its book.

The real dialogs, core and workers run against an empty database of their own, which is dropped at
the end. Without --faults one process does all the work and the table is the same for a seed; with
it workers and database connections are killed, messages repeat and vendors fail. Exit status 0: all
was as it must be; 1: something was not, and the table names it; 2: a file or the database cannot be
used.
"""

import argparse
import sys
from pathlib import Path

from bot import logs
from bot.opening import UNUSABLE, server, unusable
from bot.scratch import scratch
from bot.simulate.playing import Plan, played

WRONG, UNREADABLE = 1, 2
EXAMPLES = Path(__file__).parents[2] / "examples"


def run(arguments: list[str]) -> None:
    """Let the days pass and print the table."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper simulate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--days", type=int, default=30, help="how many days pass (30)")
    parser.add_argument("--customers", type=int, default=2000, help="how many customers (2000)")
    parser.add_argument("--seed", type=int, default=1, help="which people, which faults (1)")
    parser.add_argument("--faults", action="store_true", help="kill, repeat and refuse")
    parser.add_argument("--business", action="append", metavar="FILE", help="a business's file")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the book there (PNG)")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    options = parser.parse_args(arguments)
    if options.days < 1 or options.customers < 1:
        parser.error("--days and --customers begin at 1")
    logs.set_up(level="error")  # what is made to fail need not be told
    files = options.business or [str(path) for path in sorted(EXAMPLES.glob("*.toml"))]
    plan = Plan(options.days, options.customers, options.seed, options.faults, tuple(files))
    try:
        with server(options.data) as url, scratch(url) as database:
            right = played(database, plan, picture=options.picture)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        sys.stderr.write(f"slotkeeper simulate: {error}\n")
        sys.exit(UNREADABLE)
    except UNUSABLE as error:
        sys.stderr.write(f"slotkeeper simulate: {unusable(error)}\n")
        sys.exit(UNREADABLE)
    sys.exit(0 if right else WRONG)
