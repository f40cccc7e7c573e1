"""The fake Stripe's wire: HTTP in and out, and the troubles that were ordered."""

import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from fakes.stripe_reference import refused
from support.vendors import Trouble


class Answering(Protocol):
    """What answers the requests."""

    stall: float

    def troubled(self) -> Trouble | None:
        """Take one of the troubles that were ordered."""

    def answer(
        self, method: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str]
    ) -> tuple[int, dict[str, Any], bool]:
        """Answer a request; the last says whether an earlier answer was replayed."""


class Server(ThreadingHTTPServer):
    """Listens on any free port of this machine."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, fake: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.fake = fake


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        fake = self.server.fake
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        url = urlsplit(self.path)
        fields = dict(parse_qsl(body or url.query, keep_blank_values=True, strict_parsing=False))
        how = fake.troubled()
        if how == "429":
            self._say(*refused("Too many requests", code="rate_limit", status=429), retry="1")
        elif how == "500":
            self._say(*refused("Something went wrong", kind="api_error", status=500))
        elif how == "permanent":
            self._say(*refused("This account cannot currently make live charges."))
        elif how == "timeout":
            time.sleep(fake.stall)
            self.close_connection = True
        elif how == "drop":
            fake.answer(self.command, url.path, fields, dict(self.headers))
            self.close_connection = True
        else:
            status, said, replayed = fake.answer(self.command, url.path, fields, dict(self.headers))
            self._say(status, said, replayed=replayed)

    def _say(
        self, status: int, said: dict[str, Any], *, retry: str = "", replayed: bool = False
    ) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_fake")
        if retry:
            self.send_header("Retry-After", retry)
        if replayed:
            self.send_header("Idempotent-Replayed", "true")
        self.end_headers()
        self.wfile.write(body)
