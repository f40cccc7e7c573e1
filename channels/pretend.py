"""A till that asks nobody: for the demo, the replay, the chat, where no money moves."""

from collections.abc import Iterator
from datetime import datetime

from channels.till import Checkout, Kind, Link, Listed, News, Refund, Refunded


class Pretend:
    """Stands in for Stripe. Its pages are below `where`, which may be nowhere."""

    def __init__(self, where: str = "https://pretend.invalid") -> None:
        self._where = where.rstrip("/")

    def takes(self, business: str) -> bool:
        """Take money for everybody."""
        del business
        return True

    def open(self, business: str, checkout: Checkout) -> Link:
        """Name a page."""
        return Link(_page(checkout.number), f"{self._where}/pretend/{business}/{checkout.number}")

    def expire(self, business: str, page: str) -> bool:
        """Close a page."""
        del business, page
        return True

    def refund(self, business: str, refund: Refund) -> Refunded:
        """Give back what was never taken."""
        del business
        return Refunded(f"pretend_refund_{refund.number}", "done")

    def listed(self, business: str, *, since: datetime) -> Iterator[Listed]:
        """List nothing: nothing moved."""
        del business, since
        return iter(())


def news(
    business: str, kind: Kind, *, checkout: int, amount: int, currency: str, at: datetime
) -> News:
    """Return what a vendor would tell of a page."""
    return News(
        event=f"pretend:{kind}:{checkout}",
        business=business,
        kind=kind,
        at=at,
        amount=amount,
        currency=currency,
        checkout=checkout,
        page=_page(checkout),
        payment=f"pretend_payment_{checkout}" if kind == "paid" else "",
    )


def _page(checkout: int) -> str:
    return f"pretend_page_{checkout}"
