"""The embedded PostgreSQL comes up anywhere, loses nothing, and is stopped by whoever owns it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.embedded import EmbeddedPostgres, EmbeddedPostgresError, default_home
from support.counts import count
from support.postgres import libpq, temporary_home, temporary_server

REPOSITORY = Path(__file__).parents[2]

HOLD = """
import sys, time
from pathlib import Path
from bot.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1])).start()
print(server.pid, server.owned, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that does not exist yet; a server left there is stopped."""
    with temporary_home(in_memory=True) as folder:
        yield folder
        left = EmbeddedPostgres(folder)
        if left.pid is not None:
            with left:
                pass


def ask(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(libpq(server.url), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def holder(home: Path, *before: str) -> subprocess.Popen[str]:
    """Start a process that starts the server, prints its pid, and stops it when stdin ends."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        start_new_session=True,
    )


def said(process: subprocess.Popen[str]) -> tuple[int, bool]:
    """Read what a holder prints: the server's pid, and whether the holder owns it."""
    assert process.stdout is not None
    pid, owned = process.stdout.readline().split()
    return int(pid), owned == "True"


def end(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.wait(60)


def lives(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return not state.stdout.startswith("Z")


def test_a_cold_start_gives_what_the_product_needs(home: Path) -> None:
    """An empty folder becomes a server with our database, 200 connections and no TCP port."""
    with EmbeddedPostgres(home) as server:
        assert server.url.startswith("postgresql+psycopg://slotkeeper@/slotkeeper?host=")
        assert ask(server, "SELECT current_user || ' ' || current_database()") == (
            "slotkeeper slotkeeper"
        )
        assert ask(server, "SHOW max_connections") == "200"
        assert ask(server, "SHOW listen_addresses") == ""
        assert ask(server, "SHOW fsync") == "on"
        assert ask(server, "SHOW timezone") == "UTC"
        ask(server, "CREATE EXTENSION btree_gist")
        ask(
            server,
            "CREATE TABLE held (resource int, during tstzrange,"
            " EXCLUDE USING gist (resource WITH =, during WITH &&))",
        )
        modes = {path.stat().st_mode & 0o077 for path in (server.data, server.socket_dir)}
        assert modes == {0}
    assert server.pid is None


def test_everything_is_there_after_a_stop_and_a_start(home: Path) -> None:
    """Rows survive an orderly stop; the second start makes no data anew."""
    with EmbeddedPostgres(home) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    with EmbeddedPostgres(home) as server:
        assert ask(server, "SELECT answer FROM kept") == 42
    assert "was not properly shut down" not in server.log.read_text()


def test_who_joins_a_server_does_not_stop_it(home: Path) -> None:
    """While an owner lives, everybody else uses its server and leaves it running."""
    with EmbeddedPostgres(home) as owner:
        with EmbeddedPostgres(home) as guest:
            assert (owner.owned, guest.owned) == (True, False)
            assert guest.pid == owner.pid
        assert ask(owner, "SELECT 1") == 1


def test_an_owner_who_goes_first_leaves_the_server_to_the_others(home: Path) -> None:
    """A command that ends cuts off no other; the last one out stops the server."""
    owner, guest = EmbeddedPostgres(home), EmbeddedPostgres(home)
    with owner:
        guest.start()
        pid = guest.pid
    assert pid is not None
    assert (guest.pid, guest.owned) == (pid, False)
    assert ask(guest, "SELECT 1") == 1
    guest.stop()
    assert guest.pid is None


def test_a_server_left_by_a_killed_owner_is_adopted(home: Path) -> None:
    """Kill -9 of Python leaves the server; the next start owns that very server and stops it."""
    process = holder(home)
    pid, owned = said(process)
    assert owned
    process.kill()
    end(process)
    with EmbeddedPostgres(home) as server:
        assert (server.pid, server.owned) == (pid, True)
    assert not lives(pid)


def test_ctrl_c_does_not_reach_the_server(home: Path) -> None:
    """An interrupt of the whole foreground group ends Python alone; the server is in order."""
    process = holder(home)
    pid, _ = said(process)
    assert os.getsid(pid) != os.getsid(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    end(process)
    assert lives(pid)
    with EmbeddedPostgres(home) as server:
        assert server.pid == pid


def write_until_cut_off(server: EmbeddedPostgres, acknowledged: list[int]) -> None:
    """Insert numbers one by one, noting each that the server acknowledged."""
    try:
        with psycopg.connect(libpq(server.url), autocommit=True) as connection:
            while True:
                number = len(acknowledged)
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                acknowledged.append(number)
    except psycopg.OperationalError:
        return


def test_a_killed_server_keeps_every_acknowledged_row() -> None:
    """Kill -9 of PostgreSQL in the middle of writing: `start` brings it back with every row."""
    acknowledged: list[int] = []
    with temporary_server() as server:
        ask(server, "CREATE TABLE kept (number int)")
        for _ in range(count(2, 20)):
            before = len(acknowledged)
            writer = threading.Thread(target=write_until_cut_off, args=(server, acknowledged))
            writer.start()
            time.sleep(0.3)
            pid = server.pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            writer.join(60)
            server.start()
            assert len(acknowledged) > before
            # The insert that was under way may have been written, but not acknowledged.
            rows = ask(server, "SELECT coalesce(array_agg(DISTINCT number), '{}') FROM kept")
            assert isinstance(rows, list)
            assert set(acknowledged) <= set(rows)


def test_no_server_starts_beside_what_is_left_of_a_killed_one(home: Path) -> None:
    """While a process outlives its killed server, it could still write: the next server waits."""
    with EmbeddedPostgres(home) as server:
        connection = psycopg.connect(libpq(server.url), autocommit=True)
        left = connection.info.backend_pid
        os.kill(left, signal.SIGSTOP)
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        starter = threading.Thread(target=server.start)
        starter.start()
        starter.join(1)
        assert starter.is_alive()
        os.kill(left, signal.SIGCONT)
        starter.join(60)
        assert not lives(left)
        assert ask(server, "SELECT 1") == 1
        connection.close()


@pytest.mark.parametrize("text", ["", "{stranger}\n", "nonsense\n"])
def test_a_stale_pid_file_stops_nobody(home: Path, text: str) -> None:
    """A pid file that is empty or names a stranger is put aside, and the stranger is left alone."""
    with EmbeddedPostgres(home) as server:
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        for lock in (server.data / "postmaster.pid", server.socket_dir / ".s.PGSQL.5432.lock"):
            lock.write_text(text.format(stranger=stranger.pid))
        with EmbeddedPostgres(home) as server:
            assert ask(server, "SELECT answer FROM kept") == 42
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_data_that_was_cut_short_is_made_anew(home: Path) -> None:
    """A first start that died while it made the data leaves nothing that counts."""
    (home / "pgdata.new").mkdir(parents=True)
    (home / "pgdata.new" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(home) as server:
        assert ask(server, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_works(home: Path) -> None:
    """The socket of a deep folder lies in /tmp, in a folder that only we may enter."""
    with EmbeddedPostgres(home / ("deep" * 30)) as server:
        assert server.socket_dir.parent == Path("/tmp")  # noqa: S108 - that is what is shown
        assert server.socket_dir.stat().st_mode & 0o077 == 0
        assert ask(server, "SELECT 1") == 1
    server.socket_dir.rmdir()


def test_starters_at_the_same_moment_share_one_server(home: Path) -> None:
    """Of several processes on an empty folder one makes and owns the server; all can use it."""
    processes = [holder(home) for _ in range(4)]
    answers = [said(process) for process in processes]
    assert len({pid for pid, _ in answers}) == 1
    assert sorted(owned for _, owned in answers) == [False, False, False, True]
    assert [end(process) for process in processes] == [0, 0, 0, 0]
    assert EmbeddedPostgres(home).pid is None


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    """The message of the error ends with what PostgreSQL itself said, and nothing runs on."""
    server = EmbeddedPostgres(home, settings={"shared_buffers": "a lot"})
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers"):
        server.start()
    assert (server.pid, server.owned) == (None, False)


def test_the_folder_for_data_is_the_platforms_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_DATA_HOME decides, where it is an absolute path as its specification demands."""
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_home() == Path("/somewhere/slotkeeper")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_home().is_absolute()
    assert default_home().name == "slotkeeper"
