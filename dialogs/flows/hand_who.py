"""Whom a provider speaks of: which of some bookings, and which of the people who are known."""

from collections.abc import Sequence
from dataclasses import dataclass

from core import people, phones
from core.finding import Booked
from dialogs.flows import hand_plans, looking
from dialogs.talk import Turn
from dialogs.when import Wish


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody by their row, and what they are called, perhaps nothing."""

    id: int
    name: str


def named_in(turn: Turn, rows: Sequence[Booked], when: Wish) -> list[Booked]:
    """Return the bookings that a message can mean: by ref, phone, name, service and time.

    `when` is the time that names it, which need not be all of the time that the message says.
    """
    facts = turn.said.facts
    if facts.ref:
        return [row for row in rows if row.ref == facts.ref]
    meant = list(rows)
    if facts.phone:
        address = people.at_number(turn.session, _number(turn, facts.phone) or "")
        person = people.reader(turn.session, address).person if address is not None else None
        meant = [row for row in meant if row.person == person]
    elif facts.name:
        meant = [row for row in meant if _called(row.name, facts.name)]
    service = next((s.id for s in turn.business.services if s.key == facts.service), None)
    meant = [row for row in meant if service in {None, row.service}]
    if when.windows:
        windows = looking.loosely(when, turn.now)
        at = [row for row in meant if any(w.start <= row.start < w.end for w in windows)]
        day = {w.start.astimezone(turn.zone).date() for w in windows}
        near = [row for row in at if row.start.astimezone(turn.zone).date() in day]
        meant = near or at
        if not at and when.time_said and not when.day_said:  # "the 3 o'clock", on its own day
            clocks = {w.start.astimezone(turn.zone).time() for w in windows}
            same = [row for row in rows if row.start.astimezone(turn.zone).time() in clocks]
            meant = [row for row in same if not facts.name or _called(row.name, facts.name)][:1]
    return meant


def _called(name: str, said: str) -> bool:
    """Whether somebody can be meant: by their whole name or any part of it."""
    whole, wanted = name.casefold(), said.casefold()
    return whole == wanted or wanted in whole.split()


def _number(turn: Turn, said: str) -> str | None:
    """Return a phone number as it is kept, read as the provider would dial it."""
    return phones.e164(said, like=turn.reader.to, zone=turn.business.zone.key)


def known(turn: Turn, *, new: bool = False) -> Known | None:
    """Return who is meant by phone number, reference or name; None where nobody is, which is said.

    `new` meets somebody at a number that nobody is known at, under the name that was said.
    """
    facts = turn.said.facts
    if facts.phone:
        return _at_number(turn, facts.phone, new=new)
    if facts.ref:
        rows = [row for row in hand_plans.upcoming(turn, None) if row.ref == facts.ref]
        if rows:
            return Known(rows[0].person, rows[0].name)
    if not facts.name:
        turn.say("hand_who")
        return None
    found = [Known(*each) for each in people.named_like(turn.session, facts.name)]
    if len(found) > 1:
        booked = {row.person for row in hand_plans.upcoming(turn, turn.reader.provider)}
        found = [each for each in found if each.id in booked] or found
    if len(found) == 1:
        return found[0]
    listed = [
        {"name": e.name, "number": people.number_of(turn.session, e.id), "person": e.id}
        for e in found
    ]
    turn.say("hand_who_of" if found else "hand_unknown", name=facts.name, among=listed)
    return None


def _at_number(turn: Turn, said: str, *, new: bool) -> Known | None:
    number, name = _number(turn, said), turn.said.facts.name or ""
    if number is None:
        turn.say("hand_who")
        return None
    address = people.at_number(turn.session, number)
    if address is None and not new:
        turn.say("hand_unknown", name=number, among=[])
        return None
    if address is None:
        reader = people.at(
            turn.session, channel="sms", address=number, now=turn.now, name=name, wrote=False
        )
    else:
        reader = people.reader(turn.session, address)
        if name and not reader.name:
            people.named(turn.session, reader.person, name=name)
    return Known(reader.person, reader.name or name or number)


def service_of(turn: Turn) -> int | None:
    """Return the service that is named, or the only one there is; None where it must be asked."""
    services = turn.business.services
    key = turn.said.facts.service
    named = [s.id for s in services if s.key == key] or [s.id for s in services]
    return named[0] if len(named) == 1 else None
