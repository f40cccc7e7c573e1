"""Stripe's client over connections that many threads may share, with the certificates of all ours.

What passes and what does not is told apart here (https://docs.stripe.com/error-low-level): a key
that is wrong, a limit, a server that broke or cannot be reached may all be well a minute later.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stripe

from channels.payments.config import Config
from channels.till import PayError

_CONNECT = 3.0  # seconds of the timeout that may go into a connection

stripe.enable_telemetry = False  # how long our last request took is nobody's business


class Shared(stripe.HTTPClient):
    """Asks over kept connections; nothing is tried again here, since who asks does that."""

    name = "httpx"

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._http = httpx.Client(timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT)))

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,  # noqa: ANN401 - the library's own
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Make a request. Raises PayError where there was no answer."""
        try:
            answer = self._http.request(method, url, headers=headers, content=post_data)
        except httpx.TimeoutException:
            raise PayError("Stripe did not answer in time", permanent=False) from None
        except httpx.HTTPError as error:
            raise PayError(
                f"Stripe is out of reach: {type(error).__name__}", permanent=False
            ) from None
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        """Close what is kept open."""
        self._http.close()


def connect(config: Config, key: str, shared: Shared) -> stripe.StripeClient:
    """Return a client of one account, for any number of threads."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": config.base_url.rstrip("/")},
        max_network_retries=0,
        http_client=shared,
    )


# What asking again cannot mend. A key that is wrong or may not do it can be mended by hand.
_FOR_GOOD = frozenset({400, 402, 404})
_TOO_MANY = 429


@contextmanager
def asking() -> Iterator[None]:
    """Make a PayError of whatever Stripe answers but what was asked for."""
    try:
        yield
    except stripe.StripeError as error:
        raise _refused(error) from None


def _refused(error: stripe.StripeError) -> PayError:
    status, code = error.http_status or 0, str(error.code or "")
    said = f"Stripe answered {status}" + (f" ({code})" if code else "")
    if status in {401, 403}:
        said = f"{said}: the key is wrong, or may not do that"
    elif error.user_message and status in _FOR_GOOD:
        said = f"{said}: {error.user_message}"
    wait = (error.headers or {}).get("retry-after", "")
    return PayError(
        said,
        permanent=status in _FOR_GOOD and code != "lock_timeout",
        code=code,
        wait=float(wait) if status == _TOO_MANY and wait.isdecimal() else None,
    )
