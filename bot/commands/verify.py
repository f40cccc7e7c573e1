"""`slotkeeper verify`: prove the book of every business on the database.

Exit status 0: the book is right; 1: it is not, and the rows that are wrong are printed; 2: the
database cannot be used.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import opening
from bot.opening import opened, unusable
from core import businesses
from core.db import Database
from core.verify import Proof, prove

WRONG, UNUSABLE = 1, 2
_MOST = 200  # rows that are printed of one business


def run(arguments: list[str]) -> None:
    """Verify every business; exit with 1 where a book is wrong."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper verify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    options = parser.parse_args(arguments)
    try:
        with opened(options.data) as database:
            proofs = proved(database)
    except opening.UNUSABLE as error:
        sys.stderr.write(f"slotkeeper verify: {unusable(error)}\n")
        sys.exit(UNUSABLE)
    sys.stdout.write(report(proofs))
    sys.exit(WRONG if any(proof.wrong for proof in proofs.values()) else 0)


def proved(database: Database) -> dict[str, Proof]:
    """Return the proof of every business's book by its slug."""
    proofs: dict[str, Proof] = {}
    for slug, number in businesses.listed(database).items():
        with database.transaction(number) as session:
            proofs[slug] = prove(session, businesses.load(session))
    return proofs


def report(proofs: dict[str, Proof]) -> str:
    """Return the lines to print: one sentence where all is right, else a table of what is not."""
    looked = (
        f"{_counted(sum(p.bookings for p in proofs.values()), 'booking')},"
        f" {_counted(sum(p.events for p in proofs.values()), 'event')} and"
        f" {_counted(sum(p.allocations for p in proofs.values()), 'allocation')}"
        f" of {_counted(len(proofs), 'business', 'es')}"
    )
    wrong = sum(len(proof.wrong) for proof in proofs.values())
    if not wrong:
        return f"the book is right: {looked}\n"
    rows = [("BUSINESS", "RULE", "WHICH", "FOUND")]
    hidden = 0
    for slug, proof in proofs.items():
        rows += [(slug, w.rule, w.which, " ".join(w.found.split())) for w in proof.wrong[:_MOST]]
        hidden += len(proof.wrong[_MOST:])
    lines = [*_table(rows), *([f"… and {hidden} more"] if hidden else [])]
    return "\n".join(
        [*lines, "", f"the book is wrong in {_counted(wrong, 'place')}; looked at {looked}", ""]
    )


def _counted(number: int, what: str, more: str = "s") -> str:
    return f"{number} {what}{more if number != 1 else ''}"


def _table(rows: Sequence[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(3)]
    return [
        "  ".join([*(f"{row[n]:<{width}}" for n, width in enumerate(widths)), row[3]])
        for row in rows
    ]
