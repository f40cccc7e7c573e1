"""A time of day out of numbers: the hour that a word or digits name, its minutes, both shifted."""

from __future__ import annotations

from dataclasses import replace

from dialogs.when.cascade import Found
from dialogs.when.items import Clock, Item

NOON = 720
DAY = 1440


def hour_of(item: Item | None) -> Clock | None:
    """A number or clock item as a time of day: 1 to 12 open, 13 to 24 and 0 as written."""
    if item is None:
        return None
    if item.kind == "CLOCK":
        clock: Clock = item.value
        return clock
    if item.kind == "POINT":
        return Clock(item.value, sure=True)
    if item.kind != "NUM":
        return None
    number, raw = item.value, item.raw
    if raw.isdigit() and len(raw) in {3, 4} and number >= 0:
        hour, minute = divmod(number, 100)
        if hour > 24 or minute > 59:
            return None
        return Clock(hour * 60 + minute, sure=raw[0] == "0" or hour > 12)
    if not 0 <= number <= 24:
        return None
    if number == 0 and not raw.startswith("0"):
        return None
    return Clock(number * 60, sure=number > 12 or (raw[0] == "0" and raw.isdigit()))


def minute_of(item: Item) -> int | None:
    """The minutes that a quarter, a half, a number or a length says, below sixty."""
    if item.kind == "QUARTER":
        return 15
    if item.kind == "HALF":
        return 30
    if item.kind == "LEN":
        minutes: int = item.value.minutes
        return minutes if item.value.unit == "minute" and 0 < minutes < 60 else None
    return item.value if 0 < item.value < 60 else None


def shifted(hour: Clock, minutes: int) -> Clock:
    """So many minutes later, around the clock."""
    return replace(hour, at=(hour.at + minutes) % DAY)


def pieces(found: Found) -> Clock | None:
    """Hour and minutes that stand as two numbers: "11.30", "5,15", "7 30", "eight forty"."""
    numbers = found.all("NUM", "CLOCK", "DOTTED")
    if len(numbers) == 1:
        lone = numbers[0]
        if lone.kind != "DOTTED":
            return hour_of(lone)
        hour, minute = (int(part) for part in lone.value.split("."))
    else:
        hour, minute = numbers[0].value, numbers[1].value
        if numbers[1].raw.isdigit() and len(numbers[1].raw) != 2:
            return None
    if not 0 <= hour <= 24 or not 0 <= minute < 60:
        return None
    sure = hour > 12 or numbers[0].raw.startswith("0")
    return Clock(hour * 60 + minute, sure=sure)


def pieces_of(item: Item) -> Clock | None:
    """One item as a time of day."""
    return pieces(Found([item]))
