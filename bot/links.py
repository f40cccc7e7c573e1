"""Links that only we can make: to a booking's calendar file, and to what became of a payment.

Short, for they go into text messages. A link says which booking (or checkout) of which business,
and is signed (HMAC-SHA256, cut to 72 bits) with the first of the secret keys; any of them proves
it. Nothing of a booking can be read from it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core import businesses
from core.db import Database
from workers import calendars

PATH = "/ics/{token}"
PAID = "/paid/{token}"
_TOKEN = re.compile(r"[\w-]{14,40}", re.ASCII)
_SIGNED = 9  # bytes of the signature: to guess one takes more requests than there is time for
_MOST = 2**63


class Links:
    """Makes links below a public URL and reads them; `keys` are the newest first."""

    def __init__(self, public_url: str, keys: Sequence[str]) -> None:
        self._base = public_url.rstrip("/")
        self._keys = {path: [_digest(path, key) for key in keys] for path in ("ics", "paid")}

    def calendar(self, business: int, booking: int) -> str:
        """Return the link to a booking's calendar file."""
        return self._link("ics", business, booking)

    def paid(self, business: int, checkout: int) -> str:
        """Return the link to the page that says what became of a payment."""
        return self._link("paid", business, checkout)

    def _link(self, path: str, business: int, number: int) -> str:
        what = _packed(business) + _packed(number)
        token = base64.urlsafe_b64encode(what + _signature(self._keys[path][0], what))
        return f"{self._base}/{path}/{token.decode().rstrip('=')}"

    def read(self, token: str, path: str = "ics") -> tuple[int, int] | None:
        """Return the business and the row that a token of ours names there; None for any other."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except binascii.Error:
            return None
        what, signature = whole[:-_SIGNED], whole[-_SIGNED:]
        proven = [hmac.compare_digest(_signature(key, what), signature) for key in self._keys[path]]
        same = base64.urlsafe_b64encode(whole).decode().rstrip("=") == token
        return _unpacked(what) if any(proven) and same else None


def _digest(path: str, key: str) -> bytes:
    return hashlib.sha256(f"slotkeeper {path} {key}".encode()).digest()


def _signature(key: bytes, what: bytes) -> bytes:
    return hmac.new(key, what, hashlib.sha256).digest()[:_SIGNED]


def _packed(number: int) -> bytes:
    """Return a number in as few bytes as it takes, each but the last with its highest bit set."""
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(reversed(parts))


def _unpacked(what: bytes) -> tuple[int, int] | None:
    numbers = [0]
    for byte in what[:-1]:
        numbers[-1] = numbers[-1] << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(0)
    numbers[-1] = numbers[-1] << 7 | what[-1]
    two = len(numbers) == 2 and max(numbers) < _MOST  # noqa: PLR2004 - a business and a booking
    return (numbers[0], numbers[1]) if two else None


def route(database: Database, links: Links) -> Route:
    """Return the page where a booking is had as a calendar file; whatever is not there is a 404."""

    def calendar(request: Request) -> Response:
        named = links.read(request.path_params["token"])
        found = _file(database, *named) if named else None
        if found is None:
            return Response("There is no such booking here.", 404, media_type="text/plain")
        name, media, content = found
        disposition = f'attachment; filename="{name}"'
        return Response(
            content, headers={"content-type": media, "content-disposition": disposition}
        )

    return Route(PATH, calendar, methods=["GET"])


def _file(database: Database, business: int, booking: int) -> tuple[str, str, bytes] | None:
    with database.transaction(business) as session:
        file = calendars.file_now(session, businesses.load(session), booking)
    return (file.name, file.media, file.content) if file else None


def linker(public_url: str | None, keys: Sequence[str]) -> Links | None:
    """Return what makes links; None without a public URL, or a key to sign them with."""
    return Links(public_url, keys) if public_url and keys else None
