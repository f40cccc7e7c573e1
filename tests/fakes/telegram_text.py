"""What the Bot API accepts as text and as buttons: https://core.telegram.org/bots/api#html-style."""

import json
import re
from typing import Any

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}
_TOKEN = re.compile(r"<[^>]*>?|&(?:lt|gt|amp|quot);|[^<&]+|&")
_SPOKEN = re.compile(r"(?<![\w/])(/\w+(?:@\w+)?)|(?<!\w)(@\w{5,32})")
LONGEST, LONGEST_CAPTION, LONGEST_DATA = 4096, 1024, 64


class ApiError(Exception):
    """A refusal as the Bot API words it."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(why: str) -> ApiError:
    return ApiError(400, f"Bad Request: {why}")


def parsed(text: str, mode: str | None) -> tuple[str, list[dict[str, Any]]]:
    """Return the text that is shown, and its entities, with offsets in UTF-16 units."""
    if mode is None:
        return text, []
    if mode != "HTML":
        raise bad("unsupported parse_mode")
    plain, open_tags, entities = "", list[tuple[str, int]](), list[dict[str, Any]]()
    for token in _TOKEN.findall(text):
        if token in _NAMED:
            plain += _NAMED[token]
        elif not token.startswith("<"):
            plain += token
        elif token.startswith("</"):
            if not open_tags or token != f"</{open_tags[-1][0]}>":
                raise bad(f"can't parse entities: Unexpected end tag at byte offset {len(plain)}")
            tag, start = open_tags.pop()
            entity = {"type": _TAGS[tag], "offset": start, "length": units(plain) - start}
            entities.append(entity)
        elif token[1:-1] in _TAGS and token.endswith(">"):
            open_tags.append((token[1:-1], units(plain)))
        else:
            raise bad(f'can\'t parse entities: Unsupported start tag "{token[1:-1]}"')
    if open_tags:
        raise bad(f"can't parse entities: Can't find end tag corresponding to \"{open_tags[-1]}\"")
    return plain, entities


def body(arguments: dict[str, Any], *, name: str, longest: int, empty: bool) -> dict[str, Any]:
    """Return the text or caption of a message that is sent, as part of the message."""
    text, entities = parsed(str(arguments.get(name) or ""), arguments.get("parse_mode"))
    text = text.strip()
    if not text and not empty:
        raise bad("message text is empty")
    if len(text) > longest:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    made: dict[str, Any] = {name: text} if text else {}
    if entities:
        made["entities" if name == "text" else "caption_entities"] = entities
    return made


def markup(arguments: dict[str, Any]) -> dict[str, Any] | None:
    """Return the inline keyboard or another one; None where there is none."""
    given = arguments.get("reply_markup")
    if not given:
        return None
    keyboard: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
    for row in keyboard.get("inline_keyboard", []):
        for button in row:
            data = button.get("callback_data")
            if not button.get("text"):
                raise bad("can't parse inline keyboard button: Text buttons are unallowed")
            if data is None and not button.get("url"):
                raise bad("can't parse inline keyboard button: Text buttons are unallowed")
            if data is not None and not 1 <= len(data.encode()) <= LONGEST_DATA:
                raise bad("BUTTON_DATA_INVALID")
    return keyboard


def typed(text: str) -> list[dict[str, Any]]:
    """Return the entities that Telegram finds in what a person types: commands and mentions."""
    return [
        {
            "type": "bot_command" if found[1] else "mention",
            "offset": units(text[: found.start()]),
            "length": units(found[0]),
        }
        for found in _SPOKEN.finditer(text)
    ]


def units(text: str) -> int:
    """Count UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
