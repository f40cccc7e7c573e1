"""Telegram: private chats with the bots of the businesses, through python-telegram-bot."""

from typing import TYPE_CHECKING

from channels.telegram.config import Config

if TYPE_CHECKING:
    from channels.telegram.party import Telegram

__all__ = ["Config", "party"]


def party(config: Config) -> "Telegram":
    """Join the channel, its door and its set-up; nothing is asked of Telegram yet."""
    from channels.telegram.party import Telegram  # noqa: PLC0415 - the library takes half a second

    return Telegram(config)
