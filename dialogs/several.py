"""Two requests in one message: "haircut tuesday at 3 and a trim friday at 10". Pure.

The first is answered; the other waits in its own words until the first is settled. So it is with
two changes: "cancel thursday and move friday to 3".
"""

from collections.abc import Callable, Iterator, Sequence

from dialogs.understanding import Intent, Understood
from dialogs.when import Window
from dialogs.when.lexicon import lexicon
from dialogs.when.tokens import row

_BOOKS = frozenset({Intent.BOOK, Intent.INFORM, Intent.RECURRING, Intent.CHOOSE})
_CHANGES = frozenset({Intent.CANCEL, Intent.MOVE})
_JOINTS = frozenset({"AND", "COMMA", "STOP"})


def parted(
    text: str,
    *,
    locales: Sequence[str],
    read: Callable[[str], Understood],
    booked: Callable[[Window], bool],
) -> tuple[str, str] | None:
    """Return the words of the first request and of the other; None where there are no two.

    `read` understands words by themselves, in one of the `locales`; `booked` tells whether a
    booking of theirs is on the day of a window. Each of two names its service: two different ones,
    or one at two times. Where the first has no time, the other's is for both: it keeps all the
    words. Most messages have no joint in any language, and are not read for this.
    """
    if not any(any(_joints(text, code)) for code in locales):
        return None
    for start, end in _joints(text, read(text).locale):
        one = read(text[:start])
        if one.intents[0] in _CHANGES:
            other = _another_change(text, one, end, read, booked)
            if other is not None:
                return text[:start], other
        if one.facts.service is None:
            continue
        two = read(text[end:])
        asks = text.rstrip().endswith("?") and not two.facts.wish  # "do you also do colour?"
        if _apart(one, two) and not asks:
            return (text[:start] if one.facts.wish else text), text[end:].strip()
    return None


def _another_change(
    text: str,
    one: Understood,
    end: int,
    read: Callable[[str], Understood],
    booked: Callable[[Window], bool],
) -> str | None:
    """Return the words of another booking's change; a verb that both share is put before them.

    Each names its booking: what is only moved or rebooked ("can't make thursday, move it to
    friday") is one change.
    """
    if not _names_booking(one):
        return None
    rest = text[end:].strip()
    two = read(rest)
    if two.intents[0] is Intent.BOOK and one.intents[0] is Intent.CANCEL and two.facts.wish.windows:
        return rest
    if two.intents[0] in _CHANGES and _differ(one, two):
        return rest
    if (one.intents[0], two.intents[0]) == (Intent.CANCEL, Intent.MOVE):
        # "annulla giovedi e sposta venerdi alle 21": from there, or to there?
        wish = two.facts.wish
        exact = wish.day_said and wish.time_said and wish.source is None
        return rest if exact and all(map(booked, wish.windows)) else None
    day = one.intents[0] is Intent.MOVE or not two.facts.wish.time_said
    if two.intents[0] is Intent.INFORM and one.facts.wish.spans and day:
        shared = f"{text[: one.facts.wish.spans[0][0]]}{rest}"
        same = read(shared)
        if same.intents[0] is one.intents[0] and _differ(one, same):
            return shared
    return None


def _names_booking(said: Understood) -> bool:
    """Whether a change says which booking it means."""
    facts = said.facts
    at = facts.wish.windows if said.intents[0] is Intent.CANCEL else facts.wish.source
    return bool(facts.service or facts.ref or at)


def _differ(one: Understood, two: Understood) -> bool:
    """Whether two changes are of two bookings, each named in the same way."""
    if one.facts.ref or two.facts.ref:
        return bool(one.facts.ref and two.facts.ref)
    if one.facts.service and two.facts.service and one.facts.service != two.facts.service:
        return True
    first, second = _where(one), _where(two)
    return bool(first and second) and first != second


def _where(said: Understood) -> tuple[Window, ...]:
    """Return the days on which the booking is that a change names."""
    wish = said.facts.wish
    named = wish if said.intents[0] is Intent.CANCEL else wish.source
    return named.windows if named is not None and named.day_said else ()


def _joints(text: str, locale: str) -> Iterator[tuple[int, int]]:
    items = row(text, lexicon(locale))
    for item in items:
        if item.kind in _JOINTS and item.start < item.end and text[item.end :].strip():
            yield item.start, item.end


def _apart(one: Understood, two: Understood) -> bool:
    """Whether two readings are requests of their own."""
    if one.facts.service is None or two.facts.service is None:
        return False
    changes = one.intents[0] in _CHANGES
    if (one.intents[0] not in _BOOKS and not changes) or (
        two.intents[0] not in (_CHANGES if changes else _BOOKS | _CHANGES)
    ):
        return False
    other = one.facts.service != two.facts.service
    return other or bool(one.facts.wish and two.facts.wish)
