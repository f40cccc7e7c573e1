"""A laid-out agenda as the pixels of a PNG. Pure."""

import io
from functools import lru_cache
from pathlib import Path

import font_source_sans_pro as fonts
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from dialogs.picture.layout import Box, Sheet

_DAY = (1080, 128.0, 30)  # of one day: width, height of an hour, size of the letters
_WEEK = (1640, 92.0, 23)  # of several
_GUTTER, _HEAD, _EDGE = 132, 138, 24  # for the hours, the title, and around
_PAD, _GAP = 8, 3
_PAPER, _INK, _PALE, _LINE = "#ffffff", "#1d2433", "#5d6678", "#dfe3ea"
_CLOSED, _NOW = "#eef0f4", "#d33f2f"
_LOOKS = {  # fill, edge
    "booked": ("#dbe7ff", "#2f62c8"),
    "asked": ("#fff1cf", "#b97a00"),
    "blocked": ("#d9dce3", "#7c8494"),
}
_MISSING = "\U0010ffff"  # no font has it


@lru_cache(maxsize=8)
def lettering(size: int, *, strong: bool = False) -> FreeTypeFont:
    """Return the font of the picture: Latin, Greek and Cyrillic letters, free to be passed on."""
    name = "SourceSansPro-Semibold.ttf" if strong else "SourceSansPro-Regular.ttf"
    path = Path(fonts.font_directory) / name
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def png(sheet: Sheet) -> bytes:
    """Draw a sheet; its colours are few, so that it is sent in some tens of kilobytes."""
    width, hour, size = _WEEK if sheet.columns else _DAY
    head = _HEAD + (size + 22 if sheet.columns else 0)
    image = Image.new("RGB", (width, int(head + sheet.height * hour + _EDGE)), _PAPER)
    pen = _Pen(ImageDraw.Draw(image), sheet, size=size, hour=hour, head=head, width=width)
    pen.ground()
    for box in sheet.boxes:
        pen.box(box)
    pen.present()
    out = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws on one image; where things stand follows from the sheet and the sizes."""

    def __init__(
        self,
        on: ImageDraw.ImageDraw,
        sheet: Sheet,
        *,
        size: int,
        hour: float,
        head: int,
        width: int,
    ) -> None:
        self._on, self._sheet, self._size = on, sheet, size
        self._hour, self._head, self._width = hour, head, width
        self._columns = max(len(sheet.columns), 1)
        self._wide = (width - _GUTTER - _EDGE) / self._columns

    def ground(self) -> None:
        """Draw the title, the hours with their lines, and what is closed."""
        sheet, on, right = self._sheet, self._on, self._width - _EDGE
        self._text(_EDGE, 22, sheet.title, right - _EDGE, size=44, strong=True)
        self._text(_EDGE, 80, sheet.beside, right - _EDGE, size=27, fill=_PALE)
        bottom = self._y(sheet.height)
        on.rectangle((_GUTTER, self._head, right, bottom), fill=_CLOSED)
        for column, since, until in sheet.opened:
            box = (self._x(column), self._y(since), self._x(column + 1), self._y(until))
            on.rectangle(box, fill=_PAPER)
        for at, label in sheet.hours:
            y = self._y(at)
            on.line((_GUTTER, y, right, y), fill=_LINE, width=2)
            if at < sheet.height:
                self._text(_EDGE, y + 2, label, _GUTTER - _EDGE - _PAD, fill=_PALE)
        for column, label in enumerate(sheet.columns):
            x = self._x(column)
            on.line((x, self._head - self._size - 14, x, bottom), fill=_LINE, width=2)
            self._text(
                x + _PAD, self._head - self._size - 12, label, self._wide - 2 * _PAD, strong=True
            )

    def box(self, box: Box) -> None:
        """Draw something that takes time, with as many of its lines as it has room for."""
        fill, edge = _LOOKS[box.kind]
        wide = self._wide / box.lanes
        left = self._x(box.column) + box.lane * wide + _GAP
        right = left + wide - 2 * _GAP
        top = self._y(box.top) + _GAP
        bottom = max(self._y(min(box.bottom, self._sheet.height)) - _GAP, top + self._size + 4)
        self._on.rounded_rectangle((left, top, right, bottom), 8, fill=fill)
        self._on.rounded_rectangle((left, top, left + 7, bottom), 3, fill=edge)
        if box.again:
            self._again(right - self._size, top + 8, edge)
        room = right - left - 14 - _PAD
        spare = self._size + _PAD if box.again else 0
        for n, line in enumerate(self._fitting(box, bottom - top, room - spare)):
            y = top + n * (self._size + 4) - 1
            self._text(left + 14, y, line, room if n else room - spare, strong=n == 0)

    def _fitting(self, box: Box, height: float, room: float) -> list[str]:
        """Return the lines for which there is room; the hour stands before the first, or above."""
        most = max(int((height - 2) // (self._size + 4)), 1)
        first = f"{box.at} {box.lines[0]}".strip()
        lines = [first, *box.lines[1:]]
        if lettering(self._size, strong=True).getlength(first) > room and most > len(lines):
            lines = [box.at, *box.lines]
        return lines if len(lines) <= most else [*lines[: most - 1], ", ".join(lines[most - 1 :])]

    def _again(self, x: float, y: float, colour: str) -> None:
        """Draw the mark of a series: an arrow that comes round."""
        wide = self._size * 0.62
        self._on.arc((x, y, x + wide, y + wide), 300, 240, fill=colour, width=3)
        tip = (x + wide * 0.78, y - 1)
        self._on.polygon((tip, (tip[0] - 9, tip[1] - 3), (tip[0] - 3, tip[1] + 9)), fill=colour)

    def present(self) -> None:
        """Draw the line of the present."""
        if self._sheet.now is None:
            return
        column, at = self._sheet.now
        left, y = self._x(column), self._y(at)
        self._on.line((left, y, self._x(column + 1), y), fill=_NOW, width=4)
        self._on.ellipse((left - 8, y - 8, left + 8, y + 8), fill=_NOW)

    def _x(self, column: int) -> float:
        return _GUTTER + column * self._wide

    def _y(self, hours: float) -> float:
        return self._head + hours * self._hour

    def _text(
        self,
        x: float,
        y: float,
        words: str,
        room: float,
        *,
        size: int | None = None,
        fill: str = _INK,
        strong: bool = False,
    ) -> None:
        font = lettering(size or self._size, strong=strong)
        self._on.text((x, y), shortened(writable(words), room, font), font=font, fill=fill)


def shortened(words: str, room: float, font: FreeTypeFont) -> str:
    """Return a text with as much of its end cut off as must be for its width."""
    if font.getlength(words) <= room:
        return words
    while words and font.getlength(f"{words}…") > room:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""


def writable(words: str) -> str:
    """Return a text without what the font has no letter for: that would be an empty frame."""
    plain = " ".join(words.split())
    return " ".join("".join(filter(_known, plain)).split()) or "?"


@lru_cache(maxsize=4096)
def _known(letter: str) -> bool:
    font = lettering(30)
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(_MISSING))
