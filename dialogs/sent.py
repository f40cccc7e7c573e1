"""What the bot says unasked: to whom, when and under which conditions; one literal table. Pure.

All of it waits for the end of the reader's quiet hours, but for what is said to be otherwise. The
table is kept in docs/messages.md by `python -m dialogs.draw`; a test holds it against what is told.
"""

from typing import NamedTuple

CUSTOMER, PROVIDER, HUMAN = "customer", "provider", "human"
NIGHT = "waits for the morning"


class Sent(NamedTuple):
    """One kind of message: whom it goes to, what it tells, when it is sent, and what at night."""

    to: str
    tells: str
    when: str
    night: str = NIGHT


SENT: dict[str, Sent] = {
    "request": Sent(
        PROVIDER,
        "a booking or a move that they have to confirm, with the deadline",
        "when the customer says yes; the deadline counts from when they can read it",
    ),
    "request_accepted": Sent(CUSTOMER, "the provider confirmed", "at the provider's word"),
    "request_to_pay": Sent(
        CUSTOMER, "the provider confirmed, and money is due", "at the provider's word"
    ),
    "request_declined": Sent(CUSTOMER, "the provider declined", "at the provider's word"),
    "request_lapsed": Sent(CUSTOMER, "nobody answered their request", "at its deadline"),
    "request_lapsed_provider": Sent(PROVIDER, "a request ran out", "at its deadline"),
    "new_booking": Sent(PROVIDER, "a booking was made", "when it is confirmed"),
    "new_series": Sent(PROVIDER, "a series was booked", "when it is confirmed"),
    "moved": Sent(CUSTOMER, "their move was agreed to", "at the provider's word"),
    "moved_provider": Sent(PROVIDER, "a customer moved a booking", "at the move"),
    "series_moved_provider": Sent(PROVIDER, "a customer moved a series", "at the move"),
    "cancelled_provider": Sent(PROVIDER, "a booking was cancelled", "at the cancellation"),
    "series_cancelled_provider": Sent(
        PROVIDER, "a series was cancelled, or what is left of it", "at the cancellation"
    ),
    "forgotten_provider": Sent(
        PROVIDER, "a booking fell, without a name", "when its customer is forgotten"
    ),
    "cancelled_by_provider": Sent(
        CUSTOMER, "the provider cancelled", "two minutes after the provider's yes, unless undone"
    ),
    "moved_by_provider": Sent(
        CUSTOMER, "the provider moved their booking", "two minutes after the provider's yes"
    ),
    "booked_by_provider": Sent(
        CUSTOMER, "the provider booked for them", "two minutes after the provider's yes"
    ),
    "late_provider": Sent(
        CUSTOMER, "the provider runs late, and by how much", "two minutes after the provider's yes"
    ),
    "hand_done": Sent(PROVIDER, "what they planned was carried out", "when it was"),
    "series_missed": Sent(
        CUSTOMER, "which days of their series could not be laid out", "as the calendar opens"
    ),
    "retimed": Sent(CUSTOMER, "the wall time of their booking was kept", "at `slotkeeper retime`"),
    "retimed_stuck": Sent(PROVIDER, "a wall time could not be kept", "at `slotkeeper retime`"),
    "hold_lapsed": Sent(
        CUSTOMER,
        "what was proposed is held no more",
        "when the hold runs out, if the talk is still about it",
    ),
    "series_lapsed": Sent(
        CUSTOMER,
        "the series that was proposed is held no more",
        "when the hold runs out, if the talk is still about it",
    ),
    "reminder": Sent(
        CUSTOMER,
        "a booking is near; asks whether they come, until they said so",
        "by the rules of the service or the business, for each time that the booking has",
        "is sent in the last minute before it, else not at all",
    ),
    "confirm_warn": Sent(
        CUSTOMER,
        "that their booking will be released, unless they say that they come",
        "two hours before `confirm_by`, where they have not said so",
        "is sent in the last minute before it, else not at all",
    ),
    "unconfirmed": Sent(CUSTOMER, "their booking was released", "at `confirm_by`"),
    "released_provider": Sent(PROVIDER, "a booking was released", "at `confirm_by`"),
    "unconfirmed_provider": Sent(
        PROVIDER,
        "nobody confirmed a booking, which stands",
        "at `confirm_by`, where the warning did not arrive",
    ),
    "missed": Sent(
        CUSTOMER,
        "that they were missed; asks for another time",
        "two minutes after the provider's word that they did not come, once a booking",
    ),
    "wait_offer": Sent(
        CUSTOMER,
        "a time that they wait for came free, and until when it is theirs",
        "when it is their turn; the deadline counts from the sending",
        "waits for the morning, if there is time to answer then; else the next is asked",
    ),
    "wait_lapsed": Sent(CUSTOMER, "they did not answer an offer", "at its deadline"),
    "wait_lost": Sent(CUSTOMER, "somebody else was quicker", "at the other's yes"),
    "wait_withdrawn": Sent(
        CUSTOMER, "an offer is taken back", "when a provider stops offering that time"
    ),
    "wait_over": Sent(
        CUSTOMER, "nothing came free", "when the last moment that they waited for has passed"
    ),
    "wants_change": Sent(
        HUMAN, "a customer wants to change a booking too late", "at their message, once a wish"
    ),
    "opted_out": Sent(PROVIDER, "a customer with a booking stopped messages", "at their STOP"),
    "meant_cancel": Sent(
        PROVIDER,
        "the carrier took a customer's CANCEL for a STOP; the booking stands",
        "at the carrier's word",
    ),
    "wrote_opted_out": Sent(HUMAN, "somebody wrote whom no answer may reach", "at their message"),
    "not_understood": Sent(HUMAN, "a customer was not understood three times", "at their message"),
    "wants_human": Sent(HUMAN, "a customer would like to talk to them", "at their message"),
    "pay_here": Sent(
        CUSTOMER,
        "where they pay, and until when the time is theirs",
        "when the page is open, as a rule within a second of their yes",
        "is sent at once: they just wrote",
    ),
    "pay_waits": Sent(
        CUSTOMER,
        "the page cannot be opened just now; the time stays held",
        "when the vendor of payments is out of reach, once",
        "is sent at once: they just wrote",
    ),
    "pay_refused": Sent(
        CUSTOMER,
        "no page can be opened, and nothing is booked",
        "when the vendor of payments refuses it",
        "is sent at once: they just wrote",
    ),
    "pay_lapsed": Sent(CUSTOMER, "nothing was paid in time", "when the hold runs out"),
    "pay_failed": Sent(CUSTOMER, "their payment failed", "at the vendor's word"),
    "paid": Sent(
        CUSTOMER,
        "the money arrived, and they are booked",
        "at the vendor's word",
        "is sent at once: they just paid",
    ),
    "paid_late": Sent(
        CUSTOMER,
        "they paid when the time was gone; all of it goes back, and what is free instead",
        "at the vendor's word",
        "is sent at once: they just paid",
    ),
    "refunded": Sent(CUSTOMER, "money is on its way back", "when the vendor took the refund"),
    "pay_trouble": Sent(
        HUMAN, "money that did not move as it should, or a bank wants back", "at the vendor's word"
    ),
    "undelivered": Sent(
        HUMAN, "a message did not arrive, and what it said", "when every address has failed"
    ),
}

_HEAD = "| message | to | tells | sent | at night |\n|---|---|---|---|---|"


def drawn() -> str:
    """Return the table in Markdown."""
    rows = (
        f"| `{note}` | {one.to} | {one.tells} | {one.when} | {one.night} |"
        for note, one in SENT.items()
    )
    return "\n".join((_HEAD, *rows))
