"""What surrounds the doors: floods, sizes, headers, ids in the log, and the figures."""

import asyncio
import json
from dataclasses import replace

import httpx
import pytest
import structlog
from starlette.applications import Starlette

from bot import floods, web
from bot.floods import Buckets, Rate
from bot.wiring import simulated
from channels import simulator
from channels.message import Door, Inbound, Taken
from core.db import Database
from support.processes import KEY
from workers.tick import drain

_OWNER = {"Authorization": f"Bearer {KEY}"}


class Client:
    """Asks an application from an address of one's choice, without a socket between."""

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1") -> None:
        self._transport = httpx.ASGITransport(app, client=(host, 1234))

    def ask(
        self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Post a body, or get where there is none."""

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://bot") as c:
                method = "GET" if body is None else "POST"
                return await c.request(method, path, content=body, headers=headers)

        return asyncio.run(asked())

    def say(self, sender: str, message: int, text: str = "hi") -> httpx.Response:
        """Post a message to Juniper."""
        said = {"channel": "sms", "from": sender, "message": str(message), "text": text}
        return self.ask("/simulator/juniper", json.dumps(said).encode(), _OWNER)


def _app(database: Database, key: str | None = None) -> Starlette:
    return web.app(database, [simulator.door(KEY)], metrics_key=key)


def _count(database: Database, what: str) -> int:
    with database.owner.connect() as connection:
        found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one()
        return found


def test_a_flood_is_asked_to_wait_once_and_starves_nobody(database: Database) -> None:
    """Beyond the burst nothing is stored, one message says so, and others are heard as before."""
    client = Client(_app(database))
    burst = int(floods.PERSON.burst)
    for number in range(burst + 20):
        assert client.say("+12125550101", number).status_code == 200
    assert _count(database, "inbox") in range(burst, burst + 15)  # a slow machine fills it up again
    assert client.say("+12125550102", 1).status_code == 200
    drain(simulated(database))
    assert _count(database, "outbox WHERE note = 'slow_down'") == 1
    said = "a.address = '+12125550102' AND i.answered_at IS NOT NULL"
    assert _count(database, f"inbox i JOIN addresses a ON a.id = i.address_id WHERE {said}") == 1


def test_a_carriers_word_is_heard_in_every_flood(database: Database) -> None:
    """Whoever opts out after a hundred messages is opted out, though the rest is left out."""
    store = web.Store(database)
    said = Inbound("sms", "+12125550100", "+12125550106", "0", "text", "hi")
    burst = int(floods.PERSON.burst)
    for number in range(burst + 20):
        store.keep(Taken((replace(said, message=str(number)),)))
    kept = _count(database, "inbox")
    assert kept < burst + 15
    store.keep(Taken((replace(said, message="out", kind="carrier", body="opted_out"),)))
    assert _count(database, "inbox") == kept + 1


def test_what_is_sent_again_does_not_count_as_more(database: Database) -> None:
    """A vendor that repeats itself a hundred times uses nothing of its sender's share."""
    client = Client(_app(database))
    for _ in range(100):
        assert client.say("+12125550103", 1).status_code == 200
    assert client.say("+12125550103", 2).status_code == 200
    assert _count(database, "inbox") == 2


def test_buckets_fill_up_again_and_warn_once_each_time() -> None:
    """Two at once and one a second; the warning is due again once the bucket was full."""
    clock = [0.0]
    buckets = Buckets(Rate(burst=2, per_second=1), clock=lambda: clock[0])
    for _ in range(2):
        assert not buckets.full("a")
        buckets.take("a")
    assert buckets.full("a")
    assert (buckets.warn("a"), buckets.warn("a")) == (True, False)
    assert not buckets.full("b")
    clock[0] = 1.0
    assert not buckets.full("a")
    buckets.take("a")
    assert buckets.full("a")
    assert not buckets.warn("a")
    clock[0] = 10.0
    assert not buckets.full("a")
    assert buckets.warn("a")


def test_five_megabytes_are_refused_before_they_are_read(database: Database) -> None:
    """The door stops reading at its limit."""
    client = Client(_app(database))
    assert client.ask("/simulator/juniper", b"x" * 5_000_000, _OWNER).status_code == 413
    assert _count(database, "inbox") == 0


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/metrics", "/simulator/juniper"])
def test_every_answer_is_safe_to_show_and_has_an_id(database: Database, path: str) -> None:
    """No page may frame, sniff or keep what we answer; a proxy's id is kept if it is one."""
    client = Client(_app(database))
    answer = client.ask(path, headers={"X-Request-ID": "edge-42"})
    assert answer.headers["x-request-id"] == "edge-42"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    forged = client.ask(path, headers={"X-Request-ID": "a b" * 50})
    assert len(forged.headers["x-request-id"]) == 16


def test_each_line_of_the_log_names_its_request(database: Database) -> None:
    """A message for nobody is logged with the id of the request that brought it."""
    with structlog.testing.capture_logs(
        processors=[structlog.contextvars.merge_contextvars]
    ) as lines:
        client = Client(web.app(database, [simulator.door(KEY), _stray()]))
        client.ask("/stray", b"", {"X-Request-ID": "edge-43"})
    assert [line["request"] for line in lines if "reached" in line["event"]] == ["edge-43"]


def _stray() -> Door:
    """Return a door whose messages are for a number of nobody's."""
    inbound = Inbound("sms", "+10000000000", "+12125550104", "1", "text", "hi")
    return Door("/stray", lambda _: Taken((inbound,)))


def test_the_figures_are_shown_to_this_machine_or_for_the_key(database: Database) -> None:
    """Neither a stranger, nor whoever comes through a proxy, sees them without the key."""
    assert Client(_app(database)).ask("/metrics").status_code == 200
    assert Client(_app(database), host="203.0.113.9").ask("/metrics").status_code == 403
    passed_on = {"X-Forwarded-For": "203.0.113.9"}
    assert Client(_app(database)).ask("/metrics", headers=passed_on).status_code == 403
    keyed = Client(_app(database, key="a long key"), host="203.0.113.9")
    assert keyed.ask("/metrics").status_code == 403
    right = {"Authorization": "Bearer a long key"}
    assert keyed.ask("/metrics", headers=right).status_code == 200


def test_the_figures_count_what_came_and_what_waits(database: Database) -> None:
    """Messages by channel and kind, requests by door, open rows and how late they are."""
    client = Client(_app(database))
    before = client.ask("/metrics").text
    client.say("+12125550105", 1)
    client.ask("/simulator/juniper", b"no json", _OWNER)
    after = client.ask("/metrics").text
    came = 'slotkeeper_inbound_total{channel="sms",kind="text"}'
    assert _figure(after, came) == _figure(before, came) + 1
    assert _figure(after, 'slotkeeper_queue_depth{queue="inbox"}') == 1
    assert _figure(after, 'slotkeeper_lateness_seconds{queue="inbox"}') > 0
    refused = 'slotkeeper_requests_total{door="simulator",status="400"}'
    assert _figure(after, refused) == _figure(before, refused) + 1
    drain(simulated(database))
    answered = client.ask("/metrics").text
    assert _figure(answered, 'slotkeeper_queue_depth{queue="inbox"}') == 0
    assert _figure(answered, 'slotkeeper_outbound_total{channel="sms",note="hello"}') >= 1


def _figure(shown: str, name: str) -> float:
    lines = (line for line in shown.splitlines() if line.startswith(name))
    return next((float(line.rsplit(" ", 1)[1]) for line in lines), 0.0)
