"""Numbers in a message that are no time: references, codes, phones, party sizes."""

import re
from collections.abc import Callable, Sequence

from dialogs.understanding.facts import Asked, Option, Vocabulary
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.view import Mark, Reading

_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\d(?:[\s().-]{0,2}\d){7,14}(?!\d)")
_CODE = re.compile(r"(?<![\d+])\d{3}[\s-]?\d{3}(?!\d)")
_LONG_CODE = re.compile(  # as core/codes.py makes them: a digit in the first half, a letter after
    r"(?<![\w-])(?=[a-z]{0,3}\d)([2-9b-df-hj-km-np-tv-xz]{4})"
    r"-?(?=\d{0,3}[a-z])([2-9b-df-hj-km-np-tv-xz]{4})(?![\w-])",
    re.IGNORECASE,
)
_REF = re.compile(r"(?<![\w#+])#?([A-Za-z2-9]{5})(?!\w)")
_REF_LETTERS = frozenset("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s")
_ODD = re.compile(
    r"(?<![\w.,:/+-])(?:-\d{1,9}|0{1,9}|\d{1,9}[.,]\d|\d{1,9}e\d{1,3}|\d{3,30})(?![\w:]|[.,/-]\d)",
    re.IGNORECASE,
)
_ON_A_CLOCK = re.compile(r"\s*(:|[ap] ?\.?m\b|o'? ?clock|uhr|h\b|heures?|horas?|ore\b)")
_HOUR_FOLLOWS = re.compile(r"\s*(?:at|and|@|,|um|à|a|alle|às|las)?\s*\d{1,2}\s?[:.h]\s?\d\d(?!\d)")
_CLOCK = re.compile(r"(?:[4-9]|1\d|2[0-3])00|(?:\d|1\d|2[0-3])(?:[1-5]\d|0[1-9])")  # 730, 1930
_MOST = 99
MANY = 10**6
_LATE = 6


def phone(text: str) -> tuple[str, Mark] | None:
    """Give the first phone number as digits with an optional leading +, and where it stands."""
    for match in _PHONE.finditer(text):
        if _DATE.match(match.group() + " "):
            continue
        said = match.group()
        digits = re.sub(r"\D", "", said)
        plus = "+" if said.startswith(("+", "00")) else ""
        bare = digits.removeprefix("00") if said.startswith("00") else digits
        return plus + bare, Mark("phone", match.start(), match.end())
    return None


def code(text: str) -> tuple[str, Mark] | None:
    """Give a one-time code, six digits or K7QM-4XPT, and where it stands."""
    match = _LONG_CODE.search(text)
    if match is not None:
        return "-".join(match.groups()).upper(), Mark("code", match.start(), match.end())
    match = _CODE.search(text)
    if match is None:
        return None
    return re.sub(r"\D", "", match.group()), Mark("code", match.start(), match.end())


def reference(text: str, lexicon: Lexicon, taken: frozenset[str]) -> tuple[str, Mark] | None:
    """Give a booking reference: five of A-Z and 2-9 without I, O, 0 and 1.

    Letters alone count only in capitals beside other words in lower case, and never if they
    are a word that we know or a name of the business (`taken`, folded).
    """
    shouted = text.upper() == text
    for match in _REF.finditer(text):
        said = match.group(1)
        if not _REF_LETTERS.issuperset(said.upper()):
            continue
        low = said.lower()
        digits = sum(c.isdigit() for c in said)
        if digits == 0:
            lonely = text.strip(" .!#") == said
            if not said.isupper() or (shouted and not lonely):
                continue
            if low in taken or lexicon.speller.meant(low) in lexicon.not_names:
                continue
        elif digits == len(said) or re.fullmatch(r"\d+[a-z]+", said):
            continue
        return said.upper(), Mark("ref", match.start(), match.end())
    return None


def party(
    reading: Reading, lexicon: Lexicon, vocabulary: Vocabulary, asked: Asked, *, picked: bool
) -> tuple[int, Mark] | None:
    """Give the number of people said, and where; bare numbers only where seats are booked.

    Of times that are offered, "make it 5" may name one: by its number (`picked`) or its hour.
    """
    names = _patterns(vocabulary, asked, picked=picked)
    together = _together(reading, lexicon)
    if together is not None:
        return together
    best: tuple[int, Mark] | None = None
    found = list(lexicon.facts.matches(reading.view))
    clocks = [reading.span(match, "n") for name, match in found if name == "clock"]
    for name, match in found:
        whole = _whole(name, match, vocabulary)
        if whole > 1 or (whole == 1 and best is None):
            best = (whole, Mark("party", *reading.span(match)))
        if whole > 1:
            return best
        if name not in names or not 0 < _number(match) <= _MOST:
            continue
        mark = Mark("party", *reading.span(match, "n"))
        if name == "party":
            return _number(match), mark
        bare = name == "party_maybe" and asked.what != "party" and _is_hour(match, vocabulary)
        bare = bare or strikes(asked.options, _number(match))
        if not bare and (mark.start, mark.end) not in clocks:
            best = (_number(match), mark)
    return best


def _patterns(vocabulary: Vocabulary, asked: Asked, *, picked: bool) -> set[str]:
    names = {"party"}
    if vocabulary.party and not asked.options:
        names |= {"party_seats", "party_maybe"}
    elif vocabulary.party and not picked:
        names.add("party_maybe")
    return names | {"party_asked"} if asked.what == "party" else names


def strikes(options: Sequence[Option], number: int) -> bool:
    """Whether one of the options starts on that hour, of either half of the day, or about it."""
    starts = [option.start for option in options if option.start is not None]
    return any(number in {start.hour, start.hour % 12 or 12} for start in starts)


def _whole(name: str, match: re.Match[str], vocabulary: Vocabulary) -> int:
    """Give the people that "me and 3 friends", "both of us" or "just me" count; 0 for others."""
    if name == "party_plus":
        return _number(match) + 1
    if name == "party_two" or (name == "party_two_seats" and vocabulary.party):
        return 2
    return int(name == "party_one")


def _number(match: re.Match[str]) -> int:
    said = match.group("n")
    return int(said) if said.isdigit() else 1


def odd_party(text: str, within: Callable[[str], bool]) -> tuple[float, Mark] | None:
    """Give what stands for the number of people and is none, or more than any table seats; where.

    `within` tells of a text with a plain number in that place whether it would be people.
    """
    for match in _ODD.finditer(text):
        said = match.group().replace(",", ".").lower()
        if not _CLOCK.fullmatch(said) and within(f"{text[: match.start()]}3{text[match.end() :]}"):
            return min(float(said), MANY), Mark("party", match.start(), match.end())
    return None


def party_or_hour(
    reading: Reading, lexicon: Lexicon, vocabulary: Vocabulary, asked: Asked
) -> int | None:
    """Give a bare number said of a proposal that may be people or an hour: "make it 7"."""
    if not vocabulary.party or asked.options or asked.what == "party":
        return None
    for name, match in lexicon.facts.matches(reading.view):
        if name != "party_maybe" or not match.group("n").isdigit():
            continue
        if _is_hour(match, vocabulary) and not _ON_A_CLOCK.match(match.string[match.end("n") :]):
            return _number(match)
    return None


def _together(reading: Reading, lexicon: Lexicon) -> tuple[int, Mark] | None:
    """Add up "2 adults and 2 kids"; None where only one number of people is said."""
    counts = []
    ends = []
    row = reading.plain.text.split()
    for place, word in enumerate(row[:-1]):
        if word.isdigit() and row[place + 1] in lexicon.people_words:
            counts.append(int(word))
            ends.append(reading.plain.spans[min(place + 1, len(reading.plain.spans) - 1)])
            ends.append(reading.plain.spans[place])
    if len(counts) < 2 or sum(counts) > _MOST:  # noqa: PLR2004 - a sum has two parts
        return None
    mark = Mark("party", min(start for start, _ in ends), max(end for _, end in ends))
    return sum(counts), mark


def pause(reading: Reading, lexicon: Lexicon) -> Mark | None:
    """Find where "one sec" stands: neither an hour nor a length is meant by it."""
    for name, match in lexicon.facts.matches(reading.view):
        if name == "pause":
            return Mark("pause", *reading.span(match))
    return None


def request(reading: Reading, lexicon: Lexicon) -> tuple[int, Mark] | None:
    """Give the number of a request that a provider answers ("confirm 2"), and where."""
    for name, match in lexicon.facts.matches(reading.view):
        if name == "number":
            said = match.group("n")
            mark = Mark("number", *reading.span(match, "n"))
            return (int(said) if said.isdigit() else 1), mark
    return None


def _is_hour(match: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whether "make it 8" rather means an hour: late enough, within opening hours, the only one."""
    if _HOUR_FOLLOWS.match(match.string[match.end("n") :]):  # "make it 6 at 8.30"
        return False
    size = _number(match)
    if vocabulary.hours is None or not _LATE <= size <= 12:  # noqa: PLR2004 - a clock's face
        return False
    opens, closes = vocabulary.hours
    wraps = closes <= opens
    return any(opens.hour <= hour and (wraps or hour <= closes.hour) for hour in (size, size + 12))


def blank(text: str, marks: Sequence[Mark]) -> str:
    """Give the text with marked spans made of letters that mean nothing, places kept."""
    out = text
    for mark in marks:
        out = out[: mark.start] + "x" * (mark.end - mark.start) + out[mark.end :]
    return out
