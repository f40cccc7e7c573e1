"""A provider's agenda as a picture: what a day or a week has, drawn to scale. Pure.

`agenda` is the whole of it. What stands where is worked out in `layout`, in hours and columns;
`drawing` turns that into pixels.
"""

from collections.abc import Mapping
from typing import Any

from core.rules import Business
from dialogs.picture.drawing import png
from dialogs.picture.layout import laid_out
from dialogs.wording.page import Page

MEDIA = "image/png"


def agenda(facts: Mapping[str, Any], business: Business, *, language: str) -> bytes | None:
    """Return the PNG of a note "agenda", in the place's zone; None where nothing is to be shown."""
    if not facts["bookings"] and not facts.get("blocks"):
        return None
    return png(laid_out(Page(facts, business, language, business.zone, business.zone)))
