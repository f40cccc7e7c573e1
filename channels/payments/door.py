"""What Stripe calls: money that came, did not come, went back (https://docs.stripe.com/webhooks).

Each business has a path of its own, and secrets: whoever cannot sign with one of them is not heard.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import stripe

from channels.message import Call, Door, RejectedError, Taken
from channels.payments import amounts
from channels.payments.config import Config
from channels.payments.taking import id_of, number_in, state_of
from channels.till import Kind, News

PATH = "/stripe/{business}"
TOLERANCE = 300  # seconds that a signature is good for
EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)
_MOST = 2**53  # of an amount: more than any number that JSON keeps
_DISPUTES = {
    "charge.dispute.created": "opened",
    "charge.dispute.funds_withdrawn": "withdrawn",
    "charge.dispute.funds_reinstated": "reinstated",
}


def doors(config: Config) -> tuple[Door, ...]:
    """Return the door of all accounts."""
    return (Door(PATH, lambda call: receive(call, config), by_slug=True),)


def receive(call: Call, config: Config) -> Taken:
    """Take what Stripe tells. Raises RejectedError: 403 unsigned, 400 where it is no event."""
    business = call.path.get("business", "")
    _verify(call, config.secrets.get(business, ()))
    try:
        event = json.loads(call.body)
    except (ValueError, RecursionError):
        raise RejectedError(400, "the body is no JSON") from None
    try:
        news = _news(event, business)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise RejectedError(400, "the body is no event") from None
    return Taken(news=(news,) if news else ())


def _verify(call: Call, secrets: tuple[str, ...]) -> None:
    """Let pass what was signed with one of the secrets, not longer ago than is allowed."""
    given = call.headers.get("stripe-signature", "")
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(call.body, given, secret, TOLERANCE)
            signed = int(dict(part.split("=", 1) for part in given.split(","))["t"])
        except (stripe.SignatureVerificationError, ValueError, TypeError, KeyError):
            continue
        if signed <= time.time() + TOLERANCE:
            return
    raise RejectedError(403, "the signature is missing, wrong or too old")


def _news(event: Mapping[str, Any], business: str) -> News | None:
    """Read an event; None where it tells nothing that matters, or is another business's."""
    kind, thing = event["type"], event["data"]["object"]
    marks = thing.get("metadata") or {}
    if marks.get("business", business) != business:  # two businesses of one account
        return None
    currency = str(thing.get("currency") or "").upper()
    facts = {
        "event": _id(event["id"]),
        "business": business,
        "at": datetime.fromtimestamp(int(event["created"]), UTC),
        "currency": currency,
    }
    if kind.startswith("checkout.session."):
        return _of_page(kind, thing, facts)
    if kind in {"refund.created", "refund.updated", "refund.failed"}:
        return _of_refund(thing, facts)
    if kind.startswith("charge.dispute."):
        return _of_dispute(kind, thing, facts)
    return None


def _of_page(kind: str, thing: Mapping[str, Any], facts: dict[str, Any]) -> News | None:
    paid = thing["payment_status"] == "paid"
    what: dict[str, Kind] = {
        "checkout.session.completed": "paid" if paid else "processing",
        "checkout.session.async_payment_succeeded": "paid",
        "checkout.session.async_payment_failed": "failed",
        "checkout.session.expired": "expired",
    }
    number = number_in(thing.get("metadata") or {}, "checkout")
    if kind not in what or number is None:  # a page that somebody else made on this account
        return None
    return News(
        kind=what[kind],
        checkout=number,
        page=_id(thing["id"]),
        payment=id_of(thing.get("payment_intent")),
        amount=_amount(thing["amount_total"], facts),
        **facts,
    )


def _of_refund(thing: Mapping[str, Any], facts: dict[str, Any]) -> News:
    return News(
        kind="refund",
        payment=id_of(thing.get("payment_intent")),
        refund=_id(thing["id"]),
        number=number_in(thing.get("metadata") or {}, "refund"),
        state=state_of(thing["status"]),
        amount=_amount(thing["amount"], facts),
        **facts,
    )


def _of_dispute(kind: str, thing: Mapping[str, Any], facts: dict[str, Any]) -> News | None:
    state = _DISPUTES.get(kind)
    if kind == "charge.dispute.closed":
        state = "won" if thing["status"] in {"won", "warning_closed"} else "lost"
    if state is None:
        return None
    return News(
        kind="dispute",
        payment=id_of(thing.get("payment_intent")),
        refund=_id(thing["id"]),
        state=state,
        amount=_amount(thing["amount"], facts),
        **facts,
    )


def _id(said: object) -> str:
    if not isinstance(said, str) or not 0 < len(said) <= 255 or not said.isascii():  # noqa: PLR2004 - Stripe's longest
        raise ValueError("no id")
    return said


def _amount(said: object, facts: Mapping[str, Any]) -> int:
    if not isinstance(said, int) or isinstance(said, bool) or not 0 <= said < _MOST:
        raise ValueError("no amount")
    return amounts.received(said, facts["currency"])
