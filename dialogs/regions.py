"""A language as it is read in a business's country: whether 5/12 is in May or in December. Pure."""

from functools import lru_cache

from core.rules import Business
from dialogs.when.lexicon import lexicon
from dialogs.wording.formats import locale_at
from dialogs.wording.page import where_is

_ELSEWHERE = "GB"  # how English is read where the day comes first and English is not at home


def read_in(language: str, business: Business) -> str:
    """Return the locale to read a language in: en at a place in Sydney is "en-AU"."""
    return _read_in(language, *where_is(business))


@lru_cache(maxsize=256)
def _read_in(language: str, zone: str, country: str | None) -> str:
    written = locale_at(language, zone, country)
    if written.language != language or not written.territory:
        return language
    locale = f"{language}-{written.territory}"
    short = written.date_formats["short"].pattern
    day_first = 0 <= short.lower().find("d") < short.find("M")
    if day_first and lexicon(locale).conventions["date_order"] == "mdy":
        return f"{language}-{_ELSEWHERE}" if language == "en" else language
    return locale
