"""`slotkeeper work`: answer and deliver what comes over Redis; any number of these may run.

Exit status 0 when told to end; 1 where it cannot start; 2 where a setting is no good.
"""

import argparse
import sys

import structlog

from bot.starting import MISTAKEN, house, started
from workers import broker

_log = structlog.get_logger()


def run(arguments: list[str]) -> None:
    """Work until SIGTERM or SIGINT; what is begun by then is finished."""
    argparse.ArgumentParser(
        prog="slotkeeper work",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    with started("work") as process:
        url = process.settings.redis_url
        if not url:
            sys.stderr.write("slotkeeper work: REDIS_URL is not set; `serve` does the work then\n")
            sys.exit(MISTAKEN)
        process.database.wake = broker.RedisWakes(url).send
        with house(process) as here:
            workers = broker.remote(here.runtime, url, threads=process.settings.threads)
            _log.info("working", threads=process.settings.threads)
            process.ending.wait()
            workers.stop()
