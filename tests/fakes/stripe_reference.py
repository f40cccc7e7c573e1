"""What Stripe's API reference says: which parameters there are, what is refused, how it signs.

The names are those of the library's own types, which Stripe generates from the specification that
its reference is made of; so a parameter that the reference does not have is refused here too.
"""

import json
import re
import time
import typing
from collections.abc import Mapping
from typing import Any

import stripe
from stripe._stripe_object import UntypedStripeObject

from support.vendors import Post

SECRET = "whsec_hush"  # noqa: S105 - the fake's own

Thing = dict[str, Any]
_PART = re.compile(r"\[([^\]]*)\]")
_REQUEST = {"api_key", "stripe_version", "stripe_account", "stripe_context", "idempotency_key"}
_ELSEWHERE: dict[str, Any] = {  # what those types name and only a type checker imports
    "Mapping": Mapping,
    "StripeContext": object,
    "UntypedStripeObject": UntypedStripeObject,
    "stripe": stripe,
}
_REASONS = {"duplicate", "fraudulent", "requested_by_customer"}
_LONGEST = {"name": 40, "value": 500}  # of metadata
_LOCALE = re.compile(
    "auto|bg|cs|da|de|el|en|en-GB|es|es-419|et|fi|fil|fr|fr-CA|hi-IN|hr|hu|id|it|ja|ko|lt|lv|ms|mt"
    "|nb|nl|pl|pt|pt-BR|ro|ru|sk|sl|sv|th|tr|vi|zh|zh-HK|zh-TW"
)


class Refused(Exception):  # noqa: N818 - it is an answer, not a mistake
    """A request is refused, with the answer that Stripe gives."""

    def __init__(self, words: str, **more: Any) -> None:  # noqa: ANN401 - `refused`'s own
        super().__init__(words)
        self.answer = refused(words, **more)


def refused(
    words: str,
    *,
    code: str = "",
    param: str = "",
    kind: str = "invalid_request_error",
    status: int = 400,
) -> tuple[int, Thing]:
    """Return an error as Stripe words it."""
    error: Thing = {"message": words, "type": kind}
    if code:
        doc = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        error |= {"code": code, "doc_url": doc}
    return status, {"error": error | ({"param": param} if param else {})}


def nested(fields: Mapping[str, str]) -> Thing:
    """Return a form's fields as they nest: `a[b][0][c]=1` is a list of objects within an object."""
    whole: Thing = {}
    for name, value in fields.items():
        head = name.partition("[")[0]
        path = [head, *_PART.findall(name)]
        here = whole
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value
    return {name: _listed(value) for name, value in whole.items()}


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever a form holds
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(item) for name, item in value.items()}
    return list(inner.values()) if inner and all(n.isdigit() for n in inner) else inner


def unknown(said: Thing, params: type, *, within: str = "") -> None:
    """Refuse parameters that the reference does not have."""
    known = _known(params)
    for name, value in said.items():
        where = f"{within}[{name}]" if within else name
        if name not in known or (not within and name in _REQUEST):
            words = f"Received unknown parameter: {where}"
            raise Refused(words, code="parameter_unknown", param=where)
        inner = _inner(known[name])
        if inner is None:
            continue
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(item, dict):
                listed = f"{where}[{number}]" if isinstance(value, list) else where
                unknown(item, inner, within=listed)


def _known(params: type) -> dict[str, Any]:
    return typing.get_type_hints(params, localns=_ELSEWHERE)


def _inner(hint: Any) -> type | None:  # noqa: ANN401 - a type as annotations have it
    """Return the type of what a parameter nests, if it nests parameters of its own."""
    if isinstance(hint, type) and hasattr(hint, "__required_keys__"):  # a dictionary of its own
        return hint
    if typing.get_origin(hint) is dict:
        return None
    return next((found for arg in typing.get_args(hint) if (found := _inner(arg))), None)


def missing(said: Thing, *names: str) -> None:
    """Refuse a request without what it needs."""
    for name in names:
        if said.get(name) in {None, ""}:
            words = f"Missing required param: {name}."
            raise Refused(words, code="parameter_missing", param=name)


def whole_number(said: str, name: str, *, least: int) -> int:
    """Read an integer."""
    if not re.fullmatch(r"-?\d+", said):
        raise Refused(f"Invalid integer: {said}", code="parameter_invalid_integer", param=name)
    if int(said) < least:
        words = f"This value must be greater than or equal to {least}."
        raise Refused(words, code="parameter_invalid_integer", param=name)
    return int(said)


def of_checkout(said: Thing) -> Thing:
    """Check what a session of mode "payment" needs; return its one line's facts."""
    missing(said, "success_url")
    if said.get("mode") != "payment":
        raise Refused("You must provide one of: payment, setup, subscription", param="mode")
    if not _LOCALE.fullmatch(said.get("locale", "auto")):
        raise Refused(f"Invalid locale: {said['locale']}", param="locale")
    lines = said.get("line_items") or []
    if len(lines) != 1:
        raise Refused("The fake knows one line", param="line_items")
    price = lines[0].get("price_data") or {}
    missing(price, "currency", "unit_amount")
    missing(price.get("product_data") or {}, "name")
    amount = whole_number(price["unit_amount"], "line_items[0][price_data][unit_amount]", least=0)
    if price["currency"] == "usd" and amount < 50:
        words = "The Checkout Session's total amount due must add up to at least $0.50 usd"
        raise Refused(words, code="amount_too_small")
    for marks in (said.get("metadata"), said.get("payment_intent_data", {}).get("metadata")):
        _marks(marks or {})
    return {"currency": price["currency"], "unit_amount": amount, "quantity": lines[0]["quantity"]}


def of_refund(said: Thing) -> None:
    """Check what a refund needs."""
    if not said.get("payment_intent"):
        raise Refused("One of the following params should be provided: payment_intent or charge.")
    if said.get("reason", "duplicate") not in _REASONS:
        raise Refused("Invalid reason: must be one of duplicate, fraudulent…", param="reason")
    if "amount" in said:
        whole_number(said["amount"], "amount", least=1)
    _marks(said.get("metadata") or {})


def _marks(marks: Thing) -> None:
    for name, value in marks.items():
        if len(name) > _LONGEST["name"] or len(value) > _LONGEST["value"]:
            raise Refused("Metadata values can have up to 500 characters", param="metadata")


def signed(
    event: Thing | bytes,
    *,
    business: str = "juniper",
    secret: str = SECRET,
    at: float | None = None,
) -> Post:
    """Return an event, or any bytes, as Stripe posts it; `at` is when it was signed."""
    body = event if isinstance(event, bytes) else json.dumps(event, indent=2).encode()
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, int(time.time() if at is None else at)
    )
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": header + ",v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb0",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return Post(f"/stripe/{business}", body, headers)
