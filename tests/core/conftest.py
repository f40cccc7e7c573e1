"""A desk at Juniper Studio on a Monday morning, or at another business."""

from collections.abc import Callable, Iterator

import pytest

from core.db import Database
from models.desk import MONDAY, NO_LIMITS, Desk
from support.postgres import connected


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a migrated database whose clock stands still on a Monday morning."""
    with connected(database_url, size=6) as made:
        made.set_clock(frozen=MONDAY)
        yield made


@pytest.fixture
def open_desk(database_url: str, database: Database) -> Callable[..., Desk]:
    """Give a function: the desk of an example, each `old, new` text put in its file."""

    def make(name: str, *changes: tuple[str, str]) -> Desk:
        return Desk.of(database_url, database, name, *changes)

    return make


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Give the desk of Juniper Studio, whose customers have no limits."""
    return open_desk("juniper", NO_LIMITS)
