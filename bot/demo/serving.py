"""The demo's server: a free port of this machine, and an end in order."""

import socket
import threading
from collections.abc import Callable
from threading import Event

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


def serve(
    app: Starlette, hub: Hub, listening: socket.socket, *, ready: Callable[[], None], ending: Event
) -> None:
    """Serve until `ending` is set; `ready` is called once the page can be opened.

    The server runs in a thread, since its own handlers of signals would end more than itself.
    """
    server = _Server(app, hub, ready)
    serving = threading.Thread(target=server.run, args=([listening],), name="door")
    serving.start()
    while serving.is_alive() and not ending.wait(0.2):
        pass
    server.should_exit = True
    serving.join()


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, hub: Hub, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
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

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams first: they never end by themselves."""
        self._hub.close()
        await super().shutdown(sockets)
