"""Two people become one while both are booking, cancelling, moving, and asking to be forgotten.

Whole turns race here, answered by workers: what each says is stored, and done in any order.
"""

import time
from collections import Counter
from random import Random
from typing import Any

from sqlalchemy import TextClause, text

from bot.acting import Who, meet, write
from bot.commands.verify import proved, report
from bot.wiring import simulated
from core import codes
from core.db import Database
from models.desk import MONDAY, Desk
from support.counts import count
from workers import broker

SAID = (
    ("haircut with ben {day} at {hour}", "yes"),
    ("colour with ana {day} at {hour}", "yes", "my bookings"),
    ("massage {day} morning", "1", "yes"),
    ("cancel", "yes"),
    ("move it to {hour}", "yes"),
    ("forget me", "yes"),
    ("STOP", "START"),
    ("hi", "my data"),
)
DAYS = ("wednesday", "thursday", "friday", "saturday")
_WAITING = text("SELECT count(*) FROM inbox WHERE answered_at IS NULL")
_TRIED = text("SELECT body, attempts, error FROM inbox WHERE attempts > 0 OR error IS NOT NULL")
_DUE = text("SELECT kind, error FROM due_work WHERE error IS NOT NULL")
_ONE = text("SELECT count(*) FROM people WHERE merged_into IS NOT NULL")
_LOST = text(  # nothing may belong to somebody who became another
    "SELECT (SELECT count(*) FROM addresses a JOIN people p ON p.id = a.person_id"
    "  WHERE p.merged_into IS NOT NULL)"
    " + (SELECT count(*) FROM bookings b JOIN people p ON p.id = b.person_id"
    "  WHERE p.merged_into IS NOT NULL)"
)


def test_two_who_become_one_amid_all_they_do(database_url: str) -> None:
    """No turn breaks or is tried again, nothing is left with who is gone, the book is right."""
    pairs = count(24, 300)
    chance = Random(7)
    database = Database(database_url, size=10)
    desk = Desk.of(database_url, database, "juniper")
    database.set_clock(frozen=MONDAY)
    for number in range(pairs):
        _write(desk, number, chance)
    runtime = simulated(database)
    local = broker.local(runtime)
    end = time.monotonic() + 60 + pairs
    with local:
        while _asked(database, _WAITING)[0][0]:
            assert time.monotonic() < end, "that took too long"
            time.sleep(0.05)
    assert _asked(database, _TRIED) == []
    assert _asked(database, _DUE) == []
    assert _asked(database, _LOST)[0][0] == 0
    assert _asked(database, _ONE)[0][0] > pairs / 2
    said = report(proved(database))
    assert said.startswith("the book is right"), said
    database.close()


def _write(desk: Desk, number: int, chance: Random) -> None:
    """Store what the two of a pair say, one of them the code that joins them."""
    phone, chat = Who("sms", f"+1212556{number:04}"), Who("telegram", f"77{number:04}")
    words = Counter[Who]()
    with desk.session() as session:
        code = codes.show(session, asked=meet(session, chat), now=session.now)
        for who in (phone, chat):
            talk = [say for part in chance.sample(SAID, 3) for say in part]
            if who is phone:
                talk.insert(chance.randrange(len(talk)), f"link {code}")
            for say in talk:
                said = say.format(day=chance.choice(DAYS), hour=f"{chance.randrange(10, 18)}:00")
                words[who] += 1
                assert write(session, who, message=f"{words[who]}", body=said) is not None


def _asked(database: Database, question: TextClause) -> list[tuple[Any, ...]]:
    with database.owner.connect() as connection:
        return [tuple(row) for row in connection.execute(question)]
