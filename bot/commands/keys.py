"""`slotkeeper keys`: make a key for what is kept encrypted, or change from an old one to a new one.

`new` prints a key for SLOTKEEPER_SECRET_KEYS. To change keys: put a new one before the old one,
restart every process, run `rotate`, which encrypts what is kept with the first key, then take the
old one away. It may run beside the bot, and again. Exit status 0; 1 where the database cannot be
used, or something was kept with a key that is not among them; 2 where a setting cannot be used.
"""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from bot import settings
from bot.opening import UNUSABLE, opened, unusable
from bot.settings import SettingsError
from core.installations import rotate
from core.vault import Vault, VaultError, new_key

UNABLE, MISTAKEN = 1, 2


def run(arguments: list[str]) -> None:
    """Print a new key, or encrypt what is kept with the first one."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper keys",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    parser.add_argument("action", choices=("new", "rotate"))
    options = parser.parse_args(arguments)
    if options.action == "new":
        sys.stdout.write(f"{new_key()}\n")
        return
    try:
        keys = [key.get_secret_value() for key in settings.read().secret_keys]
        vault = Vault(keys)
    except SettingsError as error:
        _stop(str(error), MISTAKEN)
    except VaultError as error:
        _stop(f"SLOTKEEPER_SECRET_KEYS: {error}", MISTAKEN)
    try:
        with opened(options.data) as database:
            count = rotate(database, vault)
    except VaultError as error:
        _stop(f"{error}: add that key at the end of SLOTKEEPER_SECRET_KEYS", UNABLE)
    except UNUSABLE as error:
        _stop(unusable(error), UNABLE)
    sys.stdout.write(f"secrets now kept with the first key: {count}\n")


def _stop(why: str, status: int) -> NoReturn:
    sys.stderr.write(f"slotkeeper keys: {why}\n")
    sys.exit(status)
