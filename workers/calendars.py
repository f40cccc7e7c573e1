"""The calendar file of a booking: with the letters that tell of it, and for who has its link."""

from datetime import timedelta

from channels.message import File
from core import finding, forgetting
from core.db import Session
from core.finding import Booked
from core.ics import MEDIA
from core.outbox import Letter
from core.rules import Business
from dialogs.flows.about import facts_of
from dialogs.talk import written_in
from dialogs.wording.invitation import invitation

AFTERWARDS = timedelta(days=7)  # a link leads nowhere once its booking is over for so long
_TELLS = frozenset({"booked", "request_accepted", "moved", "cancelled"})


def file_of(session: Session, business: Business, letter: Letter) -> File | None:
    """Return the file that goes with a letter; None where it tells of no booking's time.

    It is of the booking as it stands now, whatever became of it since the letter was posted.
    """
    if letter.note not in _TELLS or "booking" not in letter.facts:
        return None
    about = finding.booking(session, int(letter.facts["booking"]))
    return _file(session, business, about, language=letter.locale) if about else None


def file_now(session: Session, business: Business, booking: int) -> File | None:
    """Return the file of a booking for its link; None where there is none, or not any longer."""
    about = finding.booking(session, booking)
    if about is None or session.now > about.end + AFTERWARDS:
        return None
    whose = forgetting.language_of(session, about.person)
    return _file(session, business, about, language=whose.language) if whose else None


def _file(session: Session, business: Business, about: Booked, *, language: str | None) -> File:
    content = invitation(
        facts_of(business, about),
        business,
        status=about.status,
        language=written_in(language, business),
        now=session.now,
    )
    return File(f"booking-{about.ref}.ics", MEDIA, content)
