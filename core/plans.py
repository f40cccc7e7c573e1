"""What a provider plans by chat: asked, perhaps staged for a while, done, and taken back.

A plan is one row that says what is to be done and then what was done, so that UNDO knows. Its row
is locked (after conversations, before bookings) by whoever carries it out or takes it back: one of
the two comes first, and the other sees what it did.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core.db import Session
from core.span import Span

STAGE = timedelta(minutes=2)  # until then a yes that touches people is taken back unnoticed
_REMEMBERED = timedelta(days=1)  # what was done longer ago is not what UNDO means

_COLUMNS = "id, resource_id, address_id, kind, status, facts"
_ADD = text(f"""
INSERT INTO plans (business_id, resource_id, address_id, message_id, kind, status, facts,
    created_at, changed_at)
VALUES (:business, :resource, :address, :message, :kind, :status, CAST(:facts AS jsonb), :now, :now)
RETURNING {_COLUMNS}
""")
_ONE = text(f"SELECT {_COLUMNS} FROM plans WHERE business_id = :business AND id = :plan")
_LOCKED = text(str(_ONE) + " FOR NO KEY UPDATE")
_LAST = text(
    f"SELECT {_COLUMNS} FROM plans WHERE business_id = :business AND address_id = :address"
    " AND status IN ('staged', 'done') AND changed_at > :since ORDER BY changed_at DESC, id DESC"
    " LIMIT 1"
)
_BECOME = text(
    "UPDATE plans SET status = :status, facts = CAST(:facts AS jsonb), changed_at = :now"
    " WHERE business_id = :business AND id = :plan"
)


_STANDING = text(
    f"SELECT {_COLUMNS} FROM plans WHERE business_id = :business AND resource_id = :resource"
    " AND kind = :kind AND status = 'done' ORDER BY id FOR NO KEY UPDATE"
)
_KEPT = text(
    f"SELECT {_COLUMNS} FROM plans WHERE business_id = :business AND kind = :kind"
    " AND status = 'done' ORDER BY id"
)
_KEEP = text(
    "UPDATE plans SET facts = CAST(:facts AS jsonb) WHERE business_id = :business AND id = :plan"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing to be done to a provider's book. Ids are rows, `facts` as its kind has them."""

    id: int
    resource: int
    address: int
    kind: str
    status: str
    facts: dict[str, Any]

    @property
    def spans(self) -> list[Span]:
        """The time that it is about, where its kind names some."""
        return [Span(*map(datetime.fromisoformat, span)) for span in self.facts["spans"]]


def add(
    session: Session,
    *,
    resource: int,
    address: int,
    message: int | None,
    kind: str,
    status: str,
    facts: dict[str, Any],
    now: datetime,
) -> Plan:
    """Keep what is asked ("asked"), or was done at once ("done")."""
    row = session.execute(
        _ADD,
        {
            "business": session.business,
            "resource": resource,
            "address": address,
            "message": message,
            "kind": kind,
            "status": status,
            "facts": json.dumps(facts, default=str),
            "now": now,
        },
    ).one()
    return Plan(*row)


def read(session: Session, plan: int) -> Plan | None:
    """Return a plan as it stands now, not locked."""
    row = session.execute(_ONE, {"business": session.business, "plan": plan}).one_or_none()
    return Plan(*row) if row else None


def locked(session: Session, plan: int) -> Plan | None:
    """Lock a plan until the transaction ends, and return it as it is then."""
    row = session.execute(_LOCKED, {"business": session.business, "plan": plan}).one_or_none()
    return Plan(*row) if row else None


def last(session: Session, address: int, *, now: datetime) -> Plan | None:
    """Lock and return what was last done or staged from an address; None after a day.

    Locked and looked at again: it may have been carried out while this waited.
    """
    facts = {"business": session.business, "address": address, "since": now - _REMEMBERED}
    row = session.execute(_LAST, facts).one_or_none()
    return locked(session, row.id) if row else None


def become(
    session: Session, plan: Plan, status: str, *, now: datetime, **more: object
) -> dict[str, Any]:
    """Give a plan, which the caller has locked, its next status; return all its facts."""
    facts = plan.facts | more
    session.execute(
        _BECOME,
        {
            "business": session.business,
            "plan": plan.id,
            "status": status,
            "facts": json.dumps(facts, default=str),
            "now": now,
        },
    )
    return facts


def standing(session: Session, resource: int, kind: str) -> list[Plan]:
    """Lock and return what was done of a kind to somebody's book and not taken back, in order."""
    facts = {"business": session.business, "resource": resource, "kind": kind}
    return [Plan(*row) for row in session.execute(_STANDING, facts)]


def kept(session: Session, kind: str) -> list[Plan]:
    """Return what was done of a kind, to anybody's book, and not taken back; not locked."""
    facts = {"business": session.business, "kind": kind}
    return [Plan(*row) for row in session.execute(_KEPT, facts)]


def keep(session: Session, plan: Plan, **more: object) -> None:
    """Add facts to a plan, which the caller has locked; to UNDO it is as old as it was."""
    facts = json.dumps(plan.facts | more, default=str)
    session.execute(_KEEP, {"business": session.business, "plan": plan.id, "facts": facts})
