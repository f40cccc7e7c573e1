"""The web door: verified first, stored before it is acknowledged, and never stored twice."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest
from starlette.applications import Starlette

from bot import web
from bot.acting import Who, write
from bot.patience import MOST_BYTES
from bot.wiring import simulated
from channels import simulator
from core import businesses
from core.db import Database, Wake
from support.processes import KEY
from workers.tick import drain

_CUSTOMER = "+12125550123"
_HOSTILE = {
    "empty": "",
    "long": "haircut " * 1250,
    "emoji": "💇‍♀️🙏🙏",
    "control": "hair\x00cut\x1b[2J tomorrow\x07",
    "lone half": "haircut \ud83d tomorrow",
    "sql": "'; DROP TABLE bookings; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{name} %(name)s ${name} {0}",
}


class Client:
    """Asks an application without a socket between."""

    def __init__(self, app: Starlette) -> None:
        self._transport = httpx.ASGITransport(app)

    def ask(
        self, path: str, body: bytes | None = None, *, key: str = f"Bearer {KEY}"
    ) -> httpx.Response:
        """Post a body, or get where there is none."""
        return asyncio.run(self._ask(path, body, key))

    def say(self, said: dict[str, object]) -> httpx.Response:
        """Post a message to Juniper."""
        return self.ask("/simulator/juniper", json.dumps(said).encode())

    async def _ask(self, path: str, body: bytes | None, key: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://bot") as client:
            method = "GET" if body is None else "POST"
            headers = {"Authorization": key}
            return await client.request(method, path, content=body, headers=headers)


@pytest.fixture
def door(database: Database) -> Client:
    """Give a client of the application, with the simulator's door."""
    return Client(web.app(database, [simulator.door(KEY)]))


def _said(text: str = "hi", **other: object) -> dict[str, object]:
    return {"channel": "sms", "from": _CUSTOMER, "message": "1", "text": text} | other


def _count(database: Database, table: str) -> int:
    with database.owner.connect() as connection:
        found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        return found


def test_a_message_is_stored_once_and_somebody_is_woken(door: Client, database: Database) -> None:
    """The same id twice is acknowledged twice, stored once, and woken for once."""
    woken: list[Wake] = []
    database.wake = woken.extend
    for _ in range(2):
        answer = door.say(_said(name="Maya"))
        assert (answer.status_code, answer.json()) == (200, {"taken": True})
    assert _count(database, "inbox") == 1
    assert [wake.kind for wake in woken] == ["answer"]


def test_first_messages_that_come_together_are_of_one_person(database: Database) -> None:
    """A new number that texts and sends on WhatsApp at the same moment is met once."""
    juniper = businesses.find(database, "juniper") or 0

    together = Barrier(8)

    def first(number: int) -> None:
        with database.transaction(juniper) as session:
            together.wait(30)
            who = Who(("sms", "whatsapp")[number % 2], _CUSTOMER, name="Maya")
            write(session, who, message=str(number), body="hi")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(first, range(8)))
    assert _count(database, "people WHERE name = 'Maya'") == 1
    assert _count(database, "addresses WHERE channel <> 'slack'") == 2
    assert _count(database, "inbox") == 8


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer wrong", KEY])
def test_without_the_key_nothing_is_stored(door: Client, database: Database, key: str) -> None:
    """A request that does not prove who sent it gets 403 and leaves no trace."""
    answer = door.ask("/simulator/juniper", json.dumps(_said()).encode(), key=key)
    assert answer.status_code == 403
    assert (_count(database, "inbox"), _count(database, "people WHERE name <> 'Ana'")) == (0, 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"\xff\xfe",
        *(
            json.dumps(_said(**wrong)).encode()
            for wrong in (
                {"channel": "pigeon"},
                {"from": None},
                {"from": "+1\x002"},
                {"from": "\ud83d"},
                {"from": "+" * 1000},
                {"message": 5},
                {"text": None},
                {"name": {"$ne": 1}},
            )
        ),
    ],
)
def test_what_is_no_message_gets_a_400(door: Client, database: Database, body: bytes) -> None:
    """Whatever cannot be read is refused with a reason, and never a 500."""
    answer = door.ask("/simulator/juniper", body)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert _count(database, "inbox") == 0


def test_other_requests_are_refused_in_order(door: Client) -> None:
    """A business that is not there, a body that is too long, another method, another path."""
    said = json.dumps(_said()).encode()
    assert door.ask("/simulator/nobody", said).status_code == 404
    assert door.ask("/simulator/juniper", b"x" * (MOST_BYTES + 1)).status_code == 413
    assert door.ask("/simulator/juniper").status_code == 405
    assert door.ask("/somewhere", said).status_code == 404


def test_without_a_key_in_the_settings_there_is_no_door(database: Database) -> None:
    """The simulator is open only where somebody set a key for it; health is always told."""
    client = Client(web.app(database, []))
    assert client.say(_said()).status_code == 404
    assert client.ask("/healthz").status_code == client.ask("/readyz").status_code == 200


@pytest.mark.parametrize("kind", _HOSTILE)
def test_whatever_people_type_is_answered(door: Client, database: Database, kind: str) -> None:
    """Each odd message is stored and gets one answer; the tables stand as before."""
    assert door.say(_said(_HOSTILE[kind], name="Robert'); --")).status_code == 200
    drain(simulated(database))
    assert _count(database, "inbox WHERE answered_at IS NOT NULL AND error IS NULL") == 1
    assert _count(database, "outbox WHERE status = 'sent'") == 1
    assert _count(database, "outbox WHERE position('<script' IN body) > 0") == 0
