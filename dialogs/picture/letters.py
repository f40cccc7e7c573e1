"""The letters of the picture: which the font has, how wide they are, where a line ends. Pure."""

import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro as fonts
from PIL import ImageFont
from PIL.ImageFont import FreeTypeFont

_MISSING = "\U0010ffff"  # no font has it


@lru_cache(maxsize=8)
def lettering(size: int, *, strong: bool = False) -> FreeTypeFont:
    """Return the font of the picture: Latin, Greek and Cyrillic letters, free to be passed on."""
    name = "SourceSansPro-Semibold.ttf" if strong else "SourceSansPro-Regular.ttf"
    path = Path(fonts.font_directory) / name
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def writable(words: str) -> str:
    """Return a text without what the font has no letter for: that would be an empty frame."""
    plain = unicodedata.normalize("NFC", " ".join(words.split()))
    return " ".join("".join(filter(_known, plain)).split())


def shortened(words: str, room: float, font: FreeTypeFont) -> str:
    """Return a text with as much of its end cut off as must be for its width."""
    if font.getlength(words) <= room:
        return words
    words = words[: _fitting(words, room, font, end="…")]
    return f"{words.rstrip(' ,')}…" if words else ""


def _fitting(words: str, room: float, font: FreeTypeFont, *, end: str = "") -> int:
    """Return how many letters there is room for, found by halves: a reason may be pages long."""
    lengths = range(1, len(words) + 1)
    return bisect_right(lengths, room, key=lambda n: font.getlength(words[:n] + end))


def wrapped(words: str, room: float, font: FreeTypeFont, *, most: int) -> list[str]:
    """Return a text in at most so many lines, the last as long as it is; long words break."""
    lines: list[str] = []
    while len(lines) < most - 1 and font.getlength(words) > room:
        fit = _fitting(words, room, font)
        if not fit:
            break
        gap = max(words.rfind(" ", 0, fit + 1), words.rfind("-", 0, fit) + 1)
        cut = gap if gap > 0 else fit
        lines.append(words[:cut].rstrip())
        words = words[cut:].lstrip()
    return [*lines, words]


@lru_cache(maxsize=4096)
def _known(letter: str) -> bool:
    font = lettering(30)
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(_MISSING))
