"""The ledger of consent: who agreed to be written to or refused, when, where and in which words.

Rows are only ever added; the application's role can do nothing else with them. Whether an address
may be written to now stands in its own row (`addresses.opted_out_at`); the ledger says why. Where
its person is forgotten, a refusal goes on in `suppressions`, which holds no address, until START.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from core.db import Session

LONGEST = 500  # characters that are kept of what somebody said

_RECORD = text(
    "INSERT INTO consents"
    " (business_id, address_id, channel, granted, source, wording, message_id, at)"
    " SELECT :business, id, channel, :granted, :source, :wording, :message, :now FROM addresses"
    " WHERE business_id = :business AND id = :address"
)
_OPTED = text(
    "UPDATE addresses SET opted_out_at = :at WHERE business_id = :business AND id = :address"
)
_HISTORY = text(
    "SELECT c.at, a.channel, a.address, c.granted, c.source, c.wording"
    " FROM consents c JOIN addresses a ON a.business_id = c.business_id AND a.id = c.address_id"
    " WHERE c.business_id = :business AND a.person_id = :person ORDER BY c.id DESC LIMIT :limit"
)
_REFUSED_BY = text(
    "SELECT source FROM consents WHERE business_id = :business AND address_id = :address"
    " AND NOT granted ORDER BY id DESC LIMIT 1"
)
_SUPPRESS = text(
    "INSERT INTO suppressions (business_id, digest, source, at)"
    " VALUES (:business, slotkeeper_digest('refused', :channel, :address), :source, :now)"
    " ON CONFLICT (business_id, digest) DO NOTHING"
)
_LIFT = text(
    "DELETE FROM suppressions s USING addresses a WHERE s.business_id = :business"
    " AND a.business_id = :business AND a.id = :address"
    " AND s.digest = slotkeeper_digest('refused', a.channel, a.address)"
)


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry; `source` is "person", "carrier" or "vendor": whose `wording` it is."""

    at: datetime
    channel: str
    address: str
    granted: bool
    source: str
    wording: str


def record(
    session: Session,
    address: int,
    *,
    granted: bool,
    source: str,
    wording: str,
    message: int | None,
    now: datetime,
) -> None:
    """Add an entry to the ledger, with the inbox row (`message`) that it was said in."""
    session.execute(
        _RECORD,
        {
            "business": session.business,
            "address": address,
            "granted": granted,
            "source": source,
            "wording": wording[:LONGEST],
            "message": message,
            "now": now,
        },
    )


def opted(
    session: Session,
    address: int,
    *,
    out: bool,
    source: str,
    wording: str,
    message: int | None,
    now: datetime,
) -> None:
    """Opt an address out, or in again, and enter it in the ledger."""
    facts = {"business": session.business, "address": address, "at": now if out else None}
    session.execute(_OPTED, facts)
    if not out:
        session.execute(_LIFT, facts)
    record(
        session,
        address,
        granted=not out,
        source=source,
        wording=wording,
        message=message,
        now=now,
    )


def suppress(session: Session, *, channel: str, address: str, source: str, now: datetime) -> None:
    """Keep that nobody may be written to at an address whose person is forgotten already."""
    facts = {"channel": channel, "address": address, "source": source, "now": now}
    session.execute(_SUPPRESS, facts | {"business": session.business})


def refused_by(session: Session, address: int) -> str | None:
    """Return whose word the last refusal of an address was, None where there was none."""
    facts = {"business": session.business, "address": address}
    found: str | None = session.execute(_REFUSED_BY, facts).scalar_one_or_none()
    return found


def history(session: Session, person: int, *, limit: int = 50) -> list[Consent]:
    """Return what a person agreed to and refused at all their addresses, the latest first."""
    facts = {"business": session.business, "person": person, "limit": limit}
    return [Consent(*list(row)) for row in session.execute(_HISTORY, facts)]
