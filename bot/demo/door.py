"""The demo's web door: JSON calls and a stream of events, for a page of this very machine.

Only requests that name this machine as their host are heard (a foreign name may have been pointed
here), and only those that carry a header of ours may change anything: no other site's form or image
can send it.
"""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.demo.clock import ClockError
from bot.demo.hub import Hub
from bot.demo.page import HEADERS, page_routes
from bot.demo.play import MistakeError, Play, UnknownError
from bot.patience import whole

HOSTS = ["127.0.0.1", "localhost"]
HEADER = "x-slotkeeper-demo"
AWAY = "The database does not answer. What was sent before is kept; please try again."
_LONGEST = timedelta(days=366)

_log = structlog.get_logger()
_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")


def app(play: Play, hub: Hub) -> Starlette:
    """Return the demo as an ASGI application."""
    door = Door(play, hub)
    return Starlette(
        routes=[
            *page_routes(),
            Route("/api/demo", door.overview),
            Route("/api/demo/clock", door.clock, methods=["POST"]),
            Route("/api/demo/{slug}/board", door.board),
            Route("/api/demo/{slug}/messages", door.messages),
            Route("/api/demo/{slug}/events", door.events),
            Route("/api/demo/{slug}/pictures/{message}", door.picture),
            Route("/api/demo/{slug}/checkouts/{number}", door.checkout),
            Route("/api/demo/{slug}/pay", door.pay, methods=["POST"]),
            Route("/api/demo/{slug}/say", door.say, methods=["POST"]),
            Route("/api/demo/{slug}/press", door.press, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)],
        exception_handlers={
            HTTPException: _refused,
            MistakeError: _mistaken,
            ClockError: _mistaken,
            UnknownError: _unknown,
            OperationalError: _away,
            InterfaceError: _away,
            PoolTimeoutError: _away,
            LookupError: _afresh,
            IntegrityError: _afresh,
        },
    )


@dataclass(frozen=True)
class Door:
    """The endpoints. The database is asked in threads; only streams live on the event loop."""

    play: Play
    hub: Hub

    async def overview(self, _: Request) -> Response:
        return _json(await run_in_threadpool(self.play.overview))

    async def board(self, request: Request) -> Response:
        day = _day(request.query_params.get("day"))
        return _json(await run_in_threadpool(self.play.board, _slug(request), day))

    async def messages(self, request: Request) -> Response:
        return _json(await run_in_threadpool(self.play.messages, _slug(request)))

    async def events(self, request: Request) -> Response:
        slug = _slug(request)
        await run_in_threadpool(self.play.messages, slug)  # unknown, or away: said beforehand
        headers = HEADERS | {"Cache-Control": "no-store"}
        return StreamingResponse(self.hub.listen(slug), 200, headers, "text/event-stream")

    async def picture(self, request: Request) -> Response:
        content = await run_in_threadpool(
            self.play.picture, _slug(request), request.path_params["message"]
        )
        return Response(content, 200, HEADERS, "image/png")

    async def checkout(self, request: Request) -> Response:
        number = request.path_params["number"]
        return _json(await run_in_threadpool(self.play.checkout, _slug(request), number))

    async def pay(self, request: Request) -> Response:
        said = await _fields(request, "checkout", "outcome")
        now = await run_in_threadpool(self.play.pay, _slug(request), *said.values())
        if now is not None:
            self.hub.tell_all("clock", {"now": now.isoformat()})
        return _json({}, 202)

    async def say(self, request: Request) -> Response:
        said = await _fields(request, "phone", "text")
        stored = await run_in_threadpool(self.play.say, _slug(request), said["phone"], said["text"])
        return _json({"id": stored}, 202)

    async def press(self, request: Request) -> Response:
        pressed = await _fields(request, "phone", "message", "choice")
        await run_in_threadpool(self.play.press, _slug(request), *pressed.values())
        return _json({}, 202)

    async def clock(self, request: Request) -> Response:
        match await _object(request):
            case {"advance": str(words), **rest} if not rest:
                now = await run_in_threadpool(self.play.move_clock, by=_duration(words))
            case {"to": str(words), **rest} if not rest:
                now = await run_in_threadpool(self.play.move_clock, to=_instant(words))
            case {"reset": True, **rest} if not rest:
                now = await self.hub.exchange(self.play.afresh)
                self.hub.tell_all("afresh", {"now": now.isoformat()})
            case _:
                raise MistakeError('The clock takes "advance", "to" or "reset".')
        self.hub.tell_all("clock", {"now": now.isoformat()})
        return _json({"now": now.isoformat()})


def _json(facts: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(facts, status, HEADERS | {"Cache-Control": "no-store"})


def _error(words: str, status: int) -> Response:
    return _json({"error": words}, status)


async def _refused(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(str(getattr(error, "detail", error)), status)


async def _mistaken(_: Request, error: Exception) -> Response:
    return _error(str(error), 400)


async def _unknown(_: Request, error: Exception) -> Response:
    return _error(str(error), 404)


async def _away(_: Request, error: Exception) -> Response:
    _log.warning("the demo's database is away", error=str(error).split("\n")[0])
    return _error(AWAY, 503)


async def _afresh(_: Request, error: Exception) -> Response:
    """Answer who asked for what was just emptied."""
    _log.warning("asked in between", error=str(error).split("\n")[0])
    return _error("The demo was begun afresh just now; please try again.", 503)


def _slug(request: Request) -> str:
    return str(request.path_params["slug"])


async def _object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request that may change something."""
    if request.headers.get(HEADER) != "1":
        raise HTTPException(403, "Only the demo's own page may do that.")
    try:
        found = json.loads(await whole(request.stream()), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise MistakeError("That is no JSON.") from error
    if not isinstance(found, dict):
        raise MistakeError("A JSON object is needed.")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(name)


async def _fields(request: Request, *names: str) -> dict[str, str]:
    """Return exactly these fields of a request's object, each a text, in this order."""
    found = await _object(request)
    if set(found) != set(names) or not all(isinstance(value, str) for value in found.values()):
        raise MistakeError(f"Needed are {', '.join(names)}, each a text, and nothing else.")
    return {name: found[name] for name in names}


def _day(words: str | None) -> date | None:
    if words is None:
        return None
    try:
        day = date.fromisoformat(words)
    except ValueError as error:
        raise MistakeError("A day is written YYYY-MM-DD.") from error
    if not 2000 <= day.year <= 2100:  # noqa: PLR2004 - the years that zones and holidays know
        raise MistakeError("The board shows days from 2000 to 2100.")
    return day


def _duration(words: str) -> timedelta:
    parts = _DURATION.fullmatch(words)
    if parts is None or not any(parts.groups()):
        raise MistakeError('A time to advance is written like "PT5M" or "P1DT2H".')
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return min(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds), 2 * _LONGEST)


def _instant(words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise MistakeError("An instant is written in ISO 8601.") from error
    if moment.tzinfo is None:
        raise MistakeError("An instant needs its offset from UTC.")
    return moment
