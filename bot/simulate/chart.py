"""A simulated month as a picture: how full each day was, and how soon time was refilled."""

import io
from datetime import datetime, timedelta
from itertools import pairwise

from PIL import Image, ImageDraw

from bot.simulate.counting import Count
from core.hours import open_spans
from core.rules import Business, Resource
from core.span import DAY
from dialogs.picture.letters import lettering, shortened

_LEFT, _TOP, _CELL, _ROW, _GAP = 220, 96, 34, 26, 30
_BARS = (
    (5, "5 min"),
    (15, "15"),
    (30, "30"),
    (60, "1 h"),
    (180, "3 h"),
    (720, "12 h"),
    (1440, "1 d"),
)
_TALL = 180
_WIDTH = 860  # at least
_INK, _PALE, _SHUT, _BLUE = "#1d2433", "#5d6678", "#eef0f4", (47, 98, 200)


def drawn(count: Count, businesses: list[Business], begin: datetime, days: int) -> bytes:
    """Return a PNG: a row for each resource, a column for each day, bars of refill times below."""
    rows = [(b, r) for b in businesses for r in b.resources if _taken(count, b, r)]
    height = _TOP + len(rows) * _ROW + len(businesses) * _GAP + _TALL + 130
    image = Image.new("RGB", (max(_LEFT + days * _CELL + 40, _WIDTH), height), "#ffffff")
    on = ImageDraw.Draw(image)
    on.text((24, 20), "How full each day was", _INK, lettering(34, strong=True))
    y, last = _TOP - _GAP, None
    for business, resource in rows:
        if business is not last:
            y, last = y + _GAP, business
            _days(on, business, begin, days, y - 22)
        _row(on, count, whose=(business, resource), begin=begin, days=days, y=y)
        y += _ROW
    _refills(on, count, y + 40)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _taken(count: Count, business: Business, resource: Resource) -> bool:
    return any(key[:2] == (business.id, resource.id) for key in count.taken)


def _days(on: ImageDraw.ImageDraw, business: Business, begin: datetime, days: int, y: int) -> None:
    on.text((24, y), business.name, _INK, lettering(17, strong=True))
    for n in range(days):
        day = begin.astimezone(business.zone).date() + n * DAY
        on.text((_LEFT + n * _CELL + 6, y), str(day.day), _PALE, lettering(15))


def _row(
    on: ImageDraw.ImageDraw,
    count: Count,
    *,
    whose: tuple[Business, Resource],
    begin: datetime,
    days: int,
    y: int,
) -> None:
    business, resource = whose
    name = shortened(resource.name, _LEFT - 40, lettering(18))
    on.text((24, y + 1), name, _INK, lettering(18))
    for n in range(days):
        day = begin.astimezone(business.zone).date() + n * DAY
        opened = sum(
            ((s.end - s.start for s in open_spans(business, resource.id, day))), timedelta()
        )
        hours = opened.total_seconds() / 3600
        full = count.taken.get((business.id, resource.id, day.isoformat()), 0.0)
        share = min(full / (hours * resource.seats), 1.0) if hours else float(full > 0)
        box = (_LEFT + n * _CELL, y, _LEFT + (n + 1) * _CELL - 3, y + _ROW - 4)
        on.rectangle(box, fill=_shade(share) if hours or full else _SHUT)


def _shade(share: float) -> tuple[int, int, int]:
    red, green, blue = (int(245 + (part - 245) * share) for part in _BLUE)
    return red, green, blue


def _refills(on: ImageDraw.ImageDraw, count: Count, y: int) -> None:
    on.text((24, y), "How soon cancelled time was booked again", _INK, lettering(24, strong=True))
    edges = [0, *(edge for edge, _ in _BARS), float("inf")]
    names = [*(f"≤ {name}" for _, name in _BARS), "later"]
    numbers = [
        sum(low < minutes <= high for minutes in count.refills) for low, high in pairwise(edges)
    ]
    most = max(*numbers, 1)
    for n, (name, number) in enumerate(zip(names, numbers, strict=True)):
        x, tall = 24 + n * 96, number * (_TALL - 60) // most
        foot = y + _TALL
        on.rectangle((x, foot - tall, x + 78, foot), fill=_BLUE)
        on.text((x, foot - tall - 22), str(number), _INK, lettering(17))
        on.text((x, foot + 6), name, _PALE, lettering(17))
