"""Where the sender is, by what a message says or shares: kept before anything else is answered.

"haircut friday at 3, I'm in Denver" means three o'clock in Denver, so the zone is learnt first and
the message understood again in it.
"""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import people, places, whereabouts
from core.db import Session
from core.inbox import Received
from core.people import Reader
from core.phones import zone_of
from dialogs.talk import Stay
from dialogs.understanding import Intent, Understood, Vocabulary, understand
from dialogs.when import Grain, Wish

_CLAUSES = re.compile(r"[,.;:!?\n]+")


def learn(
    session: Session,
    reader: Reader,
    message: Received,
    said: Understood,
    *,
    zone: ZoneInfo,
    names: Vocabulary,
) -> tuple[Reader, Stay | None]:
    """Keep where the sender says or shows they are; return how they read from now on, and what.

    `zone` is the one in which the message was understood, `names` what the business has.
    """
    if said.facts.home and said.has(Intent.ZONE):
        return _back(session, reader), None
    stay = _told(message, said, zone=zone, names=names)
    return (_keep(session, reader, stay), stay) if stay else (reader, None)


def _told(message: Received, said: Understood, *, zone: ZoneInfo, names: Vocabulary) -> Stay | None:
    now = message.received
    if message.kind == "location":
        place = places.zone_at(message.facts.get("latitude"), message.facts.get("longitude"))
        return Stay(place, "location", now) if place else None
    if said.facts.zone is None or not said.has(Intent.ZONE):
        return None
    there = ZoneInfo(said.facts.zone)
    start, until = _span(_clause(message.body, said, zone=zone, now=now, names=names), there, now)
    return Stay(there.key, "said", start, until)


def _clause(
    body: str, said: Understood, *, zone: ZoneInfo, now: datetime, names: Vocabulary
) -> Wish:
    """Return the time said in the clause that names the zone: the rest is about a booking."""
    if said.intents[0] is Intent.ZONE and len(_clauses(body)) == 1:
        return said.facts.wish

    def told(words: str) -> Understood | None:
        alone = understand(words, now=now, zone=zone, locale=said.locale, vocabulary=names)
        there = alone.has(Intent.ZONE) and alone.facts.zone == said.facts.zone
        return alone if there else None

    naming = next((clause for clause in _clauses(body) if told(clause)), body)
    return _shortest(naming.split(), told)


def _clauses(body: str) -> list[str]:
    return [part for part in _CLAUSES.split(body) if part.strip()]


def _shortest(words: list[str], told: Callable[[str], Understood | None]) -> Wish:
    """Return the time beside the zone in words without a comma: "a cut at 3 i'm in Denver today".

    Begun as late as the zone can still be told, ended before anything else is wanted.
    """
    first = max((n for n in range(len(words)) if told(" ".join(words[n:]))), default=0)
    wish = Wish()
    for last in range(first + 1, len(words) + 1):
        alone = told(" ".join(words[first:last]))
        if alone is not None and alone.intents[0] is Intent.ZONE and not alone.facts.service:
            wish = alone.facts.wish
    return wish


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
