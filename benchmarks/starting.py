"""From a start to the first confirmed booking, and a month of virtual time.

The command line itself is started, as anyone would start it: cold makes the server's data first,
warm finds a server that runs already.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from world import FULL, Bench, Figure, at_most

ROOT = Path(__file__).parents[1]
TIMES = 9 if FULL else 5
_NOW: dict[str, Any] = {"now": "2026-03-02T09:00:00-05:00"}
_FIRST: list[dict[str, Any]] = [
    _NOW,
    *(
        {"say": words, "from": "+12125550101", "channel": "sms", "to": "juniper"}
        for words in ("haircut tomorrow at 3pm", "yes")
    ),
    {"expect": {"bookings": [{"service": "Haircut", "status": "confirmed"}]}},
]
_TEN: list[dict[str, Any]] = [
    _NOW,
    *(
        {"say": words, "from": who, "channel": "sms", "to": "juniper"}
        for who in ("+12125550101", "+12125550102")
        for words in ("haircut on thursday", "at 3pm", "yes", "my bookings")
    ),
    {"advance": "PT1H"},
    {"expect": {"count": {"bookings": 2}}},
]
_MONTH: list[dict[str, Any]] = [_NOW, {"advance": "P30D"}]


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the seconds of a cold and a warm start, of ten lines, and of a month."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o711)
        cold = [_replay(folder, _FIRST, data=folder / f"cold{n}") for n in range(3)]
        yield at_most("first booking confirmed, cold", statistics.median(cold), 3, unit="s")
        env = {"DATABASE_URL": bench.url("postgres")}
        _replay(folder, _FIRST, env=env)
        warm, ten, month, empty = (
            statistics.median(_replay(folder, script, env=env) for _ in range(TIMES))
            for script in (_FIRST, _TEN, _MONTH, [_NOW])
        )
        yield at_most("first booking confirmed, the server running", warm, 1, unit="s")
        yield at_most("replay of ten lines, the server running", ten, 1, unit="s")
        yield at_most("a month without events, beyond the start", month - empty, 1, unit="s")


def _replay(
    folder: Path,
    script: list[dict[str, Any]],
    *,
    data: Path | None = None,
    env: dict[str, str] | None = None,
) -> float:
    """Replay a script with a command of its own; return the seconds."""
    path = folder / "script.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in script))
    command = [sys.executable, "-m", "bot", "replay"]
    command += ["--data", str(data)] if data else []
    began = time.perf_counter()
    done = subprocess.run(
        [*command, str(path)],
        cwd=ROOT,
        env=os.environ | (env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"replay: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return seconds
