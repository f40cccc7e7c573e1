"""The phones' conversations as JSON, from the rows of inbox and outbox."""

from collections import defaultdict
from typing import Any

from sqlalchemy import text

from bot.demo.cast import Phone
from core.db import Session
from workers.pictures import SHOW

_NEWEST = 200  # messages of one business that a phone may show, of each direction

_ADDRESSES = text(
    "SELECT id, channel, address FROM addresses WHERE business_id = :business"
    " AND (channel, address) IN (SELECT * FROM unnest(CAST(:channels AS text[]),"
    " CAST(:to AS text[])))"
)
_HEARD = text("""
SELECT * FROM (
    SELECT id, address_id, body, received_at FROM inbox
    WHERE business_id = :business AND address_id = ANY(:addresses) AND kind = 'text'
    ORDER BY id DESC LIMIT :newest) AS newest ORDER BY id
""")
_PRESSED = text("""
SELECT (facts ->> 'outbox')::bigint AS letter, body FROM inbox
WHERE business_id = :business AND address_id = ANY(:addresses) AND kind = 'press' ORDER BY id
""")
# A question is open while it is what its reader was asked last, a request while it is pending.
_SAID = text("""
SELECT * FROM (
    SELECT o.id, o.address_id, a.channel, o.note, o.body, o.choices, o.status,
        coalesce(o.sent_at, o.due_at) AS at,
        CASE WHEN o.note = 'request' THEN EXISTS (SELECT FROM bookings b
            WHERE b.business_id = o.business_id AND b.id = (o.facts ->> 'booking')::bigint
              AND b.status = 'awaiting_provider')
        ELSE c.state <> 'idle' AND c.talk ->> 'asked' = o.facts ->> 'asked' END AS open
    FROM outbox o
    JOIN addresses a ON a.business_id = o.business_id AND a.id = o.address_id
    JOIN conversations c ON c.business_id = o.business_id AND c.address_id = o.address_id
    WHERE o.business_id = :business AND o.address_id = ANY(:addresses)
      AND o.status <> 'pending' AND o.body IS NOT NULL
    ORDER BY o.id DESC LIMIT :newest) AS newest ORDER BY id
""")


def addresses(session: Session, phones: tuple[Phone, ...]) -> dict[int, str]:
    """Return the phone's id by the row of its address."""
    ids = {(phone.who.channel, phone.who.address): phone.id for phone in phones}
    channels, to = zip(*ids, strict=True)
    facts = {"business": session.business, "channels": list(channels), "to": list(to)}
    rows = session.execute(_ADDRESSES, facts)
    return {row.id: ids[row.channel, row.address] for row in rows}


def conversations(session: Session, phones: tuple[Phone, ...]) -> dict[str, list[dict[str, Any]]]:
    """Return what each phone shows, oldest first; instants are ISO 8601 in UTC."""
    owners = addresses(session, phones)
    facts = {
        "business": session.business,
        "addresses": list(owners),
        "newest": _NEWEST,
    }
    found: dict[str, list[tuple[Any, dict[str, Any]]]] = defaultdict(list)
    for row in session.execute(_HEARD, facts):
        message = {"id": f"in-{row.id}", "from": "me", "text": row.body, "choices": []}
        more = {"open": False, "at": row.received_at.isoformat(), "status": "sent"}
        found[owners[row.address_id]].append(((row.received_at, 0, row.id), message | more))
    pressed = {row.letter: row.body for row in session.execute(_PRESSED, facts)}
    for row in session.execute(_SAID, facts):
        choices = list(row.choices or [])
        message = {"id": f"out-{row.id}", "from": "bot", "text": row.body, "choices": choices}
        more = {
            "open": bool(row.open and choices and row.status == "sent"),
            "at": row.at.isoformat(),
            "status": row.status,
            "pressed": pressed.get(row.id),
            "picture": row.note == "agenda" and row.channel in SHOW,
        }
        found[owners[row.address_id]].append(((row.at, 1, row.id), message | more))
    return {
        phone.id: [message for _, message in sorted(found[phone.id], key=lambda one: one[0])]
        for phone in phones
    }
