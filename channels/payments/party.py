"""The accounts at Stripe as the registry lists them: a till, a door, and what `doctor` asks."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

import stripe

from channels.message import Channel, Door, Finding, Taken
from channels.payments import setup, taking
from channels.payments.client import Shared, connect
from channels.payments.config import Config
from channels.payments.door import doors
from channels.till import Checkout, Link, Listed, PayError, Refund, Refunded


class Stripe:
    """A till for all businesses that have an account; it reaches nobody, so it has no channel."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._shared = Shared(config.timeout)
        self._clients = {
            business: connect(config, key, self._shared) for business, key in config.keys.items()
        }
        self.channels: Mapping[str, Channel] = {}
        self.doors: tuple[Door, ...] = doors(config)

    def takes(self, business: str) -> bool:
        """Whether a business has a key."""
        return business in self._clients

    def open(self, business: str, checkout: Checkout) -> Link:
        """Open a page to pay at."""
        return taking.opened(self._client(business), business, checkout)

    def expire(self, business: str, page: str) -> bool:
        """Close a page; False where it was paid at."""
        return taking.expired(self._client(business), page)

    def refund(self, business: str, refund: Refund) -> Refunded:
        """Give money back."""
        return taking.refunded(self._client(business), business, refund)

    def listed(self, business: str, *, since: datetime) -> Iterator[Listed]:
        """List what was paid and given back."""
        return taking.listed(self._client(business), business, since=since)

    def _client(self, business: str) -> stripe.StripeClient:
        client = self._clients.get(business)
        if client is None:
            raise PayError(f"{business} has no key of Stripe's", permanent=False)
        return client

    def close(self) -> None:
        """Close the connections that are kept."""
        self._shared.close()

    def listening(self, keep: Callable[[Taken], object]) -> AbstractContextManager[object]:
        """Hear nothing: Stripe calls us."""
        del keep
        return nullcontext()

    def check(self) -> list[Finding]:
        """Ask whether the keys work, and whether Stripe calls us."""
        return setup.check(self._clients, self._config)

    def register(self) -> list[Finding]:
        """Have Stripe call us."""
        return setup.register(self._clients, self._config)
