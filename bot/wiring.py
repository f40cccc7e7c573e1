"""The only place where objects are joined."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.links import Links, linker
from bot.settings import Settings
from bot.vendors import parties
from channels import simulator
from channels.absent import Absent, AbsentTill
from channels.console import Console
from channels.message import Channel, Door, Party
from channels.pretend import Pretend
from channels.simulator import Simulator
from channels.till import Till
from core.db import Database
from workers.runtime import Runtime

CHANNELS = simulator.NAMES


@dataclass(frozen=True, slots=True)
class House:
    """All that `serve`, `work` and `tick` work with."""

    runtime: Runtime
    parties: Mapping[str, Party]
    doors: tuple[Door, ...]
    links: Links | None = None

    def close(self) -> None:
        """Close what the parties keep open: nothing is sent after it."""
        for party in self.parties.values():
            party.close()


def till(parties: Mapping[str, Party]) -> Till:
    """Return where money is taken, of the parties that are set up."""
    found = parties.get("stripe")
    return cast(Till, found) if found else AbsentTill()


def simulated(database: Database, *, log: Path | None = None, pages: str = "") -> Runtime:
    """Join the product with channels and a till that have no vendor.

    `log` gets a line for each message; below `pages` one can pretend to pay.
    """
    till = Pretend(pages) if pages else Pretend()
    stand_ins: dict[str, Channel] = {name: Simulator(name, log=log) for name in CHANNELS}
    return Runtime(database, stand_ins | {"console": Console()}, till=till)


def joined(database: Database, settings: Settings) -> House:
    """Join the product with the vendors that are set up.

    With the simulator's key every other channel is simulated; without it, it is absent. Raises
    SettingsError where a vendor is set up by half.
    """
    found = parties(settings, database)
    doors = [door for party in found.values() for door in party.doors]
    if settings.simulator_key:
        doors.append(simulator.door(settings.simulator_key.get_secret_value()))
        others = simulated(database, log=settings.simulator_log).channels
    else:
        others = {name: Absent(name) for name in CHANNELS}
    real = {name: channel for party in found.values() for name, channel in party.channels.items()}
    links = linker(settings.public_url, [key.get_secret_value() for key in settings.secret_keys])
    runtime = Runtime(
        database,
        {**others, "console": Console(), **real},
        calendar_link=links.calendar if links else None,
        till=till(found),
        paid_link=links.paid if links else None,
    )
    return House(runtime, found, tuple(doors), links)
