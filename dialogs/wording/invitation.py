"""A booking's file for its customer's calendar, in their language. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.ics import Entry, written
from core.rules import Business
from dialogs.wording.page import Page


def invitation(
    facts: Mapping[str, Any], business: Business, *, status: str, language: str, now: datetime
) -> bytes:
    """Return a booking's calendar file: published while it stands, cancelled once it does not.

    `facts` are a booking's as notes keep them, but its instants are still aware datetimes.
    """
    page = Page(facts, business, language, business.zone, business.zone)
    cancelled = status not in {"confirmed", "completed", "no_show"}
    entry = Entry(
        uid=f"{business.slug}-{facts['ref']}@slotkeeper".lower(),
        sequence=facts["version"] - (0 if cancelled else 1),
        cancelled=cancelled,
        start=facts["start"],
        end=facts["end"],
        zone=business.zone,
        summary=f"{page.title()}, {business.name}",
        description=page.t("Your reference is {ref}.", ref=facts["ref"]),
        location=business.contact.address,
        organiser=business.name,
        contact=_contact(business),
    )
    return written(entry, now=now)


def _contact(business: Business) -> str:
    """Return where the business is reached, as calendars want it: by mail, which nobody reads."""
    return f"mailto:{business.slug}@slotkeeper.invalid"
