"""Taking money and giving it back: one page a checkout, one request each.

Only parameters of the API reference are used (https://docs.stripe.com/api/checkout/sessions/create,
https://docs.stripe.com/api/refunds/create).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import stripe

from channels.payments import amounts
from channels.payments.client import asking
from channels.till import Checkout, Link, Listed, PayError, Refund, Refunded

_PAGE = 100  # as many as a list may hold
_LONGEST_TITLE = 250
_NUMBER = re.compile(r"[0-9]{1,18}")
_STATES = {"succeeded": "done", "pending": "pending", "requires_action": "pending"}


def opened(client: stripe.StripeClient, business: str, checkout: Checkout) -> Link:
    """Open a page; the card's owner leaves it with a receipt where the account sends those."""
    marks = {"business": business, "checkout": str(checkout.number), "booking": checkout.ref}
    with asking():
        session = client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "submit_type": "book",
                "client_reference_id": f"{business}:{checkout.number}",
                "locale": cast("Any", checkout.locale),
                "expires_at": int(checkout.expires_at.timestamp()),
                "success_url": f"{checkout.back}?done",
                "cancel_url": checkout.back,
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {
                            "currency": checkout.currency.lower(),
                            "unit_amount": amounts.sent(checkout.amount, checkout.currency),
                            "product_data": {"name": checkout.title[:_LONGEST_TITLE]},
                        },
                    }
                ],
                "metadata": marks,
                "payment_intent_data": {
                    "description": checkout.title[:_LONGEST_TITLE],
                    "metadata": marks,
                },
            },
            {"idempotency_key": checkout.key},
        )
    if not session.url:  # the same key of a page that is closed by now
        raise PayError("Stripe's page is closed already", permanent=True, code="closed")
    return Link(session.id, session.url)


def expired(client: stripe.StripeClient, page: str) -> bool:
    """Close a page, if it is not closed yet; False where it was paid at."""
    try:
        with asking():
            client.v1.checkout.sessions.expire(page)
    except PayError as error:
        if not error.permanent:
            raise
        with asking():  # what is refused may be unknown, too, which is nobody's to ignore
            return client.v1.checkout.sessions.retrieve(page).status == "expired"
    return True


def refunded(client: stripe.StripeClient, business: str, refund: Refund) -> Refunded:
    """Give money back of a payment."""
    with asking():
        given = client.v1.refunds.create(
            {
                "payment_intent": refund.payment,
                "amount": amounts.sent(refund.amount, refund.currency),
                "reason": "requested_by_customer",
                "metadata": {"business": business, "refund": str(refund.number)},
            },
            {"idempotency_key": refund.key},
        )
    return Refunded(given.id, state_of(given.status))


def state_of(status: str | None) -> str:
    """Return our word for the state of a refund."""
    return _STATES.get(status or "", "failed")


def listed(client: stripe.StripeClient, business: str, *, since: datetime) -> Iterator[Listed]:
    """List what was paid at our pages, and all that was given back."""
    begun = int(since.timestamp())
    with asking():
        sessions = client.v1.checkout.sessions.list({"limit": _PAGE, "created": {"gte": begun}})
        for session in sessions.auto_paging_iter():
            marks = session.metadata.to_dict() if session.metadata else {}
            if session.payment_status == "paid" and marks.get("business") == business:
                currency = (session.currency or "").upper()
                yield Listed(
                    kind="charge",
                    id=id_of(session.payment_intent),
                    payment=id_of(session.payment_intent),
                    amount=amounts.received(session.amount_total or 0, currency),
                    currency=currency,
                    at=datetime.fromtimestamp(session.created, UTC),
                    number=number_in(marks, "checkout"),
                )
        for refund in client.v1.refunds.list(
            {"limit": _PAGE, "created": {"gte": begun}}
        ).auto_paging_iter():
            currency = refund.currency.upper()
            yield Listed(
                kind="refund",
                id=refund.id,
                payment=id_of(refund.payment_intent),
                amount=amounts.received(refund.amount, currency),
                currency=currency,
                at=datetime.fromtimestamp(refund.created, UTC),
                number=number_in(refund.metadata.to_dict() if refund.metadata else {}, "refund"),
                state=state_of(refund.status),
            )


def id_of(what: object) -> str:
    """Return the id of what may be there as its id, whole, or not at all."""
    found = what.get("id") if isinstance(what, Mapping) else getattr(what, "id", what)
    return found if isinstance(found, str) else ""


def number_in(marks: Mapping[str, Any], name: str) -> int | None:
    """Return the number of a row of ours in metadata; None where there is none."""
    said = marks.get(name)
    if not isinstance(said, str) or not _NUMBER.fullmatch(said):
        return None
    return int(said)
