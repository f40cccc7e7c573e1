"""What people sent: stored once by the sender's own id, then answered in order."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core.db import Session

TRIES = 5
LONGEST = 2000  # characters that are kept of a message; nobody asks for a haircut in more

_STORE = text("""
INSERT INTO inbox (business_id, address_id, channel, message_id, kind, body, facts, received_at,
    due_at)
VALUES (:business, :address, :channel, :message, :kind, :body, CAST(:facts AS jsonb), :now, :now)
ON CONFLICT (business_id, channel, address_id, message_id) DO NOTHING
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Received:
    """One message of a person; `kind` and `facts` are as its channel gave them."""

    id: int
    address: int
    channel: str
    kind: str
    body: str
    facts: dict[str, Any]
    received: datetime
    attempts: int

    @property
    def words(self) -> str:
        """Return what was written, be it under a picture."""
        return self.body if self.kind in {"text", "media"} else ""


def store(
    session: Session,
    *,
    address: int,
    channel: str,
    message: str,
    kind: str,
    body: str,
    facts: dict[str, Any] | None = None,
    now: datetime,
) -> int | None:
    """Keep a message and ask for its answer; None where the same id came before."""
    row = session.execute(
        _STORE,
        {
            "business": session.business,
            "address": address,
            "channel": channel,
            "message": message,
            "kind": kind,
            "body": clean(body)[:LONGEST],
            "facts": json.dumps(facts or {}, default=str),
            "now": now,
        },
    ).one_or_none()
    if row is None:
        return None
    session.wake("answer", address)
    return int(row.id)


def clean(text_: str) -> str:
    """Return text that a database and a person can hold: no control characters, no lone half."""
    whole = text_.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in whole if c in "\n\t" or (c >= " " and c != "\x7f")).strip()


_NEXT = text(
    "SELECT id, address_id, channel, kind, body, facts, received_at, attempts, due_at FROM inbox"
    " WHERE business_id = :business AND address_id = :address AND answered_at IS NULL"
    " ORDER BY id LIMIT 1"
)
_ANSWERED = text(
    "UPDATE inbox i SET answered_at = :now, error = :error"
    " WHERE business_id = :business AND id = :id RETURNING EXISTS (SELECT 1 FROM inbox o"
    " WHERE o.business_id = :business AND o.address_id = i.address_id AND o.answered_at IS NULL"
    " AND o.id > :id)"
)
_FAILED = text(
    "UPDATE inbox SET attempts = attempts + 1, error = :error, due_at = :due"
    " WHERE business_id = :business AND id = :id RETURNING attempts"
)


def first_open(session: Session, *, address: int, now: datetime) -> Received | None:
    """Return the oldest unanswered message; the caller holds the conversation's lock.

    None where there is none, and where that one was put off: those behind it wait for it.
    """
    row = session.execute(_NEXT, {"business": session.business, "address": address}).one_or_none()
    return Received(*list(row)[:8]) if row and row.due_at <= now else None


def answered(session: Session, message: int, *, now: datetime, error: str | None = None) -> bool:
    """Mark a message as dealt with, in the transaction that dealt with it; say if more wait.

    What is stored after this look asks for its answer by itself.
    """
    facts = {"business": session.business, "id": message, "now": now, "error": error}
    return bool(session.execute(_ANSWERED, facts).scalar_one())


def failed(session: Session, message: int, *, error: str, now: datetime) -> int:
    """Put a message off that could not be dealt with; return how often it was tried."""
    tried: int = session.execute(
        _FAILED,
        {
            "business": session.business,
            "id": message,
            "error": error[:500],
            "due": now + timedelta(seconds=5),
        },
    ).scalar_one()
    return tried
