"""Forget somebody: what they still have with us ends, who expects them hears, no row names them."""

from core import changing, finding, forgetting, series
from core.booking import By
from core.db import Session
from core.finding import Booked
from core.rules import Business
from dialogs.flows import telling
from dialogs.flows.about import providers_of


def standing(session: Session, person: int) -> list[Booked]:
    """Return what a forgotten person would no longer have: bookings and requests, no proposals."""
    rows = finding.of_person(session, person, now=session.now)
    return [row for row in rows if row.status != "held"]


def erase(session: Session, business: Business, person: int, *, by: By) -> None:
    """Cancel what a person still has, tell its providers without a name, and forget the person."""
    series.end_all(session, person=person)
    for row in finding.of_person(session, person, now=session.now):
        for hold in finding.moves_of(session, row.id):
            changing.release(session, booking=hold, by=by, now=session.now)
        if row.status == "held":
            changing.release(session, booking=row.id, by=by, now=session.now)
            continue
        changing.cancel(session, booking=row.id, by=by, now=session.now, why="forgotten")
        telling.providers(
            session,
            business,
            row.id,
            note="forgotten_provider",
            now=session.now,
            also=providers_of(business, row),
            name="",
        )
    forgetting.forget(session, person)
