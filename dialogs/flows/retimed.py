"""Telling people what a change of clock rules did to their bookings."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from core import finding, people
from core.db import Session
from core.retiming import Move, Retimed
from core.rules import Business
from dialogs.flows import telling
from dialogs.flows.about import facts_of


def told(session: Session, business: Business, found: Retimed, *, now: datetime) -> None:
    """Tell each customer once of all that moved, and providers of what cannot move.

    Nobody is woken for it, and who was told of a time is not told of it again.
    """
    mine: dict[int, list[Move]] = defaultdict(list)
    for move in found.moved:
        if move.told:
            mine[move.person].append(move)
    for person, moves in mine.items():
        _customer(session, business, person, moves, now)
    for move in found.stuck:
        if move.told:
            telling.providers(session, business, move.booking, note="retimed_stuck", now=now)


def _customer(
    session: Session, business: Business, person: int, moves: Iterable[Move], now: datetime
) -> None:
    reader = people.of_person(session, person)
    booked = [finding.booking(session, move.booking) for move in moves]
    rows = sorted((row for row in booked if row is not None), key=lambda row: row.start)
    if reader is None or not rows:
        return
    telling.tell(
        session,
        business,
        reader,
        note="retimed",
        facts={"bookings": [facts_of(business, row) for row in rows]},
        now=now,
        key=f"retimed:{rows[0].id}:{rows[0].version}",
    )
