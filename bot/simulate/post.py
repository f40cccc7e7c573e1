"""The vendor between the bot and the town: whoever sends hands letters in, the people get them.

Within one process they are kept in a list; of several processes each writes a line to one file,
which outlives whoever wrote it. Now and then the vendor refuses, and for some minutes a channel is
down.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random

from channels.message import Outbound, SendError, numbered

BUTTONS = frozenset({"telegram", "slack", "whatsapp"})
_REFUSED = 0.01  # of all tries, while vendors fail


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it reached somebody: its number, where it came to, and what it says."""

    number: int
    business: int
    channel: str
    to: str
    note: str
    text: str
    choices: tuple[str, ...]
    yes_no: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """When vendors fail: a channel is `down` from, until; the seed decides about single tries."""

    down: Sequence[tuple[str, datetime, datetime]] = ()
    seed: int = 0
    dead: frozenset[str] = frozenset()  # addresses that take nothing any more

    def refuse(self, outbound: Outbound, channel: str) -> None:
        """Raise SendError where a try is not to succeed."""
        if outbound.to in self.dead:
            raise SendError("the number is gone", permanent=True)
        now = outbound.now
        if any(one == channel and now and since <= now < until for one, since, until in self.down):
            raise SendError("the vendor is down", permanent=False)
        if Random(f"{self.seed}:{outbound.letter}:{now}").random() < _REFUSED:
            raise SendError("the vendor is busy", permanent=False)


@dataclass
class Post:
    """One channel of the town: takes letters to a list, or to the end of a file."""

    channel: str
    bag: list[Letter]
    file: Path | None = None
    trouble: Trouble | None = None

    def render(self, outbound: Outbound) -> str:
        """Show choices as buttons where the channel has them, else as numbered lines."""
        return outbound.text if self.channel in BUTTONS else numbered(outbound)

    def send(self, outbound: Outbound) -> str:
        """Take a letter; SendError where the trouble of the moment forbids it."""
        if self.trouble is not None:
            self.trouble.refuse(outbound, self.channel)
        letter = Letter(
            number=outbound.letter,
            business=outbound.business,
            channel=self.channel,
            to=outbound.to,
            note=outbound.note,
            text=outbound.text,
            choices=outbound.choices,
            yes_no=outbound.yes_no,
        )
        if self.file is None:
            self.bag.append(letter)
        else:
            with self.file.open("ab", buffering=0) as file:  # one write, whole or not at all
                file.write(json.dumps(asdict(letter)).encode() + b"\n")
        return f"{self.channel}-{outbound.letter}"


@dataclass
class Mailbag:
    """The letters that came since the last look: from the list, or from the file."""

    bag: list[Letter] = field(default_factory=list)
    file: Path | None = None
    _read: int = 0

    def emptied(self) -> list[Letter]:
        """Return what came, in the order of the letters' numbers."""
        if self.file is not None and self.file.exists():
            self.bag += self._lines(self.file)
        came, self.bag[:] = sorted(self.bag, key=lambda letter: letter.number), []
        return came

    def _lines(self, source: Path) -> Iterator[Letter]:
        with source.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        if whole:
            self._read += len(whole) + 1
            for line in whole.splitlines():
                facts: Mapping[str, object] = json.loads(line)
                yield Letter(**{**facts, "choices": tuple(facts["choices"])})  # type: ignore[arg-type]  # as it was written
