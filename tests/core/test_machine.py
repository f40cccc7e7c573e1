"""Core against a model in plain Python: every operation, in any order, at any time."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from core.db import Database
from models.machine import Machine
from models.series_machine import SeriesMachine
from support.counts import count


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Give a migrated database."""
    made = Database(database_url, size=2)
    yield made
    made.close()


def run(database: Database, machine: type[Machine], *, examples: int, steps: int) -> None:
    machine.database, machine.numbers = database, itertools.count(1)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_core_does_what_the_model_does(database: Database) -> None:
    """Whatever is asked in whatever order, every answer and every row is the model's."""
    run(database, Machine, examples=count(30, 500), steps=count(40, 60))


def test_series_do_what_the_model_does(database: Database) -> None:
    """Whatever recurs among whatever else: held, agreed to, cancelled, moved and extended."""
    run(database, SeriesMachine, examples=count(6, 1000), steps=count(30, 60))
