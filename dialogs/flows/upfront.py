"""Money in advance as a change of bookings meets it: what is still to be paid, what comes back."""

from datetime import datetime
from typing import Any

from core import changing, finding, payments, refunding, series, tiers
from core.booking import By, as_kept
from core.db import Session
from core.finding import Booked
from core.refusals import Refusal
from core.rules import Business
from core.span import MINUTE
from core.tiers import Back
from dialogs.talk import Turn

EVERYTHING = "everything"  # the tier by which all comes back, whatever the policy says


def paid(session: Session, booking: int) -> int:
    """Return what was paid for a booking and can still go back, in minor units."""
    return sum(left for _, left in payments.left(session, booking))


def lacking(session: Session, about: Booked, moving: Booked | None = None) -> int:
    """Return what is still to be paid for a hold; less than nothing: what is too much by it.

    What was paid for the booking that it is to replace counts.
    """
    due = int(about.policy.get("due", 0))
    return due - (paid(session, moving.id) if moving is not None else 0)


def proposed(turn: Turn, held: int) -> dict[str, Any]:
    """Return what a proposal says of money: what is due by link, or what to pay at the place.

    Of what is due, until when how much would come back; of a move only the difference.
    """
    session, business = turn.session, turn.business
    about = finding.booking(session, held)
    if about is None:
        return {}
    if there(business, about):
        return there(business, about)
    old = finding.booking(session, about.for_id) if about.for_id is not None else None
    lacks = lacking(session, about, old)
    at = turn.by.asked or turn.now
    if lacks > 0:
        return {"due": lacks, "back": _steps(business, about, lacks, at=at)}
    if lacks < 0 and old is not None:
        return {"returns": _judged(business, old, -lacks, at).amount}
    return {}


def there(business: Business, about: Booked) -> dict[str, Any]:
    """Return what a confirmation says is to be paid at the place."""
    amount = about.policy.get("advance") if business.payments == "place" else 0
    return {"there": amount} if amount else {}


def ask_series(session: Session, business: Business, first: Booked, *, by: By) -> Refusal | None:
    """Have a whole series wait for the money that its first booking needs; all of it or none."""
    now = session.now
    amount = business.upfront(as_kept(business.service(first.service), first.extras), first.party)
    page = payments.ask(session, booking=first.id, amount=amount, by=by, now=now)
    if isinstance(page, Refusal):
        return page
    payments.needs(session, booking=first.id, amount=amount)
    waits = finding.booking(session, first.id) or first
    until = (waits.expires or now) + MINUTE  # the first of them says that nothing came
    for each, _ in series.standing(session, first.series or 0, since=now, now=now):
        if each != first.id:
            changing.extend(session, booking=each, until=until, by=by, now=now)
    return None


def quoted(turn: Turn, about: Booked) -> dict[str, Any]:
    """Return what was paid for a booking, and until when how much of it comes back."""
    amount = paid(turn.session, about.id)
    if not amount:
        return {}
    at = turn.by.asked or turn.now
    return {"paid": amount, "back": _steps(turn.business, about, amount, at=at)}


def cancelled(turn: Turn, about: Booked) -> dict[str, Any]:
    """Give back what their customer's cancellation returns; return what is said of it."""
    at = turn.by.asked or turn.now
    return back(turn.session, turn.business, about, at=at, reason="cancelled")


def _steps(
    business: Business, about: Booked, amount: int, *, at: datetime
) -> list[tuple[datetime, int]]:
    steps = tiers.quote(about.policy, paid=amount, start=about.start, zone=business.zone, at=at)
    return [(step.until, step.amount) for step in steps]


def back(
    session: Session,
    business: Business,
    about: Booked,
    *,
    at: datetime | None,
    reason: str,
) -> dict[str, Any]:
    """Give back what a cancellation returns, and return what its note says of it.

    `at` is when the customer's message was received; None: somebody else cancels, and everything
    comes back.
    """
    had = paid(session, about.id)
    if not had:
        return {}
    returns = _judged(business, about, had, at)
    _give(session, about, returns, reason=reason, key=f"{reason}:{about.id}:{about.version}")
    return {"paid": had, "returned": returns.amount}


def difference(
    session: Session, business: Business, old: Booked, new: Booked, *, at: datetime | None
) -> int:
    """Give back what a moved booking needs no more, as if that were cancelled; return how much."""
    had = paid(session, new.id)
    over = had - int(new.policy.get("due", 0))
    if over <= 0:
        return 0
    returns = _judged(business, old, over, at)
    _give(session, new, returns, reason="moved", key=f"moved:{new.id}:{new.version}")
    return returns.amount


def _judged(business: Business, about: Booked, amount: int, at: datetime | None) -> Back:
    if at is None:
        return Back(amount, EVERYTHING)
    return tiers.back(about.policy, paid=amount, start=about.start, zone=business.zone, at=at)


def _give(session: Session, about: Booked, returns: Back, *, reason: str, key: str) -> None:
    if returns.amount:
        refunding.refund(
            session,
            booking=about.id,
            amount=returns.amount,
            reason=reason,
            tier=returns.tier,
            key=key,
            now=session.now,
        )
