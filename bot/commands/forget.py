"""`slotkeeper forget ADDRESS`: take a person out of every row, in every business or in one.

ADDRESS is a phone number with its country code, or whatever a channel calls somebody. Bookings stay
as facts about nobody; those to come are cancelled, and their providers hear so without a name. What
would happen is printed and asked for once. Exit status 0: forgotten, or nobody is known there; 1:
not confirmed, no such business, or the database cannot be used.
"""

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bot.opening import UNUSABLE, opened, unusable
from core import businesses, forgetting
from core.booking import By
from core.db import Database
from dialogs.flows import leaving

REFUSED = 1
_OPERATOR = By("operator")


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is known at the address, and what they would no longer have."""

    business: int
    slug: str
    person: int
    addresses: int
    messages: int
    bookings: int


def run(arguments: list[str]) -> None:
    """Find who is at the address, ask, and forget them."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper forget",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    parser.add_argument("--business", metavar="BUSINESS", help="only in this one: its file's name")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("address", metavar="ADDRESS", help="+12125550101, say")
    options = parser.parse_args(arguments)
    try:
        with opened(options.data) as database:
            address = _plain(options.address)
            _forget(database, address, options.business, sure=options.yes)
    except UNUSABLE as error:
        _stop(unusable(error))


def _plain(address: str) -> str:
    """Return a phone number as it is kept; anything else as it was given."""
    return "+" + re.sub(r"\D", "", address) if address.startswith("+") else address


def _forget(database: Database, address: str, slug: str | None, *, sure: bool) -> None:
    known = found(database, address, slug)
    if not known:
        sys.stdout.write("nobody is known there\n")
        return
    for each in known:
        sys.stdout.write(
            f"{each.slug}: addresses {each.addresses}, messages {each.messages},"
            f" bookings to come, which are cancelled: {each.bookings}\n"
        )
    if not sure and not _confirmed():
        _stop("nothing was changed")
    for each in known:
        with database.transaction(each.business) as session:
            business = businesses.load(session)
            leaving.erase(session, business, each.person, by=_OPERATOR)
    sys.stdout.write("forgotten\n")


def found(database: Database, address: str, slug: str | None) -> list[Known]:
    """Return who is known at an address, in each business or in the one named."""
    listed = businesses.listed(database)
    if slug is not None and slug not in listed:
        _stop(f"there is no business {slug!r}; there is {', '.join(listed) or 'none yet'}")
    known: list[Known] = []
    for name, number in listed.items():
        if slug not in {None, name}:
            continue
        with database.transaction(number) as session:
            for person in forgetting.people_at(session, address):
                kept = forgetting.kept(session, person, now=session.now)
                coming = leaving.standing(session, person)
                messages = kept.received + kept.sent
                counts = (len(kept.addresses), messages, len(coming))
                known.append(Known(number, name, person, *counts))
    return known


def _confirmed() -> bool:
    sys.stdout.write("This cannot be taken back. Forget them? Type yes: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"yes", "y"}


def _stop(why: str) -> NoReturn:
    sys.stderr.write(f"slotkeeper forget: {why}\n")
    sys.exit(REFUSED)
