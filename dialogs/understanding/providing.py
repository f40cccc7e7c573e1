"""What a provider's message means where several readings stand: their own book comes first."""

from dialogs.understanding.facts import Facts, Intent

_ALONE = (Intent.NOTE, Intent.NO_OFFERS, Intent.OFFER_TO)


def provide(found: set[Intent], facts: Facts) -> None:
    """Sort out a provider's words: one thing at a time, and a number needs its request."""
    _own_words(found, facts)
    if found & {Intent.ACCEPT, Intent.REFUSE} and facts.number is None and facts.ref is None:
        kept = {Intent.ACCEPT: Intent.CONFIRM, Intent.REFUSE: Intent.DECLINE}
        for intent, plain in kept.items():
            if intent in found:
                found.add(plain)
    if found & {Intent.SICK, Intent.LATE, Intent.BLOCK, Intent.UNBLOCK, Intent.NO_SHOW}:
        found -= {Intent.BOOK, Intent.ASK, Intent.HOURS, Intent.RECURRING}
        found -= {Intent.REFUSE, Intent.DECLINE, Intent.LIST} if Intent.NO_SHOW in found else set()
        found -= {Intent.CANCEL, Intent.BLOCK} if Intent.SICK in found else set()
        found -= {Intent.BLOCK, Intent.DECLINE} if Intent.UNBLOCK in found else set()
        found -= {Intent.CORRECT, Intent.DECLINE} if Intent.BLOCK in found else set()
    if found & {Intent.ACCEPT, Intent.REFUSE} and (facts.number or facts.ref):
        found -= {Intent.BLOCK, Intent.THANKS, Intent.CONFIRM, Intent.DECLINE}
    if Intent.WAITING in found:
        found -= {Intent.JOIN, Intent.ASK, Intent.PLACE, Intent.HOURS, Intent.TODAY}
    if Intent.BOOK in found and not found & {Intent.TODAY, Intent.TOMORROW, Intent.WEEK}:
        found.add(Intent.BOOK_FOR)
    if Intent.BOOK_FOR in found:
        found.discard(Intent.BOOK)
    if found & {Intent.TODAY, Intent.TOMORROW, Intent.WEEK}:
        found -= {Intent.ASK, Intent.LIST, Intent.BOOK}


def _own_words(found: set[Intent], facts: Facts) -> None:
    """Take a note for nothing but a note, and "I only work 12 to 4" for time that is blocked."""
    alone = next((one for one in _ALONE if one in found), None)
    if alone is not None:  # whatever else it speaks of is what is noted, or offered
        found &= {alone}
    elif facts.works and facts.wish.windows and not found & {Intent.SICK, Intent.UNBLOCK}:
        found.add(Intent.BLOCK)
        found -= {Intent.INFORM, Intent.CORRECT, Intent.TOMORROW, Intent.TODAY}
