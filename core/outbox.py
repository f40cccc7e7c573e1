"""What the bot has to say: posted in the transaction that decided it, sent after, in order.

One address hears its messages in the order they were posted: the oldest unsent one is the head,
and nothing behind it is sent before it is sent or given up. A claim is a lease; a process that died
with it loses it when it ends.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import due
from core.db import Session

LEASE = timedelta(seconds=20)  # longer than any channel lets a vendor take
TRIES = 10  # of what breaks here
PATIENCE = 70  # tries of what a vendor does not take now: more than an hour

_POST = text("""
INSERT INTO outbox (business_id, address_id, note, facts, locale, key, cause, due_at, created_at)
VALUES (:business, :address, :note, CAST(:facts AS jsonb), :locale, :key, :cause, :due, :now)
ON CONFLICT (business_id, key) DO NOTHING
RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way: a note and its facts, to be worded in `locale`."""

    id: int
    address: int
    channel: str
    to: str
    note: str
    facts: dict[str, Any]
    locale: str
    cause: int | None
    attempts: int
    heard: datetime | None  # when the address last wrote
    pressed: dict[str, Any] | None  # the facts of the button that this answers


def post(
    session: Session,
    *,
    address: int,
    note: str,
    facts: dict[str, Any],
    locale: str,
    now: datetime,
    key: str | None = None,
    cause: int | None = None,
    due: datetime | None = None,
) -> int | None:
    """Store one message to be sent at `due` (now, unless said); None where its key was used."""
    row = session.execute(
        _POST,
        {
            "business": session.business,
            "address": address,
            "note": note,
            "facts": json.dumps(facts, default=_plain),
            "locale": locale,
            "key": key,
            "cause": cause,
            "due": due or now,
            "now": now,
        },
    ).one_or_none()
    if row is None:
        return None
    if due is None or due <= now:
        session.wake("deliver", address)
    return int(row.id)


def _plain(value: Any) -> Any:  # noqa: ANN401 - json's own hook
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"a note cannot keep {type(value).__name__}")


# The last letter to somebody forgotten alone says where it goes, until it went.
# A letter due later steps aside for those due now; among these the order of posting holds.
_CLAIM = text("""
WITH head AS MATERIALIZED (
  SELECT o.id, o.lease_until, o.due_at, a.channel, a.last_used_at, i.facts AS pressed,
    coalesce(o.facts ->> 'forgotten', a.address) AS reached
  FROM outbox o JOIN addresses a ON a.business_id = o.business_id AND a.id = o.address_id
  LEFT JOIN inbox i ON i.business_id = o.business_id AND i.id = o.cause
      AND i.address_id = o.address_id AND i.kind = 'press'
  WHERE o.business_id = :business AND o.address_id = :address AND o.status = 'pending'
    AND (o.due_at <= :now OR o.lease_until IS NOT NULL)
  ORDER BY o.id LIMIT 1 FOR NO KEY UPDATE OF o)
UPDATE outbox o SET lease_until = :until, attempts = o.attempts + 1 FROM head
WHERE o.business_id = :business AND o.id = head.id AND head.due_at <= :now
  AND (head.lease_until IS NULL OR head.lease_until <= :now)
RETURNING o.id, o.address_id, head.channel, head.reached, o.note, o.facts, o.locale, o.cause,
    o.attempts - 1, head.last_used_at, head.pressed
""")


def claim(session: Session, *, address: int, now: datetime) -> Letter | None:
    """Lease the head of an address's letters; None where there is none to send now."""
    facts = {"business": session.business, "address": address, "now": now, "until": now + LEASE}
    row = session.execute(_CLAIM, facts).one_or_none()
    return Letter(*row) if row else None


# A letter whose reader was forgotten while it was on its way is pending no more. Of one that names
# somebody forgotten the words are not kept, nor is what a vendor says of where the farewell goes.
_SENT = text(
    "UPDATE outbox SET status = 'sent', sent_at = :now, lease_until = NULL, vendor_id = :vendor,"
    " body = CASE WHEN facts ? 'unnamed' THEN NULL ELSE :body END,"
    " choices = CASE WHEN facts ? 'unnamed' THEN NULL ELSE CAST(:choices AS text[]) END,"
    " error = NULL, facts = facts - 'forgotten'"
    " WHERE business_id = :business AND id = :id AND status = 'pending'"
)
_KEPT_ERROR = "error = CASE WHEN facts ? 'forgotten' THEN 'not sent' ELSE :error END"
_LATER = text(  # a lease that ends with the wait: whatever stands behind it waits too
    f"UPDATE outbox SET lease_until = :due, due_at = :due, {_KEPT_ERROR}"
    " WHERE business_id = :business AND id = :id AND status = 'pending'"
)
_FAILED = text(
    f"UPDATE outbox SET status = 'failed', lease_until = NULL, {_KEPT_ERROR},"
    " body = CASE WHEN facts ? 'unnamed' THEN NULL ELSE :body END,"
    " facts = facts - 'forgotten'"
    " WHERE business_id = :business AND id = :id AND status = 'pending'"
)


def sent(
    session: Session,
    letter: int,
    *,
    body: str,
    choices: list[str],
    vendor: str | None,
    now: datetime,
) -> None:
    """Record that a vendor took the message, with the words it was given."""
    session.execute(
        _SENT,
        {
            "business": session.business,
            "id": letter,
            "body": body,
            "choices": choices,
            "vendor": vendor,
            "now": now,
        },
    )


def later(
    session: Session, letter: Letter, *, error: str, now: datetime, wait: float | None = None
) -> datetime:
    """Try again after 5 s, doubling to a minute, or when the vendor says; return that time.

    A vendor that keeps asking for a short wait is asked less and less often, too, down to once a
    minute: so `PATIENCE` lasts for more than an hour whatever the vendor says.
    """
    if wait is None:
        seconds = min(5.0 * 2 ** min(letter.attempts, 10), 60.0)
    else:
        seconds = min(max(wait, min(2.0 ** min(letter.attempts, 10) / 4, 60.0)), 600.0)
    pause = timedelta(seconds=seconds)
    facts = {
        "business": session.business,
        "id": letter.id,
        "due": now + pause,
        "error": error[:500],
    }
    session.execute(_LATER, facts)
    return now + pause


_OVERTAKEN = text(
    "UPDATE outbox SET status = 'failed', lease_until = NULL, error = 'overtaken'"
    " WHERE business_id = :business AND address_id = :address AND status = 'pending'"
    " AND note = :note AND lease_until IS NULL"
)


def overtaken(session: Session, *, address: int, note: str) -> None:
    """Send no more what waits to be said at an address and is not so any longer."""
    facts = {"business": session.business, "address": address, "note": note}
    session.execute(_OVERTAKEN, facts)


def failed(session: Session, letter: int, *, error: str, body: str | None) -> None:
    """Give a message up for good."""
    facts = {"business": session.business, "id": letter, "error": error[:500], "body": body}
    session.execute(_FAILED, facts)


_DELIVERED = text(
    "UPDATE outbox SET delivered_at = coalesce(delivered_at, :now)"
    " WHERE business_id = :business AND id = :id AND status = 'sent'"
)
_REFUSED = text(
    "UPDATE outbox SET status = 'failed', error = :error"
    " WHERE business_id = :business AND id = :id AND status = 'sent' AND delivered_at IS NULL"
    " AND EXISTS (SELECT 1 FROM addresses a WHERE a.business_id = outbox.business_id"
    " AND a.id = outbox.address_id AND a.address NOT LIKE 'forgotten:%')"
    " RETURNING id"
)


def delivered(session: Session, letter: int, *, now: datetime) -> None:
    """Record a vendor's word that a message reached its reader."""
    session.execute(_DELIVERED, {"business": session.business, "id": letter, "now": now})


def undelivered(
    session: Session, letter: int, *, error: str, permanent: bool, opted_out: bool, now: datetime
) -> None:
    """Record a vendor's word that a message it took did not arrive; what follows from it is due.

    Whatever is reported twice, of a letter that arrived, or of somebody forgotten, changes nothing.
    """
    facts = {"business": session.business, "id": letter, "error": error[:500]}
    if session.execute(_REFUSED, facts).one_or_none() is not None:
        due.post(
            session,
            kind="undelivered",
            subject=letter,
            key=f"undelivered:{letter}",
            due=now,
            facts={"error": error[:500], "permanent": permanent, "opted_out": opted_out},
        )


_LAST_SAID = text(
    "SELECT note, facts FROM outbox WHERE business_id = :business AND address_id = :address"
    " ORDER BY id DESC LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The last that was said at an address, or is about to be."""

    note: str
    facts: dict[str, Any]


def last_said(session: Session, address: int) -> Said | None:
    """Return the last note to an address; None where nothing was said yet."""
    facts = {"business": session.business, "address": address}
    row = session.execute(_LAST_SAID, facts).one_or_none()
    return Said(*row) if row else None


_ARRIVED = text(
    "SELECT 1 FROM outbox WHERE business_id = :business AND key = :key AND status = 'sent'"
)


def arrived(session: Session, key: str) -> bool:
    """Whether a vendor took what was to be said once."""
    facts = {"business": session.business, "key": key}
    return session.execute(_ARRIVED, facts).one_or_none() is not None


@dataclass(frozen=True, slots=True)
class Told:
    """A message that was given to a vendor."""

    address: int
    note: str
    body: str


def told(session: Session, letter: int) -> Told:
    """Return a message that was given to a vendor, in the words it was given."""
    row = session.execute(
        text(
            "SELECT address_id, note, coalesce(body, '') FROM outbox"
            " WHERE business_id = :business AND id = :id"
        ),
        {"business": session.business, "id": letter},
    ).one()
    return Told(*row)


_NAMED = text(
    "SELECT DISTINCT CAST(CAST(p AS text) AS bigint) AS person FROM outbox o,"
    " jsonb_path_query(o.facts, '$.**.person ? (@.type() == \"number\")') AS p"
    " WHERE o.business_id = :business AND o.id = :id ORDER BY 1"
)


def named(session: Session, letter: int) -> list[int]:
    """Return the people that a message is about, so that its words can be forgotten with them."""
    facts = {"business": session.business, "id": letter}
    return [row.person for row in session.execute(_NAMED, facts)]


@dataclass(frozen=True, slots=True)
class Unasked:
    """A message that answers none of its address's: `tried` are where it went, this address last.

    `first` is the letter that it was at first.
    """

    note: str
    facts: dict[str, Any]
    locale: str
    first: int
    tried: tuple[int, ...]


_UNASKED = text(
    "SELECT o.note, o.facts, o.locale, o.id, o.address_id FROM outbox o"
    " LEFT JOIN inbox i ON i.business_id = o.business_id AND i.id = o.cause"
    " WHERE o.business_id = :business AND o.id = :id"
    " AND i.address_id IS DISTINCT FROM o.address_id"
)


def unasked(session: Session, letter: int) -> Unasked | None:
    """Return a message that nobody at its address asked for; None for an answer."""
    facts = {"business": session.business, "id": letter}
    row = session.execute(_UNASKED, facts).one_or_none()
    if row is None:
        return None
    before = row.facts.get("elsewhere", {})
    tried = (*before.get("tried", ()), row.address_id)
    plain = {name: value for name, value in row.facts.items() if name != "elsewhere"}
    return Unasked(row.note, plain, row.locale, before.get("first", row.id), tried)
