"""The waitlist: who waits for what, first come first, and where they stand in the line.

Whoever waits is kept with the windows in which a start would fit, and is found by time through the
cells of these (see core/cells.py). What is offered to them is in core/offers.py.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from core import due
from core.booking import By
from core.cells import cover, holding
from core.db import Session
from core.span import Span, both

# Whoever begins to wait may not be seen by what is freed just then, and the other way round: they
# look at once, and again when no transaction of that moment can still go on.
_LOOK_AGAIN = timedelta(seconds=35)
_AHEAD = 200  # of those before somebody, so many are looked at to say a place


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits: in `windows` (UTC) a start would fit, but for those in `without`.

    `provider` is whom they wait for, None for anyone; `for_id` their booking that is to become
    earlier; `extras` are as a booking keeps them. `status`: "waiting"; "claimed" while a provider
    still has to agree; "booked", "left" or "over" once nothing is waited for.
    """

    id: int
    person: int
    service: int
    provider: int | None
    party: int
    extras: tuple[dict[str, Any], ...]
    for_id: int | None
    windows: tuple[Span, ...]
    without: frozenset[datetime]
    until: datetime
    status: str

    def fits(self, start: datetime) -> bool:
        """Whether a start lies in what they wait for."""
        return start not in self.without and any(w.start <= start < w.end for w in self.windows)


_COLUMNS = (
    "w.id, w.person_id, w.service_id, w.provider_id, w.party, w.extras, w.for_id, w.windows,"
    " w.without, w.until, w.status"
)
_JOIN = text("""
INSERT INTO waits (business_id, person_id, service_id, provider_id, party, extras, for_id,
    windows, without, until, message_id, created_at)
VALUES (:business, :person, :service, :provider, :party, CAST(:extras AS jsonb), :for_id,
    CAST(:windows AS jsonb), CAST(:without AS jsonb), :until, :message, :now)
RETURNING id
""")
_CELLS = text(
    "INSERT INTO wait_cells (business_id, service_id, party, provider_id, cell, wait_id)"
    " SELECT w.business_id, w.service_id, w.party, coalesce(w.provider_id, 0), cell, w.id"
    " FROM waits w, unnest(CAST(:cells AS bigint[])) AS c(cell)"
    " WHERE w.business_id = :business AND w.id = :wait"
)


def join(
    session: Session,
    *,
    person: int,
    service: int,
    provider: int | None = None,
    party: int = 1,
    extras: Sequence[dict[str, Any]] = (),
    for_id: int | None = None,
    windows: Sequence[Span],
    without: Iterable[datetime] = (),
    by: By,
    now: datetime,
) -> Waiting:
    """Put a person on the list, behind everybody who waits already."""
    until = max(window.end for window in windows)
    row = session.execute(
        _JOIN,
        {
            "business": session.business,
            "person": person,
            "service": service,
            "provider": provider,
            "party": party,
            "extras": json.dumps(list(extras)),
            "for_id": for_id,
            "windows": json.dumps([[_iso(w.start), _iso(w.end)] for w in windows]),
            "without": json.dumps([_iso(start) for start in sorted(without)]),
            "until": until,
            "message": by.message,
            "now": now,
        },
    ).one()
    _lay_cells(session, row.id, windows)
    for when in (now, now + _LOOK_AGAIN):
        key = f"wait:{row.id}:{when.isoformat()}"
        due.post(session, kind="wait", subject=row.id, key=key, due=when)
    due.post(session, kind="wait_over", subject=row.id, key=f"wait_over:{row.id}", due=until)
    return entry(session, row.id)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _lay_cells(session: Session, wait: int, windows: Sequence[Span]) -> None:
    cells = sorted(cover(windows))
    session.execute(_CELLS, {"business": session.business, "wait": wait, "cells": cells})


_ENTRY = text(f"SELECT {_COLUMNS} FROM waits w WHERE w.business_id = :business AND w.id = :wait")
_LOCKED = text(f"{_ENTRY.text} FOR NO KEY UPDATE")
_OF_PERSON = text(
    f"SELECT {_COLUMNS} FROM waits w WHERE w.business_id = :business AND w.person_id = :person"
    " AND w.status = 'waiting' AND w.until > :now ORDER BY w.id LIMIT 50"
)


def entry(session: Session, wait: int, *, lock: bool = False) -> Waiting:
    """Return one who waits or waited; `lock` keeps it as it is until the transaction ends."""
    facts = {"business": session.business, "wait": wait}
    return waiting_of(session.execute(_LOCKED if lock else _ENTRY, facts).one())


def of_person(session: Session, person: int, *, now: datetime) -> list[Waiting]:
    """Return what a person waits for, the first first."""
    facts = {"business": session.business, "person": person, "now": now}
    return [waiting_of(row) for row in session.execute(_OF_PERSON, facts)]


def waiting_of(row: Any) -> Waiting:  # noqa: ANN401 - a row of whatever kind
    """Return a row of the waitlist, with its columns, as one who waits."""
    return Waiting(
        id=row.id,
        person=row.person_id,
        service=row.service_id,
        provider=row.provider_id,
        party=row.party,
        extras=tuple(row.extras),
        for_id=row.for_id,
        windows=tuple(
            Span(datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in row.windows
        ),
        without=frozenset(datetime.fromisoformat(start) for start in row.without),
        until=row.until,
        status=row.status,
    )


_LATELY = text(
    f"SELECT {_COLUMNS} FROM waits w WHERE w.business_id = :business AND w.person_id = :person"
    " ORDER BY w.id DESC LIMIT 5"
)


def lately(session: Session, person: int) -> list[Waiting]:
    """Return what a person waits or waited for, the newest first, whatever became of it."""
    facts = {"business": session.business, "person": person}
    return [waiting_of(row) for row in session.execute(_LATELY, facts)]


# The kinds of wishes that there are, by steps of the index: as many looks as there are kinds.
_WANTED = text("""
WITH RECURSIVE kinds AS (
    (SELECT service_id, party FROM waits WHERE business_id = :business AND status = 'waiting'
     ORDER BY service_id, party LIMIT 1)
    UNION ALL
    SELECT next.service_id, next.party FROM kinds k, LATERAL (
        SELECT service_id, party FROM waits WHERE business_id = :business AND status = 'waiting'
          AND (service_id, party) > (k.service_id, k.party)
        ORDER BY service_id, party LIMIT 1) AS next)
SELECT service_id, party FROM kinds
""")


def wanted(session: Session) -> list[tuple[int, int]]:
    """Return the (service, party) that anybody waits for."""
    rows = session.execute(_WANTED, {"business": session.business})
    return [(row.service_id, row.party) for row in rows]


@dataclass(frozen=True, slots=True)
class Free:
    """A start that a party can have for a service, and those any of whom could do it."""

    service: int
    party: int
    start: datetime
    providers: tuple[int, ...]


_IN_LINE = text(f"""
WITH probes AS (
    SELECT * FROM unnest(CAST(:services AS bigint[]), CAST(:parties AS int[]),
        CAST(:providers AS bigint[]), CAST(:cells AS bigint[]))
        AS p(service, party, provider, cell)),
found AS (
    SELECT DISTINCT c.wait_id FROM probes p, LATERAL (
        SELECT wait_id FROM wait_cells
        WHERE business_id = :business AND service_id = p.service AND party = p.party
          AND provider_id = p.provider AND cell = p.cell AND wait_id > :after
        ORDER BY wait_id LIMIT :limit) AS c
    ORDER BY c.wait_id LIMIT :limit)
SELECT {_COLUMNS} FROM found JOIN waits w ON w.business_id = :business AND w.id = found.wait_id
ORDER BY w.id
""")


def in_line(
    session: Session, free: Iterable[Free], *, after: int = 0, limit: int = 10
) -> list[Waiting]:
    """Return the first of those whose wish may fit one of some starts; behind an entry, if said.

    A start's cells round its minute: whoever is returned is asked with `Waiting.fits`.
    """
    probes = {
        (one.service, one.party, provider, cell)
        for one in free
        for provider in (0, *one.providers)
        for cell in holding(one.start)
    }
    ordered = sorted(probes)
    facts = {
        "business": session.business,
        "services": [service for service, *_ in ordered],
        "parties": [party for _, party, *_ in ordered],
        "providers": [provider for _, _, provider, _ in ordered],
        "cells": [cell for *_, cell in ordered],
        "after": after,
        "limit": limit,
    }
    return [waiting_of(row) for row in session.execute(_IN_LINE, facts)]


_BEFORE = text(
    f"SELECT {_COLUMNS} FROM waits w WHERE w.business_id = :business AND w.service_id = :service"
    " AND w.status = 'waiting' AND w.id < :wait ORDER BY w.id DESC LIMIT :limit"
)


def place(session: Session, waiting: Waiting) -> tuple[int, bool]:
    """Return a place in the line (1 is next) among those whose windows meet, and if it is exact."""
    facts = {
        "business": session.business,
        "service": waiting.service,
        "wait": waiting.id,
        "limit": _AHEAD,
    }
    before = [waiting_of(row) for row in session.execute(_BEFORE, facts)]
    rivals = [
        one
        for one in before
        if both(one.windows, waiting.windows)
        and (one.provider is None or waiting.provider in {None, one.provider})
    ]
    return len(rivals) + 1, len(before) < _AHEAD


_LIST = text(
    f"SELECT {_COLUMNS} FROM waits w WHERE w.business_id = :business AND w.status = 'waiting'"
    " AND w.until > :now ORDER BY w.id LIMIT :limit"
)


def everybody(session: Session, *, now: datetime, limit: int = 20) -> list[Waiting]:
    """Return who waits, the first first."""
    facts = {"business": session.business, "now": now, "limit": limit}
    return [waiting_of(row) for row in session.execute(_LIST, facts)]


_STATUS = text(
    "UPDATE waits SET status = :status, booking_id = :booking WHERE business_id = :business"
    " AND id = :wait AND status = ANY(CAST(:among AS text[]))"
)
_NO_CELLS = text("DELETE FROM wait_cells WHERE business_id = :business AND wait_id = :wait")


def settle(session: Session, wait: int, *, status: str, booking: int | None = None) -> None:
    """End what is waited for ("left", "over", "booked"), or let it rest ("claimed").

    The caller holds the lock of the entry.
    """
    facts = {
        "business": session.business,
        "wait": wait,
        "status": status,
        "booking": booking,
        "among": ["waiting", "claimed"],
    }
    session.execute(_STATUS, facts)
    session.execute(_NO_CELLS, {"business": session.business, "wait": wait})


_FELL_THROUGH = text(
    "SELECT w.id FROM waits w JOIN bookings b ON b.business_id = w.business_id"
    " AND b.id = w.booking_id WHERE w.business_id = :business AND w.status = 'claimed'"
    " AND w.booking_id = :booking AND b.status IN ('expired', 'released', 'cancelled')"
    " AND NOT EXISTS (SELECT 1 FROM booking_events e WHERE e.business_id = :business"
    " AND e.booking_id = b.id AND e.kind = 'confirmed')"
)


def take_back(session: Session, booking: int, *, now: datetime) -> None:
    """Let those wait again whose claim fell through: a provider declined it, or did not answer."""
    facts = {"business": session.business, "booking": booking}
    for row in session.execute(_FELL_THROUGH, facts).all():
        waiting = entry(session, row.id, lock=True)
        if waiting.status != "claimed" or waiting.until <= now:
            continue
        back = {
            "business": session.business,
            "wait": waiting.id,
            "status": "waiting",
            "booking": None,
            "among": ["claimed"],
        }
        session.execute(_STATUS, back)
        _lay_cells(session, waiting.id, waiting.windows)


_ALLOCATING = text("SELECT pg_advisory_xact_lock((3::bigint << 60) + :business)")


def lock_line(session: Session) -> None:
    """Let one transaction at a time offer what a business has free; before any other lock."""
    session.execute(_ALLOCATING, {"business": session.business})
