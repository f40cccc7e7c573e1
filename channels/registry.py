"""The literal table of outside parties: which folder joins each, and the channels it brings."""

import importlib
from dataclasses import dataclass
from typing import Any

from channels.message import Party


@dataclass(frozen=True, slots=True)
class Listed:
    """A party's folder, which has `Config` and `party`, and the names of its channels."""

    folder: str
    channels: tuple[str, ...]


PARTIES = {
    "twilio": Listed("channels.sms", ("sms", "whatsapp")),
    "telegram": Listed("channels.telegram", ("telegram",)),
    "slack": Listed("channels.slack", ("slack",)),
}


def join(name: str, config: dict[str, Any], **hooks: Any) -> Party:  # noqa: ANN401 - each folder's own
    """Join a party; its folder, and with it the vendor's library, is loaded only now."""
    folder = importlib.import_module(PARTIES[name].folder)
    joined: Party = folder.party(folder.Config(**config), **hooks)
    return joined
