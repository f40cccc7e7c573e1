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
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import acting, floods, metrics, money
from bot.acting import Who
from bot.floods import Buckets
from bot.guards import Guarded
from bot.patience import whole
from channels.message import Call, Door, Inbound, RejectedError, Status, Taken
from core import businesses, outbox
from core.db import Database, Session, away
from workers.measures import IGNORED, INBOUND
from workers.seldom import Seldom

_say = Seldom()
_log = structlog.get_logger()


def app(
    database: Database,
    doors: Sequence[Door],
    *,
    store: "Store | None" = None,
    metrics_key: str | None = None,
    routes: Sequence[Route] = (),
) -> Starlette:
    """Return the ASGI application: the doors, whether it lives and is ready, and its figures.

    `store` keeps what comes; `routes` are pages beside the doors. Without `metrics_key` only this
    machine sees figures.
    """
    store = store or Store(database)

    def healthz(_: Request) -> Response:
        return JSONResponse({"alive": True})

    def readyz(_: Request) -> Response:
        database.now()
        return JSONResponse({"ready": True})

    def figures(request: Request) -> Response:
        if not metrics.allowed(request, metrics_key):
            raise HTTPException(403, "the key is missing or wrong")
        return metrics.shown(database)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", figures),
            *routes,
            *(Route(door.path, store.endpoint(door), methods=[*door.methods]) for door in doors),
        ],
        middleware=[Middleware(Guarded)],
        exception_handlers={
            RejectedError: _rejected,
            HTTPException: _refused,
            SQLAlchemyError: _broken,
        },
    )


class Store:
    """Takes calls at the doors and keeps what they hold; knows who sent how much of late.

    `public_url` is where vendors call, which may be another address than the one listened to.
    """

    def __init__(self, database: Database, public_url: str = "") -> None:
        self._database = database
        self._public_url = public_url
        self._people = Buckets(floods.PERSON)
        self._businesses = Buckets(floods.BUSINESS)

    def endpoint(self, door: Door) -> Callable[[Request], object]:
        """Return what answers the requests at a door."""

        async def endpoint(request: Request) -> Response:
            call = Call(
                headers=_headers(request),
                path=request.path_params,
                body=await whole(request.stream()),
                url=_called(request, self._public_url),
                query=dict(request.query_params),
                method=request.method,
            )
            taken = await run_in_threadpool(self._take, door, call)
            reply = taken.reply
            after = BackgroundTask(_afterwards, taken) if taken.after else None
            return Response(
                reply.body, reply.status, reply.headers, media_type=reply.media, background=after
            )

        return endpoint

    def _take(self, door: Door, call: Call) -> Taken:
        taken = door.receive(call)
        self.keep(taken, by_slug=door.by_slug)
        return taken

    def keep(self, taken: Taken, *, by_slug: bool = False) -> None:
        """Keep what a call held: each message once, whatever the vendor repeats.

        Raises RejectedError where a business has more to do than it may ask for: the vendor sends
        it again.
        """
        for inbound in taken.messages:
            self._keep(inbound, by_slug=by_slug)
        for status in taken.statuses:
            with self._database.transaction(status.business) as session:
                _report(session, status)
        for news in taken.news:
            if money.heard(self._database, news) is None:
                raise RejectedError(404, "no business is reached there")

    def _keep(self, inbound: Inbound, *, by_slug: bool) -> None:
        """Store a message, unless it came before, reached no business, or is one of a flood."""
        business = _reached(self._database, inbound, by_slug=by_slug)
        if business is None:
            return
        sender = (business, inbound.channel, inbound.sender)
        heard = inbound.kind == "carrier"  # who opted out is heard in every flood
        if not heard and self._businesses.full(business):
            IGNORED.labels(inbound.channel, "busy").inc()
            raise RejectedError(429, "too many messages, try again")
        who = Who(inbound.channel, inbound.sender, inbound.name, inbound.zone, inbound.language)
        if not heard and self._people.full(sender):
            IGNORED.labels(inbound.channel, "flood").inc()
            if self._people.warn(sender):
                with self._database.transaction(business) as session:
                    acting.slow_down(session, who)
            return
        with self._database.transaction(business) as session:
            kept = acting.write(
                session,
                who,
                message=inbound.message,
                kind=inbound.kind,
                body=inbound.body,
                **inbound.facts,
            )
        if kept is not None:
            self._people.take(sender)
            self._businesses.take(business)
            INBOUND.labels(inbound.channel, inbound.kind).inc()


def _called(request: Request, public_url: str) -> str:
    """Return the URL that was called: vendors sign it, and proxies change it on the way."""
    if not public_url:
        return str(request.url)
    query = request.url.query
    path: str = request.scope.get("raw_path", b"").decode("ascii", "replace") or request.url.path
    return public_url.rstrip("/") + path.partition("?")[0] + (f"?{query}" if query else "")


def _reached(database: Database, inbound: Inbound, *, by_slug: bool) -> int | None:
    """Return the business that a message is for; None, and a line in the log, where there is none.

    A vendor would send it again for hours if it were refused.
    """
    if by_slug:
        found = businesses.find(database, inbound.to)
        if found is None:
            raise RejectedError(404, "no business is reached there")
        return found
    found = businesses.reached(database, inbound.channel, inbound.to)
    if found is None:
        IGNORED.labels(inbound.channel, "nobody").inc()
        _log.warning("no business is reached", channel=inbound.channel, to=inbound.to)
    return found


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


def _afterwards(taken: Taken) -> None:
    """Do what a channel does once all is stored: a press is acknowledged, say."""
    try:
        if taken.after:
            taken.after()
    except Exception as error:  # noqa: BLE001 - the message is stored, the rest is a courtesy
        _log.warning("not acknowledged", error=str(error))


def _headers(request: Request) -> Mapping[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _rejected(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RejectedError) else 400
    _log.debug("rejected", status=status, why=str(error))  # strangers must not fill the log
    return JSONResponse({"error": str(error)}, status_code=status)


def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return JSONResponse({"error": ""}, status_code=500)
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


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
