"""HTTP as far as a stand-in for the Bot API needs it: in a thread of its own, hanging up too."""

import asyncio
import contextlib
import email
import email.policy
import json
import threading
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its path, and its arguments however they came."""

    path: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What it is answered with; None in its place hangs up."""

    status: int
    body: dict[str, Any]


Handler = Callable[[Asked], Awaitable[Answer | None]]


class Wire:
    """Listens on a free port of this machine from the start until it is closed."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.loop = asyncio.new_event_loop()
        self._open: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self.loop.run_forever, name="fake-telegram")
        self._thread.start()
        self._server = self.run(self._listen())
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        """Hang up everywhere and end the thread."""
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=2**20)

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        url = urlsplit(head[0].split(" ")[1])
        arguments = dict(parse_qsl(url.query)) | arguments_of(headers.get("content-type", ""), body)
        answer = await self._handler(Asked(url.path, arguments))
        if answer is None:
            return False
        said = json.dumps(answer.body).encode()
        line = f"HTTP/1.1 {answer.status} X\r\nContent-Type: application/json\r\n"
        writer.write(f"{line}Content-Length: {len(said)}\r\n\r\n".encode() + said)
        await writer.drain()
        return True


def arguments_of(media: str, body: bytes) -> dict[str, Any]:
    """Read a form, a form with files (each as its name and content), or JSON."""
    if media.startswith("application/json"):
        return dict(json.loads(body or b"{}"))
    if not media.startswith("multipart/form-data"):
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    whole = email.message_from_bytes(
        b"Content-Type: " + media.encode() + b"\r\n\r\n" + body, policy=email.policy.HTTP
    )
    found: dict[str, Any] = {}
    for part in whole.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            file = part.get_filename()
            found[name] = (file, content) if file else content.decode()
    return found
