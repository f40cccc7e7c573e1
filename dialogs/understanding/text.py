"""From raw text to words: folded, split into clauses, each knowing where it stood."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 1200
"""Characters read of a message: its first two thirds and its last third beyond that."""

# What keyboards send for an apostrophe, and letters that Unicode does not take apart.
_APOSTROPHES = "\u2019\u2018`\u00b4\u02bc"
_SAME = {ord(each): "'" for each in _APOSTROPHES} | {
    ord("ß"): "ss",
    ord("ø"): "o",
    ord("œ"): "oe",
    ord("æ"): "ae",
}
_SIGNS = {
    "👍": "👍👌✅✔☑🆗💯🤝🙆",
    "👎": "👎❌✖🚫⛔🙅",
    "🙏": "🙏❤💕💖🥰😘🤗🫶",
    "👋": "👋🤚",
}
_SIGN = {sign: name for name, signs in _SIGNS.items() for sign in signs}
_TOKEN = re.compile(
    r"(?P<word>[^\W\d_]+(?:\d[^\W_]*|(?:'[^\W\d_]+)*))"
    r"|(?P<number>[1-6](?:[aeo]|er|[eè]re|[eè]me|nde|[dr][ao])(?![^\W_])|\d+(?:st|nd|rd|th|[ªº])?(?:[:.,/]\d+)*)"
    r"|(?P<sign>[" + "".join(_SIGN) + r"])"
    r"|(?P<break>[.?!,;:\n¿¡()]|--|\u2014|\u2013)"
    r"|(?P<mark>[#&@+])"
)
_OPENING = "\u00bf\u00a1"  # Spanish opens what it asks and what it exclaims
_BREAKS = {"?": "?", "!": "!", ",": ",", ":": ",", ";": ",", "(": ",", ")": ",", "\n": "."}


@dataclass(frozen=True, slots=True)
class Word:
    """One word or sign, folded to lower case without marks, and its place in the raw text."""

    text: str
    start: int
    end: int


def shorten(text: str) -> str:
    """Give what is read of a message: the whole of it, unless it is absurdly long."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST * 2 // 3] + "\n" + text[-LONGEST // 3 :]


def fold(text: str) -> str:
    """Lower the case and take the marks off; the length may change."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.translate(_SAME))
    return "".join(c for c in bare if not unicodedata.combining(c)).casefold()


def words(text: str) -> tuple[Word, ...]:
    """Split a text into words, numbers, signs and breaks (".", "?", "!", ",")."""
    plain = text if text.isascii() else text.translate(_SAME_LENGTH)
    found: list[Word] = []
    for match in _TOKEN.finditer(plain):
        kind, raw = match.lastgroup, match.group()
        if kind == "sign":
            raw = _SIGN[raw]
        elif kind == "break":
            if raw == "." and _numbered(found, plain[match.end() : match.end() + 2]):
                continue
            if raw in _OPENING and not found:  # the message begins with it all the same
                continue
            raw = _BREAKS.get(raw, ".")
        else:
            raw = fold(raw)
        found.append(Word(raw, match.start(), match.end()))
    return tuple(found)


def _numbered(found: list[Word], after: str) -> bool:
    """Whether a dot stands in "no. 2"."""
    return bool(found) and found[-1].text in {"no", "nr", "num"} and after.strip()[:1].isdigit()


# Same length only, so that places in the text stay what they are.
_SAME_LENGTH = {key: value for key, value in _SAME.items() if len(value) == 1}
