"""What the contract of all channels needs to know of one vendor, and how it calls our doors."""

import asyncio
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, Protocol

import httpx
from starlette.applications import Starlette

from channels.message import Party

PUBLIC = "https://bot.example"  # where vendors believe to call us: what they sign
Trouble = Literal["429", "500", "timeout", "drop", "permanent"]


@dataclass(frozen=True, slots=True)
class Post:
    """A request of a vendor at one of our doors."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the vendor took it: its text, and the labels of its buttons.

    `shown` is whatever the adapter's own `choose` needs to press one of them.
    """

    text: str
    buttons: tuple[str, ...] = ()
    shown: object = None


class Adapter(Protocol):
    """One channel of a vendor, joined to the vendor's fake: see tests/channels/test_contract.py.

    `sender` is a customer's address as our rows have it; whoever writes is this one unless said.
    `message` is a number that makes the vendor's own id of a message: the same number is the same
    message, sent again.
    """

    @property
    def channel(self) -> str:
        """Return the name that the channel has in our rows."""

    @property
    def sender(self) -> str:
        """Return the customer's address."""

    @property
    def party(self) -> Party:
        """Return the vendor's party, joined to the fake."""

    def text(self, words: str, *, message: int, sender: str = "") -> Post:
        """Return the signed request by which the vendor hands us a text."""

    def choose(self, heard: Heard, index: int, *, message: int) -> Post:
        """Return the signed request of a choice made: a button pressed, or its number typed."""

    def forged(self, post: Post) -> list[Post]:
        """Return the request with its proof missing, wrong, or (where a time is signed) too old."""

    def odd(self) -> list[Post]:
        """Return requests with a good proof that hold nothing: malformed, or of an unknown kind."""

    def another(self, number: int) -> str:
        """Return the address of another customer, the vendor knowing it."""

    def heard(self, address: str = "") -> list[Heard]:
        """Return what the vendor took for an address, in its order."""

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make the next sends fail, as many as said or until `trouble(None)`.

        "429" asks to come again in a second; "timeout" answers later than the channel waits, and
        takes nothing; "drop" takes the message and hangs up; "permanent" is an address that does
        not work.
        """

    def no_pictures(self) -> None:
        """Make every send of a picture fail, where the channel has pictures."""

    def pictures(self) -> int:
        """Return how many pictures the vendor took."""

    def pace(self, seconds: float) -> None:
        """Make every send take so long at the vendor."""

    def secrets(self) -> tuple[str, ...]:
        """Return what the channel must keep to itself: tokens and signing secrets."""

    def close(self) -> None:
        """Stop the fake."""


class Make(Protocol):
    """Makes an adapter, whose channel waits so many seconds for its vendor."""

    def __call__(self, *, timeout: float) -> Adapter: ...


def adapters(folder: Path) -> Iterator[tuple[str, Make]]:
    """Find what makes the adapters: ADAPTERS, by name, of each adapters_<vendor>.py."""
    for path in sorted(folder.glob("adapters_*.py")):
        yield from load(path).ADAPTERS.items()


def load(path: Path) -> ModuleType:
    """Load a file of tests that lies beside others: they are folders, not packages."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls an application as a vendor does, without a socket between."""

    app: Starlette

    def post(self, post: Post) -> httpx.Response:
        """Make one request."""
        return asyncio.run(self._post(post))

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return asyncio.run(self._get(path))

    async def _get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    async def _post(self, post: Post) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            headers = httpx.Headers(dict(post.headers), encoding="latin-1")
            return await client.post(post.path, content=post.body, headers=headers)
