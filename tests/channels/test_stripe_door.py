"""What Stripe tells at the door: only what it signed, each piece of news once, in any order."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import web
from channels.payments.config import Config
from channels.payments.party import Stripe
from core.db import Database
from fakes.stripe import KEY, FakeStripe, Thing
from fakes.stripe_reference import SECRET, signed
from support.postgres import connected
from support.shop import open_shop
from support.vendors import PUBLIC, Caller, Post

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    """Give an account at the fake."""
    made = FakeStripe(now=NOW.timestamp)
    yield made
    made.close()


@pytest.fixture
def door(database_url: str) -> Iterator[tuple[Caller, Database]]:
    """Give what calls the door of Juniper's account, and the database behind it."""
    open_shop(database_url)
    accounts = {"juniper": KEY, "aurora": KEY}
    secrets = {"juniper": (SECRET, "whsec_old"), "aurora": ("whsec_aurora",)}
    till = Stripe(Config(accounts, secrets, PUBLIC))
    with connected(database_url) as database:
        database.set_clock(frozen=NOW)
        yield Caller(web.app(database, till.doors, store=web.Store(database, PUBLIC))), database
    till.close()


def page(fake: FakeStripe, **facts: Any) -> Thing:  # noqa: ANN401 - Stripe's own fields
    """Make a page of ours as Stripe has it."""
    marks = {"business": "juniper", "checkout": "7", "booking": "K7QM"}
    usual = {"metadata": marks, "amount_total": 4000, "currency": "usd", "payment_intent": None}
    usual |= {"payment_status": "unpaid", "status": "open", "expires_at": 2**31}
    return fake.make("checkout.session", **usual | {"intent_metadata": marks} | facts)


def kept(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """Return the kind and the facts of all that is kept."""
    with database.owner.connect() as connection:
        rows = connection.exec_driver_sql("SELECT kind, facts FROM payment_events ORDER BY id")
        return [(row.kind, row.facts) for row in rows]


def work(database: Database) -> int:
    """Return how much there is to settle."""
    with database.owner.connect() as connection:
        sql = "SELECT count(*) FROM due_work WHERE kind = 'settle'"
        found: int = connection.exec_driver_sql(sql).scalar_one()
        return found


def test_a_payment_is_kept_with_what_settling_needs(
    door: tuple[Caller, Database], fake: FakeStripe
) -> None:
    """Which checkout, which payment, how much; nothing of the card or of who paid."""
    caller, database = door
    session = fake.pay(page(fake)["id"])
    session["customer_details"] = {"email": "maya@example.com", "name": "Maya"}
    assert caller.post(fake.call("checkout.session.completed", session)).status_code == 200
    ((kind, facts),) = kept(database)
    assert kind == "paid"
    assert facts == {
        "at": "2026-05-05 14:00:00+00:00",
        "amount": 4000,
        "currency": "USD",
        "checkout": 7,
        "page": session["id"],
        "payment": session["payment_intent"],
        "refund": "",
        "number": None,
        "state": "",
    }
    assert work(database) == 1


def test_five_of_the_same_at_once_are_one(door: tuple[Caller, Database], fake: FakeStripe) -> None:
    """Stripe repeats itself; all of them hear 200, and one is settled."""
    caller, database = door
    session = fake.pay(page(fake)["id"])
    post = signed(fake.event("checkout.session.completed", session, number=77))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(caller.post, [post] * 5))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert (len(kept(database)), work(database)) == (1, 1)


def test_every_piece_of_news_has_its_kind(door: tuple[Caller, Database], fake: FakeStripe) -> None:
    """Pages, refunds and disputes; money on its way is not money that came."""
    caller, database = door
    quick, slow, lost = (fake.pay(page(fake)["id"], slowly=n > 0) for n in range(3))
    told = [("checkout.session.completed", dict(slow)), ("checkout.session.completed", quick)]
    told.append(("checkout.session.async_payment_succeeded", dict(fake.arrive(slow["id"]))))
    told.append(("checkout.session.async_payment_failed", fake.arrive(lost["id"], well=False)))
    told.append(("checkout.session.expired", page(fake, status="expired")))
    refund = fake.make(
        "refund",
        amount=1500,
        currency="usd",
        status="pending",
        metadata={"business": "juniper", "refund": "3"},
        payment_intent=quick["payment_intent"],
    )
    told.append(("refund.created", dict(refund)))
    told.append(("refund.updated", refund | {"status": "succeeded"}))
    told.append(("refund.failed", refund | {"status": "failed", "metadata": {}}))
    dispute = fake.dispute(quick["payment_intent"])
    told.append(("charge.dispute.created", dict(dispute)))
    told.append(("charge.dispute.funds_withdrawn", dict(dispute)))
    told.append(("charge.dispute.funds_reinstated", dict(dispute)))
    told.append(("charge.dispute.closed", dispute | {"status": "won"}))
    told.append(("charge.dispute.closed", dispute | {"status": "lost"}))
    for kind, thing in told:
        assert caller.post(fake.call(kind, thing)).status_code == 200
    found = [(kind, facts["state"], facts["number"]) for kind, facts in kept(database)]
    assert found == [
        ("processing", "", None),
        ("paid", "", None),
        ("paid", "", None),
        ("failed", "", None),
        ("expired", "", None),
        ("refund", "pending", 3),
        ("refund", "done", 3),
        ("refund", "failed", None),
        ("dispute", "opened", None),
        ("dispute", "withdrawn", None),
        ("dispute", "reinstated", None),
        ("dispute", "won", None),
        ("dispute", "lost", None),
    ]
    assert {facts["payment"] for _, facts in kept(database)[5:]} == {quick["payment_intent"]}


def forged(post: Post) -> list[Post]:
    """Return a call with its proof missing, of another, of another body, too old or too new."""
    header = post.headers["Stripe-Signature"]
    proofs = ["", header[:-70] + "0" * 70, header.replace("v1=", "v1=0"), "t=x,v1=1", "t=1", "ü=ü"]
    proofs += [header.replace("v1=", "v2="), header.replace("t=", "t=1"), "t=,v1=", "\u00fc" * 9]
    bare = {name: value for name, value in post.headers.items() if name != "Stripe-Signature"}
    found = [replace(post, headers=bare | {"Stripe-Signature": proof}) for proof in proofs[2:]]
    found += [replace(post, headers=bare), replace(post, headers=bare | {"Stripe-Signature": ""})]
    found.append(replace(post, body=post.body + b" "))
    found.append(replace(post, body=b"\xff\xfe" + post.body))
    found += [replace(post, path=path) for path in ("/stripe/aurora", "/stripe/owl", "/stripe/x")]
    event = json.loads(post.body)
    found.append(signed(event, secret="whsec_aurora"))  # noqa: S106 - the fake's own
    found += [signed(event, at=time.time() + away) for away in (-301, -86400, 400)]
    return found


def test_what_is_not_signed_leaves_no_trace(
    door: tuple[Caller, Database], fake: FakeStripe
) -> None:
    """Missing, wrong, another's, older than five minutes, of the future: each is a 403."""
    caller, database = door
    good = fake.call("checkout.session.completed", fake.pay(page(fake)["id"]))
    answers = [caller.post(post).status_code for post in forged(good)]
    assert answers == [403] * len(answers)
    assert len(answers) > 15
    assert (kept(database), work(database)) == ([], 0)
    assert caller.post(good).status_code == 200


@pytest.mark.parametrize("secret", [SECRET, "whsec_old"])
def test_while_a_secret_changes_both_are_good(
    door: tuple[Caller, Database], fake: FakeStripe, secret: str
) -> None:
    """And one that was signed four minutes ago is good too."""
    caller, database = door
    event = fake.event("checkout.session.completed", fake.pay(page(fake)["id"]))
    post = signed(event, secret=secret, at=time.time() - 240)
    assert caller.post(post).status_code == 200
    assert len(kept(database)) == 1


def test_what_is_signed_and_tells_nothing_is_taken(
    door: tuple[Caller, Database], fake: FakeStripe
) -> None:
    """Other events, another business's, a page that somebody made by hand: 200, and no row."""
    caller, database = door
    session = fake.pay(page(fake)["id"])
    strange = {"business": "aurora", "checkout": "7"}
    told = [
        ("checkout.session.completed", session | {"metadata": strange}),
        ("checkout.session.completed", session | {"metadata": {}}),
        ("checkout.session.completed", session | {"metadata": None}),
        ("checkout.session.completed", session | {"metadata": {"checkout": "7; DROP"}}),
        ("checkout.session.completed", session | {"metadata": {"checkout": "9" * 30}}),
        ("checkout.session.thought_about", session),
        ("charge.dispute.updated", fake.dispute(session["payment_intent"])),
        ("customer.created", {"id": "cus_1", "object": "customer"}),
        ("charge.refunded", {"id": "ch_1", "object": "charge", "amount_refunded": 1}),
    ]
    answers = [caller.post(fake.call(kind, thing)).status_code for kind, thing in told]
    assert answers == [200] * len(told)
    assert kept(database) == []


def test_what_is_signed_and_no_event_is_refused(
    door: tuple[Caller, Database], fake: FakeStripe
) -> None:
    """Malformed JSON, or an event without what it must have: 400, so that somebody looks."""
    caller, database = door
    event = fake.event("checkout.session.completed", fake.pay(page(fake)["id"]))
    session = event["data"]["object"]
    odd: list[Any] = [[], "x", 7, None, {}, {"type": "x"}, event | {"data": {}}]
    odd += [event | {"id": None}, event | {"created": "soon"}, event | {"created": 10**20}]
    odd += [event | {"id": "e" * 300}, event | {"data": {"object": []}}, event | {"type": 7}]
    for wrong in ({"amount_total": "1"}, {"amount_total": -1}, {"amount_total": True}, {"id": 1}):
        odd.append(event | {"data": {"object": session | wrong}})
    bodies = [json.dumps(one).encode() for one in odd]
    bodies += [b"", b"{", b"[" * 20_000, b'{"id": NaN']
    answers = [caller.post(signed(body)).status_code for body in bodies]
    assert answers == [400] * len(bodies)
    assert kept(database) == []


def test_five_megabytes_are_not_read(door: tuple[Caller, Database]) -> None:
    """Signed or not: it is hung up on."""
    caller, database = door
    assert caller.post(signed(b" " * 5_000_000)).status_code == 413
    assert kept(database) == []


def test_a_business_that_is_not_there_yet(door: tuple[Caller, Database], fake: FakeStripe) -> None:
    """Its account is set up before its file is applied: Stripe shall come again."""
    caller, _ = door
    marks = {"business": "aurora", "checkout": "1"}
    session = page(fake, metadata=marks, payment_status="paid")
    event = fake.event("checkout.session.completed", session)
    post = signed(event, business="aurora", secret="whsec_aurora")  # noqa: S106 - the fake's own
    assert caller.post(post).status_code == 404
