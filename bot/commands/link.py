"""`slotkeeper link BUSINESS PROVIDER`: print a one-time code by which a provider links a phone.

The provider texts `link CODE` to the business from the address where they want to be reached; the
code works once, for a day. Exit status 0; 1 where there is no such business or provider, or the
database cannot be used.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from bot.opening import UNUSABLE, opened, unusable
from core import businesses, codes
from core.db import Database

REFUSED = 1


def run(arguments: list[str]) -> None:
    """Make a code for the provider named by key or name, and print what to do with it."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper link",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    parser.add_argument("business", metavar="BUSINESS", help="the name of its file")
    parser.add_argument("provider", metavar="PROVIDER", help="their key or name in it")
    options = parser.parse_args(arguments)
    try:
        with opened(options.data) as database:
            code, provider, business = _made(database, options.business, options.provider)
    except UNUSABLE as error:
        _stop(unusable(error))
    sys.stdout.write(f"{code}\n{provider} texts this to {business} within 24 hours: link {code}\n")


def _made(database: Database, slug: str, wanted: str) -> tuple[str, str, str]:
    """Make a code; return it with the provider's name and the business's."""
    number = businesses.find(database, slug)
    if number is None:
        known = ", ".join(businesses.listed(database)) or "none yet"
        _stop(f"there is no business {slug!r}; there is {known}")
    with database.transaction(number) as session:
        business = businesses.load(session)
        name = wanted.casefold()
        found = next(
            (p for p in business.providers if name in {p.key.casefold(), p.name.casefold()}),
            None,
        )
        if found is None:
            names = ", ".join(p.name for p in business.providers) or "nobody"
            _stop(f"{business.name} has no provider {wanted!r}; it has {names}")
        return codes.for_provider(session, found.id, now=session.now), found.name, business.name


def _stop(why: str) -> NoReturn:
    sys.stderr.write(f"slotkeeper link: {why}\n")
    sys.exit(REFUSED)
