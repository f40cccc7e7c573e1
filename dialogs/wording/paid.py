"""The page that people come back to from paying, and what they are told they pay for. Pure."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from core.rules import Business
from dialogs.wording.page import Page
from dialogs.wording.paying import PAGE

_HTML = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width">{again}
<title>{name}</title></head>
<body><main><h1>{name}</h1><p>{text}</p></main></body></html>
"""
_AGAIN = '<meta http-equiv="refresh" content="5">'


def title(facts: Mapping[str, Any], business: Business, language: str) -> str:
    """Return what is paid for, as the vendor's page shows it: "Colour with Ana, May 5 …"."""
    page = Page(facts, business, language, business.zone, business.zone)
    return f"{page.title()}, {page.when(facts['start'])}"


def page_of(
    state: str,
    facts: Mapping[str, Any],
    business: Business,
    *,
    language: str,
) -> str:
    """Return the page as HTML: what is true now; one that waits for news looks again by itself.

    `state`: "paid", "processing", "open", "late", "over", "cancelled" or "refunded".
    """
    page = Page(facts, business, language, business.zone, business.zone)
    start: datetime = facts["start"]
    text = page.t(
        PAGE[state],
        booking=page.title(),
        when=page.when(start),
        ref=facts["ref"],
        amount=page.money(facts["amount"]),
    )
    return _HTML.format(
        language=escape(language),
        again=_AGAIN if state in {"processing", "open"} else "",
        name=escape(business.name),
        text=escape(text),
    )
