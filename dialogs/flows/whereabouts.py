"""Where the sender is, by what a message says or shares: kept before anything else is answered.

"haircut friday at 3, I'm in Denver" means three o'clock in Denver, so the zone is learnt first and
the message understood again in it.
"""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import people, places, whereabouts
from core.db import Session
from core.inbox import Received
from core.people import Reader
from core.phones import zone_of
from dialogs.talk import Stay
from dialogs.understanding import Intent, Understood, understand
from dialogs.when import Grain, Wish

_CLAUSES = re.compile(r"[,.;:!?\n]+")


def learn(
    session: Session, reader: Reader, message: Received, said: Understood, *, zone: ZoneInfo
) -> tuple[Reader, Stay | None]:
    """Keep where the sender says or shows they are; return how they read from now on, and what.

    `zone` is the one in which the message was understood.
    """
    if said.facts.home and said.has(Intent.ZONE):
        return _back(session, reader), None
    stay = _told(message, said, zone=zone)
    return (_keep(session, reader, stay), stay) if stay else (reader, None)


def _told(message: Received, said: Understood, *, zone: ZoneInfo) -> Stay | None:
    now = message.received
    if message.kind == "location":
        place = places.zone_at(message.facts.get("latitude"), message.facts.get("longitude"))
        return Stay(place, "location", now) if place else None
    if said.facts.zone is None or not said.has(Intent.ZONE):
        return None
    there = ZoneInfo(said.facts.zone)
    start, until = _span(_clause(message.body, said, zone=zone, now=now), there, now)
    return Stay(there.key, "said", start, until)


def _clause(body: str, said: Understood, *, zone: ZoneInfo, now: datetime) -> Wish:
    """Return the time said in the clause that names the zone: the rest is about a booking."""
    clauses = [part for part in _CLAUSES.split(body) if part.strip()]
    if len(clauses) > 1:
        for clause in clauses:
            alone = understand(clause, now=now, zone=zone, locale=said.locale)
            if alone.facts.zone == said.facts.zone:
                return alone.facts.wish
    return said.facts.wish if said.intents[0] is Intent.ZONE else Wish()


def _span(wish: Wish, there: ZoneInfo, now: datetime) -> tuple[datetime, datetime | None]:
    """Return from when until when: days count by the clock of the place stayed at."""
    window = wish.windows[0] if wish.windows else None
    if window is None and wish.duration is not None and wish.duration >= timedelta(days=1):
        last = (now + wish.duration).astimezone(there).date()
        return now, datetime.combine(last, time(0), there)
    if window is None or window.end is None or window.grain not in {Grain.DAY, Grain.RANGE}:
        return now, None
    start = window.start.replace(tzinfo=there) if window.start else now
    return max(start, now), window.end.replace(tzinfo=there)


def _keep(session: Session, reader: Reader, stay: Stay) -> Reader:
    if stay.until is not None:
        whereabouts.stays(
            session, reader.person, zone=stay.zone, start=stay.start, until=stay.until
        )
    else:
        whereabouts.located(session, reader.person, zone=stay.zone, source=stay.source)
    return people.reader(session, reader.address)


def _back(session: Session, reader: Reader) -> Reader:
    number = people.number_of(session, reader.person)
    whereabouts.back(session, reader.person, phone=zone_of(number) if number else None)
    return people.reader(session, reader.address)
