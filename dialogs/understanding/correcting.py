"""What corrects the matter that is open: how much of a series, and what is added to a service."""

from dialogs.understanding.facts import Asked, Facts, Intent

_TOLD = frozenset({Intent.PRICE, Intent.POLICY, Intent.WHY, Intent.LIST, Intent.STOP})


def scope(found: set[Intent], facts: Facts, asked: Asked) -> None:
    """Take "the whole series" for an answer to which of it, and "just once" for a correction."""
    if facts.scope is None:
        return
    if asked.what == "which":
        found.add(Intent.CHOOSE)
        found -= {Intent.BOOK, Intent.RECURRING, Intent.CONFIRM, Intent.CORRECT}
    elif asked.series and not found & {Intent.CANCEL, Intent.MOVE}:
        found.add(Intent.CORRECT)
        found -= {Intent.CONFIRM, Intent.DECLINE, Intent.RECURRING, Intent.HESITATE}


def add(found: set[Intent], facts: Facts) -> None:
    """Take an add-on without its service for a correction: "cancel the beard" is no cancelling."""
    if (facts.extras or facts.dropped) and not facts.service and not found & _TOLD:
        found -= {Intent.BOOK, Intent.ASK, Intent.CANCEL, Intent.MOVE, Intent.QUESTION}
        found -= {Intent.DECLINE, Intent.ALTERNATIVES, Intent.JOIN, Intent.CONFIRM}
        found.add(Intent.CORRECT)
