"""Work that is due at an instant: written with what makes it due, found by the tick."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core.db import Session

TRIES = 10

_POST = text("""
INSERT INTO due_work (business_id, kind, subject_id, key, facts, due_at)
VALUES (:business, :kind, :subject, :key, CAST(:facts AS jsonb), :due)
ON CONFLICT (business_id, key) DO NOTHING RETURNING id
""")
_CLAIM = text(
    "SELECT id, kind, subject_id, facts, due_at, attempts FROM due_work"
    " WHERE business_id = :business AND id = :id AND done_at IS NULL AND due_at <= :now"
    " FOR UPDATE SKIP LOCKED"
)
_DONE = text("UPDATE due_work SET done_at = :now WHERE business_id = :business AND id = :id")
_FAILED = text(
    "UPDATE due_work SET attempts = attempts + 1, error = :error,"
    " due_at = CASE WHEN attempts + 1 < :tries THEN :due ELSE due_at END,"
    " done_at = CASE WHEN attempts + 1 < :tries THEN NULL ELSE CAST(:now AS timestamptz) END"
    " WHERE business_id = :business AND id = :id"
)
_LEASE = text(
    "UPDATE due_work SET due_at = :due, facts = CAST(:facts AS jsonb)"
    " WHERE business_id = :business AND id = :id"
)
_LATER = text(
    "UPDATE due_work SET attempts = attempts + 1, error = :error, due_at = :due"
    " WHERE business_id = :business AND id = :id AND done_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of due work; what `subject` is depends on the kind."""

    id: int
    kind: str
    subject: int
    facts: dict[str, Any]
    due: datetime
    attempts: int


def post(
    session: Session,
    *,
    kind: str,
    subject: int,
    key: str,
    due: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """Write work that must happen at `due`, once for its key; what is due already is woken for."""
    row = session.execute(
        _POST,
        {
            "business": session.business,
            "kind": kind,
            "subject": subject,
            "key": key,
            "facts": json.dumps(facts or {}, default=str),
            "due": due,
        },
    ).one_or_none()
    if row is not None and due <= session.now:
        session.wake("due", row.id)


_FREED = text(
    "SELECT id FROM due_work WHERE business_id = :business AND kind = 'freed'"
    " AND done_at IS NULL AND due_at <= :soon"
)


def wake_for_freed(session: Session) -> None:
    """Have time that was freed in this transaction looked at as soon as it is committed.

    The rows are written by the database itself, whatever frees the time (see migration 0013).
    """
    facts = {"business": session.business, "soon": session.now + timedelta(minutes=1)}
    for row in session.execute(_FREED, facts):
        session.wake("due", row.id)


def claim(session: Session, work: int, *, now: datetime) -> Work | None:
    """Lock one piece of work until the transaction ends; None where it is done, early or taken."""
    row = session.execute(
        _CLAIM, {"business": session.business, "id": work, "now": now}
    ).one_or_none()
    return Work(*list(row)) if row else None


def done(session: Session, work: int, *, now: datetime) -> None:
    """Mark work as done, in the transaction that did it."""
    session.execute(_DONE, {"business": session.business, "id": work, "now": now})


def lease(session: Session, work: int, *, until: datetime, facts: dict[str, Any]) -> None:
    """Put work off while it is done outside any transaction: by then nobody else does it.

    `facts` are what must be known of it where this process dies meanwhile.
    """
    given = {"business": session.business, "id": work, "due": until, "facts": json.dumps(facts)}
    session.execute(_LEASE, given)


def later(session: Session, work: int, *, error: str, due: datetime) -> None:
    """Put work off that waits for somebody else, however often."""
    facts = {"business": session.business, "id": work, "error": error[:500], "due": due}
    session.execute(_LATER, facts)


def failed(session: Session, work: int, *, error: str, now: datetime) -> None:
    """Put work off that broke; after the last try it rests with its error, for `verify` to show."""
    session.execute(
        _FAILED,
        {
            "business": session.business,
            "id": work,
            "error": error[:500],
            "tries": TRIES,
            "due": now + timedelta(seconds=10),
            "now": now,
        },
    )


# What the router sees of things to do: "answer", "deliver" or "due", the business, and the address
# or work. Of each address only the head counts: thousands of letters for one hide nobody else's,
# and what is put off or being sent is not looked at. The look goes a hundred times further than it
# takes, and may begin beyond so many of a kind.
FORGOTTEN = text("""
(SELECT 'answer' AS kind, business_id, address_id AS subject, due_at FROM
 (SELECT business_id, address_id, id, due_at FROM inbox
  WHERE answered_at IS NULL AND due_at <= :now ORDER BY due_at LIMIT :limit * 100) AS i
 WHERE id = (SELECT h.id FROM inbox h WHERE h.business_id = i.business_id
   AND h.address_id = i.address_id AND h.answered_at IS NULL ORDER BY h.id LIMIT 1)
 LIMIT :limit OFFSET :answer)
UNION ALL
(SELECT 'deliver', business_id, address_id, due_at FROM
 (SELECT business_id, address_id, id, due_at FROM outbox
  WHERE status = 'pending' AND due_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
  ORDER BY due_at LIMIT :limit * 100) AS o
 WHERE id = (SELECT h.id FROM outbox h WHERE h.business_id = o.business_id
   AND h.address_id = o.address_id AND h.status = 'pending'
   AND (h.due_at <= :now OR h.lease_until IS NOT NULL) ORDER BY h.id LIMIT 1)
 LIMIT :limit OFFSET :deliver)
UNION ALL
(SELECT 'due', business_id, id, due_at FROM due_work
 WHERE done_at IS NULL AND due_at <= :now ORDER BY due_at LIMIT :limit OFFSET :due)
""")
NEXT = text("""
SELECT min(due_at) FROM (
    (SELECT due_at FROM inbox WHERE answered_at IS NULL
       AND due_at > coalesce(CAST(:after AS timestamptz), '-infinity') ORDER BY due_at LIMIT 1)
    UNION ALL
    (SELECT due_at FROM outbox WHERE status = 'pending'
       AND due_at > coalesce(CAST(:after AS timestamptz), '-infinity') ORDER BY due_at LIMIT 1)
    UNION ALL
    (SELECT due_at FROM due_work WHERE done_at IS NULL
       AND due_at > coalesce(CAST(:after AS timestamptz), '-infinity') ORDER BY due_at LIMIT 1)
) AS heads
""")
