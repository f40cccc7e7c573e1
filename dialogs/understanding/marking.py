"""Languages, places and strangers' names in a message: what no list of the business knows."""

from collections.abc import Sequence

from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.text import Word
from dialogs.understanding.view import Mark
from dialogs.when.lexicon import lexicon as time_words
from dialogs.when.zones import named as zone_named

_CITY = 3
_FULL_NAME = 3


def covered(word: Word, times: Sequence[Mark]) -> bool:
    """Whether a word is part of something recognised already."""
    return any(mark.start <= word.start < mark.end for mark in times)


def languages_said(row: Sequence[Word], lexicon: Lexicon, marks: Sequence[Mark]) -> list[Mark]:
    """Find the names of languages."""
    return [
        Mark("language", word.start, word.end)
        for word in row
        if word.text in lexicon.languages and not covered(word, marks)
    ]


def language(row: Sequence[Word], marks: Sequence[Mark], lexicon: Lexicon) -> str | None:
    """Give the last language named: "not english, spanish"."""
    named = [mark for mark in marks if mark.kind == "language"]
    for word in reversed(row):
        if any(mark.start == word.start for mark in named):
            return lexicon.languages.get(word.text)
    return None


def strangers(
    text: str, row: Sequence[Word], lexicon: Lexicon, marks: Sequence[Mark]
) -> list[Mark]:
    """Find runs of words that nothing knows and that are written as names, or said to be one."""
    out: list[Mark] = []
    place = 0
    while place < len(row):
        first = place
        while (
            place < len(row)
            and place - first < _FULL_NAME
            and _stranger(
                row[place],
                lexicon,
                marks,
                named=place > 0 and text[row[place].start].isupper() and not text.isupper(),
            )
        ):
            place += 1
        if place > first:
            start, end = row[first].start, row[place - 1].end
            called = first > 0 and row[first - 1].text in lexicon.name_words
            if called or (text[start].isupper() and not text.isupper()):
                out.append(Mark("name", start, end))
        else:
            place += 1
    return out


def _stranger(word: Word, lexicon: Lexicon, marks: Sequence[Mark], *, named: bool = False) -> bool:
    return (
        word.text.isalpha()
        and len(word.text) > 1
        and word.text not in lexicon.not_names
        and (named or lexicon.speller.meant(word.text) == word.text)
        and not covered(word, marks)
    )


def stranger_named(text: str, marks: Sequence[Mark]) -> str | None:
    """Give the first stranger's name, written as names are."""
    for mark in marks:
        if mark.kind == "name":
            said = text[mark.start : mark.end]
            return said if said[:1].isupper() else said.title()
    return None


def own_name(text: str, marks: Sequence[Mark]) -> str | None:
    """Give the name of a speaker who is called like a provider, surname included."""
    said = [mark for mark in marks if mark.kind in {"provider", "name"}]
    if not said:
        return None
    first = min(mark.start for mark in said if mark.kind == "provider")
    last = first
    for mark in sorted(said, key=lambda each: each.start):
        if mark.start <= last + 1:
            last = max(last, mark.end)
    return text[first:last].title()


def city(
    row: Sequence[Word], locale: str, lexicon: Lexicon, marks: Sequence[Mark]
) -> tuple[str, Mark] | None:
    """Find the zone of a city, or a zone itself, said after "in", "on" and the like."""
    for place in range(1, len(row)):
        if row[place - 1].text not in lexicon.place_words or covered(row[place], marks):
            continue
        for size in range(min(_CITY, len(row) - place), 0, -1):
            run = row[place : place + size]
            name = " ".join(each.text for each in run)
            zone = zone_named(name, time_words(locale)) if run[-1].text.isalpha() else None
            if zone is not None:
                return zone.key, Mark("zone", run[0].start, run[-1].end)
    return None
