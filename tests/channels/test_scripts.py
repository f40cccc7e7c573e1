"""Every conversation of tests/conversations again, each through its own channel's real adapter.

What people say comes in at the door, signed as the vendor signs it; presses are made on the message
that the vendor shows; what the bot says goes out to the vendor's fake. The script expects the same.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot import acting, web
from bot.commands.apply import read_files
from bot.commands.replay import EXAMPLES
from bot.replay import script
from bot.replay.script import Line
from bot.replay.stage import Stage, _who
from bot.wiring import simulated
from core.applying import applied
from core.blueprint import Blueprint
from core.blueprint.shape import Routes
from fakes.twilio import FakeTwilio
from support.counts import PROVE
from support.postgres import Databases, connected
from support.staging import left_behind
from support.vendors import PUBLIC, Adapter, Caller, Heard, load

_SCRIPTS = sorted((Path(__file__).parents[1] / "conversations").glob("*.jsonl"))
_FOLDER = Path(__file__).parent
_REACHED = {  # where the fakes reach whichever business a script is about
    "sms": "+12125550100",
    "whatsapp": "+12125550100",
    "telegram": "JuniperBot",
    "slack": "T0JUNIPER",
}


@dataclass
class Vendors:
    """The fakes of all vendors, joined."""

    adapters: dict[str, Adapter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("telegram", "slack"):
            for channel, make in load(_FOLDER / f"adapters_{name}.py").ADAPTERS.items():
                self.adapters[channel] = make()
        # The account leaves every keyword to us; what the carrier does by itself, other tests show.
        fake = FakeTwilio(advanced={"NONE": set()})
        for channel, make in load(_FOLDER / "adapters_sms.py").ADAPTERS.items():
            self.adapters[channel] = make(fake, cancel_is_ours=True)

    def meet(self, lines: list[Line]) -> None:
        """Let Telegram know who pressed START at the bot."""
        telegram: Any = self.adapters["telegram"]
        telegram.bot.started |= {int(to) for channel, to in who(lines) if channel == "telegram"}

    def of(self, line: Line) -> Adapter:
        """Return the channel of a line, with the hands of whom it is about."""
        adapter: Any = self.adapters[line["channel"]]
        adapter.sender = line["from"]
        of: Adapter = adapter
        return of

    def close(self) -> None:
        """Stop them."""
        for adapter in self.adapters.values():
            adapter.close()


class Doors(Stage):
    """A stage where whatever people write or press comes in as the vendor brings it."""

    vendors: Vendors
    caller: Caller

    def _store(self, line: Line, *, kind: str, body: str, **facts: object) -> None:
        adapter = self.vendors.of(line)
        with self.runtime.database.transaction(self._business(line["to"])) as session:
            acting.meet(session, _who(line))  # what the vendor's profile says of them
        number = line.number if line.get("id") is None else 10_000 + hash(line["id"]) % 10_000
        if kind == "text":
            post = adapter.text(body, message=number)
        elif kind == "press" and (heard := self._shown(adapter, line["from"], body)):
            post = adapter.choose(heard, int(str(facts["index"])), message=number)
        else:
            super()._store(line, kind=kind, body=body, **facts)
            return
        assert self.caller.post(post).status_code == 200

    @staticmethod
    def _shown(adapter: Adapter, address: str, label: str) -> Heard | None:
        """Return the last message that shows a button of that name."""
        shown = [heard for heard in adapter.heard(address) if label in heard.buttons]
        return shown[-1] if shown else None


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    """Give the fakes."""
    made = Vendors()
    yield made
    made.close()


@pytest.fixture(scope="module")
def blueprints() -> dict[str, Blueprint]:
    """Give the shipped businesses, each reached where the fakes reach it."""
    found, problems = read_files([str(path) for path in sorted(EXAMPLES.glob("*.toml"))])
    assert not problems
    reached = Routes(**_REACHED)
    return {
        one.slug: replace(one, root=one.root.model_copy(update={"reached": reached}))
        for one in found
    }


def who(lines: list[Line]) -> list[tuple[str, str]]:
    """Return everybody who is in a script: channel and address."""
    return sorted({(line["channel"], line["from"]) for line in lines if line.get("channel")})


def _played(path: Path) -> list[Line]:
    return script.read(path.read_text(encoding="utf-8").splitlines())


def _about(lines: list[Line]) -> set[str]:
    return {line["to"] for line in lines if line.get("to")}


def _fit() -> list[Path]:
    """Return the scripts of one shipped business; every day only some of those by text alone."""
    shipped = {path.stem for path in EXAMPLES.glob("*.toml")}
    fit: list[Path] = []
    for number, path in enumerate(_SCRIPTS):
        lines = _played(path)
        about, by_text = _about(lines), {channel for channel, _ in who(lines)} <= {"sms"}
        if len(about) == 1 and about <= shipped and (PROVE or not by_text or number % 4 == 0):
            fit.append(path)
    return fit


@pytest.mark.parametrize("path", _fit(), ids=lambda path: path.stem)
def test_a_conversation_through_its_vendor(
    path: Path, vendors: Vendors, blueprints: dict[str, Blueprint], databases: Databases
) -> None:
    """Each goes as with the stand-in channels, and the vendor shows what the rows say was sent."""
    lines = _played(path)
    url = databases.fresh()
    with ExitStack() as held:
        held.callback(databases.drop, url)
        database = held.enter_context(connected(url))
        database.set_clock(frozen=script.instant(1, lines[0]["now"]))
        (slug,) = _about(lines)
        slugs = {slug: applied(database, blueprints[slug]).business}
        emitted: list[dict[str, Any]] = []
        parties = [vendors.adapters[name].party for name in ("sms", "telegram", "slack")]
        real = {name: channel for party in parties for name, channel in party.channels.items()}
        joined = simulated(database)
        joined = replace(joined, channels={**joined.channels, **real})  # money is pretended
        stage = Doors(joined, slugs, emitted.append)
        stage.vendors = vendors
        store = web.Store(database, PUBLIC)
        doors = [door for party in parties for door in party.doors]
        stage.caller = Caller(web.app(database, doors, store=store))
        vendors.meet(lines)
        for line in lines:
            stage.play(line)
        wrong = [item for item in emitted if "failed" in item or "error" in item]
        assert not wrong, "\n".join(map(str, wrong))
        assert left_behind(stage) == (0, 0)
        for channel, to in who(lines):
            shown = [heard.text for heard in vendors.adapters[channel].heard(to)]
            said = [e["text"] for e in emitted if (e.get("channel"), e.get("to")) == (channel, to)]
            # An answered message may show, below its text, what was chosen.
            assert [t for t in said if not any(s.startswith(t) for s in shown)] == []
