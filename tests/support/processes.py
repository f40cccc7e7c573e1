"""Our commands as processes of their own: started, killed as a power cut would, started again."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from bot.embedded.locks import try_lock

KEY = "a key for the simulator"
ROOT = Path(__file__).parents[2]
_PORTS = range(12_000, 32_000)
_PATIENCE = 60.0  # seconds for a start, and for an end in order


def free_port() -> int:
    """Return a port that nobody listens on, and that no other run of tests is given meanwhile.

    None of those that the system hands out itself: between being found free and being listened on
    it would be taken for a client's.
    """
    folder = Path(tempfile.gettempdir()) / f"slotkeeper-ports-{os.geteuid()}"
    folder.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(_PORTS, 100):
        lock = try_lock(folder / str(port))
        if lock is not None:  # which is kept for as long as this process lives
            with suppress(OSError), socket.create_server(("127.0.0.1", port)):
                return port
    raise AssertionError("no port is free")


def environment(**ours: str) -> dict[str, str]:
    """Return this environment with none of the product's settings but those given."""
    foreign = {"DATABASE_URL", "REDIS_URL"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in foreign and not name.startswith("SLOTKEEPER_")
    }
    return kept | {"PYTHONUNBUFFERED": "1"} | ours


def simulated(
    folder: Path, *, database: str = "", redis: str = "", data: Path | None = None
) -> dict[str, str]:
    """Return the environment of processes whose vendor is simulated, and logs to `folder`."""
    return environment(
        DATABASE_URL=database,
        REDIS_URL=redis,
        SLOTKEEPER_DATA=str(data or ""),
        SLOTKEEPER_SIMULATOR_KEY=KEY,
        SLOTKEEPER_SIMULATOR_LOG=str(folder / "phones.jsonl"),
        SLOTKEEPER_THREADS="4",
    )


def slotkeeper(
    *arguments: str, env: Mapping[str, str], said: str = "", wait: float = 60.0
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; `said` is its standard input."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=env,
        input=said,
        capture_output=True,
        text=True,
        timeout=wait,
        check=False,
    )


class Crew:
    """Long-lived commands by name; each writes to a log of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._plans: dict[str, tuple[str, dict[str, str]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: dict[str, int] = {}

    def start(self, name: str, command: str, env: dict[str, str]) -> None:
        """Start a command under a name."""
        self._plans[name] = (command, env)
        self.again(name)

    def again(self, name: str) -> None:
        """Start a command that ended."""
        command, env = self._plans[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "bot", command],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, name: str) -> None:
        """Kill it; it has no time for a word."""
        process = self._running.pop(name)
        process.kill()
        process.wait(_PATIENCE)
        self.count(name)

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send it a signal."""
        self._running[name].send_signal(number)

    def end(self, name: str) -> int:
        """Tell it to end, and return its exit status."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(_PATIENCE)

    def status(self, name: str) -> int | None:
        """Return the exit status of one that ended by itself."""
        return self._running[name].poll()

    @property
    def running(self) -> list[str]:
        """The names of those that were started and not ended by us."""
        return list(self._running)

    @property
    def names(self) -> list[str]:
        """The names of all that were ever started."""
        return list(self._plans)

    def count(self, blow: str) -> None:
        """Count something else that was killed."""
        self.kills[blow] = self.kills.get(blow, 0) + 1

    def log(self, name: str) -> str:
        """Return all that it wrote."""
        return (self.folder / f"{name}.log").read_text()

    def errors(self, name: str) -> list[str]:
        """Return what its log says that is worse than a warning, and what is no line of ours."""
        lines = self.log(name).splitlines()
        return [x for x in lines if '"level": "info"' not in x and '"level": "warning"' not in x]

    def says(self, name: str, words: str, *, times: int = 1, wait: float = _PATIENCE) -> None:
        """Wait until its log holds these words, so many times."""
        until = time.monotonic() + wait
        while self.log(name).count(words) < times:
            if time.monotonic() > until:
                raise TimeoutError(f"{name} never said {words!r}:\n{self.log(name)[-3000:]}")
            time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self._running):
            self.kill(name)


def until_up(url: str, *, wait: float = _PATIENCE) -> None:
    """Wait until a server answers at all."""
    until = time.monotonic() + wait
    while True:
        try:
            httpx.get(url, timeout=5)
        except httpx.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return
