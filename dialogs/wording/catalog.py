"""Messages in the reader's language: gettext catalogs, read from their .po files once."""

from collections.abc import Callable
from functools import lru_cache
from gettext import c2py
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[2] / "locales"
SOURCE = "en"  # the language that the messages are written in


@lru_cache
def catalog(locale: str) -> Catalog | None:
    """Return a language's catalog; None for the source language and where there is none."""
    path = LOCALES / locale / "LC_MESSAGES" / "slotkeeper.po"
    if locale == SOURCE or not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def translated(locale: str, message: str) -> str:
    """Return a message in a language, else as it was written."""
    words = catalog(locale)
    found = words.get(message) if words is not None else None
    return str(found.string) if found is not None and found.string else message


def counted(locale: str, one: str, many: str, count: int) -> str:
    """Return the plural form of a message for a count."""
    words = catalog(locale)
    found = words.get(one) if words is not None else None
    if words is not None and found is not None and isinstance(found.string, (tuple, list)):
        form = str(found.string[_plural(words.plural_expr)(count)])
        if form:
            return form
    return one if count == 1 else many


@lru_cache
def _plural(expression: str) -> Callable[[int], int]:
    chosen: Callable[[int], int] = c2py(expression)
    return chosen
