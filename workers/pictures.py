"""The picture that goes with a letter, where the channel shows pictures."""

from collections.abc import Mapping
from typing import Any

import structlog

from channels.message import File
from core.rules import Business
from dialogs.picture import MEDIA, agenda
from dialogs.talk import written_in

SHOW = frozenset({"telegram", "slack"})  # channels where a file stands beside its text

_log = structlog.get_logger()


def picture_of(
    note: str, facts: Mapping[str, Any], business: Business, *, channel: str, language: str
) -> File | None:
    """Return the picture for a letter; None where there is none, or it could not be drawn.

    The text says all of it, so that it goes alone then.
    """
    if note != "agenda" or channel not in SHOW or "provider" not in facts:
        return None
    try:
        drawn = agenda(facts, business, language=written_in(language, business))
    except Exception as error:  # noqa: BLE001 - no picture holds up a text
        _log.error("no picture", business=business.id, note=note, exc_info=error)
        return None
    return File(f"agenda-{facts['day']}.png", MEDIA, drawn) if drawn else None
