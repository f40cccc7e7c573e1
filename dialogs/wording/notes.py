"""The words of every note: one entry a kind, whom it goes to in the name of its file."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from core.rules import Business
from dialogs.wording import asking, booked, day
from dialogs.wording.page import Page, Worded

NOTES: dict[str, Callable[[Page], Worded]] = {**asking.NOTES, **booked.NOTES, **day.NOTES}


def word(
    note: str,
    facts: Mapping[str, Any],
    *,
    business: Business,
    language: str,
    zone: ZoneInfo,
    other: ZoneInfo,
) -> Worded:
    """Word a note for a reader; KeyError where there is no such note or fact.

    `zone` is the one that the reader's bare times are meant in, `other` the one to show beside it.
    """
    return NOTES[note](Page(facts, business, language, zone, other))
