"""What nobody set up: a channel gives up what should go there, and a human hears; a till waits."""

from collections.abc import Iterator
from datetime import datetime

from channels.message import Outbound, SendError, numbered
from channels.till import Checkout, Link, Listed, PayError, Refund, Refunded


class Absent:
    """Stands where a channel has no vendor."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, outbound: Outbound) -> str:
        """Show the text as plain lines."""
        return numbered(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Take nothing."""
        raise SendError(f"{self.name} is not set up ({outbound.note})", permanent=True)


class AbsentTill:
    """Stands where nobody set a till up: what is asked waits until somebody does."""

    def takes(self, business: str) -> bool:
        """Take nothing."""
        del business
        return False

    def open(self, business: str, checkout: Checkout) -> Link:
        """Open nothing."""
        raise self._nobody(business, checkout)

    def expire(self, business: str, page: str) -> bool:
        """Close nothing."""
        raise self._nobody(business, page)

    def refund(self, business: str, refund: Refund) -> Refunded:
        """Give nothing back."""
        raise self._nobody(business, refund)

    def listed(self, business: str, *, since: datetime) -> Iterator[Listed]:
        """List nothing."""
        raise self._nobody(business, since)

    def _nobody(self, business: str, what: object) -> PayError:
        del what
        return PayError(f"{business} has no account to take money with", permanent=False)
