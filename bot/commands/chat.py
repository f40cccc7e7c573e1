"""`slotkeeper chat`: talk to the bot of a business in this terminal.

It is the real product on the real database: what is booked here is booked. --business is a file,
which is applied where the business is new, or the name of one that is there. Lines end with Enter;
the end of the input (Ctrl-D) or Ctrl-C ends the chat. Exit status 1: there is no such business, or
the database cannot be used; 2: the file cannot be read.
"""

import argparse
import getpass
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import NoReturn, Self

from sqlalchemy import text

from bot import acting, logs
from bot.acting import Who
from bot.commands.apply import read_files
from bot.opening import UNUSABLE, opened, unusable
from bot.wiring import simulated
from core import businesses
from core.applying import applied
from core.blueprint import Blueprint
from core.db import Database, Wake
from core.inbox import LONGEST, clean
from workers.jobs import attempt
from workers.runtime import Runtime
from workers.tick import forgotten

FAILED, UNREADABLE = 1, 2
_LOOK = 0.3  # seconds between two looks for what the bot says by itself

_SAID = text(
    "SELECT id, body FROM outbox WHERE business_id = :business AND address_id = :address"
    " AND status = 'sent' AND id > :after ORDER BY id"
)
_LAST = text(
    "SELECT coalesce(max(id), 0) AS id FROM outbox"
    " WHERE business_id = :business AND address_id = :address"
)


def run(arguments: list[str]) -> None:
    """Chat until the input ends."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper chat",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--business", required=True, metavar="FILE|NAME")
    parser.add_argument("--as", dest="name", default="", metavar="NAME", help="who is talking")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    options = parser.parse_args(arguments)
    logs.set_up(level="error", style="console")
    blueprint = _blueprint(options.business)
    name = options.name or getpass.getuser()
    try:
        with opened(options.data) as database:
            number = _business(database, options.business, blueprint)
            _talk(Chat.begun(simulated(database), number, Who("console", name, name)))
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    except UNUSABLE as error:
        _fail(unusable(error), FAILED)


@dataclass
class Chat:
    """One person at a terminal; `said` numbers the last message of the bot that was shown."""

    runtime: Runtime
    business: int
    who: Who
    address: int
    said: int
    ending: Event = field(default_factory=Event)

    @classmethod
    def begun(cls, runtime: Runtime, business: int, who: Who) -> Self:
        """Meet the person; what the bot said to them before is not shown again."""
        with runtime.database.transaction(business) as session:
            address = acting.meet(session, who).address
            facts = {"business": business, "address": address}
            said = session.execute(_LAST, facts).one().id
        return cls(runtime, business, who, address, said)

    def say(self, line: str) -> None:
        """Store a line and have it answered here; another process may be quicker."""
        with self.runtime.database.transaction(self.business) as session:
            acting.write(session, self.who, message=secrets.token_hex(8), body=line)
        for kind in ("answer", "deliver"):
            attempt(self.runtime, Wake(kind, self.business, self.address))

    def work(self) -> None:
        """Do what is due for this person, and what is due by the clock in this business.

        Messages to others are not this terminal's to send: they wait for the workers.
        """
        database = self.runtime.database
        for wake in forgotten(database, now=database.now()):
            mine = wake.kind == "due" or wake.subject == self.address
            if wake.business == self.business and mine:
                attempt(self.runtime, wake)

    def heard(self) -> list[str]:
        """Return what was said to this person since the last look."""
        facts = {"business": self.business, "address": self.address, "after": self.said}
        with self.runtime.database.transaction(self.business) as session:
            rows = session.execute(_SAID, facts).all()
        self.said = rows[-1].id if rows else self.said
        return [row.body for row in rows]


def _talk(chat: Chat) -> None:
    """Answer each line; at a terminal, also show what the bot says by itself."""
    with chat.runtime.database.transaction(chat.business) as session:
        screen = Screen(chat, businesses.load(session).name, watched=sys.stdin.isatty())
    screen.write(f"{screen.name}. Write what you would text; Ctrl-D ends.\n")
    watcher = Thread(target=screen.watch, daemon=True)
    if screen.watched:
        watcher.start()
    for line in sys.stdin:
        words = clean(line)
        if len(words) > LONGEST:
            screen.write(f"That is longer than {LONGEST:,} characters.\n")
            continue
        if words:
            chat.say(words)
        screen.show(always=True)
    chat.ending.set()
    if screen.watched:
        watcher.join()
        sys.stdout.write("\n")


@dataclass
class Screen:
    """The terminal: two threads write to it, one after the other, and the prompt stays last."""

    chat: Chat
    name: str
    watched: bool
    _turn: Lock = field(default_factory=Lock)

    def write(self, words: str) -> None:
        """Write lines, and the prompt after them where somebody watches."""
        prompt = f"{self.chat.who.name}> " if self.watched else ""
        sys.stdout.write(words + prompt)
        sys.stdout.flush()

    def show(self, *, always: bool = False) -> None:
        """Write what the bot said since the last look."""
        with self._turn:
            said = "".join(f"{self.name}: {body}\n" for body in self.chat.heard())
            if said or always:
                self.write(said if always else f"\r{said}")

    def watch(self) -> None:
        """Show what the bot says also where nobody asked, until the chat ends."""
        while not self.chat.ending.wait(_LOOK):
            self.chat.work()
            self.show()


def _blueprint(named: str) -> Blueprint | None:
    """Read the file, where a file is named."""
    if not named.endswith(".toml"):
        return None
    blueprints, problems = read_files([named])
    if problems:
        _fail("\n".join(map(str, problems)), UNREADABLE)
    return blueprints[0]


def _business(database: Database, named: str, blueprint: Blueprint | None) -> int:
    """Return the business's id; a file is applied where its business is new."""
    slug = blueprint.slug if blueprint else named
    number = businesses.find(database, slug)
    if number is None and blueprint is not None:
        number = applied(database, blueprint).business
    if number is None:
        known = ", ".join(businesses.listed(database)) or "none yet"
        _fail(f"there is no business {slug!r} (there is: {known}); name a file", FAILED)
    return number


def _fail(why: str, status: int) -> NoReturn:
    sys.stderr.write(f"slotkeeper chat: {why}\n")
    sys.exit(status)
