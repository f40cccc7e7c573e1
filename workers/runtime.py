"""What every worker works with: the database, and a channel for each way to reach people."""

from collections.abc import Mapping
from dataclasses import dataclass

from channels.message import Channel
from core.db import Database


@dataclass(frozen=True, slots=True)
class Runtime:
    """Joined once, by `bot.wiring`."""

    database: Database
    channels: Mapping[str, Channel]
