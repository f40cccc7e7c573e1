"""What a vendor told of money: stored once by its own id of the news, then settled by due work.

News comes twice, late and out of order. So it is only kept here; what it means is looked at when it
is settled, with all that is known by then.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text

from core import due
from core.db import Session

_STORE = text("""
INSERT INTO payment_events (business_id, vendor_event, kind, facts, created_at)
VALUES (:business, :event, :kind, CAST(:facts AS jsonb), :now)
ON CONFLICT (business_id, vendor_event) DO NOTHING RETURNING id
""")
_ONE = text("SELECT kind, facts FROM payment_events WHERE business_id = :business AND id = :id")
_SETTLED = text(
    "UPDATE payment_events SET settled_at = :now WHERE business_id = :business AND id = :id"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Facts of a piece of news; what is not known is empty. `at` is the vendor's time, aware.

    `checkout` and `number` are rows of ours (a checkout's, a refund's), `page`, `payment` and
    `refund` the vendor's ids. `amount` is in minor units of `currency`, never negative.
    """

    at: datetime
    amount: int = 0
    currency: str = ""
    checkout: int | None = None
    page: str = ""
    payment: str = ""
    refund: str = ""
    number: int | None = None
    state: str = ""


def store(session: Session, *, event: str, kind: str, told: Told) -> int | None:
    """Keep a piece of news and have it settled; None where the same id came before."""
    row = session.execute(
        _STORE,
        {
            "business": session.business,
            "event": event,
            "kind": kind,
            "facts": json.dumps(asdict(told), default=str),
            "now": session.now,
        },
    ).one_or_none()
    if row is None:
        return None
    due.post(session, kind="settle", subject=row.id, key=f"settle:{row.id}", due=session.now)
    number: int = row.id
    return number


def one(session: Session, number: int) -> tuple[str, Told]:
    """Return the kind and the facts of a piece of news."""
    row = session.execute(_ONE, {"business": session.business, "id": number}).one()
    facts = dict(row.facts)
    return row.kind, Told(**facts | {"at": datetime.fromisoformat(facts["at"])})


def settled(session: Session, number: int) -> None:
    """Say that a piece of news was settled, in the transaction that did it."""
    facts = {"business": session.business, "id": number, "now": session.now}
    session.execute(_SETTLED, facts)
