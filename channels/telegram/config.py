"""What the Telegram channel needs to know: plain values, read from the environment elsewhere."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

BASE_URL = "https://api.telegram.org/bot"
BASE_FILE_URL = "https://api.telegram.org/file/bot"


@dataclass(frozen=True, slots=True)
class Config:
    """The bots and how Telegram is reached.

    `bots` leads from a bot's username, as a business's file names it, to its token. In the mode
    "webhook" Telegram calls us under `public_url`; in the mode "poll" we ask, which needs no public
    address. `secret` proves the calls; without one it is made of each bot's token. The base URLs
    stand before the token, as the library wants them. `timeout` is in seconds, of one request.
    `menus` leads from a bot to its commands with their descriptions for each language of a phone,
    "" for every other; without any commands that language has no menu of its own. The menus of a
    bot that is not named are left alone.
    """

    bots: Mapping[str, str] = field(repr=False)
    mode: Literal["webhook", "poll"] = "webhook"
    public_url: str = ""
    secret: str = field(default="", repr=False)
    base_url: str = BASE_URL
    base_file_url: str = BASE_FILE_URL
    timeout: float = 10.0
    menus: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] = field(default_factory=dict)


def bare(username: str) -> str:
    """Return a username as it is compared: Telegram knows no capitals, and "@" is decoration."""
    return username.removeprefix("@").casefold()


def proof(config: Config, username: str) -> str:
    """Return what Telegram sends along to prove a call: another for each bot, told to Telegram."""
    key = config.secret or config.bots[username]
    return hmac.new(key.encode(), f"telegram:{username}".encode(), hashlib.sha256).hexdigest()


def webhook(config: Config, username: str) -> str:
    """Return the URL at which Telegram is to call us for a bot."""
    return f"{config.public_url.rstrip('/')}/telegram/{username}"
