"""Menus of commands as the Bot API keeps them: https://core.telegram.org/bots/api#setmycommands."""

import json
import re
from typing import Any

from fakes.telegram_bots import Account
from fakes.telegram_text import bad, units
from fakes.telegram_updates import Json

MOST, LONGEST = 100, 256  # commands, and characters of a description
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")  # ISO 639-1


async def put(bot: Account, given: Json) -> bool:
    """Set the menu of a language, or of the others."""
    commands: list[Json] = _read(given.get("commands")) or []
    if len(commands) > MOST:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= units(str(command.get("description", "")).strip()) <= LONGEST:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    code = _language(given)
    if commands:
        bot.menus[code] = commands
    else:
        bot.menus.pop(code, None)
    return True


async def get(bot: Account, given: Json) -> list[Json]:
    """Return what was set for a language itself; empty where nothing was."""
    return bot.menus.get(_language(given), [])


async def delete(bot: Account, given: Json) -> bool:
    """Take the menu of a language away: its phones show that of the others."""
    bot.menus.pop(_language(given), None)
    return True


def shown(bot: Account, language: str) -> list[str]:
    """Return the commands that a phone in a language shows."""
    return [c["command"] for c in bot.menus.get(language) or bot.menus.get("", [])]


def _language(given: Json) -> str:
    """Return the language, "" for the others; the scope is that of all chats."""
    scope = _read(given.get("scope")) or {"type": "default"}
    if scope.get("type") != "default":
        raise bad("this bot's menus are the same in all chats")
    code = str(given.get("language_code") or "")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad("LANG_CODE_INVALID")
    return code


def _read(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    return json.loads(value) if isinstance(value, str) else value
