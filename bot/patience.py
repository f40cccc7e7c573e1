"""How long the door waits for a request: whoever sends it drop by drop is hung up on.

A vendor's request comes at once. One that does not would hold a connection for as long as it likes:
uvicorn waits for the head of a request for ever, and for its body too.
"""

import asyncio
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 10.0  # for the head of a request, and for its body
MOST_BYTES = 64 * 1024  # of a request's body
CONNECTIONS = 900  # at once; the next ones hear 503. A process may often have 1,024 files open
_CLOSE = {"Connection": "close"}


class Patient(H11Protocol):
    """A connection that ends where the head of a request is not all there after some seconds."""

    seconds = SECONDS
    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take a piece; wait on where it began another request and did not end its head."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._end is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._end = self.loop.call_later(self.seconds, self.transport.close)

    def _stop(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None


async def whole(body: AsyncIterator[bytes], *, seconds: float = SECONDS) -> bytes:
    """Read a body. Raises HTTPException: 413 where it is too long, 408 where it takes too long."""
    read = b""
    try:
        async with asyncio.timeout(seconds):
            async for piece in body:
                read += piece
                if len(read) > MOST_BYTES:
                    raise HTTPException(413, "the body is too long", headers=_CLOSE)
    except TimeoutError:
        raise HTTPException(408, "the body took too long", headers=_CLOSE) from None
    return read
