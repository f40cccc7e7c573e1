"""`slotkeeper webhooks set`: tell each vendor where to call us, as far as a program can.

What a person must click is said in a line. Exit status 1: a vendor did not take it; 2: a setting is
no good.
"""

import argparse
import sys

from bot import settings
from bot.menus import speaking
from bot.settings import SettingsError
from bot.vendors import parties

FAILED, MISTAKEN = 1, 2


def run(arguments: list[str]) -> None:
    """Register, print a line for each thing, and exit."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper webhooks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=["set"], help="register our addresses")
    parser.add_argument("vendors", nargs="*", metavar="VENDOR", help="only these, else all set up")
    options = parser.parse_args(arguments)
    try:
        chosen_settings = settings.read()
        found = parties(chosen_settings, speaking=speaking(chosen_settings))
    except SettingsError as error:
        sys.stderr.write(f"slotkeeper webhooks: {error}\n")
        sys.exit(MISTAKEN)
    chosen = options.vendors or list(found)
    strange = [name for name in chosen if name not in found]
    if strange or not chosen:
        known = ", ".join(found) or "none"
        sys.stderr.write(f"slotkeeper webhooks: set up is {known}; see docs/channels\n")
        sys.exit(MISTAKEN)
    findings = [finding for name in chosen for finding in found[name].register()]
    for finding in findings:
        mark = "=" if finding.good else "x"
        sys.stdout.write(f"{mark} {finding.what}: {finding.advice}\n")
    sys.exit(0 if all(finding.good for finding in findings) else FAILED)
