"""What taking money speaks: a page to pay at, a refund, and what the vendor tells of both."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Kind = Literal["paid", "processing", "failed", "expired", "refund", "dispute"]


@dataclass(frozen=True, slots=True)
class Checkout:
    """What somebody shall pay, at a page of the vendor's.

    `number` is our row of it, `key` says what must happen once, `amount` is in the currency's minor
    units (yen have none), `ref` the booking's reference. The page closes at `expires_at`, which is
    at least 30 minutes ahead, and leads back to the page `back`, with "?done" behind it
    where somebody did all they could to pay.
    """

    number: int
    key: str
    amount: int
    currency: str
    title: str
    locale: str
    expires_at: datetime
    back: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A page where a checkout is paid: the vendor's id of it, and its address."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to give back: from which `payment` (the vendor's id), how many minor units.

    `number` is our row of it, `key` says what must happen once.
    """

    number: int
    key: str
    payment: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund that the vendor took: its id; `state` is "done", "pending" or "failed"."""

    id: str
    state: str


@dataclass(frozen=True, slots=True)
class News:
    """What a vendor says of money, its sender verified.

    `event` is the vendor's own id of the news, `business` the one whose account it is. Kinds:

    - "paid", "processing", "failed", "expired": of a checkout. `checkout` is our row of it,
      `page` the vendor's id; of what was paid `payment` is the vendor's id, which a refund names.
      "processing": the customer did all they can, and the money is on its way.
    - "refund": money went back, whoever asked for it. `refund` is the vendor's id of it, `number`
      our row where we asked, `state` as in `Refunded`.
    - "dispute": the customer's bank took money back, or gave it back to us. `refund` is the
      vendor's id of the dispute, `state` "opened", "withdrawn", "reinstated", "won" or "lost".

    `amount` is in minor units of `currency`, never negative.
    """

    event: str
    business: str
    kind: Kind
    at: datetime
    amount: int = 0
    currency: str = ""
    checkout: int | None = None
    page: str = ""
    payment: str = ""
    refund: str = ""
    number: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A movement of money as the vendor lists it; `kind` is "charge" or "refund".

    `id` is the vendor's id of the payment or of the refund, `payment` that of the payment,
    `number` our row of the checkout or refund where it was ours to ask for.
    """

    kind: Literal["charge", "refund"]
    id: str
    payment: str
    amount: int
    currency: str
    at: datetime
    number: int | None = None
    state: str = "done"


class PayError(Exception):
    """A vendor did not do what was asked.

    `permanent` says that asking again changes nothing, `code` is the vendor's word for why; `wait`
    is after how many seconds it wants to be asked again, where it says so.
    """

    def __init__(
        self, why: str, *, permanent: bool, code: str = "", wait: float | None = None
    ) -> None:
        super().__init__(why)
        self.permanent = permanent
        self.code = code
        self.wait = wait


class Till(Protocol):
    """Where money is taken; every call may be made from many threads, and raises PayError."""

    def takes(self, business: str) -> bool:
        """Whether a business has an account here."""

    def open(self, business: str, checkout: Checkout) -> Link:
        """Open a page to pay at; the same key again gives the same page."""

    def expire(self, business: str, page: str) -> bool:
        """Close a page, if it is not closed yet; False where it was paid at."""

    def refund(self, business: str, refund: Refund) -> Refunded:
        """Give money back; the same key again gives back nothing more."""

    def listed(self, business: str, *, since: datetime) -> Iterator[Listed]:
        """List what was paid and given back since an instant, in any order."""
