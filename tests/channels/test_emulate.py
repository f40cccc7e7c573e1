"""The same against stand-ins by others: the npm package `emulate`, for Twilio and Slack.

What our own fakes and we might have misread alike, theirs need not have.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import web
from bot.wiring import simulated
from channels.message import File, Outbound
from channels.slack.config import Config as SlackConfig
from channels.slack.party import Slack
from channels.sms.config import Config as TwilioConfig
from channels.sms.party import Twilio
from core.db import Database
from support.emulate import emulated
from support.postgres import connected
from support.processes import free_port
from support.serving import served
from support.shop import open_shop
from workers.runtime import Runtime
from workers.tick import drain

ACCOUNT, TOKEN = "AC" + "0" * 32, "test-token"
CUSTOMER = "+12125550123"
TEAM = "T000000001"


@pytest.fixture
def shop(database_url: str) -> Iterator[tuple[Database, int]]:
    """Give Juniper on a database of its own."""
    juniper = open_shop(database_url)
    with connected(database_url) as database:
        yield database, juniper


class Carrier:
    """A customer's phone at the emulated Twilio."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, auth=(ACCOUNT, TOKEN), timeout=30)

    def text(self, words: str) -> None:
        """Send a text to Juniper."""
        said = {"To": "+12125550100", "From": CUSTOMER, "Body": words}
        self._client.post("/_twilio/simulate/inbound-message", data=said).raise_for_status()

    def messages(self) -> list[dict[str, Any]]:
        """Return what the customer was sent, the oldest first."""
        found = self._client.get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json").raise_for_status()
        sent = [m for m in found.json()["messages"] if m["to"] == CUSTOMER]
        return sorted(sent, key=lambda m: str(m["sid"]))

    def report(self, message: str, state: str) -> None:
        """Have the carrier say what became of a message."""
        said = {"MessageSid": message, "Status": state}
        self._client.post("/_twilio/simulate/message-status", data=said).raise_for_status()

    def close(self) -> None:
        """Hang up."""
        self._client.close()


def test_a_booking_by_text_through_the_emulated_twilio(
    shop: tuple[Database, int], tmp_path: Path
) -> None:
    """Its webhooks prove themselves, our messages are taken, its reports find their letters."""
    database, _ = shop
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    numbers = [{"phone_number": "+12125550100", "sms_url": f"{public}/sms"}]
    seed = {"account": {"sid": ACCOUNT, "auth_token": TOKEN}, "phone_numbers": numbers}
    with emulated("twilio", {"twilio": seed}, tmp_path) as url:
        twilio = Twilio(TwilioConfig(ACCOUNT, (TOKEN,), public, base_url=url))
        runtime = Runtime(database, {**simulated(database).channels, **twilio.channels})
        store = web.Store(database, public)
        carrier = Carrier(url)
        with served(web.app(database, twilio.doors, store=store), port=port):
            for words in ("haircut next tuesday at 3pm", "yes"):
                carrier.text(words)
                drain(runtime)
            sent = carrier.messages()
            assert [m["direction"] for m in sent if m["direction"].startswith("outbound")]
            assert _count(database, "bookings WHERE status = 'confirmed'") == 1
            first, last = sent[0], sent[-1]
            carrier.report(first["sid"], "delivered")
            carrier.report(last["sid"], "undelivered")
            drain(runtime)
        carrier.close()
        twilio.close()
    assert _count(database, "outbox WHERE delivered_at IS NOT NULL") == 1
    assert _count(database, "outbox WHERE status = 'failed'") == 1


def test_a_forged_text_is_not_taken(shop: tuple[Database, int], tmp_path: Path) -> None:
    """Where the emulated carrier signs with another token, nothing is stored."""
    database, _ = shop
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    numbers = [{"phone_number": "+12125550100", "sms_url": f"{public}/sms"}]
    seed = {"account": {"sid": ACCOUNT, "auth_token": TOKEN}, "phone_numbers": numbers}
    with emulated("twilio", {"twilio": seed}, tmp_path) as url:
        twilio = Twilio(TwilioConfig(ACCOUNT, ("another-token",), public, base_url=url))
        carrier = Carrier(url)
        store = web.Store(database, public)
        with served(web.app(database, twilio.doors, store=store), port=port):
            carrier.text("haircut next tuesday at 3pm")
        carrier.close()
        twilio.close()
    assert _count(database, "inbox") == 0


def test_messages_buttons_and_files_through_the_emulated_slack(tmp_path: Path) -> None:
    """A direct message with buttons arrives as it was sent, and so does a file."""
    seed = {
        "slack": {
            "team": {"name": "Juniper", "domain": "juniper"},
            "users": [{"name": "maya", "real_name": "Maya"}],
            "bots": [{"name": "slotkeeper"}],
        }
    }
    with emulated("slack", seed, tmp_path) as url:
        slack = Slack(SlackConfig("secret", bot_token=TOKEN, base_url=f"{url}/api/"), None, None)
        client = httpx.Client(base_url=f"{url}/api/", headers={"Authorization": f"Bearer {TOKEN}"})
        users = client.post("users.list").json()["members"]
        maya = next(user["id"] for user in users if user["name"] == "maya")
        channel = slack.channels["slack"]
        question = Outbound(maya, "Tue & Wed?", ("Yes", "No"), letter=7, sender=TEAM)
        stamp = channel.send(question)
        calendar = File("booking.ics", "text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
        channel.send(Outbound(maya, "Booked.", letter=8, sender=TEAM, file=calendar))
        talk = client.post("conversations.open", data={"users": maya}).json()["channel"]["id"]
        history = client.post("conversations.history", data={"channel": talk}).json()["messages"]
        client.close()
        slack.close()
    asked = next(message for message in history if message["ts"] == stamp)
    assert asked["text"] == "Tue &amp; Wed?"
    labels = [
        element["text"]["text"]
        for block in asked["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert labels == ["Yes", "No"]
    assert [file["name"] for m in history for file in m.get("files", ())] == ["booking.ics"]


def _count(database: Database, what: str) -> int:
    with database.owner.connect() as connection:
        found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {what}").scalar_one()
        return found
