"""A database that stands at a known moment, and the shipped examples with changes made to them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.blueprint import Blueprint, read
from core.db import Database
from support.postgres import connected

EXAMPLES = Path(__file__).parents[2] / "examples"
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in the morning in New York

Example = Callable[..., Blueprint]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a migrated database whose clock stands still on a Monday morning."""
    with connected(database_url, size=2) as made:
        made.set_clock(frozen=MONDAY)
        yield made


@pytest.fixture
def example() -> Example:
    """Give a function: the blueprint of an example, each `old=new` text replaced in its file."""

    def make(name: str, *changes: tuple[str, str]) -> Blueprint:
        text = (EXAMPLES / f"{name}.toml").read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        found = read(text.encode(), f"{name}.toml")
        assert isinstance(found, Blueprint), [str(problem) for problem in found]
        return found

    return make
