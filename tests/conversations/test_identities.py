"""One person on two phones: the codes between them, which a script cannot know beforehand."""

import itertools
import json
from typing import Any

import pytest

from bot.acting import Who, write
from bot.replay import script
from bot.replay.stage import Stage
from core import businesses, consents, outbox, people
from core.people import Reader
from core.verify import prove
from support.staging import Play, Told, code_in, heard, left_behind

NOW = {"now": "2026-03-02T09:00:00-05:00"}
SMS: dict[str, Any] = {"from": "+12125550101", "channel": "sms", "to": "juniper"}
CHAT: dict[str, Any] = {"from": "771", "channel": "telegram", "to": "juniper"}
ANA: dict[str, Any] = {"from": "U0ANA", "channel": "slack", "to": "juniper"}

_IDS = itertools.count()


@pytest.fixture
def open_stage(play: Play) -> tuple[Stage, Told]:
    """Give a stage on which Maya has booked by text, and a chat has just begun."""
    lines = [
        NOW,
        {"link": "Ana"} | ANA,
        {"say": "haircut with ana tomorrow at 3pm", "name": "Maya"} | SMS,
        {"say": "yes"} | SMS,
        {"say": "hello"} | CHAT,
    ]
    return play(script.read([json.dumps(line) for line in lines]))


def say(stage: Stage, words: str, who: dict[str, Any]) -> None:
    lines = [json.dumps(line) for line in (NOW, {"say": words, "id": str(next(_IDS))} | who)]
    stage.play(script.read(lines)[1])


def do(stage: Stage, **line: object) -> None:
    """Play one line of a script."""
    lines = [json.dumps(each) for each in (NOW, line)]
    stage.play(script.read(lines)[1])


def code(told: Told) -> str:
    return code_in(heard(told, SMS))


def readers(stage: Stage) -> tuple[Reader, Reader]:
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        assert prove(session, businesses.load(session)).wrong == ()
        sms, chat = (
            people.at(session, channel=who["channel"], address=who["from"], now=session.now)
            for who in (SMS, CHAT)
        )
    assert left_behind(stage) == (0, 0)
    return sms, chat


def test_a_code_makes_two_addresses_one_person(open_stage: tuple[Stage, Told]) -> None:
    """The chat knows the booking from then on, and both go on with their own open question."""
    stage, told = open_stage
    say(stage, "massage with ben friday at 10", CHAT)
    say(stage, "table for two", SMS)
    say(stage, "link +1 (212) 555-0101", CHAT)
    say(stage, code(told), CHAT)
    assert "+12125550101 is yours now here too" in heard(told, CHAT)
    sms, chat = readers(stage)
    assert sms.person == chat.person
    assert chat.name == "Maya"
    say(stage, "my bookings", CHAT)
    assert "Haircut with Ana" in heard(told, CHAT)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        ledger = consents.history(session, chat.person)
    assert [(c.channel, c.granted) for c in ledger] == [
        ("sms", True),
        ("telegram", True),
        ("sms", True),
    ]


def test_the_open_question_of_both_stays_open(open_stage: tuple[Stage, Told]) -> None:
    """A proposal made in the chat before the join is booked by the yes after it."""
    stage, told = open_stage
    say(stage, "haircut with ben thursday at 2pm", CHAT)
    say(stage, "link +12125550101", CHAT)
    say(stage, f"link {code(told)}", CHAT)
    say(stage, "yes", CHAT)
    assert heard(told, CHAT).startswith("Booked: Haircut with Ben")
    sms, chat = readers(stage)
    assert sms.person == chat.person
    say(stage, "my bookings", SMS)
    assert "Ben" in heard(told, SMS)
    assert "Ana" in heard(told, SMS)


def test_a_code_is_no_good_elsewhere(open_stage: tuple[Stage, Told]) -> None:
    """Typed on the phone that it came to, or in another chat, it joins nobody."""
    stage, told = open_stage
    say(stage, "link +12125550101", CHAT)
    sent = code(told)
    say(stage, sent, SMS)
    assert "not valid" in heard(told, SMS)
    say(stage, sent, CHAT | {"from": "666"})
    assert "not valid" in heard(told, CHAT | {"from": "666"})
    sms, chat = readers(stage)
    assert sms.person != chat.person


def test_guessing_ends_soon(open_stage: tuple[Stage, Told]) -> None:
    """Whoever guesses is not heard any more, not even with the right code."""
    stage, told = open_stage
    say(stage, "link +12125550101", CHAT)
    sent = code(told)
    for n in range(1, 6):
        say(stage, f"{(int(sent) + n) % 10**6:06}", CHAT)
    say(stage, sent, CHAT)
    assert "not valid" in heard(told, CHAT)
    sms, chat = readers(stage)
    assert sms.person != chat.person


def test_a_number_that_was_only_named_is_forgotten(open_stage: tuple[Stage, Told]) -> None:
    """A day later no row holds it any more; one whose owner wrote meanwhile is kept."""
    stage, told = open_stage
    named, wrote = "+12125550177", "+12125550178"
    say(stage, f"link {named}", CHAT)
    say(stage, f"link {wrote}", CHAT)
    assert "joins this number to your chat" in heard(told, {"from": wrote})
    say(stage, "hi", SMS | {"from": wrote})
    do(stage, advance="P1DT1M")
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        assert people.at_number(session, named) is None
        assert people.at_number(session, wrote) is not None
    readers(stage)


def test_who_stopped_our_messages_gets_no_code(open_stage: tuple[Stage, Told]) -> None:
    """The answer in the chat is the same, so that nobody learns it there."""
    stage, told = open_stage
    say(stage, "STOP", SMS)
    before = len(told)
    say(stage, "link +12125550101", CHAT)
    assert "I've sent a code to +12125550101" in heard(told, CHAT)
    assert [item["to"] for item in told[before:]] == ["771"]


def test_a_contact_that_its_owner_shares_joins_at_once(open_stage: tuple[Stage, Told]) -> None:
    """The channel has proven the number, so no code is needed."""
    stage, told = open_stage
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        write(session, Who("telegram", "771"), message="c1", kind="contact", body="+12125550101")
    say(stage, "my bookings", CHAT)
    assert "Haircut with Ana" in heard(told, CHAT)
    sms, chat = readers(stage)
    assert sms.person == chat.person
    say(stage, "text me on telegram", SMS)
    assert "from now on I write to you on Telegram" in heard(told, SMS)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        best = people.of_person(session, sms.person)
    assert best is not None
    assert best.channel == "telegram"


def test_forgotten_on_both_phones(open_stage: tuple[Stage, Told]) -> None:
    """No row anywhere has the name or the number any more, and the provider knows no name."""
    stage, told = open_stage
    say(stage, "link +12125550101", CHAT)
    say(stage, code(told), CHAT)
    say(stage, "forget me", CHAT)
    say(stage, "yes", CHAT)
    assert "Maya" not in heard(told, ANA)
    assert "asked to be forgotten" in heard(told, ANA)
    with stage.runtime.database.owner.connect() as connection:
        names = connection.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).scalars()
        for table in names.all():
            rows = connection.exec_driver_sql(f"SELECT CAST(t AS text) FROM {table} t").scalars()
            for row in rows.all():
                assert "Maya" not in row, (table, row)
                assert SMS["from"] not in row, (table, row)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        assert prove(session, businesses.load(session)).wrong == ()
    assert left_behind(stage) == (0, 0)


def test_what_does_not_arrive_is_sent_elsewhere_once(open_stage: tuple[Stage, Told]) -> None:
    """News goes to the next address and the provider hears both; an answer goes nowhere else."""
    stage, told = open_stage
    say(stage, "link +12125550101", CHAT)
    say(stage, code(told), CHAT)
    do(stage, link="Mia", **ANA | {"from": "U0MIA"})
    say(stage, "consultation tomorrow at 11am", SMS)
    say(stage, "yes", SMS)
    do(stage, fail=SMS["from"], permanent=True)
    before = len(told)
    do(stage, press="Confirm", **ANA | {"from": "U0MIA"})
    assert heard(told, CHAT).startswith("Confirmed: Consultation with Mia")
    assert sum(item["to"] == CHAT["from"] for item in told[before:]) == 1
    assert heard(told, ANA).endswith("I'm trying Telegram instead.")
    before = len(told)
    say(stage, "my bookings", SMS)
    assert [item["to"] for item in told[before:]] == []


def test_news_of_a_letter_to_somebody_forgotten_troubles_nobody(
    open_stage: tuple[Stage, Told],
) -> None:
    """What a vendor says late of such a letter is not kept, and no human hears of it."""
    stage, told = open_stage
    with stage.runtime.database.owner.connect() as connection:
        letter = connection.exec_driver_sql(
            "SELECT max(o.id) FROM outbox o WHERE o.note = 'booked'"
        ).scalar_one()
    say(stage, "forget me", SMS)
    say(stage, "yes", SMS)
    before = len(told)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        outbox.undelivered(
            session, letter, error="30003", permanent=True, opted_out=False, now=session.now
        )
    do(stage, advance="PT1M")
    assert told[before:] == []
    assert left_behind(stage)[0] == 0
