"""The Web API of each workspace, called with the token that it gave us."""

import ssl
import time
from collections.abc import Mapping
from typing import Protocol

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from channels.slack.config import Config

_FRESH = 60.0  # seconds for which a token is not asked for again


class Installations(Protocol):
    """Keeps a token for each workspace (its id, "T…") that added the app."""

    def get(self, address: str) -> str | None:
        """Return the workspace's token; None where it did not add the app."""

    def save(self, address: str, token: str, facts: Mapping[str, str]) -> None:
        """Keep a token in place of an earlier one; the facts are no secrets."""

    def forget(self, address: str) -> None:
        """Delete the token."""


class NotInstalledError(LookupError):
    """A workspace did not add the app, or removed it."""


class Workspaces:
    """Gives a client for a workspace; one token serves them all where only one is configured.

    A connection a call, never reused: Slack allows one message a second to one person, so what
    matters is that calls to many run beside each other, and a call is never lost on a connection
    that had been closed at the other end. Calls are not repeated: the outbox does that.
    """

    def __init__(self, config: Config, installations: Installations | None) -> None:
        self._config = config
        self._installations = installations
        # Once: reading the certificates takes 20 ms. None where the address needs none.
        encrypted = config.base_url.startswith("https:")
        self._tls = ssl.create_default_context() if encrypted else None
        self._tokens: dict[str, tuple[str, float]] = {}

    def client(self, team: str, *, timeout: float | None = None) -> WebClient:
        """Return a client that speaks for the bot in a workspace. Raises NotInstalledError."""
        return self.with_token(self._token(team), timeout=timeout)

    def with_token(self, token: str | None, *, timeout: float | None = None) -> WebClient:
        """Return a client for a token, or for the calls that need none."""
        return WebClient(
            token,
            base_url=self._config.base_url,
            timeout=timeout or self._config.timeout,  # type: ignore[arg-type] # whole or not
            ssl=self._tls,
            retry_handlers=[],
        )

    def answer(self, url: str, *, timeout: float) -> WebhookClient:
        """Return what posts to the address that Slack gave for answers to one press."""
        return WebhookClient(url, timeout=timeout, ssl=self._tls, retry_handlers=[])  # type: ignore[arg-type] # as above

    def added(self, team: str, token: str, facts: Mapping[str, str]) -> None:
        """Keep the token of a workspace that added the app."""
        if self._installations is not None:
            self._installations.save(team, token, facts)
        self._tokens.pop(team, None)

    def removed(self, team: str) -> None:
        """Forget the token of a workspace that removed the app."""
        if self._installations is not None:
            self._installations.forget(team)
        self._tokens.pop(team, None)

    def _token(self, team: str) -> str:
        known = self._tokens.get(team)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        found = self._installations.get(team) if self._installations is not None else None
        token = found or self._config.bot_token
        if not token:
            raise NotInstalledError(f"the workspace {team} did not add the app")
        self._tokens[team] = (token, time.monotonic() + _FRESH)
        return token
