"""Sixty-six answer for one time that came free: holders of offers, late ones, and walk-ins."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from random import Random
from threading import Barrier

from core import booking, changing, inbox, offers, outbox, people, waitlist
from core.booking import By, Held
from core.choosing import Wanted
from core.db import Database, Session, passing
from core.span import MINUTE, Span
from core.waitlist import Waiting
from dialogs import converse
from races.ground import LIMITS, Ground
from races.racing import Result
from support.counts import count

HOLDERS, LATE, WALKERS = 3, 61, 2
ALL = HOLDERS + LATE + WALKERS
HOURS = (0, 1, 2, 4, 5, 6)  # after ten; lunch is between
BY = By("test")


def test_one_of_all_who_answer_has_the_time(ground: Callable[..., Ground]) -> None:
    """One holder wins each round, nobody else gets the time, and everybody hears the truth."""
    here = ground((LIMITS, ""))
    starts = [
        here.day(n // len(HOURS)) + timedelta(hours=HOURS[n % len(HOURS)])
        for n in range(count(1, 200))
    ]
    rounds = [_round(here, number, start) for number, start in enumerate(starts)]
    database = Database(here.url, size=(ALL + 1) // 2)
    with ThreadPoolExecutor(ALL) as pool:
        for addresses in rounds:
            barrier = Barrier(ALL)
            done = [pool.submit(_turn, database, here, one, barrier) for one in addresses]
            for one in done:
                one.result()
    database.close()
    here.check(Result())
    told = here.ask("SELECT address_id, note FROM outbox WHERE cause IS NOT NULL")
    notes = {row.address_id: row.note for row in told}
    assert len(told) == len(notes) == len(starts) * ALL
    won = here.ask(
        "SELECT b.starts_at, a.id AS address FROM bookings b"
        " JOIN addresses a ON a.person_id = b.person_id WHERE b.status = 'confirmed'"
    )
    assert Counter(row.starts_at for row in won) == Counter(starts)
    assert {address for address, note in notes.items() if note == "booked"} == {
        row.address for row in won
    }
    for addresses in rounds:
        assert {notes[one] for one in addresses[:HOLDERS]} == {"booked", "wait_gone"}
        assert {notes[one] for one in addresses[HOLDERS:64]} == {"wait_gone"}
        assert {notes[one] for one in addresses[64:]} == {"refused"}
    status = Counter(row.status for row in here.ask("SELECT status FROM waits"))
    assert status == {"booked": len(starts), "waiting": len(starts) * (HOLDERS + LATE - 1)}
    left = Counter(row.status for row in here.ask("SELECT status FROM offers"))
    assert left == {
        "taken": len(starts),
        "withdrawn": len(starts) * (HOLDERS - 1),
        "lapsed": len(starts) * LATE,
    }


def _turn(database: Database, here: Ground, address: int, barrier: Barrier) -> None:
    """Have the message of an address answered at one instant with all; two that met try again."""
    barrier.wait(60)
    for tries in range(10):
        try:
            with database.transaction(here.business.id) as session:
                converse.hear(session, address=address, now=session.now)
        except Exception as error:
            if not passing(error) or tries == 9:
                raise
            time.sleep(Random(address).uniform(0.01, 0.05))
        else:
            return


def _round(here: Ground, number: int, start: datetime) -> list[int]:
    """Offer a start to three, and have it lapsed for others; return the addresses of all."""
    with here.database.transaction(here.business.id) as session:
        readers = [
            people.at(session, channel="sms", address=f"+1646{number:03}{n:04}", now=session.now)
            for n in range(HOLDERS + LATE + WALKERS)
        ]
        service = here.business.service_named("haircut")
        ana = here.business.provider_named("ana").id
        waits = [
            waitlist.join(
                session,
                person=reader.person,
                service=service.id,
                provider=ana,
                windows=[Span(start, start + MINUTE)],
                by=BY,
                now=session.now,
            )
            for reader in readers[: HOLDERS + LATE]
        ]
        wanted = Wanted(service, start, 1, ana)
        late, first = waits[HOLDERS:], waits[:HOLDERS]
        hold = _held(session, here, wanted, late[0].person)
        _offered(session, here, late, hold, wanted)
        made = [offer.id for offer in offers.open_of(session, hold)]
        offers.close(session, made, status="lapsed", now=session.now)
        changing.release(session, booking=hold, by=BY, now=session.now)
        for reader in readers[HOLDERS : HOLDERS + LATE]:
            outbox.post(
                session,
                address=reader.address,
                note="wait_lapsed",
                facts={},
                locale="en",
                now=session.now,
            )
        _offered(session, here, first, _held(session, here, wanted, first[0].person), wanted)
        said = start.astimezone(here.business.zone)
        for n, reader in enumerate(readers):
            walks = n >= HOLDERS + LATE
            body = f"haircut with ana on {said:%B} {said.day} at {said:%H:%M}" if walks else "yes"
            inbox.store(
                session,
                address=reader.address,
                channel="sms",
                message=f"{number}:{n}",
                kind="text",
                body=body,
                now=session.now,
            )
    return [reader.address for reader in readers]


def _held(session: Session, here: Ground, wanted: Wanted, person: int) -> int:
    got = booking.hold(
        session,
        business=here.business,
        wanted=wanted,
        person=person,
        until=session.now + 20 * MINUTE,
        by=BY,
        now=session.now,
    )
    assert isinstance(got, Held)
    return got.id


def _offered(
    session: Session, here: Ground, group: list[Waiting], hold: int, wanted: Wanted
) -> None:
    """Offer a hold to a group, as sent just now."""
    made = offers.make(
        session,
        waits=[one.id for one in group],
        booking=hold,
        provider=wanted.provider,
        start=wanted.start,
        now=session.now,
    )
    for number in made.values():
        offer = offers.one(session, number)
        assert offer is not None
        assert offers.sending(session, offer, business=here.business, now=session.now)
