"""Twilio's client over connections that many threads may share.

The library's own one hands a thread the answer that another one got: it keeps the last answer in a
field, and returns what the field holds by then.
"""

import email.utils
import logging
from datetime import UTC, datetime
from typing import Any

import httpx
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.message import SendError
from channels.sms.config import Config

_CONNECTIONS = 32  # as many as threads send
_CONNECT = 3.0  # seconds of the timeout that may go into a connection
_TOO_MANY, _BROKEN = 429, 500


class Shared(HttpClient):  # type: ignore[misc] # the library has no types
    """Asks over kept connections. What passes is raised here: the library forgets the headers."""

    def __init__(self, timeout: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
        self._http = httpx.Client(
            limits=limits, timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT))
        )

    def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the library's signature; ours is set once
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - likewise
    ) -> Response:
        """Make a request. Raises SendError where there was no answer, or one that will pass."""
        given: dict[str, Any] = {"params": params, "data": data, "headers": headers}
        try:
            answer = self._http.request(
                method, uri, auth=auth, follow_redirects=allow_redirects, **given
            )
        except httpx.TimeoutException:
            raise SendError("Twilio did not answer in time", permanent=False) from None
        except httpx.HTTPError as error:
            raise SendError(f"Twilio is out of reach: {error}", permanent=False) from None
        if answer.status_code == _TOO_MANY or answer.status_code >= _BROKEN:
            raise SendError(
                f"Twilio answered {answer.status_code}",
                permanent=False,
                wait=_wait(answer.headers.get("retry-after", "")),
            )
        return Response(answer.status_code, answer.text, answer.headers)

    def close(self) -> None:
        """Close what is kept open."""
        self._http.close()


def _wait(said: str) -> float | None:
    """Read a Retry-After: seconds or a date; None where it says neither."""
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        until = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    zoned = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max((zoned - datetime.now(UTC)).total_seconds(), 0.0)


def connect(config: Config, shared: Shared) -> Client:
    """Return a client of the account, for any number of threads."""
    client = Client(
        config.account_sid,
        config.auth_tokens[0],
        http_client=shared,
        environment={"": ""},  # nothing else of the environment's is taken
    )
    base = config.base_url.rstrip("/")
    client.api.base_url = base
    client.messaging.base_url = base.replace("://api.", "://messaging.", 1)
    return client
