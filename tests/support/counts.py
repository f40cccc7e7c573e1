"""How much a test does: little in `make test`, the full count of its bar in `make prove`."""

import os

PROVE = os.environ.get("SLOTKEEPER_PROVE") == "1"


def count(short: int, full: int) -> int:
    """Choose `short` for everyday runs and `full` where SLOTKEEPER_PROVE=1 is set."""
    return full if PROVE else short
