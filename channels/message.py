"""What every channel speaks: a message in, a message out, and how sending fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as it came in, its sender verified.

    `to` is where the business was reached on that channel; `message` the sender's own id of it;
    `kind` is "text", "press", "location", "contact" or "carrier".
    """

    channel: str
    to: str
    sender: str
    message: str
    kind: str
    body: str
    name: str = ""
    zone: str | None = None
    language: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to send. `choices` are buttons where a channel has them; `letter` is its number.

    `yes_no` says that the text asks for a yes or a no, so that nobody needs numbered lines.
    """

    to: str
    text: str
    choices: tuple[str, ...] = ()
    yes_no: bool = False
    letter: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A request at a channel's door: header names in small letters, the body as it came."""

    headers: Mapping[str, str]
    path: Mapping[str, str]
    body: bytes


class RejectedError(Exception):
    """A request is not taken: unsigned, or no message. `status` is HTTP's word for it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class SendError(Exception):
    """A vendor did not take a message; `permanent` says that it never will."""

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.permanent = permanent


class Channel(Protocol):
    """One way to reach people."""

    def render(self, outbound: Outbound) -> str:
        """Return the text as this channel shows it."""

    def send(self, outbound: Outbound) -> str | None:
        """Send a message and return the vendor's id of it; SendError where it is not taken.

        Gives up on a vendor that does not answer within 15 s.
        """


def numbered(outbound: Outbound) -> str:
    """Return a text with its choices as numbered lines, for channels that have no buttons."""
    if outbound.yes_no or not outbound.choices:
        return outbound.text
    lines = [f"{n}. {choice}" for n, choice in enumerate(outbound.choices, 1)]
    return "\n".join([outbound.text, *lines])
