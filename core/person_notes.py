"""What providers note of people: kept with the person, shown beside their bookings."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text

from core.db import Session

LONGEST = 300  # characters of one note

_ADD = text(
    "INSERT INTO person_notes (business_id, person_id, resource_id, body, created_at)"
    " VALUES (:business, :person, :resource, :body, :now) RETURNING id"
)
_DROP = text("UPDATE person_notes SET active = false WHERE business_id = :business AND id = :note")
_OF = text(
    "SELECT person_id, string_agg(body, '; ' ORDER BY id) AS noted FROM person_notes"
    " WHERE business_id = :business AND person_id = ANY(:people) AND active GROUP BY person_id"
)


def add(session: Session, *, person: int, resource: int, body: str, now: datetime) -> int:
    """Keep a note, cut to what is of use."""
    facts = {"person": person, "resource": resource, "body": body[:LONGEST], "now": now}
    row = session.execute(_ADD, facts | {"business": session.business})
    return int(row.scalar_one())


def drop(session: Session, note: int) -> None:
    """Take a note back."""
    session.execute(_DROP, {"business": session.business, "note": note})


def of(session: Session, people: Iterable[int]) -> dict[int, str]:
    """Return what is noted of some people, all of one's in a line; nothing for the others."""
    facts = {"business": session.business, "people": sorted(set(people))}
    return {row.person_id: str(row.noted) for row in session.execute(_OF, facts)}
