"""The literal table of outside parties: which folder joins each, and the channels it brings."""

import importlib
from dataclasses import dataclass
from typing import Any

from channels.message import Party


@dataclass(frozen=True, slots=True)
class Listed:
    """A party: the folder with its `config.Config`, the module and class, its channels."""

    folder: str
    module: str
    joins: str
    channels: tuple[str, ...]


PARTIES = {
    "twilio": Listed("channels.sms", "party", "Twilio", ("sms", "whatsapp")),
    "telegram": Listed("channels.telegram", "party", "Telegram", ("telegram",)),
    "slack": Listed("channels.slack", "app", "Slack", ("slack",)),
}


def join(name: str, config: dict[str, Any], **hooks: Any) -> Party:  # noqa: ANN401 - each folder's own
    """Join a party; its folder, and with it the vendor's library, is loaded only now."""
    listed = PARTIES[name]
    chosen = importlib.import_module(f"{listed.folder}.config").Config(**config)
    joins = getattr(importlib.import_module(f"{listed.folder}.{listed.module}"), listed.joins)
    joined: Party = joins(chosen, **hooks)
    return joined
