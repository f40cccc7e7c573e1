"""Somebody who did everything that can be done here is forgotten: no column of any row has them."""

import itertools
import json
from typing import Any

import pytest
from sqlalchemy import text

from bot.acting import Who, write
from bot.replay import script
from bot.replay.stage import Stage
from core import businesses, outbox, people
from core.booking import By
from core.verify import prove
from dialogs.flows import leaving
from support.staging import Play, Told, code_in, heard, left_behind

NOW = {"now": "2026-03-02T09:00:00-05:00"}
SMS: dict[str, Any] = {"from": "+12125550101", "channel": "sms", "to": "juniper"}
WHATSAPP = SMS | {"channel": "whatsapp"}
CHAT: dict[str, Any] = {"from": "771889302", "channel": "telegram", "to": "juniper"}
OTHER: dict[str, Any] = {"from": "+12125550188", "channel": "sms", "to": "juniper"}
ANA: dict[str, Any] = {"from": "U0ANA", "channel": "slack", "to": "juniper"}
MIA: dict[str, Any] = {"from": "U0MIA", "channel": "slack", "to": "juniper"}

BEN: dict[str, Any] = {"from": "U0BEN", "channel": "slack", "to": "juniper"}

# Whatever of her could be found: names, addresses, places, words, and the vendors' ids of these.
TRACES = (
    *("Marguerite", "Maya", "2125550101", "212) 555-0101", "771889302", "Denver", "Berlin", "52.5"),
    *("wheelchair", "haircut with ben", "hers-", "ammonia"),
)
_IDS = itertools.count()


def do(stage: Stage, **line: object) -> None:
    """Play one line of a script."""
    stage.play(script.read([json.dumps(each) for each in (NOW, line)])[1])


def say(stage: Stage, words: str, who: dict[str, Any]) -> None:
    hers = who["from"] in {SMS["from"], CHAT["from"]}
    do(stage, say=words, id=f"{'hers' if hers else 'theirs'}-{next(_IDS)}", **who)


@pytest.fixture
def lived(play: Play) -> tuple[Stage, Told]:
    """Give a stage on which Maya booked, moved, cancelled, linked, asked, shared and stopped."""
    lines = [
        NOW,
        {"link": "Ana"} | ANA,
        {"link": "Mia"} | MIA,
        {"link": "Ben"} | BEN,
        {"say": "haircut with ana tomorrow at 3pm", "name": "Maya Marguerite", "id": "hers-a"}
        | SMS,
        {"say": "yes", "id": "hers-b"} | SMS,
        {"say": "hello", "id": "hers-c"} | CHAT,
        {"say": "hi", "id": "hers-d"} | WHATSAPP,
        {"say": "hello"} | OTHER,
    ]
    stage, told = play(script.read([json.dumps(line) for line in lines]))
    say(stage, "link +1 (212) 555-0101", OTHER)  # somebody else names her number
    do(stage, advance="PT2M")
    say(stage, "link +1 (212) 555-0101", CHAT)
    say(stage, code_in(heard(told, WHATSAPP)), CHAT)
    say(stage, "link", CHAT)
    for words in ("haircut with ana thursday at 2pm", "yes", "move it to 4pm", "yes"):
        say(stage, words, SMS)
    do(stage, fail=BEN["from"], permanent=True)  # Ana hears of the letter to Ben about her
    for words in ("haircut with ben wednesday at 10", "yes", "cancel the haircut with ben"):
        say(stage, words, CHAT)
    say(stage, "yes", CHAT)
    for words in ("consultation tomorrow at 11am", "yes"):
        say(stage, words, CHAT)
    do(stage, location=[52.52, 13.4], id="hers-e", **CHAT)
    for words in ("I'm in Denver until friday", "text me on telegram", "is it for wheelchairs?"):
        say(stage, words, SMS)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        letter = session.execute(
            text("SELECT id, body FROM outbox WHERE note = 'request' ORDER BY id DESC LIMIT 1")
        ).one()
        assert "Maya" in letter.body
        pressed = {"outbox": letter.id, "index": 0, "shown": {"text": letter.body, "ts": "1"}}
        write(session, Who("slack", MIA["from"]), message="m", kind="press", body="OK", **pressed)
    for host in (ANA, MIA):
        for words in ("today", "tomorrow", "my week"):
            say(stage, words, host)
    assert "Maya" in heard(told, ANA)
    for words in ("cancel Maya's haircut on thursday", "no"):
        say(stage, words, ANA)
    say(stage, "book Maya +12125550101 a haircut with ana on saturday at 11am", ANA)
    say(stage, "yes", ANA)
    say(stage, "note on Maya: allergic to ammonia", ANA)
    assert "ammonia" in heard(told, ANA)
    for words in (
        "my data",
        "human",
        "haircut with ben friday at 9am",
        "STOP",
        "my wheelchair again",
    ):
        say(stage, words, SMS)
    do(stage, to_time="2026-03-02T16:00:00-05:00")
    return stage, told


def traces(stage: Stage) -> list[tuple[str, str]]:
    """Return what is found of her, and in which row; bytes are searched as bytes."""
    found: list[tuple[str, str]] = []
    with stage.runtime.database.owner.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).scalars()
        for table in tables.all():
            rows = connection.exec_driver_sql(f"SELECT CAST(t AS text) FROM {table} t").scalars()
            for row in rows.all():
                signs = (sign for sign in TRACES if sign in row or sign.encode().hex() in row)
                found += [(sign, f"{table} {row}") for sign in signs]
    return found


def whole(stage: Stage) -> list[str]:
    """Return the rows of people and of what was said."""
    with stage.runtime.database.owner.connect() as connection:
        return [
            row
            for table in ("people", "addresses", "inbox", "consents", "suppressions", "join_codes")
            for row in connection.exec_driver_sql(
                f"SELECT CAST(t AS text) FROM {table} t ORDER BY business_id, id"
            ).scalars()
        ]


def forgotten(stage: Stage) -> None:
    """Have her ask for it in the chat."""
    say(stage, "forget me", CHAT)
    say(stage, "yes", CHAT)


def test_nothing_is_found_of_whom_we_forgot(lived: tuple[Stage, Told]) -> None:
    """Not in any column of any row, whoever else it was said to; the book is right."""
    stage, told = lived
    kinds = {sign for sign, _ in traces(stage)}
    assert kinds == set(TRACES)
    forgotten(stage)
    assert any("we have forgotten you" in item["text"] for item in told if item.get("text"))
    assert traces(stage) == []
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        assert prove(session, businesses.load(session)).wrong == ()
        written = session.execute(
            text("SELECT DISTINCT jsonb_object_keys(facts) AS name FROM booking_events")
        )
        assert {row.name for row in written} <= {
            *("why", "was", "until", "choice", "because", "blocked", "from", "to", "version")
        }
    assert left_behind(stage)[0] == 0


def test_a_second_forgetting_changes_nothing(lived: tuple[Stage, Told]) -> None:
    """Whoever asks for it, nobody is left to be forgotten."""
    stage, _ = lived
    forgotten(stage)
    before = whole(stage)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        business = businesses.load(session)
        rows = session.execute(text("SELECT id FROM people WHERE forgotten_at IS NOT NULL"))
        for row in rows.all():
            leaving.erase(session, business, row.id, by=By("operator"))
    assert whole(stage) == before
    assert traces(stage) == []


def test_what_a_turn_of_others_still_wrote_goes_after_it(lived: tuple[Stage, Told]) -> None:
    """A turn that had read of her just before may post what it read: minutes later it is gone."""
    stage, _ = lived
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        reader = people.at(session, channel="sms", address=SMS["from"], now=session.now)
        host = people.at(session, channel="slack", address=ANA["from"], now=session.now)
    forgotten(stage)
    about = {"person": reader.person, "name": "Maya", "address": SMS["from"], "text": "wheelchair"}
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        for address in (host.address, reader.address):
            outbox.post(
                session,
                address=address,
                note="wrote_opted_out",
                facts=about,
                locale="en",
                now=session.now,
            )
    do(stage, advance="PT1M")
    assert traces(stage) != []
    do(stage, advance="PT2M")
    assert traces(stage) == []


def test_whoever_writes_again_is_new(lived: tuple[Stage, Told]) -> None:
    """No booking, name, zone or open question is theirs, and a retry of an old message nothing."""
    stage, told = lived
    forgotten(stage)
    before = len(told)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        for channel, message in (("sms", "hers-a"), ("telegram", "hers-c")):
            who = SMS["from"] if channel == "sms" else CHAT["from"]
            assert write(session, Who(channel, who, "Maya"), message=message, body="yes") is None
    do(stage, advance="PT1M")
    assert told[before:] == []
    assert traces(stage) == []
    say(stage, "yes", CHAT)
    assert "Booked" not in heard(told, CHAT)
    say(stage, "my bookings", CHAT)
    assert "no bookings" in heard(told, CHAT)
    say(stage, "my data", CHAT)
    for old in ("Maya", "Berlin", "Denver", SMS["from"]):
        assert old not in heard(told, CHAT)


def test_the_stop_holds_until_start(lived: tuple[Stage, Told]) -> None:
    """Whoever names the number sends it nothing; the owner's own START is heard."""
    stage, told = lived
    forgotten(stage)
    before = len(told)
    say(stage, "link +12125550101", CHAT)
    assert "I've sent a code to +12125550101" in heard(told, CHAT)
    say(stage, "hello?", SMS)
    assert SMS["from"] not in {item.get("to") for item in told[before:]}
    say(stage, "START", SMS)
    assert "back" in heard(told[before:], SMS)
    do(stage, advance="PT2M")
    say(stage, "link +12125550101", CHAT | {"from": "772"})
    assert "joins this number to your chat" in heard(told, SMS)


def test_a_stop_behind_the_yes_is_heard(lived: tuple[Stage, Told]) -> None:
    """What waits to be answered is erased with the rest, but a STOP among it counts."""
    stage, _ = lived
    say(stage, "forget me", CHAT)
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        for message, words in (("hers-y", "yes"), ("hers-z", "stop texting me")):
            write(session, Who("telegram", CHAT["from"]), message=message, body=words)
    do(stage, advance="PT1M")
    assert traces(stage) == []
    with stage.runtime.database.transaction(stage.slugs["juniper"]) as session:
        where = {"channel": "telegram", "address": CHAT["from"]}
        assert people.at(session, **where, now=session.now).opted_out


def test_providers_see_nobody_in_what_was_booked(lived: tuple[Stage, Told]) -> None:
    """Their lists show the time that was, with neither name nor number nor what replaced them."""
    stage, told = lived
    do(stage, to_time="2026-03-05T18:00:00-05:00")
    forgotten(stage)
    for host in (ANA, MIA):
        for words in ("today", "my week"):
            say(stage, words, host)
            for sign in (*TRACES, "forgotten:"):
                assert sign not in heard(told, host)
