"""People who text, and the vendor between them and the bot: it sends again until it hears 200."""

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx

from support.processes import KEY

_BUSY_HOURS = {9, 10, 11, 14, 15, 16}
_GIVES_UP = 90.0  # seconds after which a vendor would stop sending a message again


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's address, and what they text one after the other."""

    address: str
    texts: tuple[str, ...]


def talks(chance: random.Random, number: int, today: date) -> Iterator[Talk]:
    """Make conversations: book, correct, confirm, decline, cancel, move, come with friends."""
    for person in range(number):
        first, second = (_moment(chance, today) for _ in range(2))
        service = chance.choice(("haircut", "haircut", "cut with Ben", "consultation"))
        book = f"{service} on {first}"
        texts = chance.choice(
            (
                (book, "yes"),
                (book, "yes", "my bookings"),
                (book, "no, at 4pm", "yes", "thanks"),
                (book, "yes", "cancel", "yes"),
                (book, "yes", f"move it to {second}", "yes"),
                (book, "no"),
                ("hi", book, "1", "yes"),
                (f"yoga for {chance.choice((2, 3))} on thursday", "yes", "yes"),
            )
        )
        yield Talk(f"+1212555{person:04}", texts)


def _moment(chance: random.Random, today: date) -> str:
    """Return a day and an hour, nine in ten outside weekends, evenings and lunch."""
    while True:
        day, hour = today + timedelta(days=chance.randint(3, 40)), chance.randint(9, 17)
        if (1 <= day.weekday() <= 4 and hour in _BUSY_HOURS) or chance.random() < 0.07:
            return f"{day:%A} {day.day} {day:%B} at {hour}:{chance.choice(('00', '30'))}"


@dataclass
class Phones:
    """Reads what the simulated vendor took: lines of the one file that all processes write to."""

    path: Path
    _heard: dict[str, int] = field(default_factory=dict)
    _read: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, address: str) -> int:
        """Return how many messages have come to an address by now."""
        with self._lock:
            for line in self._new():
                self._heard[line["to"]] = self._heard.get(line["to"], 0) + 1
            return self._heard.get(address, 0)

    def letters(self) -> dict[int, int]:
        """Return how often each letter came, by its number."""
        counts: dict[int, int] = {}
        for text in self.path.read_text().splitlines():
            letter = json.loads(text)["letter"]
            counts[letter] = counts.get(letter, 0) + 1
        return counts

    def _new(self) -> Iterator[dict[str, str]]:
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        if whole:
            self._read += len(whole) + 1
            yield from map(json.loads, whole.splitlines())


@dataclass
class Vendor:
    """Posts to any of the doors. What is not acknowledged is sent again, under the same id."""

    doors: Sequence[str]
    chance: random.Random
    sent: list[tuple[str, str]] = field(default_factory=list)  # (address, message id)
    again: int = 0
    doubled: int = 0

    def say(self, address: str, message: str, text: str) -> None:
        """Send until it is acknowledged; now and then hang up early, or send once more."""
        until = time.monotonic() + _GIVES_UP
        while not self._acknowledged(address, message, text):
            self.again += 1
            if time.monotonic() > until:
                raise TimeoutError(f"nobody took {message} of {address}")
            time.sleep(self.chance.uniform(0.05, 0.4))
        self.sent.append((address, message))
        if self.chance.random() < 0.1:
            self.doubled += 1
            self._acknowledged(address, message, text)

    def _acknowledged(self, address: str, message: str, text: str) -> bool:
        hurry = self.chance.random() < 0.05
        body = {"channel": "sms", "from": address, "message": message, "text": text}
        try:
            answer = httpx.post(
                f"{self.chance.choice(self.doors)}/simulator/juniper",
                json=body,
                headers={"Authorization": f"Bearer {KEY}"},
                timeout=0.005 if hurry else 15,
            )
        except httpx.HTTPError:
            return False
        if answer.status_code not in {200, 500, 503}:
            raise AssertionError(f"{answer.status_code}: {answer.text}")
        return answer.status_code == 200


def converse(talk: Talk, vendor: Vendor, phones: Phones, *, patience: float) -> None:
    """Hold one conversation: most wait for each answer, some text on at once."""
    hasty = vendor.chance.random() < 0.2
    for number, text in enumerate(talk.texts, 1):
        before = phones.heard(talk.address)
        vendor.say(talk.address, f"{talk.address}/{number}", text)
        until = time.monotonic() + patience
        while not hasty and phones.heard(talk.address) == before and time.monotonic() < until:
            time.sleep(0.02)
