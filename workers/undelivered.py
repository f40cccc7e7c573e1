"""What follows from a message that did not arrive: another address is tried, and a human hears."""

from core import businesses, consents, forgetting, outbox, people
from core.db import Session
from core.due import Work
from core.people import Reader
from core.rules import Business
from dialogs.flows import telling

# What is only for the address that it was sent to: its question is open there, or it proves it.
_ONLY_THERE = frozenset(
    {
        "join_code",
        "link_code",
        "forgotten",
        "hold_lapsed",
        "series_lapsed",
        "stopped",
        "slow_down",
    }
)
_NOBODYS_BUSINESS = frozenset({"join_code", "forgotten"})


def given_up(
    session: Session,
    business: Business,
    reader: Reader,
    *,
    letter: int,
    note: str,
    text: str,
    why: str,
    permanent: bool,
    opted_out: bool,
) -> None:
    """Try the person's next address, and tell the business's human, once an hour of one address.

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
    if note in _NOBODYS_BUSINESS:
        return
    other = _elsewhere(session, business, reader, letter) if note not in _ONLY_THERE else None
    telling.human(
        session,
        business,
        note="undelivered",
        facts={
            "name": reader.name,
            "address": reader.to,
            "text": text,
            "channel": other.channel if other else None,
            "about": [{"person": person} for person in outbox.named(session, letter)],
        },
        now=session.now,
        key=f"undelivered:{reader.address}:{session.now:%Y-%m-%dT%H}",
        but=reader.person,
    )


def _elsewhere(session: Session, business: Business, reader: Reader, letter: int) -> Reader | None:
    """Post what nobody asked for once more, to an address that it did not go to yet.

    An answer goes only where it was asked for: there they will ask again.
    """
    lost = outbox.unasked(session, letter)
    if lost is None:
        return None
    other = people.of_person(session, reader.person, tried=lost.tried)
    if other is None:
        return None
    outbox.post(
        session,
        address=other.address,
        note=lost.note,
        facts=lost.facts | {"elsewhere": {"first": lost.first, "tried": lost.tried}},
        locale=lost.locale,
        now=session.now,
        key=f"again:{lost.first}:{other.address}",
        due=telling.heard_at(other, business, session.now),
    )
    return other


def reported(session: Session, work: Work) -> None:
    """Deal with a vendor's late word that a letter did not arrive."""
    letter = outbox.told(session, work.subject)
    reader = people.reader(session, letter.address)
    if forgetting.nobodys(reader.to):
        return
    given_up(
        session,
        businesses.load(session),
        reader,
        letter=work.subject,
        note=letter.note,
        text=letter.body,
        why=str(work.facts.get("error", "")),
        permanent=bool(work.facts.get("permanent")),
        opted_out=bool(work.facts.get("opted_out")),
    )
