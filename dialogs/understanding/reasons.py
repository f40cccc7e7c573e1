"""Why a provider blocks time, in their own words: "for the dentist", "fri 2-4 (school play)"."""

from collections.abc import Iterator, Sequence

from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.marking import covered
from dialogs.understanding.text import Word
from dialogs.understanding.view import BREAKS, Mark

_LONGEST = 60  # characters that are kept
_NEVER = frozenset({"time", "provider", "ref", "phone", "code"})


def reason(text: str, row: Sequence[Word], known: Sequence[Mark], lexicon: Lexicon) -> str | None:
    """Return why, without its article and without manners; None where it is not said.

    It follows a word such as "for", or a comma, colon or bracket behind all times. What is `known`
    to be something else, as a time or somebody of the staff, is never a reason.
    """
    known = [mark for mark in known if mark.kind in _NEVER]
    runs = list(_runs(row, known))
    for run in runs:
        for place in range(len(run)):
            for phrase in lexicon.reasons:
                end = place + len(phrase)
                if tuple(word.text for word in run[place:end]) == phrase:
                    found = _kept(text, run[end:], lexicon)
                    if found is not None:
                        return found
    last = runs[-1] if runs else []
    times = [mark.end for mark in known if mark.kind == "time"]
    behind = bool(last and times) and last[0].start >= max(times, default=0)
    if behind and last[0].text in BREAKS and not (len(last) > 1 and last[1].text in lexicon.ties):
        return _kept(text, last[1:], lexicon)
    return None


def _runs(row: Sequence[Word], known: Sequence[Mark]) -> Iterator[list[Word]]:
    """Yield the words between what is known, in order."""
    run: list[Word] = []
    for word in row:
        if covered(word, known):
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _kept(text: str, run: Sequence[Word], lexicon: Lexicon) -> str | None:
    """Return the words up to the end of their clause, what says nothing taken off both ends."""
    end = next((n for n, word in enumerate(run) if word.text in BREAKS), len(run))
    first = 0
    while first < end and run[first].text in lexicon.reason_not:
        first += 1
    while end > first and run[end - 1].text in lexicon.reason_not:
        end -= 1
    return text[run[first].start : run[end - 1].end][:_LONGEST] if first < end else None
