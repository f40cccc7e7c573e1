"""Juniper, open for business on an empty database."""

from bot.acting import Who, link
from bot.commands.apply import read_files
from core import businesses
from core.applying import applied
from core.db import Database, migrate
from support.processes import ROOT


def open_shop(url: str) -> int:
    """Migrate, apply Juniper and link its providers on Slack; return the business's id."""
    database = Database(url)
    try:
        migrate(database)
        blueprints, problems = read_files([str(ROOT / "examples" / "juniper.toml")])
        if problems:
            raise ValueError(problems)
        juniper = applied(database, blueprints[0]).business
        with database.transaction(juniper) as session:
            for provider in businesses.load(session).providers:
                link(session, Who("slack", f"U0{provider.key.upper()}"), provider)
        return juniper
    finally:
        database.close()
