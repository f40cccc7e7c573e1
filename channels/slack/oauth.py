"""Adding the bot to a workspace: a page with a button, and the way back from Slack.

The code that Slack sends back is exchanged after the page is answered; the person who added the bot
then gets a direct message from it. A state that we signed within ten minutes, for what a cookie of
the page holds, proves that the same browser came from our page, once. https://docs.slack.dev/authentication/installing-with-oauth
"""

import hashlib
import hmac
import html
import secrets
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any

import structlog
from slack_sdk.oauth import AuthorizeUrlGenerator

from channels.message import Call, Door, RejectedError, Reply, Taken
from channels.slack.afterwards import Afterwards
from channels.slack.config import Config
from channels.slack.workspaces import Workspaces

INSTALL, BACK = "/slack/install", "/slack/oauth"
_COOKIE = "slotkeeper-install"
_LASTS = 600  # seconds from the page to the way back
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width"><h1>{title}</h1><p>{text}</p></html>'
)

_log = structlog.get_logger()


def doors(config: Config, workspaces: Workspaces, afterwards: Afterwards) -> tuple[Door, ...]:
    """Return the doors by which any workspace may add the app; none where it is for one only."""
    if not config.shared:
        return ()
    install = Install(config, workspaces, afterwards)
    return (
        Door(INSTALL, install.page, methods=("GET",)),
        Door(BACK, install.back, methods=("GET",)),
    )


class Install:
    """The two pages of adding the bot."""

    def __init__(self, config: Config, workspaces: Workspaces, afterwards: Afterwards) -> None:
        self._config = config
        self._workspaces = workspaces
        self._afterwards = afterwards
        self._address = config.public_url.rstrip("/") + BACK
        self._urls = AuthorizeUrlGenerator(
            client_id=config.client_id or "",
            scopes=list(config.scopes),
            redirect_uri=self._address,
            authorization_url=config.authorize_url,
        )

    def page(self, _: Call) -> Taken:
        """Show the link that leads to Slack."""
        browser = secrets.token_urlsafe(16)
        state = self.state(int(time.time()), browser)
        url = html.escape(self._urls.generate(state=state))
        name = html.escape(self._config.name)
        link = f'<a href="{url}">Choose your workspace</a>'
        return _shown(f"Add {name} to Slack", link, cookie=self._cookie(browser, _LASTS))

    def back(self, call: Call) -> Taken:
        """Take the code that Slack sends back. Raises RejectedError: 403 for a state not ours."""
        if not self._ours(call.query.get("state", ""), _browser(call)):
            raise RejectedError(403, "this link is old or none of ours; begin at " + INSTALL)
        gone = self._cookie("", 0)
        if call.query.get("error") or not call.query.get("code"):
            return _shown("Nothing was added", "You can begin again at any time.", cookie=gone)
        exchange = self._exchange(call.query["code"])
        page = _shown(
            f"{html.escape(self._config.name)} is being added",
            "It writes to you in Slack in a moment. If nothing comes within a minute, begin again.",
            cookie=gone,
        )
        return Taken(reply=page.reply, after=lambda: self._afterwards.put(exchange))

    def state(self, now: int, browser: str) -> str:
        """Return a state that is good for ten minutes, for whoever has the cookie."""
        return f"{now}.{self._signature(str(now), browser)}"

    def _ours(self, state: str, browser: str) -> bool:
        since, _, signature = state.partition(".")
        good = self._signature(since, browser)
        if not browser or not hmac.compare_digest(signature.encode(), good.encode()):
            return False
        return 0 <= time.time() - int(since) <= _LASTS

    def _signature(self, since: str, browser: str) -> str:
        key = f"slotkeeper state {self._config.client_secret}".encode()
        return hmac.new(key, f"{since}.{browser}".encode(), hashlib.sha256).hexdigest()

    def _cookie(self, value: str, seconds: int) -> str:
        """Return a cookie for the way back alone, which another site's link carries too (Lax)."""
        secure = "; Secure" if self._address.startswith("https:") else ""
        return f"{_COOKIE}={value}; Path={BACK}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def _exchange(self, code: str) -> Callable[[], None]:
        def exchange() -> None:
            config = self._config
            got: Any = self._workspaces.with_token(None).oauth_v2_access(
                client_id=config.client_id or "",
                client_secret=config.client_secret or "",
                code=code,
                redirect_uri=self._address,
            )
            team = str(got["team"]["id"])
            facts = {
                "name": str(got["team"].get("name") or ""),
                "bot": str(got.get("bot_user_id") or ""),
                "app": str(got.get("app_id") or ""),
                "scopes": str(got.get("scope") or ""),
                "by": str(got["authed_user"]["id"]),
            }
            self._workspaces.added(team, str(got["access_token"]), facts)
            _log.info("added to a workspace", team=team)
            self._greet(str(got["access_token"]), team, facts["by"])

        return exchange

    def _greet(self, token: str, team: str, user: str) -> None:
        """Tell whoever added the bot what their business's file must say."""
        text = (
            f"{self._config.name} is in this workspace, {team}. Name it in your business's file:"
            f'\n```[reached]\nslack = "{team}"```'
        )
        self._workspaces.with_token(token).chat_postMessage(channel=user, text=text)


def _browser(call: Call) -> str:
    """Return what our cookie holds; empty where there is none."""
    try:
        cookies = SimpleCookie(call.headers.get("cookie", ""))
    except CookieError:
        return ""
    return cookies[_COOKIE].value if _COOKIE in cookies else ""


def _shown(title: str, text: str, *, cookie: str) -> Taken:
    page = _PAGE.format(title=title, text=text)
    headers = {"Set-Cookie": cookie}
    return Taken(reply=Reply(body=page.encode(), media="text/html; charset=utf-8", headers=headers))
