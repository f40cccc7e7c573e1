"""One-time codes that prove whose an address is: sent to it, shown at another, or a provider's.

A code that is sent is typed where it was asked for, so that who asks has both addresses. It is
good for that one chat and for a few guesses, so six digits do. A code that is shown, and the code
of a provider, are good wherever they are typed: those are too long to be guessed, however often
somebody tries, so no count of guesses can be used to spoil them. Codes are kept as digests.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import text

from core import due, people
from core.db import Session
from core.people import Reader

LIFE = timedelta(minutes=10)
PROVIDERS_LIFE = timedelta(hours=24)
GUESSES = 4  # of one code that was sent
APART = timedelta(minutes=1)  # between two codes to one address
DAY = timedelta(days=1)
MOST_TO = 3  # codes a day to one address, whoever asks
MOST_FROM = 5  # codes a day that one person may ask for
MOST_STRANGERS = 50  # codes a day that a business sends to numbers that never wrote to it

# Neither vowels, so that no word is a code, nor what is taken for something else: 27**8 = 2.8e11.
LETTERS = "BCDFGHJKMNPQRSTVWXZ"
DIGITS = "23456789"

_SPENT = text("""
SELECT count(*) FILTER (WHERE c.target_id = :target AND c.address_id <> c.target_id) AS there,
    count(*) FILTER (WHERE a.person_id = :person) AS here,
    coalesce(max(c.created_at) FILTER (WHERE c.target_id = :target
        AND c.address_id <> c.target_id), '-infinity') > :apart AS soon,
    count(*) FILTER (WHERE t.last_used_at IS NULL) AS strangers,
    (SELECT last_used_at IS NULL FROM addresses
        WHERE business_id = :business AND id = :target) AS stranger
FROM join_codes c
JOIN addresses a ON a.business_id = c.business_id AND a.id = c.address_id
JOIN addresses t ON t.business_id = c.business_id AND t.id = c.target_id
WHERE c.business_id = :business AND c.created_at > :since
""")
_ASKED = text("SELECT pg_advisory_xact_lock(hashtextextended('join', :business))")
_VOID = text(
    "UPDATE join_codes SET voided_at = :now WHERE business_id = :business AND address_id = :address"
    " AND used_at IS NULL AND voided_at IS NULL"
)
_NEW = text(
    "INSERT INTO join_codes (business_id, address_id, target_id, digest, expires_at, created_at)"
    " VALUES (:business, :address, :target, :digest, :expires, :now) RETURNING id"
)
_OPEN = text(
    "SELECT id, target_id, digest FROM join_codes WHERE business_id = :business"
    " AND address_id = :address AND target_id <> :address AND used_at IS NULL"
    " AND voided_at IS NULL AND expires_at > :now AND attempts < :guesses"
    " ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE"
)
_WRONG = text(
    "UPDATE join_codes SET attempts = attempts + 1 WHERE business_id = :business AND id = :id"
)
_USED = text("UPDATE join_codes SET used_at = :now WHERE business_id = :business AND id = :id")
_SHOWN = text(
    "SELECT id, address_id, expires_at, used_at, voided_at FROM join_codes"
    " WHERE business_id = :business AND digest = :digest AND address_id = target_id"
    " AND created_at > :since ORDER BY id DESC LIMIT 1 FOR NO KEY UPDATE"
)
_PROVIDERS = text(
    "INSERT INTO link_codes (business_id, resource_id, digest, expires_at)"
    " VALUES (:business, :provider, :digest, :expires)"
)
_REDEEM = text(
    "UPDATE link_codes SET used_at = :now WHERE business_id = :business"
    " AND digest = :digest AND used_at IS NULL AND expires_at > :now RETURNING resource_id"
)


def send(session: Session, *, asked: Reader, target: Reader, now: datetime) -> str | None:
    """Make the code that proves `target` to be the same person's as `asked`: six digits.

    It voids older ones asked for there. None where too many were asked for: nobody is sent codes
    without end, and strangers of a business not many. A stranger who stays one is forgotten.
    """
    spent = _asked(session, asked, target, now=now)
    few = spent.here < MOST_FROM and spent.there < MOST_TO and not spent.soon
    if not few or (spent.stranger and spent.strangers >= MOST_STRANGERS):
        return None
    code = f"{secrets.randbelow(10**6):06}"
    digest = _digest("join", session.business, asked.address, code)
    made = _made(session, asked, target, digest=digest, now=now)
    if spent.stranger:
        key = f"unproven:{made}"
        due.post(session, kind="unproven", subject=target.address, key=key, due=now + DAY)
    return code


def show(session: Session, *, asked: Reader, now: datetime) -> str | None:
    """Make the code that joins whatever address it is typed at to `asked`; it voids older ones.

    None where too many were asked for.
    """
    if _asked(session, asked, asked, now=now).here >= MOST_FROM:
        return None
    code = _long()
    _made(session, asked, asked, digest=_digest("show", session.business, code), now=now)
    return code


def _asked(session: Session, asked: Reader, target: Reader, *, now: datetime) -> Any:  # noqa: ANN401 - a row
    facts: dict[str, Any] = {"business": session.business, "target": target.address}
    session.execute(_ASKED, facts)  # the limits hold for those who ask at the same moment too
    facts |= {"person": asked.person, "apart": now - APART, "since": now - DAY}
    return session.execute(_SPENT, facts).one()


def _made(session: Session, asked: Reader, target: Reader, *, digest: bytes, now: datetime) -> int:
    facts = {"business": session.business, "address": asked.address, "now": now}
    session.execute(_VOID, facts)
    facts |= {"target": target.address, "digest": digest, "expires": now + LIFE}
    return int(session.execute(_NEW, facts).scalar_one())


@dataclass(frozen=True, slots=True)
class Proven:
    """What a code said: the address that it proved, None where it was wrong."""

    target: int | None


def prove(session: Session, *, address: int, code: str, now: datetime) -> Proven | None:
    """Take a code that was typed at an address; None where none is open that was asked for there.

    A wrong one counts against the open one, which is void after a few.
    """
    facts = {"business": session.business, "address": address, "now": now, "guesses": GUESSES}
    row = session.execute(_OPEN, facts).one_or_none()
    if row is None:
        return None
    this: dict[str, Any] = {"business": session.business, "id": row.id, "now": now}
    digest = _digest("join", session.business, address, code)
    if not hmac.compare_digest(bytes(row.digest), digest):
        session.execute(_WRONG, this)
        return Proven(None)
    session.execute(_USED, this)
    return Proven(row.target_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """A code that was shown at an address within a day, and what typing it elsewhere is worth.

    "here": it was typed where it was shown; "newer": another was shown after it.
    """

    asked: int  # the address at which it was shown
    worth: Literal["good", "here", "newer", "old", "used"]


def shown(session: Session, *, address: int, code: str, now: datetime) -> Shown | None:
    """Take a shown code that was typed at an address; None where no such code was ever shown."""
    facts: dict[str, Any] = {"business": session.business, "now": now, "since": now - DAY}
    facts |= {"digest": _digest("show", session.business, code)}
    row = session.execute(_SHOWN, facts).one_or_none()
    if row is None:
        return None
    if row.used_at is not None:
        return Shown(row.address_id, "used")
    if row.voided_at is not None:
        return Shown(row.address_id, "newer")
    if row.expires_at <= now:
        return Shown(row.address_id, "old")
    if row.address_id == address:
        return Shown(address, "here")
    session.execute(_USED, facts | {"id": row.id})
    return Shown(row.address_id, "good")


def for_provider(session: Session, provider: int, *, now: datetime) -> str:
    """Make the code by which a provider links an address within a day."""
    code = _long()
    facts = {"business": session.business, "provider": provider, "expires": now + PROVIDERS_LIFE}
    digest = _digest("link", session.business, code)
    session.execute(_PROVIDERS, facts | {"digest": digest})
    return code


def redeem(session: Session, *, person: int, code: str, now: datetime) -> int | None:
    """Link a person to the provider that a code was made for; None where the code is no good."""
    facts = {"business": session.business, "now": now}
    digest = _digest("link", session.business, code)
    provider: int | None = session.execute(_REDEEM, facts | {"digest": digest}).scalar()
    if provider is not None:
        people.link(session, person=person, provider=provider)
    return provider


def _long() -> str:
    """Return eight letters and digits in two groups, a digit in the first, a letter in the last."""
    while True:
        first, last = ("".join(secrets.choice(LETTERS + DIGITS) for _ in range(4)) for _ in "ab")
        if any(c in DIGITS for c in first) and any(c in LETTERS for c in last):
            return f"{first}-{last}"


def _digest(*facts: object) -> bytes:
    return hashlib.sha256(":".join(map(str, facts)).encode()).digest()
