"""How long a phrase takes to read, per language, beside dateparser's search in the same run.

    python benchmarks/when.py [--rounds 3] [--no-dateparser]

The phrases are those of tests/when. dateparser (a development dependency) is measured on a sample,
after its first call, which alone takes longer than all of ours.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dialogs.when import read

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 4, 10, 20, tzinfo=ZONE)
PHRASES = Path(__file__).resolve().parents[1] / "tests" / "when"
SAMPLE = 60
STARTS = 7
START = """
import time
begun = time.process_time()
from datetime import datetime
from zoneinfo import ZoneInfo
from dialogs.when import read
zone = ZoneInfo("America/New_York")
read("tomorrow at 3", now=datetime(2026, 3, 4, tzinfo=zone), zone=zone)
print((time.process_time() - begun) * 1000)
"""


def phrases() -> dict[str, list[str]]:
    """Every phrase of the test files, by language."""
    found: dict[str, list[str]] = {}
    for path in sorted(PHRASES.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["phrase"]:
            found.setdefault(entry.get("locale", path.stem[:2]), []).append(entry["say"])
    return found


def measure(work: Callable[[str], object], said: list[str], rounds: int) -> list[float]:
    """Milliseconds of each call, sorted."""
    times = []
    for _ in range(rounds):
        for text in said:
            begun = time.perf_counter()
            work(text)
            times.append((time.perf_counter() - begun) * 1000)
    return sorted(times)


def start_up() -> float:
    """Milliseconds of processor time from a bare interpreter to the first phrase read."""
    done = subprocess.run(
        [sys.executable, "-c", START], check=True, capture_output=True, cwd=PHRASES.parents[1]
    )
    return float(done.stdout)


def line(name: str, times: list[float]) -> None:
    """Print median, mean, p99 and the slowest."""
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    print(
        f"{name:22s} n {len(times):5d}  median {statistics.median(times):8.3f} ms  "
        f"mean {statistics.fmean(times):8.3f}  p99 {p99:8.3f}  max {times[-1]:8.3f}"
    )


def main() -> None:
    """Measure ours over every language, theirs over a sample of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-dateparser", action="store_true")
    options = parser.parse_args()
    started = sorted(start_up() for _ in range(STARTS))
    print(
        f"start-up to the first reading: median {statistics.median(started):.0f} ms of processor "
        f"time, least {started[0]:.0f}, most {started[-1]:.0f}"
    )
    groups = phrases()
    for language, said in groups.items():
        begun = time.perf_counter()
        read("x", now=NOW, zone=ZONE, locale=language)
        print(f"{language}: the words load in {(time.perf_counter() - begun) * 1000:.1f} ms")

        def ours(text: str, language: str = language) -> object:
            return read(text, now=NOW, zone=ZONE, locale=language)

        line(f"  grammar, {language}", measure(ours, said, options.rounds))
    if options.no_dateparser:
        return
    begun = time.perf_counter()
    from dateparser.search import search_dates  # noqa: PLC0415 - its import is part of what is told

    search_dates("tomorrow at 3", languages=["en"])
    print(f"dateparser: import and first call {(time.perf_counter() - begun) * 1000:.0f} ms")
    settings = {"RELATIVE_BASE": NOW.replace(tzinfo=None), "PREFER_DATES_FROM": "future"}
    dice = random.Random(3)
    for language, said in groups.items():
        sample = dice.sample(said, min(SAMPLE, len(said)))

        def theirs(text: str, language: str = language) -> object:
            return search_dates(text, languages=[language[:2]], settings=settings)

        line(f"  dateparser, {language}", measure(theirs, sample, 1))


if __name__ == "__main__":
    main()
