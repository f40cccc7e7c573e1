"""Money: what is asked for, what came, what goes back; each once, in any order, never more."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import changing, payment_events, payments, refunding
from core.payment_events import Told
from core.payments import Checkout
from core.refunding import OverRefundError
from core.refusals import Reason, Refusal
from core.span import MINUTE
from models.desk import BY, MONDAY, Desk

Open = Callable[..., Desk]


def asked(desk: Desk, *, at: str = "15:00", amount: int = 4000) -> Checkout:
    """Hold a time for Colour and have it wait for money."""
    held = desk.held("colour", desk.at(at))
    with desk.session() as session:
        checkout = payments.ask(session, booking=held.id, amount=amount, by=BY, now=session.now)
    assert isinstance(checkout, Checkout)
    return checkout


def opened(desk: Desk, checkout: Checkout) -> bool:
    """Keep its page."""
    with desk.session() as session:
        return payments.opened(
            session,
            checkout=checkout.id,
            page=f"cs_{checkout.id}",
            url=f"https://pay.example/{checkout.id}",
            until=session.now + payments.LINK,
            now=session.now,
        )


def news(checkout: Checkout, **facts: object) -> Told:
    """Return what a vendor tells of a payment."""
    told = Told(
        MONDAY, checkout.amount, checkout.currency, checkout.id, "cs_1", f"pi_{checkout.id}"
    )
    return replace(told, **facts)  # type: ignore[arg-type] # a Told's own fields


def paid(desk: Desk, checkout: Checkout) -> Checkout | None:
    """Enter its payment."""
    with desk.session() as session:
        return payments.paid(session, told=news(checkout), now=session.now)


def refund(desk: Desk, checkout: Checkout, amount: int, key: str = "r") -> int:
    """Have money go back; return the number of the newest row of it."""
    with desk.session() as session:
        refunding.refund(
            session,
            booking=checkout.booking,
            amount=amount,
            reason="cancelled",
            tier="full",
            key=key,
            now=session.now,
        )
    return int(desk.ask("SELECT max(id) AS id FROM refunds")[0].id)


def ledger(desk: Desk) -> list[tuple[str, int]]:
    """Return what moved."""
    rows = desk.ask("SELECT kind, amount FROM ledger ORDER BY id")
    return [(row.kind, row.amount) for row in rows]


def work(desk: Desk, kind: str) -> int:
    """Return how much work of a kind is open."""
    rows = desk.ask(f"SELECT count(*) AS n FROM due_work WHERE kind = '{kind}' AND done_at IS NULL")
    return int(rows[0].n)


def test_a_hold_that_waits_for_money(open_desk: Open) -> None:
    """It waits two minutes longer than the page will live, and the page is asked for by work."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    assert (checkout.status, checkout.amount, checkout.currency) == ("opening", 4000, "USD")
    (row,) = desk.ask("SELECT status, expires_at FROM bookings")
    assert (row.status, row.expires_at) == ("awaiting_payment", MONDAY + 33 * MINUTE)
    assert (work(desk, "checkout"), work(desk, "lapse")) == (1, 2)
    assert opened(desk, checkout)
    with desk.session() as session:
        known = payments.one(session, checkout.id)
        assert known == payments.of_booking(session, checkout.booking)[0]
    assert known is not None
    assert (known.status, known.until) == ("open", MONDAY + 31 * MINUTE)


def test_no_hold_outlives_its_start(open_desk: Open) -> None:
    """A time that begins in ten minutes is held for ten."""
    desk = open_desk("juniper")
    held = desk.held("colour", desk.at("15:00"), lasts=600 * MINUTE)
    begins: datetime = held.span.start
    desk.clock(begins - 10 * MINUTE)
    desk.harm("UPDATE bookings SET expires_at = starts_at")
    with desk.session() as session:
        payments.ask(session, booking=held.id, amount=1, by=BY, now=session.now)
    assert desk.ask("SELECT expires_at FROM bookings")[0].expires_at == begins
    desk.clock(begins)
    with desk.session() as session:
        late = payments.ask(session, booking=held.id, amount=1, by=BY, now=session.now)
    assert late == Refusal(Reason.GONE)


@pytest.mark.parametrize("how", ["release", "expire", "cancel"])
def test_a_hold_that_ends_closes_its_page(open_desk: Open, how: str) -> None:
    """Whatever ends it; a page that was opened too late for it is closed at once."""
    desk = open_desk("juniper")
    checkout, late = asked(desk), asked(desk, at="11:00")
    assert opened(desk, checkout)
    desk.clock(MONDAY + 33 * MINUTE)
    for one in (checkout, late):
        with desk.session() as session:
            if how == "expire":
                assert changing.expire(session, booking=one.booking, now=session.now)
            else:
                end = {"release": changing.release, "cancel": changing.cancel}[how]
                assert end(session, booking=one.booking, by=BY, now=session.now) is None
    assert work(desk, "checkout_expire") == 2
    desk.harm("UPDATE due_work SET done_at = slotkeeper_now() WHERE kind = 'checkout_expire'")
    assert not opened(desk, late)
    assert work(desk, "checkout_expire") == 1
    for ended in (True, False):
        with desk.session() as session:
            said = payments.ended(session, checkout=checkout.id, status="expired")
        assert said is ended


def test_what_is_paid_is_entered_once(open_desk: Open) -> None:
    """However often it is told; and nothing that is told later makes it unpaid."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    first = paid(desk, checkout)
    assert first is not None
    assert (first.status, first.payment) == ("paid", f"pi_{checkout.id}")
    assert paid(desk, checkout) is None
    with desk.session() as session:
        assert not payments.ended(session, checkout=checkout.id, status="expired")
        assert (
            payments.paid(session, told=replace(news(checkout), checkout=99), now=session.now)
            is None
        )
        assert payments.kept(session, checkout.booking) == 4000
    assert ledger(desk) == [("charge", 4000)]


def test_a_late_payment_is_entered_too(open_desk: Open) -> None:
    """Of a page that was told to have expired: the money came all the same."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    with desk.session() as session:
        assert payments.ended(session, checkout=checkout.id, status="expired")
    assert paid(desk, checkout) is not None
    assert ledger(desk) == [("charge", 4000)]


def test_never_more_goes_back_than_came(open_desk: Open) -> None:
    """What is under way counts, each key counts once, and what failed can be given back again."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    with pytest.raises(OverRefundError):
        refund(desk, checkout, 1)
    paid(desk, checkout)
    half = refund(desk, checkout, 2500)
    assert refund(desk, checkout, 2500) == half
    with pytest.raises(OverRefundError):
        refund(desk, checkout, 1501, key="more")
    with desk.session() as session:
        done = refunding.became(session, half, state="done", vendor="re_1", now=session.now)
        again = refunding.became(session, half, state="done", vendor="re_1", now=session.now)
    assert done is not None
    assert (done.status, done.vendor, again) == ("done", "re_1", None)
    rest = refund(desk, checkout, 1500, key="rest")
    with desk.session() as session:
        refunding.became(session, rest, state="failed", vendor=None, now=session.now, error="x")
    refund(desk, checkout, 1500, key="rest again")
    assert work(desk, "refund") == 3
    assert ledger(desk) == [("charge", 4000), ("refund", -2500)]


def test_a_refund_that_comes_back_is_ours_again(open_desk: Open) -> None:
    """Done, then failed: the ledger takes it back; told the other way round it never went."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    paid(desk, checkout)
    for number, states in enumerate((("pending", "done", "failed"), ("failed", "done"))):
        row = refund(desk, checkout, 1000, key=f"r{number}")
        for state in states:
            told = news(checkout, refund=f"re_{number}", number=row, state=state)
            with desk.session() as session:
                refunding.heard(session, told=told, now=session.now)
        with desk.session() as session:
            found = refunding.one(session, row)
        assert found is not None
        assert (found.status, found.vendor) == ("failed", f"re_{number}")
    assert ledger(desk) == [("charge", 4000), ("refund", -1000), ("refund", 1000)]


def test_a_refund_made_by_hand_counts(open_desk: Open) -> None:
    """What somebody gave back at the vendor's is written down once, and limits what is left."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    paid(desk, checkout)
    told = news(checkout, refund="re_hand", state="done", amount=3000)
    for _ in range(2):
        with desk.session() as session:
            refunding.heard(session, told=told, now=session.now)
    with desk.session() as session:  # of money that is none of ours
        assert (
            refunding.heard(session, told=replace(told, payment="pi_x", refund="re_x"), now=MONDAY)
            is None
        )
    assert ledger(desk) == [("charge", 4000), ("refund", -3000)]
    with pytest.raises(OverRefundError):
        refund(desk, checkout, 1001)


def test_a_bank_takes_money_back(open_desk: Open) -> None:
    """A dispute moves money when it is withdrawn or reinstated, not when it is opened."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    paid(desk, checkout)
    for state in ("opened", "withdrawn", "withdrawn", "reinstated", "won"):
        with desk.session() as session:
            told = news(checkout, refund="dp_1", state=state)
            assert refunding.disputed(session, told=told, now=session.now) is not None
    assert ledger(desk) == [("charge", 4000), ("dispute", -4000), ("dispute", 4000)]


def test_money_follows_a_time_taken_anew(open_desk: Open) -> None:
    """It counts for the new booking, and goes back from there."""
    desk = open_desk("juniper")
    checkout, other = asked(desk), asked(desk, at="11:00")
    paid(desk, checkout)
    with desk.session() as session:
        known = payments.one(session, checkout.id)
        assert known is not None
        for _ in range(2):
            payments.transfer(session, checkout=known, to=other.booking, now=session.now)
        kept = [payments.kept(session, one.booking) for one in (checkout, other)]
    assert kept == [0, 4000]
    with pytest.raises(OverRefundError):
        refund(desk, checkout, 1)
    refund(desk, replace(checkout, booking=other.booking), 4000)


def test_the_ledger_only_grows(open_desk: Open) -> None:
    """Not even the owner changes a row or takes one away."""
    desk = open_desk("juniper")
    paid(desk, asked(desk))
    for statement in ("UPDATE ledger SET amount = 1", "DELETE FROM ledger"):
        with pytest.raises(DBAPIError, match="only added to"):
            desk.harm(statement)
        with pytest.raises(DBAPIError, match="permission denied"), desk.session() as session:
            session.execute(text(statement))


def test_news_comes_back_as_it_was_told(open_desk: Open) -> None:
    """Each id once; settling is work, and says when it was done."""
    desk = open_desk("juniper")
    checkout = asked(desk)
    told = news(checkout, state="done", number=3)
    with desk.session() as session:
        kept = payment_events.store(session, event="evt_1", kind="paid", told=told)
        assert kept is not None
        assert payment_events.store(session, event="evt_1", kind="paid", told=told) is None
        assert payment_events.one(session, kept) == ("paid", told)
        payment_events.settled(session, kept)
    assert desk.ask("SELECT settled_at FROM payment_events")[0].settled_at == MONDAY
    assert work(desk, "settle") == 1
