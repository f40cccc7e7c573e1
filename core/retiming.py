"""After a change of clock rules: bookings keep their wall time, and move to its new instant.

A booking keeps what its customer meant, a wall time in the zone of the place. Where newer rules of
that zone make it another instant, the booking goes there, with all that it occupies and, for a
class, with the class. Who cannot go, because somebody else has that time, stays and is reported.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from core.db import Session
from core.locks import lock_each
from core.regrouping import Class, Group, Seat, write
from core.rules import Business
from core.span import Span, instant, local_days, minus
from core.taking import Piece, lapse_around
from core.timetable import lock_place


@dataclass(frozen=True, slots=True)
class Move:
    """One booking and the instants of its wall time: by the rules it was made by, and by today's.

    `told` says that people know of it: what is only proposed or held to be moved concerns nobody.
    """

    booking: int
    ref: str
    person: int
    was: datetime
    start: datetime
    told: bool


@dataclass(frozen=True, slots=True)
class Retimed:
    """Who moves, or would, and who cannot; each in order of ids."""

    moved: tuple[Move, ...] = ()
    stuck: tuple[Move, ...] = ()


_ROWS = """
SELECT b.id, b.ref, b.person_id, b.service_id, b.session_id, b.purpose, b.for_id, b.status,
    b.starts_at, b.ends_at, b.wall, b.zone, g.facts -> 'choice' AS choice,
    CAST(g.facts -> 'blocked' ->> 0 AS timestamptz) AS since,
    CAST(g.facts -> 'blocked' ->> 1 AS timestamptz) AS until
FROM bookings b CROSS JOIN LATERAL (
    SELECT facts FROM booking_events e WHERE e.business_id = :business AND e.booking_id = b.id
      AND e.facts -> 'choice' IS NOT NULL ORDER BY seq DESC LIMIT 1) AS g
WHERE b.business_id = :business AND b.starts_at > :now
  AND (b.status = 'confirmed' OR b.expires_at > :now)
"""
_ALL_ROWS = text(f"{_ROWS} ORDER BY b.id")
_LOCKED_ROWS = text(f"{_ROWS} AND b.id = ANY(:ids) ORDER BY b.id FOR NO KEY UPDATE OF b")


def retime(session: Session, *, business: Business, now: datetime, keep: bool) -> Retimed:
    """Move every future booking whose instant no longer shows its wall time; say who cannot.

    Without `keep` nothing is locked or changed. One at a time for a business; afterwards
    `core.timetable.materialise` lays out the classes that nobody has booked.
    """
    if keep:
        lock_place(session)
    facts: dict[str, Any] = {"business": session.business, "now": now}
    groups = _grouped(session.execute(_ALL_ROWS, facts))
    if keep and groups:
        ids = sorted(row.id for group in groups for row in group.rows)
        groups = _grouped(session.execute(_LOCKED_ROWS, facts | {"ids": ids}))
    if not groups:
        return Retimed()
    classes = _classes(session, now, keep=keep)
    groups = [_with_pieces(session, group, classes) for group in groups]
    if keep:
        _lock(session, business, groups, now)
    going, staying = _settled(session, groups, classes, now)
    if keep and going:
        write(session, going, classes, now)
    return Retimed(_moves(going), _moves(staying))


def _grouped(rows: Iterable[Row[Any]]) -> list[Group]:
    """Return those of the rows whose instant is another by today's rules, together in groups."""
    found: dict[tuple[str, int], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if _by(row):
            key = ("class", row.session_id) if row.session_id else ("one", row.for_id or row.id)
            found[key].append(row)
    return [Group(tuple(rows), _by(rows[0]), rows[0].session_id) for rows in found.values()]


def _by(row: Row[Any]) -> timedelta:
    """Return how much later a booking's wall time is now; nothing where its instant shows it.

    The second of a doubled hour shows it as the first does, and is right as it is.
    """
    zone = ZoneInfo(row.zone)
    if row.starts_at.astimezone(zone).replace(tzinfo=None) == row.wall:
        return timedelta()
    later: timedelta = instant(row.wall.date(), row.wall.time(), zone) - row.starts_at
    return later


_LOCK_CLASSES = text(
    "SELECT id FROM sessions WHERE business_id = :business AND active AND starts_at > :now"
    " ORDER BY id FOR NO KEY UPDATE"
)
_CLASSES = text(
    "SELECT s.id, s.service_id, s.starts_at, EXISTS (SELECT 1 FROM bookings b"
    " WHERE b.business_id = :business AND b.session_id = s.id"
    " AND (b.status = 'confirmed' OR b.expires_at > :now)) AS booked"
    " FROM sessions s WHERE s.business_id = :business AND s.active AND s.starts_at > :now"
)
_CLASS_TIME = text(
    "SELECT session_id, resource_id, seat, lower(during) AS since, upper(during) AS until"
    " FROM allocations WHERE business_id = :business AND session_id = ANY(:ids) AND active"
)


def _classes(session: Session, now: datetime, *, keep: bool) -> dict[int, Class]:
    """Return every class to come by its id, all of them locked so that nobody joins one now."""
    facts: dict[str, Any] = {"business": session.business, "now": now}
    if keep:
        session.execute(_LOCK_CLASSES, facts)
    rows = session.execute(_CLASSES, facts).all()
    has: dict[int, tuple[Piece, ...]] = defaultdict(tuple)
    for row in session.execute(_CLASS_TIME, facts | {"ids": [row.id for row in rows]}):
        has[row.session_id] += (Piece(row.resource_id, row.seat, Span(row.since, row.until)),)
    return {r.id: Class(r.service_id, r.starts_at, r.booked, has[r.id]) for r in rows}


_OWN = text(
    "SELECT resource_id, seat, lower(during) AS since, upper(during) AS until FROM allocations"
    " WHERE business_id = :business AND booking_id = :booking AND active"
)


def _with_pieces(session: Session, group: Group, classes: dict[int, Class]) -> Group:
    """Work out what a group needs at its new time.

    A class that was laid out there anew, and booked since, has its room and its teacher already.
    """
    held = classes.get(group.session or 0)
    wants: tuple[Piece, ...] = ()
    if held is not None and not any(
        one.booked and (one.service, one.start) == (held.service, held.start + group.by)
        for one in classes.values()
    ):
        wants = tuple(replace(p, blocked=_later(p.blocked, group.by)) for p in held.has)
    takes: dict[int, list[Piece]] = {}
    for row in sorted(group.rows, key=lambda r: r.purpose == "move"):
        own = takes.get(row.for_id) if row.for_id is not None else []
        if own is None:  # its booking stays where it is
            facts = {"business": session.business, "booking": row.for_id}
            own = [
                Piece(r.resource_id, r.seat, Span(r.since, r.until))
                for r in session.execute(_OWN, facts)
            ]
        blocked = _later(Span(row.since, row.until), group.by)
        takes[row.id] = [
            Piece(resource, seat, part)
            for resource, seat in row.choice
            for part in minus(
                [blocked], [p.blocked for p in own if (p.resource, p.seat) == (resource, seat)]
            )
        ]
    pairs = tuple((booking, piece) for booking, found in takes.items() for piece in found)
    return replace(group, wants=wants, takes=pairs)


def _later(span: Span, by: timedelta) -> Span:
    return Span(span.start + by, span.end + by)


def _lock(session: Session, business: Business, groups: Sequence[Group], now: datetime) -> None:
    """Lock every day that a group has or wants of each resource; lapse what is over there."""
    days: set[tuple[int, date]] = set()
    for group in groups:
        for piece in group.pieces:
            for span in (piece.blocked, _later(piece.blocked, -group.by)):
                days |= {(piece.resource, day) for day in local_days(span, business.zone)}
    lock_each(session, days, exclusive=True)
    for piece in (piece for group in groups for piece in group.pieces):
        lapse_around(session, [piece.resource], piece.blocked, now=now)


_THERE = text(
    "SELECT a.resource_id, a.seat, a.booking_id, a.session_id, lower(a.during) AS since,"
    " upper(a.during) AS until FROM allocations a LEFT JOIN bookings b"
    " ON b.business_id = a.business_id AND b.id = a.booking_id"
    " WHERE a.business_id = :business AND a.resource_id = ANY(:resources) AND a.active"
    " AND a.slot_start < :until AND a.slot_start > :past"
    " AND (b.expires_at IS NULL OR b.expires_at > :now)"
)


def _settled(
    session: Session, groups: Sequence[Group], classes: dict[int, Class], now: datetime
) -> tuple[list[Group], list[Group]]:
    """Return who can go and who must stay; who stays may be in another's way, and so on.

    A class that nobody has booked is in nobody's way: it follows the timetable.
    """
    going: list[Group] = []
    staying: list[Group] = []
    for group in groups:
        past = any(row.starts_at + group.by <= now for row in group.rows)
        (staying if past else going).append(group)
    edges = [edge for g in groups for p in g.pieces for edge in p.blocked]
    facts = {
        "business": session.business,
        "resources": sorted({p.resource for g in groups for p in g.pieces}),
        "past": min(edges) - timedelta(days=1),
        "until": max(edges),
        "now": now,
    }
    rows = session.execute(_THERE, facts).all()
    empty = {number for number, one in classes.items() if not one.booked}
    while True:
        movers = {row.id for group in going for row in group.rows}
        gone = empty | {group.session for group in going if group.session}
        there: dict[Seat, list[Span]] = defaultdict(list)
        for row in rows:
            if row.booking_id not in movers and row.session_id not in gone:
                there[row.resource_id, row.seat].append(Span(row.since, row.until))
        failed = [group for group in going if not _placed(group, there)]
        if not failed:
            return going, sorted(staying, key=lambda g: g.rows[0].id)
        staying += failed
        going = [group for group in going if group not in failed]


def _placed(group: Group, there: dict[Seat, list[Span]]) -> bool:
    """Put a group where it wants to be, unless somebody is there already."""
    pieces = group.pieces
    if any(
        piece.blocked.overlaps(span)
        for piece in pieces
        for span in there[piece.resource, piece.seat]
    ):
        return False
    for piece in pieces:
        there[piece.resource, piece.seat].append(piece.blocked)
    return True


def _moves(groups: Sequence[Group]) -> tuple[Move, ...]:
    moves = (_move(row, group.by) for group in groups for row in group.rows)
    return tuple(sorted(moves, key=lambda move: move.booking))


def _move(row: Row[Any], by: timedelta) -> Move:
    return Move(
        row.id,
        row.ref,
        row.person_id,
        row.starts_at,
        row.starts_at + by,
        told=row.status != "held" and row.purpose == "booking",
    )
