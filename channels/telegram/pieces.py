"""A message in Telegram's form: HTML, pieces that are short enough, buttons. Pure."""

import html
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from channels.message import File, Outbound

LONGEST = 4096  # of a text; https://core.telegram.org/bots/api#sendmessage
LONGEST_CAPTION = 1024
_SHORT = 12  # characters of labels of which two stand side by side
_WHERE = "ask_zone"  # the note to which a shared location is an answer

Keyboard = InlineKeyboardMarkup | ReplyKeyboardMarkup


@dataclass(frozen=True, slots=True)
class Piece:
    """One call: a text, or a file with what stands under it. Only one piece has the buttons."""

    text: str
    file: File | None = None
    buttons: bool = False


def shown(outbound: Outbound) -> str:
    """Return the text; a link where there is no file to send."""
    if outbound.link and not outbound.file and outbound.link not in outbound.text:
        return f"{outbound.text}\n{outbound.link}"
    return outbound.text


def pieces(outbound: Outbound) -> list[Piece]:
    """Cut a message into the calls that it takes; mostly that is one."""
    text = shown(outbound)
    if outbound.file and _length(text) <= LONGEST_CAPTION:
        return [Piece(text, outbound.file, buttons=True)]
    cut = split(text, LONGEST)
    made = [Piece(part, buttons=n == len(cut)) for n, part in enumerate(cut, 1)]
    return [*made, Piece("", outbound.file)] if outbound.file else made


def split(text: str, most: int) -> list[str]:
    """Cut a text at its lines, else at its words, else anywhere; no part is longer than `most`."""
    parts: list[str] = []
    while _length(text) > most:
        end = _fitting(text, most)
        cut = max(text.rfind("\n", 1, end + 1), 0) or max(text.rfind(" ", 1, end + 1), 0) or end
        parts.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [part for part in (*parts, text) if part]


def _length(text: str) -> int:
    """Count as Telegram counts at its strictest: what is not in Unicode's first plane twice."""
    return len(text.encode("utf-16-le")) // 2


def _fitting(text: str, most: int) -> int:
    """Return how many characters from the start are no longer than `most`."""
    used = 0
    for number, character in enumerate(text):
        used += 1 + (character > "\uffff")
        if used > most:
            return number
    return len(text)


def markup(text: str) -> str:
    """Escape a text for Telegram's HTML: whatever people typed is shown as they typed it."""
    return html.escape(text, quote=False)


def chosen(text: str, label: str) -> str:
    """Return an answered question in HTML, with what was pressed below it."""
    return f"{markup(text)}\n\n▸ <b>{markup(label)}</b>"


def fits(text: str, label: str, *, caption: bool) -> bool:
    """Whether an answered question has room for what was pressed."""
    return _length(f"{text}\n\n▸ {label}") <= (LONGEST_CAPTION if caption else LONGEST)


def keyboard(outbound: Outbound) -> Keyboard | None:
    """Return the choices as buttons under the message; where the place is asked, one to share it.

    A button carries the letter's number and its own, which is short enough for any of both.
    """
    if not outbound.choices:
        if outbound.note == _WHERE:
            share = KeyboardButton("📍", request_location=True)
            return ReplyKeyboardMarkup([[share]], resize_keyboard=True, one_time_keyboard=True)
        return None
    buttons = [
        InlineKeyboardButton(label, callback_data=f"{outbound.letter}:{index}")
        for index, label in enumerate(outbound.choices)
    ]
    wide = 2 if all(len(label) <= _SHORT for label in outbound.choices) else 1
    return InlineKeyboardMarkup([buttons[n : n + wide] for n in range(0, len(buttons), wide)])
