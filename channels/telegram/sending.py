"""Sending to Telegram: one message is one call, unless it is too long or asks for a mark."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from telegram import Bot, InputFile, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from channels.begun import Begun
from channels.message import Answered, File, Outbound, SendError
from channels.telegram.config import bare
from channels.telegram.floods import Floods
from channels.telegram.line import Line, asked_to_wait
from channels.telegram.pieces import (
    Keyboard,
    Piece,
    chosen,
    fits,
    keyboard,
    markup,
    pieces,
    shown,
)

GIVES_UP = 15.0  # seconds in which a whole message must be taken
_MARK = 2.0  # seconds that an answered question may take beyond the message itself
_OURS = 300.0  # seconds until a mistake of our own settings is looked at again
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class Sender:
    """The channel "telegram": `Outbound.sender` names the bot, `Outbound.to` the private chat."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._floods = Floods()
        self._begun = Begun()

    def render(self, outbound: Outbound) -> str:
        """Return the text; the choices are buttons."""
        return shown(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Send a message and return Telegram's id of its last piece. Raises SendError."""
        name = bare(outbound.sender)
        bot = self._line.bots.get(name)
        if bot is None:
            raise SendError(f"no token for {outbound.sender!r}", permanent=False, wait=_OURS)
        wait = self._floods.wait(name)
        if wait:
            raise SendError("the bot said too much", permanent=False, wait=wait)
        try:
            return self._line.run(self._sent(bot, outbound), within=GIVES_UP)
        except TimeoutError:
            raise SendError("Telegram did not answer in time", permanent=False) from None
        except RetryAfter as error:
            seconds = asked_to_wait(error)
            self._floods.met(name, outbound.to, seconds)
            raise SendError("flood control", permanent=False, wait=seconds) from None
        except TelegramError as error:
            raise refusal(error) from None

    async def _sent(self, bot: Bot, outbound: Outbound) -> str:
        """Mark the question that was answered, and say what follows, both at once."""
        mark = asyncio.create_task(_mark(bot, outbound.answered, outbound.to))
        try:
            number = await self._said(bot, outbound)
            await asyncio.wait([mark], timeout=_MARK)
        finally:
            mark.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await mark
        return str(number)

    async def _said(self, bot: Bot, outbound: Outbound) -> int:
        cut = pieces(outbound)
        buttons = keyboard(outbound)
        number = 0
        for done, piece in enumerate(cut):
            if done < self._begun.of(outbound.letter):
                continue
            number = await _call(bot, outbound.to, piece, buttons if piece.buttons else None)
            if len(cut) > 1:
                self._begun.keep(outbound.letter, done + 1)
        self._begun.forget(outbound.letter)
        return number


async def _call(bot: Bot, chat: str, piece: Piece, buttons: Keyboard | None) -> int:
    """Make one call and return the message's number; 0 where it was taken and none was told."""
    try:
        if piece.file is None:
            sent = await bot.send_message(
                chat,
                markup(piece.text),
                parse_mode=ParseMode.HTML,
                reply_markup=buttons,
                link_preview_options=_NO_PREVIEW,
            )
        else:
            sent = await _file(bot, chat, piece, piece.file, buttons)
    except KeyError:  # something is missing in what was answered
        return 0
    return sent.message_id


async def _file(bot: Bot, chat: str, piece: Piece, file: File, buttons: Keyboard | None) -> Message:
    """Send a file with what stands under it; a picture that is refused goes as a document."""
    content = InputFile(file.content, filename=file.name)
    caption = markup(piece.text) or None
    if file.media.startswith("image/"):
        with contextlib.suppress(BadRequest):
            return await bot.send_photo(
                chat, content, caption=caption, parse_mode=ParseMode.HTML, reply_markup=buttons
            )
    return await bot.send_document(
        chat,
        InputFile(file.content, filename=file.name),
        caption=caption,
        parse_mode=ParseMode.HTML,
        reply_markup=buttons,
    )


async def _mark(bot: Bot, answered: Answered | None, to: str) -> None:
    """Take the buttons from a question that was answered, and show what was pressed.

    A courtesy: what fails here leaves buttons that are answered with "that is over" when pressed.
    """
    if answered is None or str(answered.shown.get("chat")) != to:
        return
    with contextlib.suppress(TelegramError):
        await _edited(bot, answered.shown)


async def _edited(bot: Bot, was: Mapping[str, Any]) -> None:
    where = {"chat_id": was["chat"], "message_id": was["message"]}
    text, label, caption = was.get("text", ""), was.get("label", ""), bool(was.get("caption"))
    if not text or not label or not fits(text, label, caption=caption):
        await bot.edit_message_reply_markup(**where)
    elif caption:
        await bot.edit_message_caption(
            **where, caption=chosen(text, label), parse_mode=ParseMode.HTML
        )
    else:
        await bot.edit_message_text(
            **where,
            text=chosen(text, label),
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
        )


def refusal(error: TelegramError) -> SendError:
    """Say what an error means for a letter: whether the chat, the moment or our token is wrong."""
    if isinstance(error, Forbidden):  # blocked, deactivated, or never written to us
        blocked = "blocked by the user" in error.message
        return SendError(error.message, permanent=True, opted_out=blocked)
    if isinstance(error, BadRequest | ChatMigrated):  # "chat not found" and the like
        return SendError(error.message, permanent=True)
    if isinstance(error, InvalidToken):  # that is nothing of the reader's
        return SendError("the bot's token is wrong", permanent=False, wait=_OURS)
    return SendError(error.message, permanent=False)
