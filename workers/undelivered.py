"""What follows from a message that did not arrive: the address is marked, and a human hears."""

from core import businesses, consents, outbox, people
from core.db import Session
from core.due import Work
from core.people import Reader
from core.rules import Business
from dialogs.flows import telling


def given_up(
    session: Session,
    business: Business,
    reader: Reader,
    *,
    text: str,
    why: str,
    permanent: bool,
    opted_out: bool,
) -> None:
    """Tell the business's human what a person could not be told, once an hour of one address.

    An address that does not work is tried again only after its owner writes from it.
    """
    if opted_out:
        consents.opted(
            session,
            reader.address,
            out=True,
            source="vendor",
            wording=why,
            message=None,
            now=session.now,
        )
    elif permanent and not reader.opted_out:
        people.unreachable(session, reader.address, now=session.now)
    telling.human(
        session,
        business,
        note="undelivered",
        facts={"name": reader.name, "address": reader.to, "text": text},
        now=session.now,
        key=f"undelivered:{reader.address}:{session.now:%Y-%m-%dT%H}",
        but=reader.person,
    )


def reported(session: Session, work: Work) -> None:
    """Deal with a vendor's late word that a letter did not arrive."""
    letter = outbox.told(session, work.subject)
    given_up(
        session,
        businesses.load(session),
        people.reader(session, letter.address),
        text=letter.body,
        why=str(work.facts.get("error", "")),
        permanent=bool(work.facts.get("permanent")),
        opted_out=bool(work.facts.get("opted_out")),
    )
