"""Juniper with an account at the fake Stripe, at an instant that only the test moves."""

from collections.abc import Iterator

import pytest

from support.counter import Counter
from support.postgres import connected
from support.shop import open_shop


@pytest.fixture
def counter(database_url: str) -> Iterator[Counter]:
    """Give Juniper, its customer Maya, and the fake Stripe that takes its money."""
    juniper = open_shop(database_url)
    with connected(database_url) as database:
        made = Counter(database, juniper)
        yield made
        made.close()
