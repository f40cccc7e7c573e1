"""The literal table of outside parties: the folder of each, and the class that joins it."""

import importlib
from typing import Any

from channels.message import Party

PARTIES = {
    "twilio": ("channels.sms", "Twilio"),
    "telegram": ("channels.telegram", "Telegram"),
    "slack": ("channels.slack", "Slack"),
    "stripe": ("channels.payments", "Stripe"),
}


def join(name: str, config: dict[str, Any], **hooks: Any) -> Party:  # noqa: ANN401 - each folder's own
    """Join a party: `config` are the fields of its `config.Config`.

    Its folder, and with it the vendor's library, is loaded only now.
    """
    folder, joins = PARTIES[name]
    chosen = importlib.import_module(f"{folder}.config").Config(**config)
    joined: Party = getattr(importlib.import_module(f"{folder}.party"), joins)(chosen, **hooks)
    return joined
