"""`slotkeeper doctor`: look at everything the bot needs, and say what to do where it is not so.

Settings, database and migrations, Redis, the clock, the time zones' data, each vendor's credentials
and webhooks. Nothing is changed. Exit status 0: all is well; 1: something is not; 2: a setting is
no good.
"""

import argparse
import importlib.metadata
import ipaddress
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import redis

from bot import settings
from bot.menus import speaking
from bot.opening import UNUSABLE, server, unusable
from bot.settings import Settings, SettingsError
from bot.vendors import parties
from channels.message import Finding
from core.db import Database, newest_revision, schema_revision
from core.installations import unreadable
from core.vault import Vault, VaultError
from workers import broker

FAILED, MISTAKEN = 1, 2
_SKEW = 5.0  # seconds that two clocks may differ
_OLD = 400  # days after which the time zones' data wants an update
_PATIENCE = 5.0  # seconds for an answer


def run(arguments: list[str]) -> None:
    """Look, print a line for each thing, and exit."""
    argparse.ArgumentParser(
        prog="slotkeeper doctor",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args(arguments)
    try:
        chosen = settings.read()
    except SettingsError as error:
        sys.stdout.write(f"x settings: {error}\n")
        sys.exit(MISTAKEN)
    good = not [finding for finding in examined(chosen) if not _say(finding)]
    sys.exit(0 if good else FAILED)


def examined(chosen: Settings) -> Iterator[Finding]:
    """Yield what was found, one thing after the other; none of them ends the others."""
    yield Finding("settings", good=True)
    for look in (_database, _redis, _zones, _public, _vendors):
        yield from look(chosen)


def _say(finding: Finding) -> bool:
    mark = "=" if finding.good else "x"
    advice = f": {finding.advice}" if finding.advice else ""
    sys.stdout.write(f"{mark} {finding.what}{advice}\n")
    return finding.good


def _database(chosen: Settings) -> Iterable[Finding]:
    """Look whether the database answers, is migrated, and has the time that we have."""
    try:
        with server(chosen.data, url=chosen.database_url) as where:
            database = Database(where.render_as_string(hide_password=False))
            try:
                keys = [key.get_secret_value() for key in chosen.secret_keys]
                yield from _inside(database, keys)
            finally:
                database.close()
    except UNUSABLE as error:
        yield Finding("database", good=False, advice=unusable(error))


def _inside(database: Database, keys: list[str]) -> Iterable[Finding]:
    with database.owner.connect() as connection:
        there = connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())")
        skew = float(there.scalar_one()) - time.time()
        revision = schema_revision(connection)
    yield Finding("database", good=True, advice=f"revision {revision or 'none yet'}")
    newest = newest_revision()
    if (revision or "") > newest:
        advice = f"{revision} is newer than this program's {newest}: upgrade the program"
        yield Finding("migrations", good=False, advice=advice)
    elif revision != newest:
        yield Finding(
            "migrations",
            good=False,
            advice=f"{revision or 'none'} of {newest}: `serve`, `work` or `apply` bring it up",
        )
    else:
        yield from _secrets(database, keys)
    yield _clock("clock of the database", skew)


def _secrets(database: Database, keys: list[str]) -> Iterable[Finding]:
    """Look whether what is kept encrypted can be read with the keys that are set."""
    try:
        count = unreadable(database, Vault(keys) if keys else None)
    except VaultError as error:
        yield Finding("secrets", good=False, advice=f"SLOTKEEPER_SECRET_KEYS: {error}; {_KEYS}")
        return
    if count:
        why = "was kept with a key that is not among them" if keys else "is kept, and there is none"
        advice = f"SLOTKEEPER_SECRET_KEYS: {count} installed token(s): what {why}; {_LOST}"
        yield Finding("secrets", good=False, advice=advice)


_KEYS = "`slotkeeper keys new` makes one"
_LOST = "put that key back (last, where there are others), or have the bot added there anew"


def _clock(what: str, skew: float) -> Finding:
    if abs(skew) <= _SKEW:
        return Finding(what, good=True)
    return Finding(
        what, good=False, advice=f"differs by {skew:+.0f} s: let both machines keep time by NTP"
    )


def _redis(chosen: Settings) -> Iterable[Finding]:
    if not chosen.redis_url:
        yield Finding("redis", good=True, advice="not used: `serve` does all work itself")
        return
    try:
        broker.client(chosen.redis_url, patience=_PATIENCE).ping()
    except ValueError:
        yield Finding("redis", good=False, advice="REDIS_URL: that is no URL of a server")
    except redis.RedisError as error:
        advice = (
            f"{error}: see that it runs and REDIS_URL leads there; work goes on by the tick alone,"
            " half a second slower"
        )
        yield Finding("redis", good=False, advice=advice)
    else:
        yield Finding("redis", good=True)


def _zones(_: Settings) -> Iterable[Finding]:
    """Look how old the time zones' data is: countries change their clocks at short notice."""
    version = importlib.metadata.version("tzdata")
    year, number = (int(part) for part in version.split(".")[:2])
    # A year brings three to seven editions: its n-th is taken for the n-th of six.
    made = date(year, min(1 + (number - 1) * 2, 12), 1)
    age = (datetime.now(UTC).date() - made).days
    if age <= _OLD:
        yield Finding("time zones' data", good=True, advice=version)
    else:
        yield Finding(
            "time zones' data", good=False, advice=f"{version} is old: upgrade the package tzdata"
        )


def _public(chosen: Settings) -> Iterable[Finding]:
    """Look whether the public address leads to a bot, and what time it is out there."""
    if chosen.public_url is None:
        yield Finding(
            "public address",
            good=True,
            advice="SLOTKEEPER_PUBLIC_URL is not set: no webhooks, no calendar links",
        )
        return
    if _here_only(chosen.public_url):
        advice = "it is reached from here alone: set SLOTKEEPER_PUBLIC_URL to what others reach"
        yield Finding("public address", good=False, advice=advice)
    elif not chosen.public_url.startswith("https://"):
        advice = "vendors call https:// addresses only: put a proxy with a certificate before it"
        yield Finding("public address", good=False, advice=advice)
    url = chosen.public_url.rstrip("/") + "/healthz"
    try:
        answer = httpx.get(url, timeout=_PATIENCE)
        alive = answer.status_code == httpx.codes.OK and answer.json() == {"alive": True}
    except (httpx.HTTPError, ValueError) as error:
        yield Finding(
            "public address", good=False, advice=f"{url} does not answer ({error}): {_BEHIND}"
        )
        return
    if not alive:
        advice = f"{url} answers {answer.status_code}: {_BEHIND}"
        yield Finding("public address", good=False, advice=advice)
        return
    yield Finding("public address", good=True)
    stamp = answer.headers.get("date")
    if stamp:
        skew = (parsedate_to_datetime(stamp) - datetime.now(UTC)).total_seconds()
        yield _clock("clock of the proxy", skew)


_BEHIND = "see that the address is right, and `slotkeeper serve` behind its proxy"


def _here_only(url: str) -> bool:
    """Whether an address is of this machine or its own network, as far as its name shows."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _vendors(chosen: Settings) -> Iterable[Finding]:
    """Let each vendor's folder look at its own."""
    try:
        found = parties(chosen, speaking=speaking(chosen))
    except SettingsError as error:
        yield Finding("channels", good=False, advice=str(error))
        return
    if not any(party.channels for party in found.values()):
        yield Finding("channels", good=False, advice="none is set up: see docs/channels")
    for party in found.values():
        yield from party.check()
