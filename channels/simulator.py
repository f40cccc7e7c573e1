"""A channel without a vendor: for the demo, the replay, and tests of the whole over HTTP.

What is sent is kept by the outbox alone and, where asked for, as lines of a file. Sending to an
address can be made to fail.
"""

import hmac
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from channels.message import (
    Call,
    Door,
    Inbound,
    Outbound,
    RejectedError,
    Reply,
    SendError,
    Taken,
    numbered,
)

BUTTONS = frozenset({"telegram", "slack"})
NAMES = ("sms", "whatsapp", "telegram", "slack", "console")
_LONGEST = 200  # characters of an address or a message's id


@dataclass
class Simulator:
    """Stands in for one real channel by its name; `fails` holds (address -> permanent).

    `log` gets a line for each message taken: its letter's number, and where it went.
    """

    name: str
    fails: dict[str, bool] = field(default_factory=dict)
    log: Path | None = None

    def render(self, outbound: Outbound) -> str:
        """Show choices as that channel would: as buttons, or as numbered lines."""
        return outbound.text if self.name in BUTTONS else numbered(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Take the message, unless sending to that address is to fail: once, or for good."""
        permanent = self.fails.get(outbound.to)
        if permanent is None:
            if self.log is not None:
                line = {"letter": outbound.letter, "channel": self.name, "to": outbound.to}
                with self.log.open("a") as file:  # a short line is written whole or not at all
                    file.write(json.dumps(line) + "\n")
            return f"{self.name}-{outbound.letter}"
        if not permanent:
            del self.fails[outbound.to]
        raise SendError("made to fail", permanent=permanent)


def door(key: str) -> Door:
    """Return the simulator's door, for those who have its key."""
    return Door("/simulator/{slug}", lambda call: receive(call, key=key), by_slug=True)


def receive(call: Call, *, key: str) -> Taken:
    """Read {"channel", "from", "message", "text", "name"?}; the key comes as a bearer token.

    `to` is the business's slug, from the path. Raises RejectedError.
    """
    given = call.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
        raise RejectedError(403, "the key is missing or wrong")
    try:
        said = json.loads(call.body)
    except ValueError:
        raise RejectedError(400, "the body is no JSON") from None
    if not isinstance(said, dict):
        raise RejectedError(400, "the body is no JSON object")
    channel = _line(said, "channel")
    if channel not in NAMES:
        raise RejectedError(400, f"channel is none of {', '.join(NAMES)}")
    text = said.get("text")
    if not isinstance(text, str):
        raise RejectedError(400, "text is missing")
    inbound = Inbound(
        channel=channel,
        to=call.path["slug"],
        sender=_line(said, "from"),
        message=_line(said, "message"),
        kind="text",
        body=text,
        name=_line(said, "name") if said.get("name") else "",
    )
    return Taken((inbound,), reply=Reply(body=b'{"taken": true}', media="application/json"))


def _line(said: dict[str, Any], name: str) -> str:
    """Return a short printable text."""
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST or not value.isprintable():
        raise RejectedError(400, f"{name} is missing, too long or not printable")
    return value
