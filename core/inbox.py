"""What people sent: stored once by the sender's own id, then answered in order."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core.db import Session

TRIES = 5
AGAIN = timedelta(days=8)  # for so long a vendor may send again what it was not answered for
LONGEST = 2000  # characters that are kept of a message; nobody asks for a haircut in more

_STORE = text("""
INSERT INTO inbox (business_id, address_id, channel, message_id, kind, body, facts, received_at,
    due_at)
SELECT :business, a.id, :channel, :message, :kind, :body, CAST(:facts AS jsonb),
    CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM addresses a
WHERE a.business_id = :business AND a.id = :address AND a.address NOT LIKE 'forgotten:%'
  AND CASE WHEN a.created_at > :since
      AND EXISTS (SELECT 1 FROM forgotten_messages f WHERE f.business_id = :business)
    THEN NOT EXISTS (SELECT 1 FROM forgotten_messages f WHERE f.business_id = :business
      AND f.digest = slotkeeper_digest('heard', :channel, a.address, :message))
    ELSE true END
FOR KEY SHARE OF a
ON CONFLICT (business_id, channel, address_id, message_id) DO NOTHING
RETURNING id
""")
_HEARD = text(
    "SELECT 1 FROM forgotten_messages WHERE business_id = :business"
    " AND digest = slotkeeper_digest('heard', :channel, :address, :message)"
)


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
    """Keep a message and ask for its answer; None where the same id came before.

    Also None where its sender was forgotten: at the same moment, or after the same id came. Only
    an address that is new is looked at for that: the rows of a forgotten one are nobody's.
    """
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
            "since": now - AGAIN,
        },
    ).one_or_none()
    if row is None:
        return None
    session.wake("answer", address)
    return int(row.id)


def heard(session: Session, *, channel: str, address: str, message: str) -> bool:
    """Whether a message came before its sender was forgotten; the address is as channels give it.

    A vendor sends it again, and nobody is to be met for it.
    """
    facts = {"channel": channel, "address": address, "message": message}
    found = session.execute(_HEARD, facts | {"business": session.business}).scalar()
    return found is not None


_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]")


def clean(text_: str) -> str:
    """Return text that a database and a person can hold: no control characters, no lone half.

    Nor what turns the direction of all that follows, in others' letters too.
    """
    whole = text_.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in whole if c in "\n\t" or not _CONTROL.match(c)).strip()


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


_WAITING = text(
    "SELECT i.id, i.address_id, i.channel, i.kind, i.body, i.facts, i.received_at, i.attempts"
    " FROM inbox i JOIN addresses a ON a.business_id = i.business_id AND a.id = i.address_id"
    " WHERE i.business_id = :business AND a.person_id = :person AND i.answered_at IS NULL"
    " ORDER BY i.id"
)


def waiting(session: Session, person: int) -> list[Received]:
    """Return what a person wrote from anywhere and was not answered yet, in its order."""
    facts = {"business": session.business, "person": person}
    return [Received(*list(row)) for row in session.execute(_WAITING, facts)]


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
