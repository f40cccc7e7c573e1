"""Juniper, open for business on an empty database."""

from dataclasses import replace
from datetime import time

from bot.acting import Who, link
from bot.commands.apply import read_files
from core import businesses
from core.applying import applied
from core.db import migrate
from support.postgres import connected
from support.processes import ROOT


def open_shop(url: str) -> int:
    """Migrate, apply Juniper and link its providers on Slack; return the business's id.

    It keeps no quiet hours: processes live by the real clock, and tests run at any hour of it.
    """
    with connected(url, size=3) as database:
        migrate(database)
        blueprints, problems = read_files([str(ROOT / "examples" / "juniper.toml")])
        if problems:
            raise ValueError(problems)
        root = blueprints[0].root.model_copy(update={"quiet": (time(3), time(3))})
        juniper = applied(database, replace(blueprints[0], root=root)).business
        with database.transaction(juniper) as session:
            for provider in businesses.load(session).providers:
                link(session, Who("slack", f"U0{provider.key.upper()}"), provider)
        return juniper
