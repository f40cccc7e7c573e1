"""The menu of commands that a messenger shows: each a word to send, and what it is for. Pure."""

import unicodedata
from functools import partial

from dialogs.wording.catalog import translated

Menu = tuple[tuple[str, str], ...]


def menu(language: str) -> Menu:
    """Return the commands in a language, each with its description, in the order to show them.

    A command is its words, so "mis_reservas" says "mis reservas". It has only what Telegram allows
    in one: small letters a to z, digits and underscores. STOP is the carriers' own in any language.
    """
    t = partial(translated, language)
    rows = (
        (t("my bookings"), t("What you have booked")),
        (t("cancel"), t("Cancel a booking")),
        (t("hours"), t("When we are open")),
        (t("prices"), t("What it costs")),
        (t("help"), t("What you can say")),
        ("stop", t("No more messages")),
    )
    return tuple((_command(words), description) for words, description in rows)


def _command(words: str) -> str:
    """Return words as one command: without accents, which are understood without them too."""
    plain = unicodedata.normalize("NFKD", words.lower()).encode("ascii", "ignore").decode()
    return plain.replace(" ", "_")
