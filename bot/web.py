"""The web door: verify, store, wake, 200. Nothing is answered here, and nothing is lost.

A message is acknowledged once it is committed, so a vendor that hears anything else sends it again,
and what comes twice is stored once. One table lists the doors; each channel brings its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.acting import Who, write
from channels import simulator
from channels.message import Call, Inbound, RejectedError
from core import businesses
from core.db import Database, away
from workers.seldom import Seldom

MOST_BYTES = 64 * 1024  # of a request's body

_say = Seldom()
_log = structlog.get_logger()


def _by_route(database: Database, inbound: Inbound) -> int | None:
    return businesses.reached(database, inbound.channel, inbound.to)


def _by_slug(database: Database, inbound: Inbound) -> int | None:
    return businesses.find(database, inbound.to)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a vendor posts: `receive` verifies and reads, `find` says whose message it is."""

    path: str
    receive: Callable[[Call], Inbound]
    find: Callable[[Database, Inbound], int | None] = _by_route


def simulated(key: str) -> Door:
    """Return the simulator's door, for those who have its key."""
    return Door("/simulator/{slug}", lambda call: simulator.receive(call, key=key), _by_slug)


def app(database: Database, doors: Sequence[Door]) -> Starlette:
    """Return the ASGI application: the doors, and whether it lives and is ready."""

    def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    def readyz(_: Request) -> Response:
        database.now()
        return JSONResponse({"ready": True})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *(Route(door.path, _endpoint(database, door), methods=["POST"]) for door in doors),
        ],
        exception_handlers={
            RejectedError: _rejected,
            HTTPException: _refused,
            SQLAlchemyError: _broken,
        },
    )


def _endpoint(database: Database, door: Door) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        call = Call(_headers(request), request.path_params, await _body(request))
        stored = await run_in_threadpool(_store, database, door, call)
        return JSONResponse({"stored": stored})

    return endpoint


def _store(database: Database, door: Door, call: Call) -> bool:
    """Keep the message; False where it came before."""
    inbound = door.receive(call)
    business = door.find(database, inbound)
    if business is None:
        raise RejectedError(404, "no business is reached there")
    who = Who(inbound.channel, inbound.sender, inbound.name, inbound.zone, inbound.language)
    with database.transaction(business) as session:
        kept = write(
            session,
            who,
            message=inbound.message,
            kind=inbound.kind,
            body=inbound.body,
            **inbound.facts,
        )
    return kept is not None


def _headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


async def _body(request: Request) -> bytes:
    """Read the body, which must not be longer than any vendor's."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "the body is too long")
    return body


def _rejected(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RejectedError) else 400
    _log.debug("rejected", status=status, why=str(error))  # strangers must not fill the log
    return JSONResponse({"error": str(error)}, status_code=status)


def _refused(_: Request, error: Exception) -> Response:
    status, why = (
        (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    )
    return JSONResponse({"error": why}, status_code=status)


def _broken(_: Request, error: Exception) -> Response:
    """Say that it was not stored, so that it is sent again: at once where the database is back."""
    if not away(error):
        _log.error("not stored", exc_info=error)
        return JSONResponse({"error": "this could not be stored"}, status_code=500)
    if _say:
        _log.warning("database away", at="door", error=str(error).partition("\n")[0])
    return JSONResponse(
        {"error": "the database is away, try again"},
        status_code=503,
        headers={"Retry-After": "1"},
    )
