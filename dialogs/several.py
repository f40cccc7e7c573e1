"""Two requests in one message: "haircut tuesday at 3 and a trim friday at 10". Pure.

The first is answered; the other waits in its own words until the first is settled.
"""

from collections.abc import Callable, Iterator, Sequence

from dialogs.understanding import Intent, Understood
from dialogs.when.lexicon import lexicon
from dialogs.when.tokens import row

_BOOKS = frozenset({Intent.BOOK, Intent.INFORM, Intent.RECURRING, Intent.CHOOSE})
_CHANGES = frozenset({Intent.CANCEL, Intent.MOVE})
_JOINTS = frozenset({"AND", "COMMA", "STOP"})


def parted(
    text: str, *, locales: Sequence[str], read: Callable[[str], Understood]
) -> tuple[str, str] | None:
    """Return the words of the first request and of the other; None where there are no two.

    `read` understands words by themselves, in one of the `locales`. Each of two names its service:
    two different ones, or one at two times. Where the first has no time, the other's is for both:
    it keeps all the words. Most messages have no joint in any language, and are not read for this.
    """
    if not any(any(_joints(text, code)) for code in locales):
        return None
    for start, end in _joints(text, read(text).locale):
        one = read(text[:start])
        if one.facts.service is None:
            continue
        two = read(text[end:])
        asks = text.rstrip().endswith("?") and not two.facts.wish  # "do you also do colour?"
        if _apart(one, two) and not asks:
            return (text[:start] if one.facts.wish else text), text[end:].strip()
    return None


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
