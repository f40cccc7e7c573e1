"""How the demo starts: on which port, and what it says where it cannot."""

import os
import re
import socket
import subprocess
import sys

import pytest

from bot.demo import serving


def demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--no-browser", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_next_free_port_is_taken() -> None:
    """Two starts without a port get two, from 8600 on; only this machine can reach them."""
    with serving.bound() as first, serving.bound() as second:
        ports = [one.getsockname()[1] for one in (first, second)]
        assert serving.PORT <= ports[0] < ports[1] < serving.PORT + 100
        assert first.getsockname()[0] == "127.0.0.1"


def test_a_port_that_was_asked_for_is_not_exchanged() -> None:
    """A taken port is refused in one line, before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(serving.PortTakenError, match=str(port)):
            serving.bound(port)
        refused = demo("--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr == f"slotkeeper demo: port {port} is taken\n"


def test_a_database_that_is_down_is_named() -> None:
    """Without its database the demo says so in one line and ends with status 1."""
    down = demo("--port", "0", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert down.returncode == 1
    assert re.match(r"slotkeeper demo: .*database.+\n", down.stderr)
    assert "Traceback" not in down.stderr
