"""Slack over a connection that we open: stored, then acknowledged, and opened again at its end."""

from collections.abc import Iterator

import pytest

from channels.message import RejectedError, Taken
from channels.slack.socket import Socket
from fakes import slack as fake
from fakes import slack_requests as sent
from fakes.slack_shop import Shop, opened, until

MAYA = "U0MAYA"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give Juniper, whose app has a token for Socket Mode."""
    with opened(database_url, app_token=fake.APP_TOKEN) as shop:
        yield shop


@pytest.fixture
def socket(shop: Shop) -> Iterator[Socket]:
    """Give the open connection."""
    with shop.party.listening(shop.store.keep) as socket:
        assert socket is not None
        until(lambda: shop.slack.listening == 1)
        yield socket


def acknowledged(shop: Shop, envelope: str) -> bool:
    return any(a["envelope_id"] == envelope for a in shop.slack.acknowledged)


@pytest.mark.usefixtures("socket")
def test_a_booking_over_the_connection(shop: Shop) -> None:
    """Events, presses and a command come through it, and each is acknowledged."""
    shop.slack.push("events_api", sent.said(MAYA, "haircut tomorrow", number=1), envelope="e1")
    [offered] = shop.wait(MAYA, 1)
    press = sent.pressed(shop.slack, offered, 0, number=2)
    shop.slack.push("interactive", press, envelope="e2")
    shop.wait(MAYA, 2)
    shop.slack.push("slash_commands", sent.command(MAYA, "yes", number=3), envelope="e3")
    shop.wait(MAYA, 3)
    assert shop.count("bookings WHERE status = 'confirmed'") == 1
    until(lambda: acknowledged(shop, "e3"))
    assert [a["envelope_id"] for a in shop.slack.acknowledged] == ["e1", "e2", "e3"]
    assert shop.slack.acknowledged[2]["payload"]["response_type"] == "ephemeral"


@pytest.mark.usefixtures("socket")
def test_an_envelope_that_comes_again_is_one_message(shop: Shop) -> None:
    """What Slack repeats is acknowledged and stored once, as is what means nothing to us."""
    said = sent.said(MAYA, "hi", number=1)
    for number in range(3):
        shop.slack.push("events_api", said, envelope=f"e{number}")
    shop.slack.push("events_api", {"type": "unheard_of"}, envelope="odd")
    shop.slack.push("events_api", {**said, "event": 7}, envelope="broken")
    until(lambda: acknowledged(shop, "broken"))
    assert acknowledged(shop, "odd")
    shop.wait(MAYA, 1)
    assert shop.count("inbox") == 1


def test_what_is_not_stored_is_not_acknowledged(shop: Shop) -> None:
    """Where storing fails, Slack hears nothing, and its next try is stored."""
    refused: list[Taken] = []

    def keep(taken: Taken) -> None:
        if not refused:
            refused.append(taken)
            raise RejectedError(429, "too many messages, try again")
        shop.store.keep(taken)

    with shop.party.listening(keep):
        until(lambda: shop.slack.listening == 1)
        said = sent.said(MAYA, "hi", number=1)
        shop.slack.push("events_api", said, envelope="first")
        until(lambda: bool(refused))
        shop.slack.push("events_api", said, envelope="second")
        until(lambda: acknowledged(shop, "second"))
    assert not acknowledged(shop, "first")
    assert shop.count("inbox") == 1


@pytest.mark.usefixtures("socket")
def test_a_connection_that_ends_is_opened_again(shop: Shop) -> None:
    """Slack renews its connections every few hours; what is said afterwards is heard."""
    shop.slack.hang_up()
    until(lambda: shop.slack.listening == 1 and shop.slack.greeted == 2, seconds=40)
    shop.slack.push("events_api", sent.said(MAYA, "hi", number=1), envelope="e1")
    until(lambda: acknowledged(shop, "e1"))
    assert len(shop.wait(MAYA, 1)) == 1


def test_slack_may_come_later(shop: Shop) -> None:
    """A Slack that is away at the start is tried until it is there."""
    shop.slack.fail("500", times=2, methods=("apps.connections.open",))
    with shop.party.listening(shop.store.keep) as socket:
        assert socket is not None
        until(lambda: bool(socket.connected), seconds=30)
        assert shop.slack.listening == 1
    assert len(shop.slack.of("apps.connections.open")) == 3


def test_the_end_does_not_wait_for_slack(shop: Shop) -> None:
    """The program ends although it never got through."""
    shop.slack.fail("500", methods=("apps.connections.open",))
    with shop.party.listening(shop.store.keep):
        until(lambda: bool(shop.slack.of("apps.connections.open")))


def test_without_an_app_token_nothing_is_opened(database_url: str) -> None:
    """An app that is called over HTTP opens no connection."""
    with opened(database_url) as shop, shop.party.listening(shop.store.keep) as socket:
        assert socket is None
    assert not shop.slack.of("apps.connections.open")
