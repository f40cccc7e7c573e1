"""An offer on its way: the time to answer counts from its sending."""

from dataclasses import replace

from core import offers, outbox
from core.db import Session
from core.outbox import Letter
from core.rules import Business
from dialogs.flows import closing


def asked(session: Session, business: Business, letter: Letter) -> Letter | None:
    """Return an offer's letter with its deadline; None where it is not to be sent any more.

    Sent again because nobody knows whether it went, it counts again.
    """
    offer = offers.one(session, int(letter.facts["offer"]))
    until = offers.sending(session, offer, business=business, now=session.now) if offer else None
    if until is not None:
        return replace(letter, facts=letter.facts | {"until": until.isoformat()})
    if offer is not None:
        closing.withdraw(session, offer)
    outbox.failed(session, letter.id, error="overtaken", body=None)
    return None
