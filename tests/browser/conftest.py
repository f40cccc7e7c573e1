"""The demo as people run it: its own process, its own embedded database, and a real Chromium."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from support.postgres import temporary_home

PATIENCE = 60  # seconds for a start on a busy machine
expect.set_options(timeout=20_000)


@dataclass
class Demo:
    """One demo: `url` ends in a slash. It may be stopped, killed and started again."""

    home: Path
    log: Path
    url: str = ""
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self, *arguments: str) -> None:
        """Start the command and wait for the line that names the address."""
        port = self.url.split(":")[2].strip("/") if self.url else "0"
        command = (sys.executable, "-m", "bot", "demo", "--no-browser", "--data", str(self.home))
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*command, "--port", port, *arguments],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "http://" in line:
                self.url = next(word for word in line.split() if word.startswith("http://"))
                return
        pytest.fail(f"the demo did not start:\n{self.log.read_text()}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """End it and return its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON of a call."""
        with urllib.request.urlopen(f"{self.url}api/demo{path}") as answer:  # noqa: S310 - ours
            return json.load(answer)

    def post(self, path: str, facts: Any, **headers: str) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        """Ask for a change as the page does; return the status and the JSON."""
        body = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
        request = urllib.request.Request(  # noqa: S310 - ours
            f"{self.url}api/demo{path}", body, {"X-Slotkeeper-Demo": "1"} | headers
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - ours
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read().decode()
                return error.code, json.loads(text) if text.startswith("{") else text

    def said_to(self, phone: str, slug: str = "juniper") -> list[str]:
        """Return what the bot said to a phone."""
        talk = self.get(f"/{slug}/messages")["phones"][phone]
        return [message["text"] for message in talk if message["from"] == "bot"]

    def asks(self, phone: str, text: str, slug: str = "juniper") -> str:
        """Say something and return the bot's next answer to that phone."""
        before = len(self.said_to(phone, slug))
        assert self.post(f"/{slug}/say", {"phone": phone, "text": text})[0] == 202
        deadline = time.monotonic() + PATIENCE
        while len(said := self.said_to(phone, slug)) == before:
            assert time.monotonic() < deadline, f"no answer to {text!r}"
            time.sleep(0.05)
        return said[-1]


@pytest.fixture(scope="session")
def demo_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give the running demo of this test run."""
    with temporary_home(in_memory=True) as home:
        demo = Demo(home, tmp_path_factory.mktemp("demo") / "stderr.log")
        demo.start()
        yield demo
        demo.stop()


@pytest.fixture
def demo(demo_process: Demo) -> Demo:
    """Give the demo as a newcomer finds it."""
    assert demo_process.post("/clock", {"reset": True})[0] == 200
    return demo_process


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Give a browser; closed with its module, for its event loop would be in others' way."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, demo: Demo) -> Iterator[Callable[..., Page]]:
    """Give a function that opens the demo's page; what a page complains of fails the test."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_page(place: str = "juniper", *, wide: int = 1440, high: int = 900) -> Page:
        page = browser.new_page(viewport={"width": wide, "height": high}, reduced_motion="reduce")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"a dialog: {dialog.message}"))
        page.goto(f"{demo.url}#{place}")
        expect(page.locator("#live")).to_have_attribute("data-state", "up")
        expect(page.locator("#grid .row").first).to_be_visible()
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []
