"""The demo page as routes: the index, and its style and script, behind strict security headers."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route

STATIC = Path(__file__).parent / "static"

# Named here and not guessed: with `nosniff` a wrong guess (a Windows registry can make one)
# would keep the browser from running the script at all.
MEDIA = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

# Everything comes from this server, nothing is inline, nobody frames the page, and trusted types
# make the browser itself refuse a script that would write text from people as HTML.
POLICY = (
    "default-src 'self'; "
    "base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'none'; "
    "object-src 'none'; "
    "require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # The page and its server are upgraded together; a stale script would speak to a newer one.
    "Cache-Control": "no-cache",
}


def page_routes() -> list[BaseRoute]:
    """Give the routes of the page: the index at `/`, its files under `/static/`.

    A pretended checkout is at `/pretend/BUSINESS/NUMBER`, the same file for all.

    Only files that stand in the folder now are served; any other name is a 404.
    """
    files = {path.name: path for path in STATIC.iterdir() if path.suffix in MEDIA}

    async def index(_: Request) -> FileResponse:
        return _served(files["index.html"])

    async def static(request: Request) -> FileResponse:
        path = files.get(request.path_params["name"])
        if path is None:
            raise HTTPException(404)
        return _served(path)

    async def checkout(_: Request) -> FileResponse:
        return _served(files["checkout.html"])

    return [
        Route("/", index),
        Route("/static/{name}", static),
        Route("/pretend/{slug}/{number}", checkout),
    ]


def _served(path: Path) -> FileResponse:
    return FileResponse(path, media_type=MEDIA[path.suffix], headers=HEADERS)
