"""`slotkeeper apply` as a process: what it prints, and what it exits with."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def juniper(tmp_path: Path) -> Path:
    """Give a copy of an example, to change."""
    path = tmp_path / "juniper.toml"
    path.write_text((ROOT / "examples" / "juniper.toml").read_text())
    return path


def slotkeeper(url: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command against a database, with nobody at the terminal."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "apply", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_files_are_applied_shown_and_applied_again(database_url: str, juniper: Path) -> None:
    """First everything is new; then one change is one line; then nothing is left to change."""
    first = slotkeeper(database_url, juniper, ROOT / "examples" / "owl.toml")
    assert (first.returncode, first.stderr) == (0, "")
    assert "juniper\n  + business Juniper Studio: America/New_York" in first.stdout
    assert "\n  + service Haircut\n" in first.stdout
    assert "owl\n  + business Owl Rehearsal Rooms" in first.stdout
    juniper.write_text(juniper.read_text().replace("per_day = 8", "per_day = 7"))
    second = slotkeeper(database_url, "--yes", juniper)
    line = "  ~ Ben: at most 7 bookings a day (was at most 8 bookings a day)\n"
    assert (second.returncode, second.stdout) == (0, f"juniper\n{line}")
    third = slotkeeper(database_url, juniper)
    assert (third.returncode, third.stdout) == (0, "juniper\n  = nothing to change\n")


def test_a_wrong_file_stops_all_before_anything_is_done(
    database_url: str, juniper: Path, tmp_path: Path
) -> None:
    """Each problem with file, line and field; the right file beside it is not applied either."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(juniper.read_text().replace('"America/New_York"', '"America/New_Yrok"'))
    done = slotkeeper(database_url, juniper, wrong, tmp_path / "missing.toml", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{wrong}:4: zone: “America/New_Yrok” is no time zone (did you mean “America/New_York”?)",
        f"{tmp_path}/missing.toml:1: cannot be read: No such file or directory",
        f"{tmp_path}:1: cannot be read: Is a directory",
    ]
    assert "+ business" in slotkeeper(database_url, juniper).stdout


def test_what_is_refused_exits_with_1(database_url: str, juniper: Path, tmp_path: Path) -> None:
    """The reason is shown, and that nothing was written."""
    assert slotkeeper(database_url, juniper).returncode == 0
    thief = tmp_path / "thief.toml"
    thief.write_text(juniper.read_text())
    done = slotkeeper(database_url, thief)
    assert done.returncode == 1
    assert "x the sms address +12125550100 belongs to another business\n" in done.stdout
    assert done.stdout.endswith("  x refused; nothing was written\n")


def test_one_business_twice_is_a_mistake(database_url: str, juniper: Path) -> None:
    """Two files of one name would undo each other."""
    done = slotkeeper(database_url, juniper, ROOT / "examples" / "juniper.toml")
    assert done.returncode == 2
    assert f"names the same business as {juniper}" in done.stderr


def test_a_database_that_is_down_is_said_in_a_line(juniper: Path) -> None:
    """No traceback, and no password."""
    done = slotkeeper("postgresql://u:secret@127.0.0.1:9/none", juniper)
    assert done.returncode == 1
    assert done.stderr.startswith("slotkeeper apply: the database cannot be used")
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("answer", "status", "end"),
    [("n\n", 1, "  nothing was changed\n"), ("y\n", 0, "[y/N] ")],
)
def test_at_a_terminal_it_asks_before_it_changes(
    database_url: str, juniper: Path, answer: str, status: int, end: str
) -> None:
    """What is new needs no question; what is there already is changed after a yes."""
    assert slotkeeper(database_url, juniper).returncode == 0
    juniper.write_text(juniper.read_text().replace("per_day = 8", "per_day = 7"))
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    done = subprocess.run(
        [sys.executable, "-m", "bot", "apply", str(juniper)],
        stdin=theirs,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url},
        timeout=60,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == status
    assert done.stdout.endswith(end)
    again = slotkeeper(database_url, juniper)
    assert ("nothing to change" in again.stdout) == (status == 0)
