"""The only place where objects are joined."""

from channels.simulator import Simulator
from core.db import Database
from workers.runtime import Runtime

CHANNELS = ("sms", "whatsapp", "telegram", "slack", "console")


def simulated(database: Database) -> Runtime:
    """Join the product with channels that have no vendor: for the demo, replay and tests."""
    return Runtime(database, {name: Simulator(name) for name in CHANNELS})
