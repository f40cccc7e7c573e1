"""The terms of a booking: kept with it as they were shown, whatever the rules become."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core import tiers
from core.choosing import Wanted
from core.db import Session
from core.rules import Business


def terms(business: Business, wanted: Wanted) -> dict[str, Any]:
    """Return the terms that are shown now and will judge this booking later."""
    rule = wanted.service.change_until or business.change_until
    return {
        "tiers": [[t.percent, t.until, t.hours] for t in business.tiers],
        "advance": wanted.service.advance(wanted.party),
        "due": business.upfront(wanted.service, wanted.party),
        "provider": wanted.provider,
        "change_until": rule and rule.to_json(),
    }


_POLICY = text(
    "SELECT status, starts_at, zone, policy FROM bookings"
    " WHERE business_id = :business AND id = :booking"
)


def entered(session: Session, booking: int, *, asked: datetime | None) -> dict[str, Any]:
    """Return what a move keeps of the terms of paid money: the tier that was entered by then.

    `asked` is when its customer asked; None where somebody else moves it.
    """
    row = session.execute(_POLICY, {"business": session.business, "booking": booking}).one()
    if row.status != "confirmed" or not row.policy.get("due"):
        return {}
    most = tiers.entered(row.policy, start=row.starts_at, zone=ZoneInfo(row.zone), at=asked)
    return {} if most == tiers.ALL else {"most": most}
