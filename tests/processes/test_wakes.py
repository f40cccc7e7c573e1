"""Wakes are quick, and one that was lost with its worker is made good by the tick."""

import statistics
import sys
import time
from functools import partial
from pathlib import Path

import httpx

from support.counts import count
from support.processes import KEY, Crew, free_port, simulated, until_up
from support.texting import Phones
from support.valkey import EmbeddedValkey
from support.wakes import latencies, take_up

_ADDRESS = "+12125550177"


def test_an_idle_worker_starts_at_once(valkey: EmbeddedValkey) -> None:
    """Over Redis a wake reaches an idle worker in a fraction of what polling would take."""
    seconds = latencies(valkey.url, 20)
    sys.stdout.write(f"idle send to start: {statistics.median(seconds) * 1000:.1f} ms\n")
    assert statistics.median(seconds) < 0.2  # polling: 0.3 s on a machine that is idle


def test_a_killed_workers_message_is_taken_up(
    shop: str, valkey: EmbeddedValkey, crew: Crew, tmp_path: Path
) -> None:
    """A worker is killed with a message in its hands: another answers it within moments."""
    env = simulated(tmp_path, database=shop, redis=valkey.url)
    port = free_port()
    crew.start("serve", "serve", env | {"SLOTKEEPER_PORT": str(port)})
    for name in ("work-1", "work-2", "tick-1"):
        crew.start(name, name.partition("-")[0], env)
    until_up(f"http://127.0.0.1:{port}/readyz")
    for name, word in (("work-1", "working"), ("work-2", "working"), ("tick-1", "ticking")):
        crew.says(name, word)
    phones = Phones(tmp_path / "phones.jsonl")

    def say(message: str) -> None:
        said = {"channel": "sms", "from": _ADDRESS, "message": message, "text": "hi"}
        httpx.post(
            f"http://127.0.0.1:{port}/simulator/juniper",
            json=said,
            headers={"Authorization": f"Bearer {KEY}"},
            timeout=30,
        ).raise_for_status()

    say("first")
    while not phones.heard(_ADDRESS):
        time.sleep(0.01)
    taken = []
    for number in range(count(2, 20)):
        taken.append(take_up(crew, shop, say=partial(say, f"again {number}"), address=_ADDRESS))
        crew.again("work-1")
        crew.says("work-1", "working", times=number + 2)
    sys.stdout.write(f"taken up after {statistics.median(taken):.2f}, at most {max(taken):.2f} s\n")
    assert max(taken) < 5
