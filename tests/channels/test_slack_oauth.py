"""Any workspace may add the app: the page, the way back, the token kept, and what happens after."""

import html
import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from channels.message import Call
from channels.slack.afterwards import Afterwards
from channels.slack.config import Config
from channels.slack.oauth import Install
from channels.slack.party import Slack
from channels.slack.workspaces import Workspaces
from fakes import slack as fake
from fakes.slack_shop import Shop, opened, until

MAYA, ADMIN = "U0MAYA", "U0ADMIN"


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give Juniper, whose workspace did not add the app yet."""
    with opened(database_url, shared=True) as shop:
        yield shop


def begin(shop: Shop, browser: httpx.Client) -> dict[str, str]:
    """Open the page and return what its link asks Slack for."""
    page = browser.get(f"{shop.url}/slack/install")
    assert page.status_code == 200
    [link] = re.findall('href="([^"]+)"', page.text)
    query = parse_qs(urlsplit(html.unescape(link)).query)
    return {name: values[0] for name, values in query.items()}


def back(shop: Shop, browser: httpx.Client, **query: str) -> httpx.Response:
    """Come back from Slack."""
    return browser.get(f"{shop.url}/slack/oauth", params=query)


def add(shop: Shop) -> None:
    """Add the app to Juniper's workspace, from the page to the bot's word."""
    shop.slack.codes["code-1"] = fake.TEAM
    with httpx.Client() as browser:
        state = begin(shop, browser)["state"]
        assert back(shop, browser, state=state, code="code-1").is_success
    shop.wait(ADMIN, 1)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """Give what keeps cookies."""
    with httpx.Client() as browser:
        yield browser


def test_a_workspace_adds_the_app(shop: Shop, browser: httpx.Client) -> None:
    """The token is kept encrypted, whoever added it hears what to write, and people can book."""
    asked = begin(shop, browser)
    assert asked["redirect_uri"] == f"{shop.url}/slack/oauth"
    assert asked["scope"] == fake.SCOPES
    add(shop)
    [greeting] = shop.slack.told(ADMIN)
    assert f'slack = "{fake.TEAM}"' in greeting.text
    [(token, facts)] = shop.read("SELECT token, facts FROM installations")
    assert b"test-token" not in bytes(token)
    assert facts["by"] == ADMIN
    shop.say(MAYA, "haircut tomorrow at 3")
    assert "3:00" in shop.wait(MAYA, 1)[0].text
    until(lambda: bool(shop.slack.of("users.info")))
    assert {c.token for c in shop.slack.of("users.info")} == {f"test-token-of-{fake.TEAM}"}


@pytest.mark.parametrize("event", ["app_uninstalled", "tokens_revoked"])
def test_a_workspace_removes_the_app(shop: Shop, event: str) -> None:
    """The token is deleted, and what is still to be said there is given up; it may come back."""
    add(shop)
    shop.event({"type": event, "tokens": {"oauth": ["U1"], "bot": [fake.BOT]}})
    until(lambda: shop.count("installations") == 0)
    shop.say(MAYA, "hi")
    until(lambda: shop.count("outbox WHERE status = 'failed'") >= 1)
    add(shop)
    shop.say(MAYA, "hi")
    shop.wait(MAYA, 1)


def test_a_persons_token_is_not_the_bots(shop: Shop) -> None:
    """Where only a person's token was revoked, the bot's is kept."""
    add(shop)
    shop.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    shop.say(MAYA, "hi")
    shop.wait(MAYA, 1)
    assert shop.count("installations") == 1


def test_a_way_back_that_did_not_begin_here(shop: Shop, browser: httpx.Client) -> None:
    """Without our state, with a forged one or an old one, no code is exchanged."""
    good = begin(shop, browser)["state"]
    [cookie] = browser.cookies.values()
    config = Config(signing_secret="x", client_id="1.2", client_secret="test-client-secret")  # noqa: S106 - the shop's
    install = Install(config, Workspaces(config, None), Afterwards())
    old = install.state(int(time.time()) - 700, cookie)
    forged = f"{int(time.time()) + 60}.{good.partition('.')[2]}"
    for state in ("", "x", "..", "\u00e9.\u00e9", forged, good + "0", old):
        assert back(shop, browser, state=state, code="code-1").status_code == 403
    assert back(shop, browser, code="code-1").status_code == 403
    assert not shop.slack.of("oauth.v2.access")


def test_a_way_back_is_its_own_browsers_and_gone_once_taken(
    shop: Shop, browser: httpx.Client
) -> None:
    """A link that somebody else began adds nothing of theirs here, nor does one taken already."""
    shop.slack.codes["code-1"] = fake.TEAM
    with httpx.Client() as stranger:
        theirs = begin(shop, stranger)["state"]
        assert back(shop, browser, state=theirs, code="code-1").status_code == 403
        begin(shop, browser)
        assert back(shop, browser, state=theirs, code="code-1").status_code == 403
        odd = {"Cookie": 'slotkeeper-install="\\"; ;=;\x7f'}
        taken = httpx.get(f"{shop.url}/slack/oauth", params={"state": theirs}, headers=odd)
        assert taken.status_code == 403
    ours = begin(shop, browser)["state"]
    assert back(shop, browser, state=ours, code="code-1").is_success
    assert back(shop, browser, state=ours, code="code-1").status_code == 403
    until(lambda: len(shop.slack.of("oauth.v2.access")) == 1)


def test_the_cookie_is_for_the_way_back_alone() -> None:
    """No script reads it, no other page gets it, and it goes over encrypted connections only."""
    config = Config("s", client_id="1.2", client_secret="t", public_url="https://bot.example")  # noqa: S106 - none
    page = Install(config, Workspaces(config, None), Afterwards()).page(Call({}, {}, b""))
    said = page.reply.headers["Set-Cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/slack/oauth", "Max-Age=600"):
        assert part in said.split("; ")


def test_who_changes_their_mind(shop: Shop, browser: httpx.Client) -> None:
    """Slack's Cancel leads to a page that says so, and nothing is exchanged."""
    state = begin(shop, browser)["state"]
    page = back(shop, browser, state=state, error="access_denied")
    assert page.is_success
    assert "Nothing was added" in page.text
    assert not shop.slack.of("oauth.v2.access")


def test_a_code_that_is_no_good(shop: Shop, browser: httpx.Client) -> None:
    """Slack refuses it: nothing is kept."""
    state = begin(shop, browser)["state"]
    assert back(shop, browser, state=state, code="no").is_success
    until(lambda: bool(shop.slack.of("oauth.v2.access")))
    assert shop.count("installations") == 0


def test_tokens_need_a_place() -> None:
    """An app that any workspace may add is not started without where its tokens are kept."""
    config = Config(signing_secret="x", client_id="1.2", client_secret="y")  # noqa: S106 - none
    with pytest.raises(ValueError, match="a place for their tokens"):
        Slack(config)


def test_no_secret_is_shown() -> None:
    """Whoever prints the set-up sees no secret."""
    config = Config("s3", bot_token="s3", client_id="1.2", client_secret="s3", app_token="s3")  # noqa: S106 - none
    assert "s3" not in repr(config)
