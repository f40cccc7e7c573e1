"""`slotkeeper tick`: find what is due, expired or forgotten; any number of these may run.

While Redis is away it does the work itself. Exit status 0 when told to end; 1 where it cannot
start; 2 where a setting is no good.
"""

import argparse
import sys

import structlog

from bot.starting import MISTAKEN, house, started
from workers import broker, tick

_log = structlog.get_logger()


def run(arguments: list[str]) -> None:
    """Look until SIGTERM or SIGINT."""
    argparse.ArgumentParser(
        prog="slotkeeper tick",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    with started("tick") as process:
        url = process.settings.redis_url
        if not url:
            sys.stderr.write("slotkeeper tick: REDIS_URL is not set; `serve` has a tick then\n")
            sys.exit(MISTAKEN)
        wakes = broker.RedisWakes(url)
        process.database.wake = wakes.send
        with house(process) as here:
            _log.info("ticking")
            tick.run(here.runtime, wakes.again, process.ending)
