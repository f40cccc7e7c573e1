"""`slotkeeper apply`: bring businesses in line with their files.

Each file is one business; its name is the business's. What changes is shown before it is done.
Exit status 0: applied; 1: refused, nothing of that file was written; 2: a file cannot be read.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.opening import UNUSABLE, opened, unusable
from core.applying import Outcome, applied, planned
from core.blueprint import MOST_BYTES, Blueprint, Problem, read
from core.db import Database

APPLIED, REFUSED, UNREADABLE = 0, 1, 2


def run(arguments: list[str]) -> None:
    """Apply the files named; exit with 1 where one is refused, with 2 where one is unreadable."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper apply",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a business's .toml file")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    parser.add_argument("--yes", action="store_true", help="change without asking")
    options = parser.parse_args(arguments)
    blueprints, problems = read_files(options.files)
    if problems:
        sys.stderr.write("".join(f"{problem}\n" for problem in problems))
        sys.exit(UNREADABLE)
    ask = not options.yes and sys.stdin.isatty()
    try:
        with opened(options.data) as database:
            done = [_apply(database, blueprint, ask=ask) for blueprint in blueprints]
    except UNUSABLE as error:
        sys.stderr.write(f"slotkeeper apply: {unusable(error)}\n")
        sys.exit(REFUSED)
    if not all(done):
        sys.exit(REFUSED)


def read_files(names: Sequence[str]) -> tuple[list[Blueprint], list[Problem]]:
    """Read business files; return those that are right, and every problem of the others."""
    blueprints: dict[str, Blueprint] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        except OSError as error:
            problems.append(Problem(name, 1, "", f"cannot be read: {error.strerror}"))
            continue
        found = read(content, name)
        if not isinstance(found, Blueprint):
            problems.extend(found)
        elif found.slug in blueprints:
            text = f"names the same business as {blueprints[found.slug].file}"
            problems.append(Problem(name, 1, "", text))
        else:
            blueprints[found.slug] = found
    return list(blueprints.values()), problems


def _apply(database: Database, blueprint: Blueprint, *, ask: bool) -> bool:
    """Apply one file, asking first where something that is there already changes."""
    plan = planned(database, blueprint)
    _show(blueprint, plan)
    if plan.refusals:
        return False
    if ask and any(change.sign != "+" for change in plan.changes) and not _agreed():
        sys.stdout.write("  nothing was changed\n")
        return False
    outcome = applied(database, blueprint)
    if replace(outcome, business=plan.business) != plan:  # somebody booked in between
        _show(blueprint, outcome)
    return not outcome.refusals


def _agreed() -> bool:
    sys.stdout.write("  Change this? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _show(blueprint: Blueprint, outcome: Outcome) -> None:
    lines = [str(change) for change in outcome.changes] or ["= nothing to change"]
    lines += [f"! {concern}" for concern in outcome.concerns]
    if outcome.refusals:
        lines += [f"x {refusal}" for refusal in outcome.refusals]
        lines.append("x refused; nothing was written")
    indented = "".join("  " + line.replace("\n", "\n  ") + "\n" for line in lines)
    sys.stdout.write(f"{blueprint.slug}\n{indented}")
