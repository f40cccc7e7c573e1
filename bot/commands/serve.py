"""`slotkeeper serve`: the web door. Without REDIS_URL it also does all the work itself.

Settings come from the environment: DATABASE_URL, REDIS_URL, SLOTKEEPER_HOST, SLOTKEEPER_PORT …
A database that is down is waited for; while it is away in the middle, the door answers 503.
Exit status 0 when told to end; 1 where it cannot listen or start; 2 where a setting is no good.
"""

import argparse
import socket
import sys
import threading
from contextlib import ExitStack
from threading import Event

import structlog
import uvicorn
from starlette.applications import Starlette

from bot import links, paid, web
from bot.patience import CONNECTIONS, Patient
from bot.starting import UNUSABLE, Started, house, started
from workers import broker

_log = structlog.get_logger()


def run(arguments: list[str]) -> None:
    """Serve until SIGTERM or SIGINT."""
    argparse.ArgumentParser(
        prog="slotkeeper serve",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    with started("serve") as process, ExitStack() as stack:
        listening = _listen(process)
        settings, here = process.settings, stack.enter_context(house(process))
        if settings.redis_url:
            process.database.wake = broker.RedisWakes(settings.redis_url).send
        else:
            stack.enter_context(broker.local(here.runtime, threads=settings.threads))
        store = web.Store(process.database, settings.public_url or "")
        for party in here.parties.values():
            stack.enter_context(party.listening(store.keep))
        key = settings.metrics_key
        app = web.app(
            process.database,
            here.doors,
            store=store,
            metrics_key=key.get_secret_value() if key else None,
            routes=[p.route(process.database, here.links) for p in (links, paid) if here.links],
        )
        _serve(app, listening, process.ending)


def _listen(process: Started) -> socket.socket:
    address = (process.settings.host, process.settings.port)
    try:
        listening = socket.create_server(address, backlog=512)
    except OSError as error:
        sys.stderr.write(f"slotkeeper serve: cannot listen on {address[0]}: {error}\n")
        sys.exit(UNUSABLE)
    # An answer leaves at once, not 40 ms later with its second half: asyncio sees to this only for
    # sockets made with a protocol's number, and those accepted here take it over.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    host, port = listening.getsockname()[:2]
    _log.info("serving", address=f"http://{host}:{port}")
    return listening


def _serve(app: Starlette, listening: socket.socket, ending: Event) -> None:
    """Run uvicorn until `ending` is set; its own signal handlers would end more than it."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=Patient,
            limit_concurrency=CONNECTIONS,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=10,
        )
    )
    serving = threading.Thread(target=server.run, args=([listening],), name="door")
    serving.start()
    while serving.is_alive() and not ending.wait(0.2):
        pass
    server.should_exit = True
    serving.join()
