"""What every worker works with: the database, a channel for each way to reach people, and hands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.absent import AbsentTill
from channels.message import Channel
from channels.till import Till
from core.db import Database
from workers.hands import Hands, OwnHands


@dataclass(frozen=True, slots=True)
class Runtime:
    """Joined once, by `bot.wiring`. `hands` send; queues give each channel threads.

    `calendar_link` is where a business's booking is had as a calendar file, where that is known;
    `paid_link` where who paid at a checkout comes back to. `till` is where money is taken.
    """

    database: Database
    channels: Mapping[str, Channel]
    hands: Hands = field(default_factory=OwnHands)
    calendar_link: Callable[[int, int], str] | None = None
    till: Till = field(default_factory=AbsentTill)
    paid_link: Callable[[int, int], str] | None = None
