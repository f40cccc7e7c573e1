"""The page's own routes: what they serve, under which headers, and what they do not."""

import asyncio
import re

import httpx
import pytest
from starlette.applications import Starlette

from bot.demo.page import STATIC, page_routes


def get(*paths: str) -> list[httpx.Response]:
    """Ask the routes for each path, without a server between."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(Starlette(routes=page_routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


def test_every_answer_forbids_foreign_code_framing_and_guessing() -> None:
    """The index and each static file carry the strict headers and their own type."""
    for answer in get("/", *(f"/static/{file.name}" for file in STATIC.iterdir())):
        assert answer.status_code == 200, answer.url
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    script = get("/static/demo.js")[0]
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path", ["/static/page.py", "/static/..%2fpage.py", "/static/%2e%2e/page.py", "/static/"]
)
def test_nothing_outside_the_folder_is_served(path: str) -> None:
    """A name that does not stand in the folder, however it is written, is not found."""
    assert get(path)[0].status_code == 404


def test_the_page_asks_nobody_else_and_writes_no_html() -> None:
    """No file of the page names another host, carries inline code, or writes data as HTML."""
    for file in STATIC.iterdir():
        text = file.read_text(encoding="utf-8")
        hosts = set(re.findall(r"https?://([a-z0-9.-]+)", text))
        assert hosts <= {"www.w3.org"}, file.name
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        if file.suffix == ".html":
            assert not re.search(r"\son[a-z]+=|\sstyle=|<style|<script(?![^>]*\ssrc=)", text)
