"""The only place where objects are joined."""

from pathlib import Path

from channels import simulator
from channels.console import Console
from channels.message import Channel
from channels.simulator import Simulator
from core.db import Database
from workers.runtime import Runtime

CHANNELS = simulator.NAMES


def simulated(database: Database, *, log: Path | None = None) -> Runtime:
    """Join the product with channels that have no vendor; `log` gets a line for each message."""
    stand_ins: dict[str, Channel] = {name: Simulator(name, log=log) for name in CHANNELS}
    return Runtime(database, stand_ins | {"console": Console()})
