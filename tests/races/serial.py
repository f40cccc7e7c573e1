"""What the clients of a race do to series: each function is one client's part."""

from datetime import date, time, timedelta

from core import booking, businesses, changing, series, shifting
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Session
from core.recurrence import Recurrence
from core.refusals import Refusal
from core.rules import Business
from core.series import Plan
from races import clients
from races.racing import Answers, Client

BY = By("race")


def series_or_single(client: Client) -> Answers:
    """Book series that overlap, or single times among them, and end some again."""
    return [_one(client) for _ in range(client.facts["attempts"])]


def _one(client: Client) -> str:
    chance, facts = client.chance, client.facts
    with client.database.transaction(client.business) as session:
        business = businesses.load(session)
        person = facts["people"][client.number % len(facts["people"])]
        if client.number % 2:
            got = _single(client, session, business, person)
            return clients.word(got, "single")
        first = date(2026, 3, 3) + timedelta(days=chance.randrange(4))
        clock = time(10 + chance.randrange(2), chance.choice((0, 15, 30)))
        again = Recurrence(chance.choice(facts["rules"]), first, clock)
        laid = series.hold(
            session,
            business=business,
            plan=Plan(business.service_named("haircut"), again),
            person=person,
            until=session.now + clients.HOLD,
            by=BY,
            now=session.now,
        )
        if not laid.held or chance.random() < 0.2:
            series.release(session, series=laid.series, by=BY, now=session.now)
            return "let go"
        gone = series.confirm(
            session, business=business, series=laid.series, by=BY, now=session.now
        )
        return clients.word(gone, "series")


def _single(
    client: Client, session: Session, business: Business, person: int
) -> Held | Refusal | None:
    start = client.chance.choice(client.facts["starts"])
    wanted = Wanted(business.service_named("haircut"), start)
    got = clients.hold(session, business, wanted, person=person)
    if isinstance(got, Refusal):
        return got
    return booking.confirm(session, booking=got.id, by=BY, now=session.now) or got


def change_series(client: Client) -> Answers:
    """Extend, end, or move one series as a whole, or one booking of it, all at once."""
    answers = []
    for number in client.facts["series"]:
        client.meet()
        answers.append(_CHANGES[client.number % len(_CHANGES)](client, number))
    return answers


def _extend(client: Client, number: int) -> str:
    with client.database.transaction(client.business) as session:
        business = businesses.load(session)
        now = session.now + timedelta(days=14)
        laid = series.extend(session, business=business, series=number, now=now)
        return "no further" if laid is None else "extended"


def _end(client: Client, number: int) -> str:
    with client.database.transaction(client.business) as session:
        gone = series.end(session, series=number, since=session.now, by=BY, now=session.now)
        return "ended" if gone else "ended before"


def _move_all(client: Client, number: int) -> str:
    with client.database.transaction(client.business) as session:
        business = businesses.load(session)
        found = series.read(session, business, number)
        assert found is not None
        again = found.plan.recurrence
        clock = time(client.chance.choice((9, 11, 15)), 0)
        moved = Recurrence(again.rule, again.first, clock)
        laid = shifting.move(
            session,
            business=business,
            series=found,
            plan=Plan(found.plan.service, moved, found.plan.party, found.plan.provider),
            since=session.now,
            by=BY,
            now=session.now,
        )
        return "moved" if laid.held else "none moved"


def _move_one(client: Client, number: int) -> str:
    with client.database.transaction(client.business) as session:
        business = businesses.load(session)
        rows = series.standing(session, number, since=session.now, now=session.now)
        if not rows:
            return "nothing stands"
        each, start = client.chance.choice(rows)
        found = series.read(session, business, number)
        assert found is not None
        wanted = Wanted(found.plan.service, start + timedelta(minutes=45))
        got = clients.hold(session, business, wanted, person=found.person, instead_of=each)
        if isinstance(got, Refusal):
            return clients.word(got, "")
        gone = changing.swap(session, booking=each, hold=got.id, by=BY, now=session.now)
        return clients.word(gone, "moved one")


_CHANGES = (_extend, _end, _move_all, _move_one, _extend, _move_all, _move_one, _move_one)
