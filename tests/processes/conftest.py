"""A PostgreSQL that may be killed, with one business on it, and processes that work with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.embedded import EmbeddedPostgres
from core.db import Database
from support.postgres import temporary_server
from support.processes import Crew
from support.shop import open_shop


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """Give a server of its own, on disk and with fsync."""
    with temporary_server() as running:
        yield running


@pytest.fixture
def shop(server: EmbeddedPostgres) -> str:
    """Give the URL of a migrated database with Juniper in it, and its providers linked."""
    open_shop(server.url)
    return server.url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give an empty database with Juniper on it."""
    open_shop(database_url)
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """Give what starts processes; whatever still runs in the end is killed."""
    with Crew(tmp_path) as started:
        yield started
