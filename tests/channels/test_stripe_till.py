"""Money at Stripe: one page a checkout, refunds once, what fails for good and what passes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from channels.payments import amounts
from channels.payments.config import Config
from channels.payments.party import Stripe
from channels.till import Checkout, PayError, Refund
from fakes.stripe import KEY, FakeStripe
from fakes.stripe_reference import SECRET
from support.vendors import Trouble

NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)
PAGE = Checkout(
    number=7,
    key="checkout:7:1",
    amount=4000,
    currency="USD",
    title="Colour with Ana: deposit",
    locale="en",
    expires_at=NOW + timedelta(minutes=31),
    back="https://bot.example/paid/abc",
    ref="K7QM",
)


@pytest.fixture
def fake() -> Iterator[FakeStripe]:
    """Give an account at the fake, whose clock stands still."""
    made = FakeStripe(now=NOW.timestamp)
    yield made
    made.close()


@pytest.fixture
def till(fake: FakeStripe) -> Iterator[Stripe]:
    """Give the till of Juniper."""
    made = at(fake)
    yield made
    made.close()


def at(fake: FakeStripe, key: str = KEY) -> Stripe:
    """Return a till at the fake."""
    config = Config({"juniper": key}, {"juniper": (SECRET,)}, "https://bot.example", fake.url, 0.5)
    return Stripe(config)


def paid(till: Stripe, fake: FakeStripe, **facts: Any) -> str:  # noqa: ANN401 - a checkout's fields
    """Pay at a page; return the payment's id."""
    link = till.open("juniper", replace(PAGE, **facts))
    return str(fake.pay(link.id)["payment_intent"])


def test_a_page_says_what_is_paid_until_when(till: Stripe, fake: FakeStripe) -> None:
    """All of it is in one request, which holds only parameters that the API reference has."""
    link = till.open("juniper", PAGE)
    method, path, fields, key = fake.calls[-1]
    assert (method, path, key) == ("POST", "/v1/checkout/sessions", "checkout:7:1")
    assert fields == {
        "mode": "payment",
        "submit_type": "book",
        "client_reference_id": "juniper:7",
        "locale": "en",
        "expires_at": str(int(NOW.timestamp()) + 1860),
        "success_url": "https://bot.example/paid/abc?done",
        "cancel_url": "https://bot.example/paid/abc",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "4000",
        "line_items[0][price_data][product_data][name]": "Colour with Ana: deposit",
        "metadata[business]": "juniper",
        "metadata[checkout]": "7",
        "metadata[booking]": "K7QM",
        "payment_intent_data[description]": "Colour with Ana: deposit",
        "payment_intent_data[metadata][business]": "juniper",
        "payment_intent_data[metadata][checkout]": "7",
        "payment_intent_data[metadata][booking]": "K7QM",
    }
    assert link.url.startswith(fake.url)
    assert link.url.endswith(link.id)


def test_the_same_key_is_the_same_page(till: Stripe, fake: FakeStripe) -> None:
    """A process that died after asking asks again, and nobody sees two pages."""
    assert len({till.open("juniper", PAGE) for _ in range(3)}) == 1
    assert len(fake.all("checkout.session")) == 1
    with pytest.raises(PayError, match="same parameters") as refused:
        till.open("juniper", replace(PAGE, amount=1))
    assert refused.value.permanent


def test_a_page_lives_half_an_hour_at_least(till: Stripe) -> None:
    """Stripe refuses a shorter one for good; nobody's key is spent on it."""
    with pytest.raises(PayError, match="at least 30 minutes") as refused:
        till.open("juniper", replace(PAGE, expires_at=NOW + timedelta(minutes=29)))
    assert refused.value.permanent
    assert till.open("juniper", PAGE).id


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "pt"])
def test_the_page_speaks_the_readers_language(till: Stripe, language: str) -> None:
    """Stripe's page has every language of ours, by the same name."""
    assert till.open("juniper", replace(PAGE, locale=language)).id


def test_what_is_not_in_the_reference_is_refused(fake: FakeStripe) -> None:
    """The fake itself knows the reference: a parameter that it lacks is an error, at any depth."""
    good = {
        "mode": "payment",
        "success_url": "https://bot.example",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "4000",
        "line_items[0][price_data][product_data][name]": "x",
    }
    for name in ("colour", "line_items[0][price_data][colour]", "payment_intent_data[colour]"):
        answer = _asked(fake, good | {name: "1"})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (
            400,
            "parameter_unknown",
            name,
        )
    assert _asked(fake, good).status_code == 200


def _asked(fake: FakeStripe, fields: dict[str, str]) -> httpx.Response:
    where, proof = f"{fake.url}/v1/checkout/sessions", {"Authorization": f"Bearer {KEY}"}
    return httpx.post(where, data=fields, headers=proof)


def test_a_page_is_closed_once_and_never_after_paying(till: Stripe, fake: FakeStripe) -> None:
    """An open one closes, however often; one that was paid at says so; an unknown is an error."""
    one = till.open("juniper", PAGE)
    assert till.expire("juniper", one.id)
    assert till.expire("juniper", one.id)
    two = till.open("juniper", replace(PAGE, key="checkout:7:2"))
    fake.pay(two.id)
    assert not till.expire("juniper", two.id)
    with pytest.raises(PayError, match="No such"):
        till.expire("juniper", "cs_test_none")


def test_the_key_of_a_closed_page_opens_no_other(till: Stripe, fake: FakeStripe) -> None:
    """Stripe answers as it did, though without an address: that is no page to send anybody to."""
    till.open("juniper", PAGE)
    fake._kept["checkout:7:1"].answer[1]["url"] = None
    with pytest.raises(PayError) as closed:
        till.open("juniper", PAGE)
    assert closed.value.code == "closed"


def test_money_goes_back_once_and_never_more_than_came(till: Stripe, fake: FakeStripe) -> None:
    """The same key gives back nothing more; too much, and what went back already, is refused."""
    payment = paid(till, fake)
    half = Refund(3, "refund:3", payment, 2000, "USD")
    assert till.refund("juniper", half) == till.refund("juniper", half)
    with pytest.raises(PayError, match="greater than unrefunded amount") as over:
        till.refund("juniper", replace(half, key="refund:4", amount=2001))
    assert over.value.permanent
    till.refund("juniper", replace(half, key="refund:5"))
    with pytest.raises(PayError, match="already been refunded") as double:
        till.refund("juniper", replace(half, key="refund:6"))
    assert (double.value.permanent, double.value.code) == (True, "charge_already_refunded")
    assert sum(refund["amount"] for refund in fake.all("refund")) == 4000
    assert {key for *_, key in fake.calls if key} >= {"refund:3", "refund:5"}


def test_unpaid_money_cannot_go_back(till: Stripe, fake: FakeStripe) -> None:
    """What is on its way, or unknown, is refused for good."""
    page = till.open("juniper", PAGE)
    payment = str(fake.pay(page.id, slowly=True)["payment_intent"])
    for number, where in enumerate((payment, "pi_none")):
        with pytest.raises(PayError) as refused:
            till.refund("juniper", Refund(number, f"refund:{number}", where, 1, "USD"))
        assert refused.value.permanent


@pytest.mark.parametrize(
    ("currency", "ours", "theirs"),
    [
        ("USD", 4000, 4000),
        ("EUR", 1, 1),
        ("JPY", 500, 500),
        ("KRW", 9000, 9000),
        ("CLP", 100, 100),
        ("ISK", 500, 50000),
        ("UGX", 5, 500),
        ("RSD", 500, 50000),
        ("HUF", 1045, 1045),
        ("KWD", 5120, 5120),
    ],
)
def test_amounts_are_written_as_stripe_reads_them(currency: str, ours: int, theirs: int) -> None:
    """Yen have no minor unit on either side, krónur have one only there; both ways it agrees."""
    assert amounts.sent(ours, currency) == theirs
    assert amounts.received(theirs, currency) == ours


def test_a_card_knows_two_digits_of_three() -> None:
    """5.123 Kuwaiti dinars cannot be paid."""
    with pytest.raises(PayError) as refused:
        amounts.sent(5123, "KWD")
    assert refused.value.permanent


def test_yen_are_asked_for_as_yen(till: Stripe, fake: FakeStripe) -> None:
    """500 yen are 500, on the page and in the list."""
    payment = paid(till, fake, amount=500, currency="JPY")
    assert fake.things[payment]["amount"] == 500
    listed = list(till.listed("juniper", since=NOW))
    assert [(one.amount, one.currency) for one in listed] == [(500, "JPY")]


def test_the_list_has_all_pages_of_what_moved(till: Stripe, fake: FakeStripe) -> None:
    """More than a list may hold at once; unpaid pages and another business's are left out."""
    payments = {paid(till, fake, number=n, key=f"checkout:{n}:1") for n in range(1, 121)}
    till.open("juniper", replace(PAGE, number=500, key="checkout:500:1"))
    stranger = fake.make(
        "checkout.session",
        metadata={"business": "aurora"},
        payment_status="paid",
        status="complete",
    )
    first = min(payments)
    till.refund("juniper", Refund(3, "refund:3", first, 1000, "USD"))
    listed = list(till.listed("juniper", since=NOW - timedelta(hours=1)))
    charges = {one.id: one for one in listed if one.kind == "charge"}
    assert set(charges) == payments
    assert {one.number for one in charges.values()} == set(range(1, 121))
    assert [(one.payment, one.amount, one.number) for one in listed if one.kind == "refund"] == [
        (first, 1000, 3)
    ]
    assert stranger["id"] not in str(listed)
    assert list(till.listed("juniper", since=NOW + timedelta(seconds=1))) == []


@pytest.mark.parametrize(
    ("how", "permanent", "wait"),
    [
        ("429", False, 1.0),
        ("500", False, None),
        ("timeout", False, None),
        ("drop", False, None),
        ("permanent", True, None),
    ],
)
def test_what_passes_is_told_from_what_does_not(
    till: Stripe,
    fake: FakeStripe,
    how: Trouble,
    permanent: bool,  # noqa: FBT001 - a case of the table
    wait: float | None,
) -> None:
    """Nothing is tried again here, and after whatever failed the same key does it once."""
    fake.trouble(how, times=1)
    with pytest.raises(PayError) as failed:
        till.open("juniper", PAGE)
    assert (failed.value.permanent, failed.value.wait) == (permanent, wait)
    till.open("juniper", PAGE)
    assert len(fake.all("checkout.session")) == 1


def test_a_wrong_key_may_be_mended_and_is_never_shown(fake: FakeStripe) -> None:
    """Whoever set it up can set it right meanwhile; no error's text holds it."""
    wrong = at(fake, "sk_live_another_secret")
    with pytest.raises(PayError) as failed:
        wrong.open("juniper", PAGE)
    assert not failed.value.permanent
    assert "another_secret" not in f"{failed.value!r} {wrong!r} {wrong._config!r}"
    wrong.close()


def test_a_business_without_a_key_waits_for_one(till: Stripe) -> None:
    """Its till takes nothing yet."""
    assert (till.takes("juniper"), till.takes("aurora")) == (True, False)
    with pytest.raises(PayError) as refused:
        till.open("aurora", PAGE)
    assert not refused.value.permanent


def test_a_server_that_is_not_there_is_out_of_reach(fake: FakeStripe) -> None:
    """Nobody listens: that passes."""
    gone = at(fake)
    fake.close()
    with pytest.raises(PayError, match="out of reach") as failed:
        gone.open("juniper", PAGE)
    assert not failed.value.permanent
    gone.close()
