"""What `serve`, `work` and `tick` have in common: settings, the log, an end in order, the database.

A database that does not answer yet is waited for, with a line in the log that says why: whoever
starts everything at once need not care for the order.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import NoReturn

import structlog
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from bot import logs, settings
from bot.embedded import EmbeddedPostgresError
from bot.opening import opened, unusable
from bot.settings import Settings, SettingsError
from bot.wiring import House, joined
from core.db import Database
from dialogs import hearing

UNUSABLE, MISTAKEN = 1, 2  # exit statuses
_PATIENCE = 0.5  # seconds between two tries
_SAID = 20  # tries between two lines in the log

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Started:
    """A process of ours: its settings, its database, and the event that ends it."""

    settings: Settings
    database: Database
    ending: Event


@contextmanager
def started(command: str) -> Iterator[Started]:
    """Give what a long-lived command works with; SIGTERM and SIGINT set `ending`.

    Exits with 2 where a setting cannot be used, with 1 where the embedded server does not start,
    and with 0 where it is told to end before the database answered.
    """
    try:
        chosen = settings.read()
    except SettingsError as error:
        _stop(command, str(error), MISTAKEN)
    logs.set_up(level=chosen.log_level, style=chosen.log_format)
    ending = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    with ExitStack() as stack:
        try:
            database = _awaited(chosen, ending, stack)
        except EmbeddedPostgresError as error:
            _stop(command, unusable(error), UNUSABLE)
        except ArgumentError as error:
            _stop(command, unusable(error), MISTAKEN)
        if database is None:
            sys.exit(0)
        yield Started(chosen, database, ending)


@contextmanager
def house(process: Started) -> Iterator[House]:
    """Join what the process works with, and close it; exits with 2 where that is set up by half.

    The languages are read meanwhile, so that nobody's first message waits for that.
    """
    Thread(target=hearing.ready, name="languages", daemon=True).start()
    try:
        here = joined(process.database, process.settings)
    except SettingsError as error:
        _stop("settings", str(error), MISTAKEN)
    try:
        yield here
    finally:
        here.close()


def _awaited(chosen: Settings, ending: Event, stack: ExitStack) -> Database | None:
    """Open the database as soon as it answers; None where the end comes first."""
    tries = 0
    while not ending.is_set():
        try:
            return stack.enter_context(
                opened(chosen.data, url=chosen.database_url, size=chosen.threads + 4)
            )
        except ArgumentError:
            raise
        except SQLAlchemyError as error:
            if tries % _SAID == 0:
                _log.warning("waiting for the database", error=str(error).partition("\n")[0])
            tries += 1
            ending.wait(_PATIENCE)
    return None


def _stop(command: str, why: str, status: int) -> NoReturn:
    sys.stderr.write(f"slotkeeper {command}: {why}\n")
    sys.exit(status)
