"""What is made of a locale's file at length, kept beside it as Python keeps its bytecode."""

import contextlib
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")

_ROOM = Path(__file__).parent


def kept(source: Path, make: Callable[[], Made]) -> Made:
    """Return what `make` makes of a file, from the last time where the file and this room stand.

    Where nothing can be written, it is made each time.
    """
    path = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pickle"
    stamp = _stamp(source)
    # Whatever is wrong with it, it can be made again.
    with contextlib.suppress(Exception), path.open("rb") as file:
        if pickle.load(file) == stamp:  # noqa: S301 - as much ours as the bytecode beside it
            found: Made = pickle.load(file)  # noqa: S301 - likewise
            return found
    made = make()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            half = path.with_suffix(f".{os.getpid()}")
            half.write_bytes(pickle.dumps(stamp) + pickle.dumps(made))
            half.replace(path)
    return made


def _stamp(source: Path) -> list[tuple[str, int, int]]:
    """Return what changes when the file, or the code that reads it, does."""
    files = [source, *sorted(_ROOM.glob("*.py"))]
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files]
