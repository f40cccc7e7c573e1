"""The calendar file of a booking: with its letters where files can go, else by a signed link."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot import web
from bot.links import Links, route
from bot.replay import script
from bot.replay.stage import Stage
from bot.settings import Settings
from bot.wiring import joined
from channels.message import Outbound
from channels.simulator import Simulator
from core.vault import new_key
from support.staging import Play
from support.strict_ics import checked

NOW = {"now": "2026-03-02T09:00:00-05:00"}
MAYA: dict[str, Any] = {"from": "+12125550101", "channel": "sms", "to": "juniper", "name": "Maya"}
KEYS = ["the-newest-key-of-all", "an-older-key"]
LINKS = Links("https://book.example/x/", KEYS)

Say = Callable[..., None]


class Seen(Simulator):
    """A simulated channel that remembers what it was given."""

    def __init__(self) -> None:
        super().__init__("sms")
        self.taken: list[Outbound] = []

    def send(self, outbound: Outbound) -> str | None:
        """Take a message."""
        self.taken.append(outbound)
        return super().send(outbound)


@pytest.fixture
def shop(play: Play) -> tuple[Stage, Seen, Say]:
    """Give a stage whose text messages are seen, with links, and a function that plays a line."""
    stage, _ = play(script.read([json.dumps(NOW), json.dumps({"say": "hi"} | MAYA)]))
    seen = Seen()
    channels = {**stage.runtime.channels, "sms": seen}
    stage.runtime = replace(stage.runtime, channels=channels, calendar_link=LINKS.calendar)
    number = 0

    def say(**line: object) -> None:
        nonlocal number
        number += 1
        spoken = {"id": str(number)} | MAYA if "say" in line else {}
        stage.play(script.read([json.dumps(NOW), json.dumps(line | spoken)])[1])

    return stage, seen, say


class Client:
    """Asks the web door for pages."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        """Return the answer to one request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="https://here") as client:
                return await client.get(path)

        return asyncio.run(ask())


@pytest.fixture
def client(shop: tuple[Stage, Seen, Say]) -> Client:
    """Give a client of the web door, with the page behind the links."""
    database = shop[0].runtime.database
    return Client(web.app(database, [], routes=[route(database, LINKS)]))


def page(outbound: Outbound) -> str:
    assert outbound.link is not None
    assert outbound.link.startswith("https://book.example/x/ics/")
    assert len(outbound.link) <= len("https://book.example/x/ics/") + 20
    return outbound.link.removeprefix("https://book.example/x")


def event(content: bytes) -> dict[str, str]:
    return {name: value for _, name, _, value in checked(content)}


def test_each_letter_about_a_booking_has_its_file(shop: tuple[Stage, Seen, Say]) -> None:
    """Booked, moved and cancelled are three versions of one event, each with the same link."""
    _, seen, say = shop
    for words in ("haircut with ana tomorrow 3pm", "yes", "move it to 4pm", "yes", "cancel", "yes"):
        say(say=words)
    told = [outbound for outbound in seen.taken if outbound.file]
    assert [outbound.note for outbound in told] == ["booked", "moved", "cancelled"]
    files = [event(outbound.file.content) for outbound in told if outbound.file]
    assert len({each["UID"] for each in files}) == 1
    assert len({outbound.link for outbound in told}) == 1
    assert [each["SEQUENCE"] for each in files] == ["0", "1", "2"]
    assert [each["METHOD"] for each in files] == ["PUBLISH", "PUBLISH", "CANCEL"]
    starts = [each["DTSTART"] for each in files]
    assert starts == ["20260303T150000", "20260303T160000", "20260303T160000"]
    assert files[0]["SUMMARY"] == "Haircut with Ana\\, Juniper Studio"
    assert all("Maya" not in str(each) and "2125550101" not in str(each) for each in files)
    others = [outbound for outbound in seen.taken if outbound.note == "proposed"]
    assert all(outbound.file is None and outbound.link is None for outbound in others)


def test_a_link_shows_the_booking_as_it_is_now(
    shop: tuple[Stage, Seen, Say], client: Client
) -> None:
    """It says what the file says, is kept by nobody on the way, and ends a week after."""
    stage, seen, say = shop
    say(say="haircut with ana tomorrow 3pm")
    say(say="yes")
    path = page(seen.taken[-1])
    got = client.get(path)
    assert got.status_code == 200
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert got.headers["content-disposition"].startswith('attachment; filename="booking-')
    assert got.headers["cache-control"] == "no-store"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert event(got.content)["METHOD"] == "PUBLISH"
    say(say="cancel")
    say(say="yes")
    assert event(client.get(path).content)["METHOD"] == "CANCEL"
    stage.play(script.read([json.dumps(NOW), json.dumps({"advance": "P8D"})])[1])
    assert client.get(path).status_code == 200
    stage.play(script.read([json.dumps(NOW), json.dumps({"advance": "P1D"})])[1])
    assert client.get(path).status_code == 404


def test_a_link_of_who_was_forgotten_leads_nowhere(
    shop: tuple[Stage, Seen, Say], client: Client
) -> None:
    """The booking is nobody's then."""
    _, seen, say = shop
    say(say="haircut with ana tomorrow 3pm")
    say(say="yes")
    path = page(seen.taken[-1])
    say(say="forget me")
    say(say="yes")
    assert client.get(path).status_code == 404


def test_no_other_link_is_ours(shop: tuple[Stage, Seen, Say], client: Client) -> None:
    """One letter changed, another booking's number, another key, no token at all: not there."""
    _, seen, say = shop
    say(say="haircut with ana tomorrow 3pm")
    say(say="yes")
    path = page(seen.taken[-1])
    token = path.removeprefix("/ics/")
    forged = {
        f"/ics/{token[:n]}{'A' if token[n] != 'A' else 'B'}{token[n + 1 :]}"
        for n in range(len(token))
    }
    forged |= {path + "A", path[:-1], "/ics/", "/ics/" + "A" * 18, "/ics/" + "A" * 500, path + "="}
    forged.add(Links("https://book.example", ["no-key-of-ours"]).calendar(1, 1)[20:])
    forged |= {"/ics/%00%ff", "/ics/é" * 3}
    assert {client.get(each).status_code for each in forged} == {404}
    assert client.get(LINKS.calendar(1, 99)[22:]).status_code == 404
    older = Links("https://book.example/x", KEYS[1:]).calendar(1, 1)
    assert client.get(older.removeprefix("https://book.example/x")).status_code == 200


@pytest.mark.parametrize("numbers", [(0, 0), (1, 127), (128, 1), (300, 70_000), (2**40, 2**62)])
def test_a_token_names_what_was_put_in(numbers: tuple[int, int]) -> None:
    """Small numbers and large ones come back as they were."""
    token = LINKS.calendar(*numbers).rpartition("/")[2]
    assert LINKS.read(token) == numbers


def test_links_need_a_public_address_and_a_key(shop: tuple[Stage, Seen, Say]) -> None:
    """With both set, the program as it is joined makes links that its own door reads."""
    database = shop[0].runtime.database
    url, key = "https://book.example", SecretStr(new_key())
    whole = joined(database, Settings(public_url=url, secret_keys=(key,)))
    assert whole.links is not None
    assert whole.runtime.calendar_link is not None
    link = whole.runtime.calendar_link(1, 7)
    assert link.startswith(f"{url}/ics/")
    assert whole.links.read(link.rpartition("/")[2]) == (1, 7)
    for lacking in (Settings(public_url=url), Settings(secret_keys=(key,))):
        house = joined(database, lacking)
        assert house.links is None
        assert house.runtime.calendar_link is None
