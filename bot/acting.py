"""People acting on the product without a vendor between: the demo, the replay, the console."""

from dataclasses import dataclass
from typing import Any

from core import businesses, forgetting, inbox, outbox, people
from core.db import Session
from core.people import Reader
from core.rules import Resource


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody at an address, with what the channel's profile says of them."""

    channel: str
    address: str
    name: str = ""
    zone: str | None = None
    language: str | None = None


def meet(session: Session, who: Who) -> Reader:
    """Return who that is, meeting them where they are new; an unspoken language is not kept."""
    speaks = businesses.load(session).languages
    language = (who.language or "")[:2]
    locale = language if language in speaks else None
    return people.at(session, **_profile(who), now=session.now, locale=locale)


def _profile(who: Who) -> dict[str, Any]:
    return {
        "channel": who.channel,
        "address": who.address,
        "name": who.name,
        "zone": who.zone,
        "zone_source": "profile" if who.zone else None,
    }


def write(
    session: Session,
    who: Who,
    *,
    message: str,
    kind: str = "text",
    body: str = "",
    **facts: object,
) -> int | None:
    """Store what somebody sends; None where a message of that id came from them before.

    Who was forgotten since it came is not met again for it. Who is forgotten just now is new.
    """
    reader = people.known(session, **_profile(who))
    if reader is None:
        where = {"channel": who.channel, "address": who.address}
        if inbox.heard(session, **where, message=message):
            return None
        reader = meet(session, who)
    stored = inbox.store(
        session,
        address=reader.address,
        channel=who.channel,
        message=message,
        kind=kind,
        body=body,
        facts=facts,
        now=session.now,
    )
    if stored is None and not forgetting.still_known(session, reader.address):
        return write(session, who, message=message, kind=kind, body=body, **facts)
    return stored


def slow_down(session: Session, who: Who) -> None:
    """Ask somebody who floods us to wait: once a minute, however many processes hear them."""
    reader = meet(session, who)
    outbox.post(
        session,
        address=reader.address,
        note="slow_down",
        facts={},
        locale=reader.locale or businesses.load(session).languages[0],
        now=session.now,
        key=f"slow_down:{reader.address}:{session.now:%Y-%m-%dT%H:%M}",
    )


def link(session: Session, who: Who, provider: Resource) -> None:
    """Make somebody the provider that a resource stands for, without a one-time code."""
    reader = meet(session, who)
    people.link(session, person=reader.person, provider=provider.id)
    if not reader.name:
        people.named(session, reader.person, name=provider.name)
