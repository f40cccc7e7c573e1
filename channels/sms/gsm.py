"""What a text message costs: GSM-7 where every character is in it, UCS-2 where one is not.

3GPP TS 23.038: 160 septets fit one message, 153 each of several; a character of the extension table
takes two, which stay together. In UCS-2 it is 70 and 67 units of UTF-16.
"""

import re
import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")
_ALL = _BASIC | _EXTENSION
_GSM, _UCS = (160, 153), (70, 67)
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),  # quotes, primes, accents
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),  # dashes, minus
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),  # other spaces
        "\u2026": "...",
        "\u2022": "-",
        "\u00b7": "-",
        "\u2192": "->",
        "\u00d7": "x",
    }
)
_DECORATION = frozenset({"So", "Cf"})  # emoji and what joins them: no language needs any
_SHADES = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")  # of emoji
_SPACES = re.compile(" {2,}")


def is_gsm(text: str) -> bool:
    """Whether every character is in GSM-7."""
    return _ALL.issuperset(text)


def plain(text: str) -> str:
    """Return the text with plain quotes, dashes and spaces, if that is all it takes for GSM-7.

    What its language needs is kept, and then the rest is left as it is too.
    """
    if is_gsm(text):
        return text
    kept = "".join(c for c in text.translate(_PLAIN) if not _decorates(c))
    simple = _SPACES.sub(" ", kept).strip()
    return simple if simple and is_gsm(simple) else text


def _decorates(character: str) -> bool:
    return character in _SHADES or unicodedata.category(character) in _DECORATION


def segments(text: str) -> int:
    """Return how many messages a text is sent and paid as; an empty one is one."""
    if is_gsm(text):
        widths, (one, each) = [2 if c in _EXTENSION else 1 for c in text], _GSM
    else:
        widths, (one, each) = [2 if c > "\uffff" else 1 for c in text], _UCS
    if sum(widths) <= one:
        return 1
    count, room = 1, each
    for width in widths:  # what takes two never straddles two messages
        if width > room:
            count, room = count + 1, each
        room -= width
    return count
