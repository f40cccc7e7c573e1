"""What every test may ask for: databases on one throwaway server, and a Redis server.

`TEST_DATABASE_URL`, the URL of a superuser, puts another PostgreSQL in the embedded one's place.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from support.browser import chromium_path
from support.postgres import Databases, throwaway_server
from support.valkey import EmbeddedValkey


def _migrate(url: str) -> None:
    from core import db  # noqa: PLC0415 - the tests of pure rooms load no SQLAlchemy

    database = db.Database(url)
    db.migrate(database)
    database.close()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a server's superuser; the server lives as long as the run."""
    elsewhere = os.environ.get("TEST_DATABASE_URL")
    if elsewhere:
        yield elsewhere
        return
    with throwaway_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Iterator[Databases]:
    """Give what makes databases; for fixtures of a wider scope than one test."""
    made = Databases(postgres_url, _migrate)
    yield made
    made.close()


@pytest.fixture
def fresh_database(databases: Databases) -> Iterator[Callable[[], str]]:
    """Give a function: each call makes an empty migrated database and gives its owner's URL."""
    urls: list[str] = []

    def make() -> str:
        urls.append(databases.fresh())
        return urls[-1]

    yield make
    for url in urls:
        databases.drop(url)


@pytest.fixture
def database_url(fresh_database: Callable[[], str]) -> str:
    """Give the owner's URL of an empty migrated database that this test has for itself."""
    return fresh_database()


@pytest.fixture
def valkey() -> Iterator[EmbeddedValkey]:
    """Give a running Redis server that this test has for itself, and may kill."""
    server = EmbeddedValkey()
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of the browser to drive; without one the test is skipped, in CI it fails."""
    path = chromium_path()
    if path is None:
        words = "there is no Chromium: install it, or name one in SLOTKEEPER_CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)
    return path
