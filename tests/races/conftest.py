"""The crowd, and a business with customers to race for."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from core import businesses, people
from core.applying import applied
from core.blueprint import Blueprint, read
from races.ground import EXAMPLES, MONDAY, Ground
from races.racing import CLIENTS, Crowd
from support.postgres import Databases, connected


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Give the sixty-four clients; they are started once for all races."""
    made = Crowd()
    yield made
    made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Give the owner's URL of a database that nobody gets again: the crowd stays connected."""
    url = databases.fresh()
    yield url
    databases.drop(url, gone=True)


@pytest.fixture
def ground(database_url: str) -> Iterator[Callable[..., Ground]]:
    """Give a function: the Juniper Studio on a Monday morning, each `old, new` of its file put."""
    held = ExitStack()

    def make(*changes: tuple[str, str]) -> Ground:
        text = (EXAMPLES / "juniper.toml").read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        text = f'payments = "place"\n{text}'  # what races is time, not money
        blueprint = read(text.encode(), "juniper.toml")
        assert isinstance(blueprint, Blueprint), blueprint
        database = held.enter_context(connected(database_url, size=4))
        database.set_clock(frozen=MONDAY)
        number = applied(database, blueprint).business
        with database.transaction(number) as session:
            business = businesses.load(session)
            customers = [
                people.at(session, channel="sms", address=f"+1212555{n:04}", now=MONDAY).person
                for n in range(CLIENTS)
            ]
        return Ground(database_url, database, business, customers)

    with held:
        yield make
