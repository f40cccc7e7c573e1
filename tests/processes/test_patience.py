"""Connections that send their request drop by drop, or nothing: nobody waits for them long."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.exceptions import HTTPException

from bot import web
from bot.patience import MOST_BYTES, whole
from channels import simulator
from core.db import Database
from support.counts import count
from support.processes import KEY, Crew, free_port, simulated, until_up
from support.serving import served
from support.shop import open_shop

_HEAD = b"POST /simulator/juniper HTTP/1.1\r\nHost: bot\r\n"
_OWNER = f"Authorization: Bearer {KEY}\r\n".encode()
_SLOW = [
    b"",
    b"P",
    _HEAD,
    _HEAD + b"X-Long: ",
    _HEAD + _OWNER + b"Content-Length: 60\r\n\r\n{",
    _HEAD + _OWNER + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
]


def connect(url: str, begun: bytes) -> socket.socket:
    """Open a connection and send what a slow client sends first."""
    at = urlsplit(url)
    made = socket.create_connection((str(at.hostname), int(at.port or 80)), timeout=20)
    made.sendall(begun)
    return made


def rest(made: socket.socket) -> bytes:
    """Return all that still comes on a connection, to its end."""
    read = b""
    try:
        while piece := made.recv(4000):
            read += piece
    except ConnectionResetError:  # closed before it had read all that we sent
        pass
    return read


def test_the_head_of_a_request_must_come_soon(database: Database) -> None:
    """Whether nothing comes, or a byte now and then; a request that is there is answered."""
    with served(web.app(database, [simulator.door(KEY)]), patience=0.4) as url:
        begun = time.monotonic()
        slow = [connect(url, first) for first in _SLOW[:4]]
        busy = connect(url, _HEAD)
        while time.monotonic() < begun + 0.3:
            busy.sendall(b"X-A: b\r\n")
            time.sleep(0.05)
        for each in (*slow, busy):
            assert rest(each) == b""
            each.close()
        with httpx.Client(base_url=url) as client:
            assert client.get("/healthz").is_success
            assert client.get("/healthz").is_success


def test_a_connection_that_is_kept_waits_for_its_next_request_as_long(database: Database) -> None:
    """After an answered request the next head must come soon, too."""
    with served(web.app(database, []), patience=0.4) as url:
        kept = connect(url, b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
        answer = b""
        while b'{"alive":true}' not in answer:
            answer += kept.recv(4000)
        kept.sendall(b"GET /healthz HT")
        assert rest(kept) == b""
        kept.close()


@pytest.mark.parametrize(
    ("pieces", "pause", "status"),
    [([b"a"] * 50, 0.05, 408), ([b"x" * 1000] * 70, 0, 413)],
)
def test_a_body_must_come_soon_and_be_short(pieces: list[bytes], pause: float, status: int) -> None:
    """Drop by drop it is 408, beyond 64 kB 413, and the connection ends with the answer."""

    async def body() -> AsyncIterator[bytes]:
        for piece in pieces:
            await asyncio.sleep(pause)
            yield piece

    with pytest.raises(HTTPException) as raised:
        asyncio.run(whole(body(), seconds=0.5))
    assert raised.value.status_code == status
    assert raised.value.headers == {"Connection": "close"}
    assert len(pieces) * len(pieces[0]) > MOST_BYTES or status == 408


def test_whoever_is_slow_holds_up_nobody(database_url: str, tmp_path: Path) -> None:
    """Beside hundreds of slow connections every honest message is taken, most within a second."""
    open_shop(database_url)
    env = simulated(tmp_path, database=database_url)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    said = count(100, 1000)
    took: list[float] = []
    with Crew(tmp_path) as crew, ExitStack() as stack:
        crew.start("serve", "serve", env | {"SLOTKEEPER_PORT": str(port)})
        until_up(f"{url}/readyz")
        slow = [stack.enter_context(connect(url, _SLOW[n % len(_SLOW)])) for n in range(300)]
        client = stack.enter_context(httpx.Client(base_url=url, timeout=20))
        for number in range(said):
            if number % 10 == 0:
                slow[4 + 6 * (number // 10 % 40)].sendall(b" ")
            before = time.monotonic()
            sent = {"channel": "sms", "from": f"+1212555{number:04}", "message": "1", "text": "hi"}
            answer = client.post(
                "/simulator/juniper", json=sent, headers={"Authorization": f"Bearer {KEY}"}
            )
            took.append(time.monotonic() - before)
            assert answer.is_success
        ended: list[bytes] = []
        threads = [
            threading.Thread(target=lambda s: ended.append(rest(s)), args=(s,)) for s in slow
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answered = [line for line in ended if line]
    assert len(ended) == len(slow)
    assert all(b"408" in line for line in answered)
    assert len(answered) == 2 * len(slow) // len(_SLOW)
    assert sorted(took)[len(took) // 2] < 1
