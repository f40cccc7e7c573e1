"""Measure, as ratios within one run, and print each figure beside its aim.

    python benchmarks/run.py [--full] [NAME ...]

Without names all are run. `--full`, or SLOTKEEPER_PROVE=1, takes the sizes of the bars: five
million rows, longer rounds. docs/benchmarks.md says what each figure means and what was seen.
"""

import importlib
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests")]

from world import FULL, Figure, bench  # noqa: E402 - the path is set above

from bot.cli import settle  # noqa: E402 - likewise

NAMES = (
    "holding",
    "contention",
    "growth",
    "searching",
    "series",
    "waiting",
    "messages",
    "wakes",
    "forgotten",
    "starting",
    "doors",
    "lateness",
)


def main() -> None:
    """Run the benchmarks named on the command line, or all of them."""
    asked = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = set(asked) - {*NAMES, "when"}
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(sorted(unknown))}; there is {', '.join(NAMES)}")
    print(f"{os.cpu_count()} processors, {platform.machine()}, Python {platform.python_version()}")
    print(f"load {os.getloadavg()[0]:.1f} at the start; {'full' if FULL else 'everyday'} sizes\n")
    figures: list[Figure] = []
    with bench() as shared:
        for name in [n for n in NAMES if not asked or n in asked]:
            began = time.perf_counter()
            module = importlib.import_module(name)
            settle()
            for figure in module.measure(shared):
                show(figure)
                figures.append(figure)
            print(f"    ({name}: {time.perf_counter() - began:.0f} s)", flush=True)
    if not asked or "when" in asked:
        subprocess.run([sys.executable, str(HERE / "when.py"), "--rounds", "1"], check=True)
    judged = [f for f in figures if f.met is not None]
    print(f"\n{sum(bool(f.met) for f in judged)} of {len(judged)} aims met")


def show(figure: Figure) -> None:
    """Print one figure on one line."""
    word = {True: "met", False: "MISSED", None: ""}[figure.met]
    aim = f"aim {figure.aim}" if figure.aim else ""
    print(f"{figure.name:58} {figure.seen:42} {aim:14} {word}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
