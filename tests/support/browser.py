"""Which Chromium the tests drive: the one that SLOTKEEPER_CHROMIUM names, else the system's.

`python -m support.browser` prints its path; the exit status is 1 where there is none.
"""

import os
import shutil
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def chromium_path() -> str | None:
    """Find a Chromium; None where this machine has none."""
    named = os.environ.get("SLOTKEEPER_CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return found or (str(_MAC) if _MAC.exists() else None)


if __name__ == "__main__":
    path = chromium_path()
    sys.stdout.write(f"{path}\n" if path else "")
    sys.exit(path is None)
