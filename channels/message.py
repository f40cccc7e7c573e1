"""What every channel speaks: requests and messages in, messages out, and how sending fails."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from channels.till import News


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message as it came in, its sender verified.

    `to` is where the business was reached on that channel (its number, bot or team); `message` the
    sender's own id of it. `kind` says what `body` and `facts` are:

    - "text": the words.
    - "press": a button. Facts: "outbox", the letter it stands under, and "index", from 0; "shown",
      what the channel needs to change that message (see `Answered`).
    - "location": facts "latitude" and "longitude" in degrees.
    - "contact": the sender's own phone number, proven by the channel, as "+" and digits.
    - "carrier": "opted_out" or "opted_in", where the carrier acted by itself.
    - "media": something that is no text; `body` has the words that came with it.
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
class Status:
    """What a vendor says later of a message that it took. `state` is "sent", "delivered", "failed".

    `permanent` says that the address does not work; `opted_out` that its owner refused messages.
    """

    business: int
    letter: int
    state: str
    error: str = ""
    permanent: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a vendor's request is answered with, once everything in it is stored."""

    status: int = 200
    body: bytes = b""
    media: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request held: messages to store, news of letters and money, and the answer to it.

    `after` is done once all is stored, outside any transaction; what it raises is only logged.
    """

    messages: tuple[Inbound, ...] = ()
    statuses: tuple[Status, ...] = ()
    news: tuple[News, ...] = ()
    reply: Reply = field(default_factory=Reply)
    after: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request at a channel's door: header names in small letters, the body as it came.

    `url` is the address that the vendor called: the configured public one with the path and the
    query as they came, whatever stands between.
    """

    headers: Mapping[str, str]
    path: Mapping[str, str]
    body: bytes
    url: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Door:
    """A path where a vendor calls: `receive` verifies and reads, or raises RejectedError.

    It runs in a thread, touches no network, and sees nothing but the call.
    """

    path: str
    receive: Callable[[Call], Taken]
    methods: tuple[str, ...] = ("POST",)
    by_slug: bool = False  # `to` of its messages is a business's name, not its address there


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes with a message."""

    name: str
    media: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """The message with choices that this one answers: what was shown, which choice was pressed.

    `shown` is what the press brought as its fact "shown".
    """

    shown: Mapping[str, Any]
    index: int


@dataclass(frozen=True, slots=True)
class Outbound:
    """A message to send. `choices` are buttons where a channel has them; `letter` is its number.

    `yes_no` says that the text asks for a yes or a no, so that nobody needs numbered lines. `note`
    is its kind ("proposed", "reminder" …), `sender` the business's own number, bot or team on that
    channel, `heard` when the address last wrote. `link` leads to `file`: one of both is used.
    """

    to: str
    text: str
    choices: tuple[str, ...] = ()
    yes_no: bool = False
    letter: int = 0
    business: int = 0
    sender: str = ""
    note: str = ""
    language: str = "en"
    heard: datetime | None = None
    now: datetime | None = None
    file: File | None = None
    link: str | None = None
    answered: Answered | None = None


class RejectedError(Exception):
    """A request is not taken: unsigned, or no message. `status` is HTTP's word for it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class SendError(Exception):
    """A vendor did not take a message.

    `permanent` says that it never will, `opted_out` that the address's owner refused messages;
    `wait` is after how many seconds the vendor wants to be asked again, where it says so.
    """

    def __init__(
        self, why: str, *, permanent: bool, opted_out: bool = False, wait: float | None = None
    ) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.opted_out = opted_out
        self.wait = wait


class Channel(Protocol):
    """One way to reach people."""

    def render(self, outbound: Outbound) -> str:
        """Return the text as this channel shows it."""

    def send(self, outbound: Outbound) -> str | None:
        """Send a message and return the vendor's id of it; SendError where it is not taken.

        Gives up on a vendor that does not answer within 15 s. Runs in many threads at once.
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `slotkeeper doctor` looked at; `advice` says in a line what to do."""

    what: str
    good: bool
    advice: str = ""


class Party(Protocol):
    """An outside party as the registry lists it: its channels, its doors, and its set-up."""

    channels: Mapping[str, Channel]
    doors: tuple[Door, ...]

    def listening(self, keep: Callable[[Taken], object]) -> AbstractContextManager[object]:
        """Return a block within which the vendor is heard where it does not call us.

        `keep` stores what was heard, before the vendor is told that it arrived; where it raises,
        that comes again.
        """

    def close(self) -> None:
        """Close what is kept open; nothing can be sent after it."""

    def check(self) -> list[Finding]:
        """Ask the vendor whether the credentials work and calls would reach us; never raises."""

    def register(self) -> list[Finding]:
        """Tell the vendor where to call us, where that can be done by a program."""


def numbered(outbound: Outbound) -> str:
    """Return a text with its choices as numbered lines, for channels that have no buttons."""
    if outbound.yes_no or not outbound.choices:
        return outbound.text
    lines = [f"{n}. {choice}" for n, choice in enumerate(outbound.choices, 1)]
    return "\n".join([outbound.text, *lines])
