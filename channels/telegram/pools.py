"""Connections to Telegram in several small pools: one large pool costs more than what it carries.

The library's pool looks at each of its connections, for each of its connections, twice a request:
with 48 at once that is more work than all the rest. So they are kept in many pools of a few.
"""

import asyncio
import importlib.util
import sys
from typing import Any

import httpx
from telegram.request import BaseRequest, HTTPXRequest, RequestData

SIZE = 4  # connections in a pool

# For each call the transport looks whether this is there; not to find it takes milliseconds, unless
# it is known not to be.
if importlib.util.find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # this is how Python says "none"


class Pools(BaseRequest):
    """Hands each request to the pool that has the fewest under way."""

    def __init__(self, connections: int, *, timeout: float) -> None:
        certificates = httpx.create_ssl_context()  # read once, not for each pool
        number = max(1, -(-connections // SIZE))
        self._pools = [_pool(timeout, certificates) for _ in range(number)]
        self._busy = [0] * number

    @property
    def read_timeout(self) -> float | None:
        """How many seconds an answer may take."""
        return self._pools[0].read_timeout

    async def initialize(self) -> None:
        """Open the pools."""
        await asyncio.gather(*(pool.initialize() for pool in self._pools))

    async def shutdown(self) -> None:
        """Close all connections."""
        await asyncio.gather(*(pool.shutdown() for pool in self._pools))

    async def do_request(  # noqa: PLR0917 - the library calls it with these
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - the library's own type is private
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - likewise
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - likewise
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ANN401 - likewise
    ) -> tuple[int, bytes]:
        """Make a request; return the status and the body."""
        chosen = self._busy.index(min(self._busy))
        self._busy[chosen] += 1
        try:
            return await self._pools[chosen].do_request(
                url,
                method,
                request_data,
                read_timeout=read_timeout,
                write_timeout=write_timeout,
                connect_timeout=connect_timeout,
                pool_timeout=pool_timeout,
            )
        finally:
            self._busy[chosen] -= 1


def _pool(timeout: float, certificates: object) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=SIZE,
        read_timeout=timeout,
        write_timeout=timeout,
        connect_timeout=timeout,
        pool_timeout=timeout,
        media_write_timeout=timeout,
        httpx_kwargs={"verify": certificates},
    )
