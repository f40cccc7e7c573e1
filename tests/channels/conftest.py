"""The product with one channel on an empty database, for the tests of each vendor."""

from collections.abc import Callable, Iterator

import pytest

from support.postgres import connected
from support.reached import Bot
from support.shop import open_shop
from support.vendors import Adapter


@pytest.fixture
def joined(database_url: str) -> Iterator[Callable[[Adapter], Bot]]:
    """Give a function that joins an adapter to Juniper; the adapter is closed in the end."""
    juniper = open_shop(database_url)
    made: list[Adapter] = []

    def join(adapter: Adapter) -> Bot:
        made.append(adapter)
        return Bot(adapter, database, juniper)

    with connected(database_url) as database:
        yield join
        for adapter in made:
            adapter.close()
