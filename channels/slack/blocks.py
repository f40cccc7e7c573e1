"""Slack's text and blocks: what people write read as plain text, what we say laid out. Pure.

Sizes are Block Kit's: https://docs.slack.dev/reference/block-kit/blocks.
"""

import re
from collections.abc import Sequence
from typing import Any

from channels.message import Outbound

SECTION = 3000  # characters of a section's text
LABEL = 75  # characters of a button
ROW = 25  # buttons of one row
MOST = 50  # blocks of a message
PRESS = "slotkeeper.choice"  # what our buttons' action ids begin with

Block = dict[str, Any]

_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPED = re.compile("[&<>]")
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_BUTTON = re.compile(re.escape(PRESS) + r"\.(\d{1,18})\.(\d{1,2})")


def escape(text: str) -> str:
    """Return text in which Slack finds no link, no mention and no command."""
    return _ESCAPED.sub(lambda found: _ENTITY[found[0]], text)


def plain(text: str) -> str:
    """Return what somebody wrote: links and mentions by their words, entities as characters."""
    words = _MARKED.sub(lambda found: _named(found[1], found[2]), text)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(target: str, label: str | None) -> str:
    if label:
        return f"#{label}" if target.startswith("#") else label
    return target.removeprefix("mailto:").removeprefix("tel:")


def without_mention(text: str, user: str | None) -> str:
    """Return text without the mention of the bot; any first one where its user is not known."""
    name = re.escape(user) if user else "[UW][A-Z0-9]+"
    return re.sub(rf"<@{name}(\|[^<>]*)?>[:,]?\s*", "", text, count=1).strip()


def pointer(team: str, app: str, name: str) -> str:
    """Return, in no language at all, where the answer is: the app's direct messages."""
    return f"\U0001f4ac <slack://app?team={team}&id={app}&tab=messages|{escape(name)}>"


def link(url: str, name: str) -> str:
    """Return a link that is shown by its name."""
    return f"<{escape(url)}|{escape(name).replace('|', '/')}>"


def shown(outbound: Outbound, *, linked: bool) -> str:
    """Return a message as mrkdwn, with the link to its file where that goes along as a link."""
    text = escape(outbound.text) if outbound.text.strip() else "\u2026"  # Slack takes no blank
    if linked and outbound.link:
        name = outbound.file.name if outbound.file else outbound.link
        text += "\n" + link(outbound.link, name)
    return text


def laid_out(text: str, outbound: Outbound) -> list[Block]:
    """Return the blocks of a message: its text, and its choices as buttons."""
    blocks = sections(text)
    for first in range(0, len(outbound.choices), ROW):
        row = outbound.choices[first : first + ROW]
        buttons = [_button(outbound.letter, first + n, label) for n, label in enumerate(row)]
        blocks.append({"type": "actions", "elements": buttons})
    return blocks[-MOST:]


def sections(text: str) -> list[Block]:
    """Return mrkdwn as sections, broken at lines where it is too long for one."""
    return [_section(part) for part in _parts(text)]


def answered(text: str, choice: str | None) -> list[Block]:
    """Return a message whose buttons gave way to what was chosen; None where it was too late."""
    if choice is None:
        return sections(text)
    mark = {"type": "plain_text", "text": cut(f"\u2713 {choice}", SECTION), "emoji": False}
    return [*sections(text), {"type": "context", "elements": [mark]}]


def home(texts: Sequence[str]) -> dict[str, Any]:
    """Return an App Home with these plain texts, a line between each."""
    blocks: list[Block] = []
    for text in texts:
        blocks += [{"type": "divider"}] if blocks else []
        blocks += sections(escape(text))
    return {"type": "home", "blocks": blocks[:MOST]}


def pressed(action_id: str) -> tuple[int, int] | None:
    """Return the letter and the choice, from 0, that a button of ours stands for."""
    found = _BUTTON.fullmatch(action_id)
    return (int(found[1]), int(found[2])) if found else None


def cut(text: str, longest: int) -> str:
    """Return text no longer than that; an ellipsis shows where it was longer."""
    return text if len(text) <= longest else text[: longest - 1] + "\u2026"


def _section(text: str) -> Block:
    # Verbatim: Slack makes nothing a link that we did not.
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _button(letter: int, index: int, label: str) -> Block:
    return {
        "type": "button",
        "action_id": f"{PRESS}.{letter}.{index}",
        "text": {"type": "plain_text", "text": cut(label, LABEL) or "\u2022", "emoji": False},
    }


def _parts(text: str) -> list[str]:
    parts: list[str] = []
    while len(text) > SECTION:
        end = max(text.rfind("\n", 1, SECTION), text.rfind(" ", 1, SECTION))
        end = end if end > 0 else _whole(text, SECTION)
        parts.append(text[:end])
        text = text[end:].lstrip()
    return [*parts, text] if text.strip() else parts


def _whole(text: str, end: int) -> int:
    """Return an end that cuts no entity in two."""
    start = text.rfind("&", end - 5, end)
    return start if start > 0 and ";" not in text[start:end] else end
