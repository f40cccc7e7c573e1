"""From a hold to a paid booking and back, through HTTP: what Stripe is asked, what it tells."""

from itertools import permutations

import pytest

from bot import acting
from core import changing, refunding
from support.counter import BY, MAYA, Counter
from workers.tick import drain

LEO = acting.Who("sms", "+12125550124", "Leo")


def test_a_hold_is_paid_and_booked(counter: Counter) -> None:
    """The address is sent, the money arrives, and both sides hear of the booking."""
    counter.ask(counter.held())
    drain(counter.runtime)
    page = counter.page()
    assert page["url"] in counter.said()[-1]
    assert "$40" in counter.said()[-1]
    assert page["expires_at"] == int(counter.now.timestamp()) + 31 * 60
    assert page["success_url"].startswith("https://bot.example/paid/")
    counter.wait(10)
    counter.pay()
    assert counter.statuses() == ["confirmed"]
    assert counter.said()[-1].startswith("Thank you, $40 arrived. Booked: Colour with Ana on ")
    assert counter.ledger() == [("charge", 4000)]
    counter.wait(60)
    assert counter.statuses() == ["confirmed"]
    assert len(counter.said()) == 2


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_news_in_any_order_is_one_story(counter: Counter, order: tuple[int, ...]) -> None:
    """Paid, told to have expired, and paid again by another event: the booking is paid once."""
    counter.ask(counter.held())
    drain(counter.runtime)
    paid = counter.fake.pay(counter.page()["id"])
    told = [
        ("checkout.session.completed", paid),
        ("checkout.session.expired", paid | {"status": "expired", "payment_status": "unpaid"}),
        ("checkout.session.async_payment_succeeded", paid),
    ]
    for number in order:
        counter.tell(*told[number])
        counter.tell(*told[number])
    assert counter.statuses() == ["confirmed"]
    assert counter.ledger() == [("charge", 4000)]
    assert len([text for text in counter.said() if "arrived" in text]) == 1


def test_nothing_paid_in_time(counter: Counter) -> None:
    """The hold lapses, its customer hears it, and the page is closed at Stripe's."""
    counter.ask(counter.held())
    drain(counter.runtime)
    counter.wait(30)
    assert counter.statuses() == ["awaiting_payment"]
    counter.wait(3)
    assert counter.statuses() == ["expired"]
    assert counter.said()[-1].startswith("Nothing was paid in time")
    assert counter.page()["status"] == "expired"
    rows = counter.ask_rows("SELECT status FROM checkouts")
    assert [row.status for row in rows] == ["expired"]


def test_a_late_payment_takes_the_time_if_it_is_free(counter: Counter) -> None:
    """Stripe told late: the time is booked anew, and the money counts for it."""
    counter.ask(counter.held())
    drain(counter.runtime)
    paid = counter.fake.pay(counter.page()["id"])
    counter.wait(40)
    assert counter.statuses() == ["expired"]
    counter.tell("checkout.session.completed", paid)
    assert counter.statuses() == ["expired", "confirmed"]
    assert "arrived. Booked: Colour with Ana" in counter.said()[-1]
    assert counter.ledger() == [("charge", 4000), ("transfer", -4000), ("transfer", 4000)]


def test_a_late_payment_for_a_time_that_is_gone(counter: Counter) -> None:
    """All of it goes back, once, and what is free instead is said."""
    counter.ask(counter.held())
    drain(counter.runtime)
    paid = counter.fake.pay(counter.page()["id"])
    counter.wait(40)
    counter.held(who=LEO)
    for _ in range(2):
        counter.tell("checkout.session.completed", paid)
    assert counter.statuses() == ["expired", "held"]
    late, back = counter.said()[-2:]
    assert "All of it goes back to you. Still free: " in late
    assert back.startswith("$40 for Colour with Ana")
    (refund,) = counter.fake.all("refund")
    assert (refund["amount"], refund["payment_intent"]) == (4000, paid["payment_intent"])
    assert counter.ledger() == [("charge", 4000), ("refund", -4000)]


@pytest.mark.parametrize("how", ["500", "timeout", "429", "drop"])
def test_stripe_is_down_and_the_hold_waits(counter: Counter, how: str) -> None:
    """The customer is told once; when Stripe is back there is one page that the hold outlives."""
    counter.ask(counter.held())
    counter.fake.trouble(how)  # type: ignore[arg-type] # a case of the table
    drain(counter.runtime)
    for _ in range(6):
        counter.wait(0.25)
    assert counter.statuses() == ["awaiting_payment"]
    (waiting,) = counter.said()
    assert "I hold the time until 10:33 AM" in waiting
    counter.fake.trouble(None)
    counter.wait(10)
    assert len(counter.said()) == 2
    page = counter.page()
    assert page["url"] in counter.said()[-1]
    (row,) = counter.ask_rows("SELECT expires_at FROM bookings")
    assert row.expires_at.timestamp() >= page["expires_at"] + 120
    counter.pay()
    assert counter.statuses() == ["confirmed"]


def test_stripe_refuses_for_good(counter: Counter) -> None:
    """Nothing is booked; the customer and the human of the business hear it."""
    counter.fake.trouble("permanent")
    counter.ask(counter.held())
    drain(counter.runtime)
    assert counter.statuses() == ["released"]
    assert "I can't take the $40" in counter.said()[-1]


def test_a_process_that_died_after_asking(counter: Counter) -> None:
    """What was asked and not written down is asked again under the same key: one page."""
    counter.ask(counter.held())
    counter.fake.trouble("drop", times=1)
    drain(counter.runtime)
    counter.wait(0.1)
    assert len(counter.fake.all("checkout.session")) == 1
    assert counter.page()["url"] in counter.said()[-1]


def test_a_payment_that_fails_frees_the_time(counter: Counter) -> None:
    """Money that was on its way did not come."""
    counter.ask(counter.held())
    drain(counter.runtime)
    session = counter.fake.pay(counter.page()["id"], slowly=True)
    counter.tell("checkout.session.completed", session)
    assert counter.statuses() == ["awaiting_payment"]
    counter.tell(
        "checkout.session.async_payment_failed", counter.fake.arrive(session["id"], well=False)
    )
    assert counter.statuses() == ["released"]
    assert counter.said()[-1].endswith("failed, so it is not booked.")
    assert counter.ledger() == []


def test_a_hold_let_go_while_its_page_is_opened(counter: Counter) -> None:
    """The page that comes too late is closed, and nobody is sent to it."""
    held = counter.held()
    counter.ask(held)
    with counter.database.transaction(counter.business) as session:
        changing.release(session, booking=held.id, by=BY, now=session.now)
    drain(counter.runtime)
    assert counter.said() == []
    assert [page["status"] for page in counter.fake.all("checkout.session")] in ([], ["expired"])


def test_a_refund_goes_once_and_its_failure_is_told(counter: Counter) -> None:
    """Stripe down: it is tried until it went. Given back to us later, the human hears it."""
    checkout = counter.ask(counter.held())
    drain(counter.runtime)
    counter.pay()
    counter.fake.trouble("500")
    with counter.database.transaction(counter.business) as session:
        (row,) = counter.ask_rows("SELECT booking_id FROM checkouts")
        refunding.refund(
            session,
            booking=row.booking_id,
            amount=1500,
            reason="asked for",
            tier="by the provider",
            key=f"asked:{checkout}",
            now=session.now,
        )
    drain(counter.runtime)
    counter.wait(1)
    assert counter.fake.all("refund") == []
    counter.fake.trouble(None)
    counter.wait(10)
    (refund,) = counter.fake.all("refund")
    counter.tell("refund.created", refund)
    counter.tell("refund.updated", refund)
    assert counter.ledger() == [("charge", 4000), ("refund", -1500)]
    assert len([said for said in counter.said() if "on its way back" in said]) == 1
    counter.tell("refund.failed", refund | {"status": "failed"})
    assert counter.ledger()[2:] == [("refund", 1500)]


def test_the_page_that_one_comes_back_to(counter: Counter) -> None:
    """It says the truth at each moment, in the reader's language, and looks again by itself."""
    counter.ask(counter.held())
    drain(counter.runtime)
    back = counter.page()["cancel_url"]
    assert "Nothing was paid yet for Colour with Ana" in counter.get(back).text
    done = counter.get(counter.page()["success_url"])
    assert "is still being processed" in done.text
    assert 'http-equiv="refresh"' in done.text
    assert done.headers["content-security-policy"].startswith("default-src 'none'")
    counter.pay()
    assert "Paid, thank you. Colour with Ana" in counter.get(back).text
    assert "refresh" not in counter.get(back).text
    with counter.database.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE people SET locale = 'es'")
    assert "Pagado, gracias." in counter.get(back).text
    for wrong in ("x", back.rpartition("/")[2][:-1] + "_", "a" * 30):
        assert counter.get(f"/paid/{wrong}").status_code == 404


def test_the_page_after_a_late_payment(counter: Counter) -> None:
    """Too late: it goes back. Never paid: nothing was taken."""
    counter.ask(counter.held())
    drain(counter.runtime)
    page = counter.page()
    paid = counter.fake.pay(page["id"])
    counter.wait(40)
    assert "Nothing was taken" in counter.get(page["cancel_url"]).text
    counter.held(who=LEO)
    counter.tell("checkout.session.completed", paid)
    assert "too late" in counter.get(page["success_url"]).text


def test_the_log_and_the_rows_keep_no_card(counter: Counter) -> None:
    """Whatever Stripe tells of who paid and with what: none of it is kept."""
    counter.ask(counter.held())
    drain(counter.runtime)
    session = counter.fake.pay(counter.page()["id"])
    told = {"email": "maya@example.com", "card": {"last4": "4242"}}
    counter.tell("checkout.session.completed", session | {"customer_details": told})
    rows = counter.ask_rows("SELECT facts::text AS facts FROM payment_events")
    assert "4242" not in str(rows)
    assert "maya@" not in str(rows)
    assert MAYA.address not in str(counter.fake.calls)
