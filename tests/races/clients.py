"""What the clients of a race do: each function is one client's part, each attempt one word."""

import time
from datetime import datetime, timedelta

from sqlalchemy import text

from core import blocking, booking, businesses, changing, finding
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.finding import Search
from core.refusals import Refusal
from core.rules import Business
from core.span import Span
from races.racing import Answers, Client

HOLD = timedelta(minutes=5)


def hold(
    session: Session,
    business: Business,
    wanted: Wanted,
    *,
    person: int,
    now: datetime | None = None,
    lasts: timedelta = HOLD,
    instead_of: int | None = None,
) -> Held | Refusal:
    """Hold as a flow does."""
    now = now or session.now
    return booking.hold(
        session,
        business=business,
        wanted=wanted,
        person=person,
        until=now + lasts,
        by=By(f"person:{person}"),
        now=now,
        instead_of=instead_of,
    )


def word(got: Held | Refusal | None, done: str) -> str:
    """Return the one word of an answer."""
    return f"refused {got.reason}" if isinstance(got, Refusal) else done


def wish(client: Client, business: Business) -> Wanted:
    """Return one of the race's services, at one of its starts, for one of its parties."""
    facts, chance = client.facts, client.chance
    service = business.service_named(chance.choice(facts["services"]))
    party = chance.choice(facts.get("parties", [1]))
    provider = chance.choice(facts.get("providers", [None]))
    return Wanted(
        service,
        chance.choice(facts["starts"]),
        party,
        business.provider_named(provider).id if provider else None,
    )


def book(client: Client) -> Answers:
    """Try again and again to hold and at once confirm one of the wished times."""
    answers = []
    for attempt in range(client.facts["attempts"]):
        if "rounds" in client.facts:
            client.facts["starts"] = client.facts["rounds"][attempt]
            client.meet()
        answers.append(_book(client))
    return answers


def _book(client: Client) -> str:
    with client.database.transaction(client.business) as session:
        business = businesses.load(session)
        wanted = wish(client, business)
        person = client.facts["people"][client.number % len(client.facts["people"])]
        got = hold(session, business, wanted, person=person)
        if isinstance(got, Held):
            confirmed = booking.confirm(session, booking=got.id, by=_BY, now=session.now)
            return word(confirmed, "booked")
        asked = client.facts.get("alternatives", True) and client.chance.random() < 0.1
        if asked and not alternatives(session, business, wanted):
            return "no alternative"
        return word(got, "")


def alternatives(session: Session, business: Business, wanted: Wanted) -> bool:
    """Whether the loser is offered something, each of which the rules allow."""
    search = Search(wanted.service, wanted.party, wanted.provider)
    found = finding.nearest(
        session, business=business, search=search, around=wanted.start, now=session.now
    )
    return bool(found)


def cross(client: Client) -> Answers:
    """Book, then move to and fro: the hold for a move in one transaction, the swap in another."""
    answers: Answers = []
    mine: int | None = None
    person = client.facts["people"][client.number]
    by = By(f"person:{person}")
    for _ in range(client.facts["attempts"]):
        with client.database.transaction(client.business) as session:
            business = businesses.load(session)
            got = hold(session, business, wish(client, business), person=person, instead_of=mine)
            if isinstance(got, Held) and mine is None:
                booking.confirm(session, booking=got.id, by=by, now=session.now)
                mine = got.id
                answers.append("booked")
                continue
        if isinstance(got, Refusal) or mine is None:
            answers.append(word(got, ""))
            continue
        with client.database.transaction(client.business) as session:
            moved = changing.swap(session, booking=mine, hold=got.id, by=by, now=session.now)
            answers.append(word(moved, "moved"))
    return answers


def block_or_book(client: Client) -> Answers:
    """Half of the clients block time, and remember which bookings stood in it; the others book."""
    if client.number % 2:
        return book(client)
    answers: Answers = []
    for _ in range(client.facts["attempts"]):
        with client.database.transaction(client.business) as session:
            business = businesses.load(session)
            start = client.chance.choice(client.facts["starts"])
            resource = business.provider_named(client.chance.choice(["mia", "ben"]))
            span = Span(start, start + timedelta(minutes=10))
            number = blocking.block(
                session,
                business=business,
                resource=resource.id,
                span=span,
                source="hand",
                now=session.now,
            )
            stood = session.execute(_IN_BLOCK, {"id": number}).scalars()
            facts = {"id": number, "title": " ".join(map(str, stood))}
            session.execute(text("UPDATE busy SET title = :title WHERE id = :id"), facts)
        answers.append("blocked")
    return answers


_IN_BLOCK = text(
    "SELECT b.id FROM busy u JOIN allocations a ON a.resource_id = u.resource_id AND a.active"
    " JOIN bookings b ON b.id = a.booking_id"
    " AND b.starts_at < u.ends_at AND b.ends_at > u.starts_at WHERE u.id = :id ORDER BY b.id"
)


def at_the_end(client: Client) -> Answers:
    """Say yes in the last millisecond of a hold, or take its time in the first one after it."""
    answers: Answers = []
    for number, start, expires in client.facts["holds"]:
        client.meet()
        with client.database.transaction(client.business) as session:
            if client.number % 2:
                now = expires - timedelta(milliseconds=1)
                got = booking.confirm(session, booking=number, by=_BY, now=now)
                answers.append(word(got, "confirmed"))
                continue
            business = businesses.load(session)
            wanted = Wanted(business.service_named("haircut"), start, 1, client.facts["provider"])
            person = client.facts["people"][client.number]
            taken = hold(session, business, wanted, person=person, now=expires)
            answers.append(word(taken, "taken"))
    return answers


def change_one(client: Client) -> Answers:
    """Move, cancel, extend and expire one booking, all at once, in the second that it expires."""
    answers: Answers = []
    for target, moves, expires in client.facts["targets"]:
        client.meet()
        what = client.number % 4
        now = expires + timedelta(milliseconds=client.chance.choice([-2, -1, 0, 1]))
        with client.database.transaction(client.business) as session:
            if what in {0, 1}:
                done = changing.swap(session, booking=target, hold=moves[what], by=_BY, now=now)
                answers.append(word(done, f"moved {what}"))
            elif what == 2:
                done = changing.cancel(session, booking=target, by=_BY, now=now)
                answers.append(word(done, "cancelled"))
            else:
                gone = changing.expire(session, booking=target, now=now)
                answers.append("expired" if gone else "stands")
    return answers


def chaos(client: Client) -> Answers:
    """Do anything to any booking, with clocks that differ by seconds and holds that last as long.

    The clients' time runs thirty times as fast as the wall's, and drifts, so that holds expire all
    the time, seen by some earlier than by others.
    """
    answers: Answers = []
    began = time.monotonic()
    for step in range(client.facts["attempts"]):
        passed = 30 * (time.monotonic() - began) + client.chance.uniform(-5, 5)
        now = client.facts["now"] + timedelta(seconds=passed)
        what = client.chance.choices(list(_DEEDS), weights=list(_DEEDS.values()))[0]
        if step == 0:
            what = _buy  # so that there is something to change
        with client.database.transaction(client.business) as session:
            done = what(client, session, businesses.load(session), now)
        answers.append(f"{what.__name__.strip('_')} {done}")
    return answers


def _some(session: Session, client: Client, statuses: tuple[str, ...], now: datetime) -> int | None:
    """Return any booking of these statuses, of whomever, that is not long expired."""
    found = list(
        session.execute(
            text(
                "SELECT id FROM bookings WHERE status = ANY(:of) AND purpose = 'booking'"
                " AND (expires_at IS NULL OR expires_at > :lately) ORDER BY id DESC LIMIT 40"
            ),
            {"of": list(statuses), "lately": now - timedelta(seconds=5)},
        ).scalars()
    )
    return client.chance.choice(found) if found else None


def _owner(session: Session, number: int) -> int:
    person: int = session.execute(
        text("SELECT person_id FROM bookings WHERE id = :id"), {"id": number}
    ).scalar_one()
    return person


def _lasting(client: Client) -> timedelta:
    return timedelta(seconds=client.chance.uniform(1, 120))


def _hold(client: Client, session: Session, business: Business, now: datetime) -> str:
    person = client.chance.choice(client.facts["people"])
    wanted = wish(client, business)
    got = hold(session, business, wanted, person=person, now=now, lasts=_lasting(client))
    return word(got, "held")


def _buy(client: Client, session: Session, business: Business, now: datetime) -> str:
    person = client.facts["people"][client.number]
    got = hold(session, business, wish(client, business), person=person, now=now)
    if isinstance(got, Refusal):
        return word(got, "")
    return word(booking.confirm(session, booking=got.id, by=_BY, now=now), "booked")


def _correct(client: Client, session: Session, business: Business, now: datetime) -> str:
    """Put another time in the place of a hold, as a talk does, in one transaction."""
    mine = _some(session, client, ("held",), now)
    if mine is None:
        return "nothing"
    got = hold(
        session,
        business,
        wish(client, business),
        person=_owner(session, mine),
        now=now,
        lasts=_lasting(client),
        instead_of=mine,
    )
    if isinstance(got, Refusal):
        return word(got, "")
    return word(changing.swap(session, booking=mine, hold=got.id, by=_BY, now=now), "corrected")


def _ask_move(client: Client, session: Session, business: Business, now: datetime) -> str:
    """Hold a time for the move of a booking, and leave it to others to swap."""
    mine = _some(session, client, ("confirmed",), now)
    if mine is None:
        return "nothing"
    got = hold(
        session,
        business,
        wish(client, business),
        person=_owner(session, mine),
        now=now,
        lasts=_lasting(client),
        instead_of=mine,
    )
    return word(got, "held")


def _swap(client: Client, session: Session, _business: Business, now: datetime) -> str:
    rows = session.execute(
        text(
            "SELECT id, for_id FROM bookings WHERE status = 'held' AND purpose = 'move'"
            " AND expires_at > :lately ORDER BY id DESC LIMIT 12"
        ),
        {"lately": now - timedelta(seconds=5)},
    ).all()
    if not rows:
        return "nothing"
    row = client.chance.choice(rows)
    return word(changing.swap(session, booking=row.for_id, hold=row.id, by=_BY, now=now), "swapped")


def _confirm(client: Client, session: Session, _business: Business, now: datetime) -> str:
    mine = _some(session, client, ("held", "awaiting_provider"), now)
    if mine is None:
        return "nothing"
    until = now + _lasting(client) if client.chance.random() < 0.3 else None
    return word(
        booking.confirm(session, booking=mine, by=_BY, now=now, provider_until=until), "done"
    )


def _cancel(client: Client, session: Session, _business: Business, now: datetime) -> str:
    mine = _some(session, client, ("confirmed", "awaiting_provider"), now)
    if mine is None:
        return "nothing"
    return word(changing.cancel(session, booking=mine, by=_BY, now=now), "done")


def _release(client: Client, session: Session, _business: Business, now: datetime) -> str:
    mine = _some(session, client, ("held",), now)
    if mine is None:
        return "nothing"
    return word(changing.release(session, booking=mine, by=_BY, now=now), "done")


def _extend(client: Client, session: Session, _business: Business, now: datetime) -> str:
    mine = _some(session, client, ("held", "awaiting_provider"), now)
    if mine is None:
        return "nothing"
    until = now + _lasting(client)
    return word(changing.extend(session, booking=mine, until=until, by=_BY, now=now), "done")


def _expire(client: Client, session: Session, _business: Business, now: datetime) -> str:
    mine = _some(session, client, ("held", "awaiting_provider"), now)
    if mine is None:
        return "nothing"
    return "done" if changing.expire(session, booking=mine, now=now) else "early"


def _block(client: Client, session: Session, business: Business, now: datetime) -> str:
    start = client.chance.choice(client.facts["starts"])
    resource = client.chance.choice(business.resources).id
    title = str(client.chance.randrange(6))
    blocking.lift(session, resource=resource, source="hand", title=title)
    if client.chance.random() < 0.5:
        span = Span(start, start + timedelta(minutes=client.chance.choice([15, 30])))
        blocking.block(
            session,
            business=business,
            resource=resource,
            span=span,
            source="hand",
            title=title,
            now=now,
        )
    return "done"


def _look(client: Client, session: Session, business: Business, now: datetime) -> str:
    wanted = wish(client, business)
    search = Search(wanted.service, wanted.party, wanted.provider)
    window = Span(wanted.start, wanted.start + timedelta(hours=4))
    finding.free(session, business=business, search=search, windows=[window], now=now)
    return "done"


_BY = By("clock")
_DEEDS = {
    _hold: 8,
    _correct: 4,
    _ask_move: 6,
    _swap: 4,
    _confirm: 4,
    _cancel: 2,
    _release: 2,
    _extend: 2,
    _expire: 4,
    _block: 1,
    _look: 1,
}
