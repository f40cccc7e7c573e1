"""With whose rights the server's programs run, for PostgreSQL refuses to be root.

An ordinary user runs them as they are. Root has two ways: a user namespace of one process in
which root is called `nobody` (nothing on disk changes its owner), or, where the system refuses
user namespaces, really becoming `nobody`, who then owns the data.
"""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RootMode = Literal["auto", "namespace", "setuid"]

# Run as: python -I -c _NAMESPACE uid gid program arguments…
_NAMESPACE = """\
import ctypes, os, sys
uid, gid = sys.argv[1:3]
if ctypes.CDLL(None, use_errno=True).unshare(0x10000000) != 0:  # CLONE_NEWUSER
    sys.exit(97)
open("/proc/self/setgroups", "w").write("deny")
open("/proc/self/uid_map", "w").write(f"{uid} 0 1")
open("/proc/self/gid_map", "w").write(f"{gid} 0 1")
os.execv(sys.argv[3], sys.argv[3:])
"""


@dataclass(frozen=True)
class Rights:
    """How a program is run: behind which command, and as which account (None: as we are)."""

    prefix: tuple[str, ...] = ()
    account: pwd.struct_passwd | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a program: its exit status, and all it printed."""

    status: int
    text: str


def rights_for(mode: RootMode) -> Rights:
    """Choose the rights that a server gets from this process; `mode` matters to root alone."""
    if os.geteuid() != 0:
        return Rights()
    nobody = pwd.getpwnam("nobody")
    ids = (str(nobody.pw_uid), str(nobody.pw_gid))
    namespace = Rights(prefix=(sys.executable, "-I", "-c", _NAMESPACE, *ids))
    if mode == "namespace" or (mode == "auto" and may_run(namespace, ["/bin/sh", "-c", ":"])):
        return namespace
    return Rights(account=nobody)


def run(
    rights: Rights, argv: Sequence[str], *, cwd: Path = Path("/"), hand_down: tuple[int, ...] = ()
) -> Outcome:
    """Run a program to its end, in a process session of its own (no Ctrl-C reaches it).

    `hand_down` are open files that it and its children keep. Raises OSError where it cannot be
    started.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    environment["LC_ALL"] = "C"
    account = rights.account
    # A server that outlives the program would keep a pipe open for ever; a file does not mind.
    with tempfile.TemporaryFile() as printed:
        done = subprocess.run(  # noqa: S603 - programs of the wheel, or our own interpreter
            [*rights.prefix, *argv],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd,
            check=False,
            pass_fds=hand_down,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        printed.seek(0)
        return Outcome(done.returncode, printed.read().decode(errors="replace"))


def may_run(rights: Rights, argv: Sequence[str]) -> bool:
    """Whether a program starts and succeeds with these rights."""
    try:
        return run(rights, argv).status == 0
    except OSError:
        return False


def may_enter(rights: Rights, folder: Path) -> bool:
    """Whether these rights reach a folder; without asking, where they are this process's own."""
    return rights == Rights() or may_run(rights, ["/bin/sh", "-c", 'cd "$0"', str(folder)])


def own(rights: Rights, path: Path) -> None:
    """Give `path` to the account that the server runs as."""
    if rights.account is not None:
        os.chown(path, rights.account.pw_uid, rights.account.pw_gid)


def owner_id(rights: Rights) -> int:
    """Give the user id that owns what the server makes."""
    return os.geteuid() if rights.account is None else rights.account.pw_uid
