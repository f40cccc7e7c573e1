"""What the menu of each Telegram bot shows: its commands, in the languages its business speaks."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.embedded import EmbeddedPostgresError, default_home
from bot.opening import server
from bot.settings import Settings
from core import businesses
from core.db import Database
from dialogs.talk import spoken
from dialogs.understanding import languages
from dialogs.wording.menu import Menu, menu

Languages = Mapping[str, tuple[str, ...]]


def menus(speaks: tuple[str, ...]) -> dict[str, Menu]:
    """Return the menu for each language of a phone; "" is that of phones in any other.

    Phones in another language read the first that the business speaks, English where that is not
    known (`speaks` is empty). A language of ours that it does not speak has an empty menu.
    """
    known = speaks or languages()
    first = known[0] if speaks else "en"
    return {"": menu(first)} | {
        code: menu(code) if code in known and code != first else () for code in languages()
    }


def speaking(chosen: Settings) -> Languages:
    """Return what the business of each bot speaks, as far as the database is there to say it."""
    if not chosen.telegram.bots or not (chosen.database_url or _kept(chosen.data)):
        return {}
    try:
        with server(chosen.data, url=chosen.database_url) as where:
            database = Database(where.render_as_string(hide_password=False), size=1)
            try:
                return _spoken(database, list(chosen.telegram.bots))
            finally:
                database.close()
    except (EmbeddedPostgresError, SQLAlchemyError):
        return {}


def _kept(data: Path | None) -> bool:
    return (data or default_home()).exists()


def _spoken(database: Database, bots: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for bot in bots:
        number = businesses.reached(database, "telegram", bot.removeprefix("@"))
        if number is not None:
            with database.transaction(number) as session:
                found[bot] = spoken(businesses.load(session))
    return found
