"""Twilio's client over connections that many threads may share.

The library's own one hands a thread the answer that another one got: it keeps the last answer in a
field, and returns what the field holds by then.
"""

import email.utils
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import urllib3
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from channels.message import SendError
from channels.sms.config import Config

_CONNECTIONS = 48  # as many as threads send
_CONNECT = 3.0  # seconds of the timeout that may go into a connection
_TOO_MANY, _BROKEN = 429, 500


class Shared(HttpClient):  # type: ignore[misc] # the library has no types
    """Asks over kept connections. What passes is raised here: the library forgets the headers.

    urllib3, not httpx, whose pool looks at all of its connections for each request.
    """

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._http = _pool(base_url)
        self._timeout = urllib3.Timeout(connect=min(timeout, _CONNECT), read=timeout)

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
        given = dict(headers or {})
        if auth is not None:
            given |= urllib3.make_headers(basic_auth=":".join(auth))
        try:
            answer = self._http.request(
                method,
                f"{uri}?{_form(params)}" if params else uri,
                body=_form(data) if data else None,
                headers=given,
                timeout=self._timeout,
                redirect=allow_redirects,
                retries=False,
            )
        except urllib3.exceptions.ReadTimeoutError:
            raise SendError("Twilio did not answer in time", permanent=False) from None
        except urllib3.exceptions.HTTPError as error:
            raise SendError(f"Twilio is out of reach: {error}", permanent=False) from None
        if answer.status == _TOO_MANY or answer.status >= _BROKEN:
            raise SendError(
                f"Twilio answered {answer.status}",
                permanent=False,
                wait=_wait(answer.headers.get("retry-after", "")),
            )
        return Response(answer.status, answer.data.decode(errors="replace"), answer.headers)

    def close(self) -> None:
        """Close what is kept open."""
        self._http.clear()


def _form(fields: Mapping[str, object]) -> str:
    return urlencode({k: v for k, v in fields.items() if v is not None}, doseq=True)


def _pool(base_url: str) -> urllib3.PoolManager:
    """Return the connections; where the environment names a proxy, they go through it."""
    to = urlsplit(base_url)
    certificates = httpx.create_ssl_context()  # the same as every other client's of ours
    proxy = None if proxy_bypass(to.hostname or "") else getproxies().get(to.scheme)
    if not proxy:
        return urllib3.PoolManager(maxsize=_CONNECTIONS, ssl_context=certificates)
    user = urlsplit(proxy)
    known = f"{unquote(user.username)}:{unquote(user.password or '')}" if user.username else None
    return urllib3.ProxyManager(
        proxy,
        proxy_headers=urllib3.make_headers(proxy_basic_auth=known),
        maxsize=_CONNECTIONS,
        ssl_context=certificates,
    )


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
