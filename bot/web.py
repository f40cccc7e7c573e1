"""The web door: verify, store, wake, 200. Nothing is answered here, and nothing is lost.

A message is acknowledged once it is committed, so a vendor that hears anything else sends it again,
and what comes twice is stored once. One table lists the doors; each channel brings its own.
"""

from collections.abc import Callable, Mapping, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.acting import Who, write
from channels.message import Call, Door, Inbound, RejectedError, Status, Taken
from core import businesses, outbox
from core.db import Database, Session, away
from workers.seldom import Seldom

MOST_BYTES = 64 * 1024  # of a request's body

_say = Seldom()
_log = structlog.get_logger()


def app(database: Database, doors: Sequence[Door], *, public_url: str = "") -> Starlette:
    """Return the ASGI application: the doors, and whether it lives and is ready.

    `public_url` is where vendors call, which may be another address than the one listened to.
    """

    def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    def readyz(_: Request) -> Response:
        database.now()
        return JSONResponse({"ready": True})

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            *(
                Route(door.path, _endpoint(database, door, public_url), methods=[*door.methods])
                for door in doors
            ),
        ],
        exception_handlers={
            RejectedError: _rejected,
            HTTPException: _refused,
            SQLAlchemyError: _broken,
        },
    )


def _endpoint(database: Database, door: Door, public_url: str) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        call = Call(
            headers=_headers(request),
            path=request.path_params,
            body=await _body(request),
            url=_called(request, public_url),
            query=dict(request.query_params),
            method=request.method,
        )
        taken = await run_in_threadpool(_store, database, door, call)
        reply = taken.reply
        after = BackgroundTask(_afterwards, taken) if taken.after else None
        return Response(reply.body, reply.status, media_type=reply.media, background=after)

    return endpoint


def _called(request: Request, public_url: str) -> str:
    """Return the URL that was called: vendors sign it, and proxies change it on the way."""
    if not public_url:
        return str(request.url)
    query = request.url.query
    return public_url.rstrip("/") + request.url.path + (f"?{query}" if query else "")


def _store(database: Database, door: Door, call: Call) -> Taken:
    """Keep what a call holds: each message once, whatever the vendor repeats."""
    taken = door.receive(call)
    for inbound in taken.messages:
        _keep(database, inbound, by_slug=door.by_slug)
    for status in taken.statuses:
        with database.transaction(status.business) as session:
            _report(session, status)
    return taken


def _report(session: Session, status: Status) -> None:
    """Record what became of a letter; "sent" says nothing that is not known."""
    if status.state == "delivered":
        outbox.delivered(session, status.letter, now=session.now)
    elif status.state == "failed":
        outbox.undelivered(
            session,
            status.letter,
            error=status.error,
            permanent=status.permanent,
            opted_out=status.opted_out,
            now=session.now,
        )


def _keep(database: Database, inbound: Inbound, *, by_slug: bool) -> bool:
    """Store a message; False where it came before, or where it reached no business of ours."""
    if by_slug:
        business = businesses.find(database, inbound.to)
    else:
        business = businesses.reached(database, inbound.channel, inbound.to)
    if business is None:
        if by_slug:
            raise RejectedError(404, "no business is reached there")
        _log.warning("no business is reached", channel=inbound.channel, to=inbound.to)
        return False
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


def _afterwards(taken: Taken) -> None:
    """Do what a channel does once all is stored: a press is acknowledged, say."""
    try:
        if taken.after:
            taken.after()
    except Exception as error:  # noqa: BLE001 - the message is stored, the rest is a courtesy
        _log.warning("not acknowledged", error=str(error))


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
