"""The demo's door without a browser: who is heard, what is refused, and what streams say."""

import http.client
import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from browser.conftest import Demo


def status(demo: Demo, method: str, path: str, **headers: str) -> int:
    """Ask with exactly these headers."""
    line = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=30)
    body = '{"phone": "maya", "text": "hello"}' if method == "POST" else None
    line.putrequest(method, path, skip_host="host" in headers)
    if body:
        line.putheader("content-length", str(len(body)))
    for name, value in headers.items():
        line.putheader(name.replace("_", "-"), value)
    line.endheaders(body.encode() if body else None)
    try:
        return line.getresponse().status
    finally:
        line.close()


def test_only_this_machine_is_heard(demo: Demo) -> None:
    """A foreign host's name, as a rebound one would send, is refused on every path."""
    for path in ("/", "/static/demo.js", "/api/demo", "/api/demo/juniper/events"):
        assert status(demo, "GET", path, host="evil.example") == 400
    assert status(demo, "GET", "/api/demo", host="localhost:8600") == 200
    say = "/api/demo/juniper/say"
    assert status(demo, "POST", say, host="evil.example", x_slotkeeper_demo="1") == 400


def test_no_other_site_changes_anything(demo: Demo) -> None:
    """A POST without the page's own header is refused, whatever it carries."""
    for path in ("/api/demo/juniper/say", "/api/demo/juniper/press", "/api/demo/clock"):
        assert status(demo, "POST", path) == 403
        assert status(demo, "POST", path, x_slotkeeper_demo="yes") == 403
    assert demo.get("/juniper/messages")["phones"]["maya"] == []


MISTAKES: list[tuple[str, Any, int]] = [
    ("/juniper/say", b"", 400),
    ("/juniper/say", b"{", 400),
    ("/juniper/say", b"\xff\xfe", 400),
    ("/juniper/say", b"[" * 60_000, 400),
    ("/juniper/say", [], 400),
    ("/juniper/say", {"phone": "maya"}, 400),
    ("/juniper/say", {"phone": "maya", "text": 1}, 400),
    ("/juniper/say", {"phone": "maya", "text": "hi", "more": "x"}, 400),
    ("/juniper/say", {"phone": "maya", "text": " \x00\x07\n"}, 400),
    ("/juniper/say", {"phone": "maya", "text": "x" * 10_000}, 400),
    ("/juniper/say", {"phone": "maya", "text": "x" * 70_000}, 413),
    ("/juniper/say", {"phone": "nobody", "text": "hi"}, 404),
    ("/nowhere/say", {"phone": "maya", "text": "hi"}, 404),
    ("/juniper/press", {"phone": "maya", "message": "out-1", "choice": "Yes"}, 404),
    ("/juniper/press", {"phone": "maya", "message": "out-" + "9" * 30, "choice": "Yes"}, 404),
    ("/clock", {"advance": "5 minutes"}, 400),
    ("/clock", {"advance": "P"}, 400),
    ("/clock", {"advance": "P900D"}, 400),
    ("/clock", {"to": "2020-01-01T00:00:00Z"}, 400),
    ("/clock", {"to": "2030-01-01T00:00:00"}, 400),
    ("/clock", {"to": "9999-12-31T23:59:59Z"}, 400),
    ("/clock", {"reset": 1}, 400),
    ("/clock", {"reset": True, "advance": "PT1M"}, 400),
]


def test_each_mistake_is_named(demo: Demo) -> None:
    """Whatever is malformed gets its status and one sentence, and changes nothing."""
    before = demo.get("")["now"]
    for path, facts, expected in MISTAKES:
        found, answer = demo.post(path, facts)
        assert (found, set(answer)) == (expected, {"error"}), (path, facts, answer)
        assert len(answer["error"]) > 5
    for query in ("?day=tomorrow", "?day=0001-01-01", "?day=2026-02-30"):
        connection = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=30)
        connection.request("GET", f"/api/demo/juniper/board{query}")
        assert connection.getresponse().status == 400
        connection.close()
    assert demo.get("/juniper/messages")["phones"]["maya"] == []
    assert demo.get("")["now"][:16] == before[:16]


def test_what_people_type_is_answered(demo: Demo) -> None:
    """Emoji, control characters, a lone half of a character and 2,000 letters all get an answer."""
    for text in ("🦉🎉", "hair\x00cut\x1b[31m", "half \ud83d", "b" * 2000, "' OR 1=1; --"):
        assert demo.asks("maya", text)
    talk = demo.get("/juniper/messages")["phones"]["maya"]
    assert "haircut[31m" in [message["text"] for message in talk]


def listen(demo: Demo, slug: str, until: str, found: list[str]) -> None:
    """Read a stream until a line has a word, keeping every line."""
    line = http.client.HTTPConnection(urlsplit(demo.url).netloc, timeout=30)
    line.request("GET", f"/api/demo/{slug}/events")
    answer = line.getresponse()
    assert answer.getheader("content-type", "").startswith("text/event-stream")
    while until not in (text := answer.readline().decode()):
        assert text, found
        found.append(text.strip())
    found.append(text.strip())
    line.close()


def test_many_listeners_hear_the_same(demo: Demo) -> None:
    """Forty streams of one place hear of a text and the board; another place's, of the clock."""
    heard: list[list[str]] = [[] for _ in range(40)]
    other: list[str] = []
    with ThreadPoolExecutor(41) as pool:
        jobs = [pool.submit(listen, demo, "juniper", "event: clock", found) for found in heard]
        jobs.append(pool.submit(listen, demo, "owl", "event: clock", other))
        while not all([*heard, other]):
            threading.Event().wait(0.02)
        demo.asks("maya", "haircut with Ana tomorrow at 3pm")
        while not all("event: board" in found for found in heard):
            assert not any(job.done() for job in jobs)
            threading.Event().wait(0.02)
        assert demo.post("/clock", {"advance": "PT1M"})[0] == 200
        for job in jobs:
            job.result(30)
    for found in heard:
        data = [json.loads(line[6:]) for line in found if line.startswith("data: ")]
        texts = [one["message"]["text"] for one in data if "message" in one]
        assert texts[0] == "haircut with Ana tomorrow at 3pm"
    assert "event: message" not in other


def test_the_clock_does_everything_at_its_time(demo: Demo) -> None:
    """A day ahead in one step: the hold lapsed five minutes after the text, not a day after."""
    demo.asks("maya", "haircut with Ana tomorrow at 3pm")
    demo.post("/clock", {"advance": "P1D"})
    talk = demo.get("/juniper/messages")["phones"]["maya"]
    times = [message["at"] for message in talk]
    assert len(talk) == 3
    assert times == sorted(times)
    assert times[2][:13] == times[1][:13], "the lapse was told a day late"


def test_the_board_counts_a_nights_hours(demo: Demo) -> None:
    """The owls' night is open from six to four the next morning, and belongs to its evening."""
    board = demo.get("/owl/board")
    assert (board["opens"][11:16], board["closes"][11:16]) == ("18:00", "04:00")
    assert board["day"] == board["opens"][:10]
    assert board["closes"][:10] > board["day"]


def test_a_break_is_cut_into_the_day(demo: Demo) -> None:
    """Ana's lunch is a break, Leo's day off is closed time, and no two blocks of Ana's overlap."""
    board = demo.get("/juniper/board")
    ids = {column["name"]: column["id"] for column in board["columns"]}
    assert {"Ana", "Ben", "Mia", "Leo", "Room 1", "Room 2"} <= set(ids)
    ana = sorted((i for i in board["items"] if i["column"] == ids["Ana"]), key=lambda i: i["start"])
    assert ("13:00", "13:45") in {
        (i["start"][11:16], i["end"][11:16]) for i in ana if i["status"] == "break"
    }
    for one, following in pairwise(ana):
        assert one["end"] <= following["start"]


def test_a_closed_day_has_no_hours(demo: Demo) -> None:
    """Thanksgiving has neither opening nor closing, and says why; nor has a Sunday."""
    holiday = demo.get("/juniper/board?day=2026-11-26")
    assert (holiday["opens"], holiday["closes"], holiday["items"]) == (None, None, [])
    assert "Thanksgiving" in holiday["why"]
    assert demo.get("/juniper/board?day=2026-11-22")["opens"] is None


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_said_outlives_the_process(demo: Demo, how: signal.Signals) -> None:
    """Ended in order or killed, the demo goes on where it was: clock, phones and book."""
    demo.asks("maya", "haircut with Ana tomorrow at 3pm")
    demo.post("/clock", {"advance": "PT2M"})
    before, now = demo.get("/juniper/messages"), demo.get("")["now"]
    assert demo.stop(how) == (0 if how is signal.SIGTERM else -signal.SIGKILL)
    demo.start()
    assert demo.get("/juniper/messages") == before
    assert demo.get("")["now"] > now
    assert "Booked" in demo.asks("maya", "yes")


def test_a_database_that_goes_away(demo: Demo) -> None:
    """With its database killed the demo says so, and goes on once it is started again."""
    demo.asks("maya", "hello")
    pid = int((demo.home / "pgdata" / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    try:
        found, answer = 0, {"error": ""}
        for _ in range(100):  # its processes notice one after the other
            found, answer = demo.post("/juniper/say", {"phone": "maya", "text": "still there?"})
            if found != 202:
                break
            threading.Event().wait(0.05)
        assert found == 503
        assert "try again" in answer["error"]
    finally:
        assert demo.stop() == 0
        demo.start()
    assert demo.asks("maya", "haircut with Ana tomorrow at 3pm")
