"""The demo's server: a free port of this machine, and an end in order."""

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from bot.demo.hub import Hub

HOST = "127.0.0.1"
PORT = 8600
_TRIED = 100  # ports that are tried where the first is taken


class PortTakenError(RuntimeError):
    """Somebody else listens there; the message says where."""


def bound(port: int | None = None) -> socket.socket:
    """Return a socket bound to a port (0: any), or to the first free one from 8600 on."""
    for number in range(PORT, PORT + _TRIED) if port is None else (port,):
        bound_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        bound_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound_socket.bind((HOST, number))
            bound_socket.listen(128)  # on Linux two may bind to a port, but only one listens
        except OSError:
            bound_socket.close()
            continue
        return bound_socket
    where = f"port {port}" if port is not None else f"every port from {PORT} on"
    raise PortTakenError(f"{where} is taken")


class Server(uvicorn.Server):
    """Serves until it is told to end; then the streams are cut first, for they never end alone."""

    def __init__(self, app: Starlette, hub: Hub, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        super().__init__(config)
        self._hub = hub
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal."""
        self._hub.close()
        super().handle_exit(sig, frame)
