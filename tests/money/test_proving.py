"""Each question that `slotkeeper verify` asks of money finds its own damage, and nothing else."""

import pytest
from sqlalchemy import text

from core import businesses, refunding
from core.proving_money import QUESTIONS
from core.verify import prove
from support.counter import Counter
from workers.tick import drain

DAMAGE: dict[str, list[str]] = {
    "a booking that needs money has it": [
        "UPDATE bookings SET policy = policy || '{\"due\": 9000}'",
    ],
    "no more goes back than came": ["UPDATE refunds SET amount = 9000"],
    "what goes back says why": ["UPDATE refunds SET tier = ''"],
    "the ledger has what went back": ["UPDATE refunds SET amount = amount - 1"],
    "what was paid is in the ledger": ["UPDATE checkouts SET status = 'failed'"],
    "no money is left where nothing was booked": [
        "UPDATE bookings SET status = 'expired'",
        "DELETE FROM booking_events WHERE kind = 'confirmed'",
    ],
    "what waits for money has a page to pay at": [
        "UPDATE bookings SET status = 'awaiting_payment', expires_at = slotkeeper_now() + '1 h'",
    ],
}


def wrong(counter: Counter) -> set[str]:
    with counter.database.transaction(counter.business) as session:
        return {each.rule for each in prove(session, businesses.load(session)).wrong}


@pytest.mark.parametrize("rule", list(QUESTIONS))
def test_each_damage_is_found(counter: Counter, rule: str) -> None:
    """A paid booking of which some went back is right; damaged in one way it says so."""
    held = counter.held()
    counter.ask(held)
    drain(counter.runtime)
    counter.pay()
    with counter.database.transaction(counter.business) as session:
        refunding.refund(
            session,
            booking=held.id,
            amount=1000,
            reason="goodwill",
            tier="by hand",
            key="goodwill",
            now=session.now,
        )
    drain(counter.runtime)
    assert wrong(counter) == set()
    with counter.database.owner.begin() as connection:
        for statement in DAMAGE[rule]:
            connection.execute(text(statement))
    assert rule in wrong(counter)
