"""A fake Stripe: a server written from the published API reference.

Checkout sessions, payment intents, refunds and webhook endpoints over HTTP; what Stripe would call
us with is made by `event`, and signed. It refuses parameters that the reference does not name, and
replays what it answered under an idempotency key.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import stripe

from fakes.stripe_reference import (
    SECRET,
    Refused,
    nested,
    of_checkout,
    of_refund,
    refused,
    signed,
    unknown,
)
from fakes.stripe_wire import Server
from support.vendors import Post, Trouble

KEY = "sk_test_51Hush"
_HALF_HOUR, _DAY = 1800, 86400
_NAMES = {"checkout.session": "cs_test_", "payment_intent": "pi_", "refund": "re_"}

Thing = dict[str, Any]
Answer = tuple[int, Thing]


@dataclass
class _Kept:
    """What was answered under an idempotency key, and to which request."""

    path: str
    fields: Mapping[str, str]
    answer: Answer


@dataclass
class FakeStripe:
    """One account. `now` is its clock, in seconds of Unix time."""

    key: str = KEY
    now: Callable[[], float] = time.time
    things: dict[str, Thing] = field(default_factory=dict)  # by id, in the order they were made
    calls: list[tuple[str, str, Mapping[str, str], str]] = field(default_factory=list)
    stall: float = 1.0  # seconds until it hangs up on what it does not answer

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._kept: dict[str, _Kept] = {}
        self._trouble: tuple[Trouble, int | None] | None = None
        self._lock = threading.RLock()
        self._server = Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make the next requests fail, as many as said or until told otherwise."""
        with self._lock:
            self._trouble = (how, times) if how else None

    def troubled(self) -> Trouble | None:
        """Take one of the troubles that were ordered."""
        with self._lock:
            if self._trouble is None:
                return None
            how, times = self._trouble
            if times is not None:
                self._trouble = (how, times - 1) if times > 1 else None
            return how

    def all(self, kind: str) -> list[Thing]:
        """Return what was made of a kind ("checkout.session", "refund" …), oldest first."""
        with self._lock:
            return [thing for thing in self.things.values() if thing["object"] == kind]

    def make(self, kind: str, **facts: Any) -> Thing:  # noqa: ANN401 - Stripe's own fields
        """Make a thing with an id of its own."""
        thing = {
            "id": f"{_NAMES.get(kind, kind + '_')}{next(self._numbers):014d}",
            "object": kind,
            "created": int(self.now()),
            "livemode": False,
            **facts,
        }
        self.things[thing["id"]] = thing
        return thing

    # What a customer, a bank and time do.

    def pay(self, page: str, *, slowly: bool = False) -> Thing:
        """Pay at a page; `slowly` by a method whose money comes days later. Return the session."""
        with self._lock:
            session = self.things[page]
            self.lapse()
            if session["status"] != "open":
                raise ValueError(f"the page is {session['status']}")
            intent = self.make(
                "payment_intent",
                amount=session["amount_total"],
                amount_received=0 if slowly else session["amount_total"],
                currency=session["currency"],
                status="processing" if slowly else "succeeded",
                metadata=session["intent_metadata"],
                amount_refunded=0,
            )
            session |= {
                "status": "complete",
                "payment_status": "unpaid" if slowly else "paid",
                "payment_intent": intent["id"],
                "url": None,
            }
            return session

    def arrive(self, page: str, *, well: bool = True) -> Thing:
        """Let money that was on its way arrive, or not; return the session."""
        with self._lock:
            session = self.things[page]
            intent = self.things[session["payment_intent"]]
            intent["status"] = "succeeded" if well else "requires_payment_method"
            intent["amount_received"] = session["amount_total"] if well else 0
            session["payment_status"] = "paid" if well else "unpaid"
            return session

    def lapse(self) -> list[Thing]:
        """Close the pages whose time is over, and return those."""
        with self._lock:
            over = [
                s
                for s in self.all("checkout.session")
                if s["status"] == "open" and s["expires_at"] <= self.now()
            ]
            for session in over:
                session |= {"status": "expired", "url": None}
            return over

    def dispute(self, intent: str) -> Thing:
        """Have a bank take a payment back; return the dispute."""
        paid = self.things[intent]
        with self._lock:
            return self.make(
                "dispute",
                amount=paid["amount"],
                currency=paid["currency"],
                payment_intent=intent,
                status="needs_response",
                metadata={},
            )

    # What it calls us with.

    def event(self, kind: str, thing: Thing, *, number: int | None = None) -> Thing:
        """Return an event of a thing as it stands; the same `number` is the same event again."""
        known = next(self._numbers) if number is None else number
        return {
            "id": f"evt_{known:014d}",
            "object": "event",
            "api_version": stripe.api_version,
            "created": int(self.now()),
            "data": {"object": json.loads(json.dumps(_shown(thing)))},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }

    def call(self, kind: str, thing: Thing, *, business: str = "juniper") -> Post:
        """Return the signed call that tells of a thing."""
        return signed(self.event(kind, thing), business=business)

    # What it is asked.

    def answer(
        self, method: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, Thing, bool]:
        """Answer a request; the last says whether an earlier answer was replayed."""
        if headers.get("Authorization") != f"Bearer {self.key}":
            shown = headers.get("Authorization", "").removeprefix("Bearer ")
            words = f"Invalid API Key provided: {shown[:8]}****{shown[-4:]}"
            return *refused(words, status=401), False
        name = headers.get("Idempotency-Key", "") if method == "POST" else ""
        with self._lock:
            self.calls.append((method, path, fields, name))
            try:
                kept = self._begun(name, path, fields)
                if kept:
                    return *kept.answer, True
                found = self._routed(method, path, fields)
            except Refused as error:
                return *error.answer, False
            if name:
                self._kept[name] = _Kept(path, fields, found)
            return *found, False

    def _begun(self, name: str, path: str, fields: Mapping[str, str]) -> _Kept | None:
        kept = self._kept.get(name)
        if kept and (kept.fields != fields or kept.path != path):
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were"
                f" first used with. Try using a key other than '{name}' if you meant to execute a"
                " different request.",
                kind="idempotency_error",
            )
        return kept

    def _routed(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        said: Callable[[], Thing]
        match (method, *path.strip("/").split("/")[1:]):  # without the version
            case ("POST", "checkout", "sessions"):
                said = partial(self._session, nested(fields))
            case ("POST", "checkout", "sessions", page, "expire"):
                said = partial(self._expire, page)
            case ("GET", "checkout", "sessions", name):
                said = partial(self._one, name, "checkout.session")
            case ("GET", "payment_intents", name):
                said = partial(self._one, name, "payment_intent")
            case ("POST", "refunds"):
                said = partial(self._refund, nested(fields))
            case ("GET", "checkout", "sessions"):
                said = partial(self._list, "checkout.session", path, fields)
            case ("GET", "refunds"):
                said = partial(self._list, "refund", path, fields)
            case (_, "webhook_endpoints", *more):
                said = partial(self._endpoint, method, more, path, nested(fields))
            case _:
                raise Refused(f"Unrecognized request URL ({method}: {path}).", status=404)
        return 200, _shown(said())

    def _one(self, name: str, kind: str) -> Thing:
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise Refused(f"No such {kind}: '{name}'", code="resource_missing", status=404)
        return thing

    def _session(self, said: Thing) -> Thing:
        unknown(said, stripe.params.checkout.SessionCreateParams)
        item = of_checkout(said)
        until = int(said.get("expires_at", self.now() + _DAY))
        ahead = until - self.now()
        if ahead < _HALF_HOUR:
            words = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session"
            raise Refused(f"{words} creation.", param="expires_at")
        if ahead > _DAY:
            words = "The `expires_at` timestamp must be less than 24 hours from Checkout Session"
            raise Refused(f"{words} creation.", param="expires_at")
        total = int(item["unit_amount"]) * int(item["quantity"])
        session = self.make(
            "checkout.session",
            amount_subtotal=total,
            amount_total=total,
            client_reference_id=said.get("client_reference_id"),
            currency=item["currency"],
            expires_at=until,
            locale=said.get("locale"),
            metadata=said.get("metadata", {}),
            mode="payment",
            payment_intent=None,
            payment_status="unpaid",
            status="open",
            submit_type=said.get("submit_type"),
            success_url=said["success_url"],
            cancel_url=said.get("cancel_url"),
            intent_metadata=said.get("payment_intent_data", {}).get("metadata", {}),
        )
        session["url"] = f"{self.url}/c/pay/{session['id']}"
        return session

    def _expire(self, page: str) -> Thing:
        session = self._one(page, "checkout.session")
        self.lapse()
        if session["status"] != "open":
            raise Refused(
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
                f" Session has a status of `{session['status']}`."
            )
        session |= {"status": "expired", "url": None}
        return session

    def _refund(self, said: Thing) -> Thing:
        unknown(said, stripe.params.RefundCreateParams)
        of_refund(said)
        intent = self._one(said["payment_intent"], "payment_intent")
        charge = intent["id"].replace("pi_", "ch_")
        if intent["status"] != "succeeded":
            words = "This PaymentIntent does not have a successful charge to refund."
            raise Refused(f"{words}", param="payment_intent")
        left = intent["amount"] - intent["amount_refunded"]
        if left == 0:
            raise Refused(
                f"Charge {charge} has already been refunded.", code="charge_already_refunded"
            )
        amount = int(said.get("amount", left))
        if amount > left:
            raise Refused(
                f"Refund amount (${amount / 100:.2f}) is greater than unrefunded amount on charge"
                f" (${left / 100:.2f})",
                param="amount",
            )
        intent["amount_refunded"] += amount
        return self.make(
            "refund",
            amount=amount,
            charge=charge,
            currency=intent["currency"],
            metadata=said.get("metadata", {}),
            payment_intent=intent["id"],
            reason=said.get("reason"),
            status="succeeded",
        )

    def _list(self, kind: str, path: str, fields: Mapping[str, str]) -> Thing:
        strange = set(fields) - {"limit", "created[gte]", "starting_after", "payment_intent"}
        if strange:
            raise Refused(f"Received unknown parameter: {min(strange)}", code="parameter_unknown")
        begun, limit = int(fields.get("created[gte]", 0)), int(fields.get("limit", 10))
        if not 1 <= limit <= 100:
            raise Refused("This value must be less than or equal to 100 (it currently is more).")
        found = [t for t in reversed(self.all(kind)) if t["created"] >= begun]
        if after := fields.get("starting_after"):
            found = found[[t["id"] for t in found].index(after) + 1 :]
        data = [_shown(thing) for thing in found[:limit]]
        return {"object": "list", "data": data, "has_more": len(found) > limit, "url": path}

    def _endpoint(self, method: str, more: list[str], path: str, said: Thing) -> Thing:
        if method == "GET":
            return self._list("webhook_endpoint", path, {"limit": "100"})
        if more:
            unknown(said, stripe.params.WebhookEndpointUpdateParams)
            endpoint = self._one(more[0], "webhook_endpoint")
            endpoint |= {"enabled_events": said["enabled_events"], "status": "enabled"}
            return endpoint
        unknown(said, stripe.params.WebhookEndpointCreateParams)
        made = self.make("webhook_endpoint", status="enabled", **said)
        return made | {"secret": SECRET}  # shown once, to whoever makes it


def _shown(thing: Thing) -> Thing:
    """Return a thing as Stripe shows it: a page does not say what its payment will be marked by."""
    return {name: value for name, value in thing.items() if name != "intent_metadata"}
