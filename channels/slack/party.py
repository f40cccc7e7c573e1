"""Slack as one of the outside parties: its channel, its doors, and what its set-up lacks."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from channels.message import Channel, Door, Finding, Taken
from channels.slack import doors, oauth
from channels.slack.afterwards import Afterwards
from channels.slack.config import Config
from channels.slack.courtesies import Book, Courtesies
from channels.slack.failing import FAILURES, named
from channels.slack.manifest import manifest
from channels.slack.reading import Reader
from channels.slack.sending import Sender
from channels.slack.socket import Socket
from channels.slack.workspaces import Installations, Workspaces

_APPS = "https://api.slack.com/apps"


class Slack:
    """Joins the folder; see `channels.message.Party`. Touches no network yet.

    `installations` keeps tokens where any workspace may add the app; `book` is told of people's
    profiles and gives the texts of their App Home.
    """

    channels: Mapping[str, Channel]
    doors: tuple[Door, ...]

    def __init__(
        self,
        config: Config,
        installations: Installations | None = None,
        book: Book | None = None,
    ) -> None:
        if config.shared and installations is None:
            raise ValueError("an app that any workspace may add needs a place for their tokens")
        self._config = config
        self._workspaces = Workspaces(config, installations)
        self._afterwards = Afterwards()
        courtesies = Courtesies(config, self._workspaces, book, self._afterwards)
        self._reader = Reader(config, courtesies)
        self.channels = {"slack": Sender(self._workspaces, timeout=config.timeout)}
        self.doors = (
            *doors.doors(config.signing_secret, self._reader),
            *oauth.doors(config, self._workspaces, self._afterwards),
        )

    @contextmanager
    def listening(self, keep: Callable[[Taken], object]) -> Iterator[Socket | None]:
        """Hear Slack by Socket Mode within the block, where there is an app token."""
        if not self._config.app_token:
            yield None
            return
        socket = Socket(self._config, self._reader, self._workspaces, keep)
        socket.start()
        try:
            yield socket
        finally:
            socket.stop()

    def close(self) -> None:
        """Finish the courtesies under way; calls have connections of their own."""
        self._afterwards.close()

    def check(self) -> list[Finding]:
        """Ask Slack whether the tokens work and may do what we do, and say what else lacks."""
        config, found = self._config, []
        if not config.app_token and not config.public_url.startswith("https://"):
            advice = "set the public URL to an https address, or an app token for Socket Mode"
            found.append(Finding("Slack reaches us", good=False, advice=advice))
        if config.shared:
            advice = f"open {config.public_url}{oauth.INSTALL} to add the bot to a workspace"
            found.append(Finding("Slack: workspaces may add the bot", good=True, advice=advice))
        if not config.token_verification:
            return found
        if config.bot_token:
            found.append(self._bot(self._workspaces.with_token(config.bot_token)))
        if config.app_token:
            found.append(self._app(self._workspaces.with_token(None)))
        return found

    def register(self) -> list[Finding]:
        """Say what to click, and with what: no program may do this without a person's token."""
        told = json.dumps(manifest(self._config), separators=(",", ":"))
        advice = f"at {_APPS} open your app, App Manifest, JSON, paste, Save Changes: {told}"
        return [Finding("Slack is told by its manifest", good=True, advice=advice)]

    def _bot(self, client: WebClient) -> Finding:
        what = "Slack: the bot token"
        try:
            said = client.auth_test()
        except FAILURES as error:
            advice = f"{_why(error)}: copy it again from {_APPS}, OAuth & Permissions"
            return Finding(what, good=False, advice=advice)
        headers = {name.lower(): value for name, value in said.headers.items()}
        granted = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
        lacking = [scope for scope in self._config.scopes if scope not in granted]
        if lacking:
            advice = f"add the scopes {', '.join(lacking)} at {_APPS} and reinstall the app"
            return Finding(what, good=False, advice=advice)
        advice = f'its workspace is {said["team_id"]}: slack = "{said["team_id"]}" in [reached]'
        return Finding(what, good=True, advice=advice)

    def _app(self, client: WebClient) -> Finding:
        what = "Slack: the app token"
        try:
            client.apps_connections_open(app_token=self._config.app_token or "")
        except FAILURES as error:
            advice = f"{_why(error)}: make one at {_APPS}, Basic Information, App-Level Tokens"
            return Finding(what, good=False, advice=f"{advice}, with connections:write")
        return Finding(what, good=True)


def _why(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return named(error) or "Slack answered strangely"
    return f"Slack does not answer ({type(error).__name__})"
