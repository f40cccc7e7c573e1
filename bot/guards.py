"""What surrounds every request: an id for the log, headers on the answer, a line in the figures."""

import re
import secrets
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.metrics import REQUESTS, SECONDS

_ID = re.compile(r"[\w.:-]{1,64}")

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Guarded:
    """An application whose every request has an id, safe headers, and a place in the metrics.

    An id that a proxy gave in `X-Request-ID` is kept where it is no longer than one should be.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request = given if _ID.fullmatch(given) else secrets.token_hex(8)
        begun = perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers["x-request-id"] = request
                door = _door(scope)
                REQUESTS.labels(door, str(message["status"])).inc()
                SECONDS.labels(door).observe(perf_counter() - begun)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request):
            await self._app(scope, receive, answer)


def _door(scope: Scope) -> str:
    """Name the door by its first word, which strangers cannot choose: unknown ones are alike."""
    route = scope.get("route")
    path: str = getattr(route, "path", "")
    return path.strip("/").partition("/")[0] or "none"
