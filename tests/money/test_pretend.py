"""Where no money moves: the replay's `pay`, and the demo's pretended page."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.demo import door
from bot.demo.hub import Hub
from bot.demo.play import Play
from bot.replay.script import read
from bot.replay.stage import Stage
from bot.wiring import simulated
from core.db import Database
from support.counter import MAYA, NOW, Counter
from support.postgres import connected
from support.shop import open_shop
from workers.tick import drain


@pytest.fixture
def pretended(database_url: str) -> Iterator[Counter]:
    """Give Juniper with the till that asks nobody."""
    juniper = open_shop(database_url)
    with connected(database_url) as database:
        made = Counter(database, juniper)
        made.runtime = simulated(database, pages="http://127.0.0.1:8600/")
        yield made
        made.close()


def staged(counter: Counter, *lines: str) -> tuple[Stage, list[dict[str, Any]]]:
    """Play lines of a script at the counter's moment."""
    said: list[dict[str, Any]] = []
    stage = Stage(counter.runtime, {"juniper": counter.business}, said.append)
    stage.now = counter.now
    for line in read([f'{{"now": "{counter.now.isoformat()}"}}', *lines]):
        stage.play(line)
    return stage, said


def test_a_script_pays(pretended: Counter) -> None:
    """Paid: the booking stands, and the state says what was paid; nothing is open to pay then."""
    pretended.ask(pretended.held())
    pay = f'{{"pay": "{MAYA.address}"}}'
    stage, said = staged(pretended, '{"advance": "PT1M"}', pay, pay)
    assert pretended.statuses() == ["confirmed"]
    state = stage.state()
    assert [(b["paid"], b["refunded"]) for b in state["bookings"]] == [(4000, 0)]
    assert [(p["amount"], p["status"], p["currency"]) for p in state["payments"]] == [
        (4000, "paid", "USD")
    ]
    assert [item["error"] for item in said if "error" in item] == [
        f"{MAYA.address} has no open payment link"
    ]


@pytest.mark.parametrize(
    ("outcome", "status"), [("failed", "released"), ("expired", "awaiting_payment")]
)
def test_a_script_does_not_pay(pretended: Counter, outcome: str, status: str) -> None:
    """Failed: the time is free at once. Expired: it is two minutes later, by itself."""
    pretended.ask(pretended.held())
    pay = f'{{"pay": "{MAYA.address}", "outcome": "{outcome}", "to": "juniper"}}'
    stage, _ = staged(pretended, '{"advance": "PT1M"}', pay)
    assert pretended.statuses() == [status]
    assert [p["status"] for p in stage.state()["payments"]] == [outcome]


def test_a_script_pays_late(pretended: Counter) -> None:
    """The hold has gone and somebody else has the time: all of it goes back."""
    pretended.ask(pretended.held())
    staged(pretended, '{"advance": "PT40M"}')
    pretended.now = pretended.database.now()
    pretended.held(who=type(MAYA)("sms", "+12125550124", "Leo"))
    pay = f'{{"pay": "{MAYA.address}", "outcome": "late"}}'
    stage, said = staged(pretended, pay)
    assert "All of it goes back" in str(said)
    assert [p["refunded"] for p in stage.state()["payments"]] == [4000]


class Visitor:
    """Somebody at the demo's pretended page."""

    def __init__(self, counter: Counter) -> None:
        play = Play(counter.runtime)
        self._app = door.app(play, Hub(play.source()))

    def ask(self, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        """Ask for something of the page, as its script does."""
        return asyncio.run(self._ask(path, fields))

    async def _ask(self, path: str, fields: dict[str, str] | None) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            if fields is None:
                return await client.get(path)
            return await client.post(path, json=fields, headers={"x-slotkeeper-demo": "1"})

    def pay(self, number: int, outcome: str) -> int:
        """Click; return the status of the answer."""
        fields = {"checkout": str(number), "outcome": outcome}
        return self.ask("/api/demo/juniper/pay", fields).status_code


def running(database: Database) -> None:
    """Let the clock run, as the demo's does, from the counter's moment on."""
    real = database.owner.connect()
    with real as connection:
        there = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    database.set_clock(ahead=NOW - there)


def test_the_pretended_page_is_labelled_and_pays(pretended: Counter) -> None:
    """It says that no money moves, what is asked for, and takes one payment."""
    number = pretended.ask(pretended.held())
    drain(pretended.runtime)
    visitor = Visitor(pretended)
    assert f"http://127.0.0.1:8600/pretend/juniper/{number}" in pretended.said()[-1]
    page = visitor.ask(f"/pretend/juniper/{number}")
    assert "This page only pretends" in page.text
    assert "form-action 'none'" in page.headers["content-security-policy"]
    shown = visitor.ask(f"/api/demo/juniper/checkouts/{number}").json()
    assert (shown["amount"], shown["status"]) == ("$40", "open")
    assert shown["title"].startswith("Colour with Ana")
    assert visitor.pay(number, "paid") == 202
    drain(pretended.runtime)
    assert pretended.statuses() == ["confirmed"]
    assert visitor.pay(number, "paid") == 400


def test_the_pretended_page_fails_and_pays_late(pretended: Counter) -> None:
    """A click fails the payment; another pays once the hold is over, the clock moved there."""
    running(pretended.database)
    number = pretended.ask(pretended.held())
    drain(pretended.runtime)
    visitor = Visitor(pretended)
    assert visitor.pay(number, "failed") == 202
    drain(pretended.runtime)
    assert pretended.statuses() == ["released"]
    number = pretended.ask(pretended.held("11:00"))
    drain(pretended.runtime)
    before = pretended.database.now()
    assert visitor.pay(number, "late") == 202
    drain(pretended.runtime)
    assert (pretended.database.now() - before).total_seconds() > 33 * 60
    assert pretended.statuses() == ["released", "expired", "confirmed"]
    assert "arrived" in pretended.said()[-1]


def test_what_is_not_there_cannot_be_paid(pretended: Counter) -> None:
    """Unknown numbers, outcomes and businesses are said to be so; other sites cannot click."""
    number = pretended.ask(pretended.held())
    visitor = Visitor(pretended)
    for wrong in ("0", "x", "9" * 30, "-1"):
        assert visitor.ask(f"/api/demo/juniper/checkouts/{wrong}").status_code == 404
    assert visitor.ask(f"/api/demo/nobody/checkouts/{number}").status_code == 404
    assert visitor.pay(number, "stolen") == 400
    assert visitor.pay(999, "paid") == 400
    assert visitor.ask("/api/demo/juniper/pay").status_code == 405
