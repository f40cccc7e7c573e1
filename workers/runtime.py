"""What every worker works with: the database, a channel for each way to reach people, and hands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from channels.message import Channel
from core.db import Database
from workers.hands import Hands, OwnHands


@dataclass(frozen=True, slots=True)
class Runtime:
    """Joined once, by `bot.wiring`. `hands` send; queues give each channel threads."""

    database: Database
    channels: Mapping[str, Channel]
    hands: Hands = field(default_factory=OwnHands)
