"""The lock files can be installed from any index: versions and hashes, and no address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"] + PROJECT["build-system"]["requires"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": RUNTIME + PROJECT["project"]["optional-dependencies"]["dev"],
}


def pins(lock: str) -> dict[str, str]:
    """Read the versions in a lock file, by canonical name."""
    text = (REPOSITORY / lock).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9.\-]*)==([^\s;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_hashes_and_nothing_else(lock: str) -> None:
    """No option, address or path of the machine that wrote it stands in a lock file."""
    text = (REPOSITORY / lock).read_text()
    bare = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    for line in filter(str.strip, bare.splitlines()):
        marker = r"(?: ; [^-\n]+?)?"
        assert re.fullmatch(rf"\S+==\S+{marker}(?:\s+--hash=sha256:[0-9a-f]{{64}})+\s*", line)
    assert "://" not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_the_project(lock: str) -> None:
    """Every requirement of pyproject.toml is pinned to a version that it allows."""
    pinned = pins(lock)
    for requirement in map(Requirement, LOCKS[lock]):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_the_locks_agree() -> None:
    """What the demo runs on is what the tests ran on."""
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
