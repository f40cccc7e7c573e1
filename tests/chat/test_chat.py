"""`slotkeeper chat`: the whole product in a terminal, on a database of its own."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

JUNIPER = Path(__file__).parents[2] / "examples" / "juniper.toml"


def chat(url: str, *lines: str, business: str = str(JUNIPER)) -> subprocess.CompletedProcess[str]:
    """Say some lines and return what came back."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--business", business, "--as", "Maya"],
        input="".join(f"{line}\n" for line in lines),
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_booking_by_terminal(database_url: str) -> None:
    """A new business's file is enough to book; the next chat, by its name, remembers."""
    first = chat(database_url, "haircut on wednesday at 3pm", "", "yes")
    assert first.returncode == 0, first.stderr
    assert "book it?" in first.stdout
    assert "Booked: Haircut" in first.stdout
    again = chat(database_url, "my bookings", business="juniper")
    assert "Haircut" in again.stdout
    assert "Booked" not in again.stdout, "what was said before is shown once"


def test_what_cannot_be_a_chat(database_url: str, tmp_path: Path) -> None:
    """A business that is not there and a file that cannot be read are named, with their status."""
    missing = chat(database_url, "hello", business="nowhere")
    assert (missing.returncode, "none yet" in missing.stderr) == (1, True)
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ")
    unread = chat(database_url, "hello", business=str(broken))
    assert (unread.returncode, "broken.toml" in unread.stderr) == (2, True)


def test_a_long_line_is_no_message(database_url: str) -> None:
    """A line beyond the limit is refused in a sentence; the next one is answered."""
    done = chat(database_url, "x" * 3000, "what are your opening hours?")
    assert "2,000 characters" in done.stdout
    assert "9:00" in done.stdout


def test_at_a_terminal_the_prompt_stays_last(database_url: str) -> None:
    """With somebody watching, each answer stands above a fresh prompt."""
    ours, theirs = pty.openpty()
    command = (sys.executable, "-m", "bot", "chat", "--business", str(JUNIPER), "--as", "Maya")
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.STDOUT,
        env=os.environ | {"DATABASE_URL": database_url},
    )
    os.close(theirs)
    shown = _read_until(ours, b"Maya> ")
    os.write(ours, b"hello\n")
    shown = _read_until(ours, b"Maya> ")
    assert b"Juniper Studio: " in shown
    os.write(ours, b"\x04")
    assert process.wait(60) == 0
    os.close(ours)


def _read_until(terminal: int, end: bytes) -> bytes:
    found = b""
    deadline = time.monotonic() + 60
    while not found.endswith(end):
        assert time.monotonic() < deadline, found
        found += os.read(terminal, 4096)
    return found
