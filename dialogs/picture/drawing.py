"""A laid-out agenda as the pixels of a PNG. Pure."""

import io
from functools import lru_cache
from math import cos, radians, sin

from PIL import Image, ImageDraw

from dialogs.picture.letters import lettering, shortened, wrapped, writable
from dialogs.picture.sheet import Box, Sheet

_DAY = (1080, 128.0, 30)  # without columns: width, height of an hour, size of the letters
_COLUMNS = (162, 104.0, 25)  # with columns: of one
_WIDEST = 1640
_GUTTER, _HEAD, _EDGE = 132, 138, 24  # for the hours, the title, and around
_PAD, _GAP, _BAR, _SMALL = 7, 3, 7, 27
_PAPER, _INK, _PALE, _LINE = "#ffffff", "#1d2433", "#5d6678", "#dfe3ea"
_CLOSED, _NOW = "#eef0f4", "#d33f2f"
_LOOKS = {  # fill, edge, and whether that goes around
    "booked": ("#dbe7ff", "#2f62c8", False),
    "held": ("#ffffff", "#b97a00", True),
    "asked": ("#fff1cf", "#b97a00", True),
    "unpaid": ("#efe6ff", "#7b4fd0", True),
    "blocked": ("#d9dce3", "#7c8494", False),
}


def png(sheet: Sheet) -> bytes:
    """Draw a sheet; its colours are few, so that it is sent in some tens of kilobytes."""
    width, hour, size = _DAY
    if sheet.columns:
        _, hour, size = _COLUMNS
        width = min(max(width, _GUTTER + _EDGE + len(sheet.columns) * _COLUMNS[0]), _WIDEST)
    head = _HEAD + (size + 22 if sheet.columns else 0)
    image = Image.new("RGB", (width, int(head + sheet.height * hour + _EDGE)), _PAPER)
    pen = _Pen(image, sheet, size=size, hour=hour, head=head)
    pen.ground()
    for box in sheet.boxes:
        pen.box(box)
    pen.present()
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws on one image; where things stand follows from the sheet and the sizes."""

    def __init__(
        self, image: Image.Image, sheet: Sheet, *, size: int, hour: float, head: int
    ) -> None:
        self._image, self._on = image, ImageDraw.Draw(image)
        self._sheet, self._size, self._step = sheet, size, size + 4
        self._hour, self._head, self._width = hour, head, image.width
        self._columns = max(len(sheet.columns), 1)
        self._wide = (image.width - _GUTTER - _EDGE) / self._columns

    def ground(self) -> None:
        """Draw the title, the hours with their lines, and what is closed."""
        sheet, on, right = self._sheet, self._on, self._width - _EDGE
        self._text(_EDGE, 22, sheet.title, right - _EDGE, size=44, strong=True)
        self._text(_EDGE, 80, sheet.beside, self._legend() - 2 * _EDGE, size=_SMALL, fill=_PALE)
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

    def _legend(self) -> float:
        """Draw at the right what the colours mean; return where that begins."""
        x = float(self._width - _EDGE)
        for kind, label in reversed(self._sheet.legend):
            x -= lettering(_SMALL).getlength(label) + _EDGE
            self._text(x + _EDGE, 80, label, self._width, size=_SMALL, fill=_PALE)
            self._frame((x - 14, 88, x + _EDGE - _PAD, 88 + 22), kind)
            x -= 14 + _EDGE
        return x

    def box(self, box: Box) -> None:
        """Draw something that takes time, with as many of its lines as it has room for."""
        wide = self._wide / box.lanes
        left = self._x(box.column) + box.lane * wide + _GAP
        right = left + wide - 2 * _GAP
        top = self._y(box.top) + _GAP
        bottom = max(self._y(min(box.bottom, self._sheet.height)) - _GAP, top + self._step)
        self._frame((left, top, right, bottom), box.kind)
        room = right - left - _BAR - 2 * _PAD
        again = box.again and room > 4 * self._size
        if again:
            self._again(right - self._size - 2, top + 7, _LOOKS[box.kind][1])
        for n, (line, strong) in enumerate(self._fitting(box, bottom - top, room, again=again)):
            spare = self._size if again and n == 0 else 0
            y = top + n * self._step - 1
            self._text(left + _BAR + _PAD, y, line, room - spare, strong=strong)

    def _frame(self, at: tuple[float, float, float, float], kind: str) -> None:
        """Draw a box of a kind: what is not sure yet has an edge all around."""
        fill, edge, around = _LOOKS[kind]
        left, top, right, bottom = at
        outline = edge if around else None
        self._on.rounded_rectangle(at, 8, fill=fill, outline=outline, width=2)
        self._on.rounded_rectangle((left, top, min(left + _BAR, right), bottom), 3, fill=edge)

    def _fitting(
        self, box: Box, height: float, room: float, *, again: bool
    ) -> list[tuple[str, bool]]:
        """Return the lines for which there is room, and whether each is strong.

        The hour stands before the first where there is room, else below; a list ends with how many
        it leaves out.
        """
        most = max(int((height - 2) // self._step), 1)
        fonts = lettering(self._size, strong=True), lettering(self._size)
        if box.several:
            shown = box.lines[:most]
            if len(shown) < len(box.lines) and most > 1:
                shown = (*shown[:-1], f"+{len(box.lines) - most + 1}")
            return [(line, n == 0) for n, line in enumerate(shown)]
        first = f"{box.at} {box.lines[0]}".strip()
        fits = fonts[0].getlength(first) <= room - (self._size if again else 0)
        lines = [first if fits else box.lines[0], *box.lines[1:]]
        if most == 1:
            whole = ", ".join(lines)
            return [(whole if fonts[0].getlength(whole) <= room else lines[0], True)]
        if box.at and not fits:
            lines[1:2] = [", ".join([box.at, *lines[1:2]])]
        lines = [*lines[: most - 1], ", ".join(lines[most - 1 :])] if len(lines) > most else lines
        needed = [len(wrapped(line, room, fonts[1], most=2)) for line in lines]
        out: list[tuple[str, bool]] = []
        for n, line in enumerate(lines):
            free = max(most - len(out) - sum(needed[n + 1 :]), 1)
            out += [(part, n == 0) for part in wrapped(line, room, fonts[min(n, 1)], most=free)]
        return out[:most]

    def _again(self, x: float, y: float, colour: str) -> None:
        """Draw the mark of a series: an arrow that comes round."""
        mask = _round_arrow(int(self._size * 0.8))
        self._image.paste(colour, (int(x), int(y)), mask)

    def present(self) -> None:
        """Draw the line of the present."""
        if self._sheet.now is None:
            return
        since, until, at = self._sheet.now
        left, y = self._x(since), self._y(at)
        self._on.line((left, y, self._x(until), y), fill=_NOW, width=4)
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


@lru_cache(maxsize=4)
def _round_arrow(size: int) -> Image.Image:
    """Return an arrow that comes round, as a mask; drawn large first, so that it is smooth."""
    large = 8 * size
    mask = Image.new("L", (large, large))
    pen = ImageDraw.Draw(mask)
    middle, radius, thick = large / 2, large * 0.36, large * 0.11
    ring = [middle - radius - thick / 2] * 2 + [middle + radius + thick / 2] * 2
    pen.arc(tuple(ring), 20, 300, fill=255, width=int(thick))
    angle, head = radians(300), large * 0.24
    x, y = middle + radius * cos(angle), middle + radius * sin(angle)
    along, across = (-sin(angle), cos(angle)), (cos(angle), sin(angle))
    tip = (x + along[0] * head, y + along[1] * head)
    sides = [(x + s * across[0] * head * 0.8, y + s * across[1] * head * 0.8) for s in (1, -1)]
    pen.polygon([tip, *sides], fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)
