"""`slotkeeper retime`: after a change of clock rules, keep the wall times of what is booked.

Run it with newer time zone data, once every process works with it. Without --apply it lists who
would move; with it they move, and are told. Exit status 0: nobody is in anybody's way; 1: some
bookings cannot move, which are listed and stay; 2: the database cannot be used.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from bot import opening
from bot.opening import opened, unusable
from core import businesses
from core.db import Database
from core.retiming import Move, Retimed, retime
from core.rules import Business
from core.timetable import materialise
from dialogs.flows import retimed

STUCK, UNUSABLE = 1, 2


def run(arguments: list[str]) -> None:
    """List who moves, or move them; exit with 1 where somebody cannot."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper retime",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--apply", action="store_true", help="move them and tell them")
    parser.add_argument("--business", help="only this one, by its key")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    options = parser.parse_args(arguments)
    stuck = False
    try:
        with opened(options.data) as database:
            listed = businesses.listed(database)
            if options.business is not None and options.business not in listed:
                parser.error(f"no such business: {options.business}")
            for slug, number in listed.items():
                if options.business in {None, slug}:
                    business, found = _retimed(database, number, keep=options.apply)
                    stuck = stuck or bool(found.stuck)
                    for line in lines(business, found, keep=options.apply):
                        sys.stdout.write(f"{line}\n")
    except opening.UNUSABLE as error:
        sys.stderr.write(f"slotkeeper retime: {unusable(error)}\n")
        sys.exit(UNUSABLE)
    sys.exit(STUCK if stuck else 0)


def _retimed(database: Database, number: int, *, keep: bool) -> tuple[Business, Retimed]:
    """Retime one business; its classes are laid out once nothing else is locked any more."""
    with database.transaction(number) as session:
        business = businesses.load(session)
        found = retime(session, business=business, now=session.now, keep=keep)
        if keep:
            retimed.told(session, business, found, now=session.now)
    if keep:
        with database.transaction(number) as session:
            materialise(session, businesses.load(session))
    return business, found


def lines(business: Business, found: Retimed, *, keep: bool) -> Iterator[str]:
    """Yield the lines to print: how many, then each with its wall time and both instants."""
    moves = "moved" if keep else "would move"
    yield f"{business.slug}: {len(found.moved)} {moves}, {len(found.stuck)} cannot"
    for move in found.moved:
        yield _line(business, move)
    for move in found.stuck:
        yield f"{_line(business, move)}, where somebody else is: it stays"


def _line(business: Business, move: Move) -> str:
    wall = move.start.astimezone(business.zone)
    was, start = (moment.astimezone(UTC) for moment in (move.was, move.start))
    return f"  {move.ref}  {wall:%Y-%m-%d %H:%M %Z}  from {was:%H:%M} to {start:%H:%M} UTC"
