"""The only place where objects are joined."""

from pathlib import Path

from channels import simulator
from channels.simulator import Simulator
from core.db import Database
from workers.runtime import Runtime

CHANNELS = simulator.NAMES


def simulated(database: Database, *, log: Path | None = None) -> Runtime:
    """Join the product with channels that have no vendor; `log` gets a line for each message."""
    return Runtime(database, {name: Simulator(name, log=log) for name in CHANNELS})
