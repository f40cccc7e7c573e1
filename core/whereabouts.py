"""Where people are, and how that is known: what they said, shared, have in a profile or a number.

The lasting zone is the best-sourced one; beside it lies a stay elsewhere, which begins and ends.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from core.db import Session

# What they said themselves beats what a place or a profile says, which beats a number's region.
_SOURCES = ("phone", "profile", "location", "said")
_RANK = "array_position(ARRAY[{}], {{}})".format(", ".join(f"'{source}'" for source in _SOURCES))
_NEW, _OLD = (_RANK.format(name) for name in ("CAST(:source AS text)", "zone_source"))
_BETTER = f"{_NEW} >= coalesce({_OLD}, 0)"
# The profile's zone is kept beneath a better one, to go back to.
_PROFILE = (
    "CASE WHEN CAST(:source AS text) = 'profile' THEN :zone"
    " WHEN zone_source = 'profile' THEN zone ELSE profile_zone END"
)
_WHO = " WHERE business_id = :business AND id = :person AND forgotten_at IS NULL"
_LOCATED = text(
    f"UPDATE people SET profile_zone = {_PROFILE},"
    f" zone = CASE WHEN {_BETTER} THEN :zone ELSE zone END,"
    f" zone_source = CASE WHEN {_BETTER} THEN :source ELSE zone_source END,"
    " away_until = CASE WHEN CAST(:source AS text) = 'said' THEN NULL ELSE away_until END" + _WHO
)
_STAYS = text("UPDATE people SET away_zone = :zone, away_from = :start, away_until = :until" + _WHO)
_BACK = text("UPDATE people SET away_until = NULL" + _WHO + " AND :now < away_until RETURNING true")
_UNSAID = text(
    "UPDATE people SET zone = coalesce(profile_zone, :phone), away_until = NULL,"
    " zone_source = CASE WHEN profile_zone IS NOT NULL THEN 'profile'"
    " WHEN CAST(:phone AS text) IS NOT NULL THEN 'phone' END"
    + _WHO
    + " AND zone_source IN ('said', 'location')"
)


def better(source: str | None, than: str | None) -> bool:
    """Whether a zone of one source is surer than one of another; None is no zone at all."""
    rank = {None: 0} | {name: number for number, name in enumerate(_SOURCES, 1)}
    return rank[source] > rank[than]


def located(session: Session, person: int, *, zone: str, source: str) -> None:
    """Keep a person's zone and where it is known from; a better source replaces a weaker one.

    What they say themselves ends a stay elsewhere too.
    """
    session.execute(_LOCATED, _facts(session, person) | {"zone": zone, "source": source})


def stays(session: Session, person: int, *, zone: str, start: datetime, until: datetime) -> None:
    """Keep that a person is in another zone for a while; after it their lasting one counts."""
    facts = {"zone": zone, "start": start, "until": until}
    session.execute(_STAYS, _facts(session, person) | facts)


def back(session: Session, person: int, *, phone: str | None) -> None:
    """End a stay that lasts or is to come; with none, forget what they said or shared.

    `phone` is the zone of their number, which is the next best after their profile's.
    """
    facts = _facts(session, person)
    if session.execute(_BACK, facts | {"now": session.now}).scalar() is None:
        session.execute(_UNSAID, facts | {"phone": phone})


def _facts(session: Session, person: int) -> dict[str, Any]:
    return {"business": session.business, "person": person}
