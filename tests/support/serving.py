"""An application on a port of this machine, as uvicorn serves it in life."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from bot.patience import SECONDS, Patient


@contextmanager
def served(app: Starlette, *, port: int = 0, patience: float = SECONDS) -> Iterator[str]:
    """Serve an application on a port (0: any free one) until the block ends; give its URL.

    `patience`: seconds for the head of a request.
    """
    http = type("Patient", (Patient,), {"seconds": patience})
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app, http=http, log_config=None, access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), name="door")
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
