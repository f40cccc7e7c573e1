"""The answer to "what name?": whatever can be a name is the name, unless it clearly says else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from dialogs.understanding.facts import Facts, Intent, Understood
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.text import Word
from dialogs.understanding.view import BREAKS, spell_out

_LONGEST = 4  # words of a name
_LETTERS = 40
_PAIR = 2
_TITLE = 2  # "Mr.", "J."
_MONTH = timedelta(days=27)
_TIES = frozenset({"'", "-", "."})

# What a name may happen to read as: a month, a number, somebody who works here.
_HARMLESS = frozenset(
    {Intent.UNKNOWN, Intent.INFORM, Intent.CORRECT, Intent.CHOOSE, Intent.BOOK, Intent.ASK}
)
_LEADS = frozenset({Intent.CONFIRM, Intent.HELLO, Intent.THANKS, Intent.HESITATE})


@dataclass(frozen=True, slots=True)
class Introduction:
    """A name as it was written, and what else the message says: "" for nothing."""

    name: str
    rest: str


Read = Callable[[str], Understood]


def introduction(
    text: str, row: Sequence[Word], lexicon: Lexicon, read: Read
) -> Introduction | None:
    """Find the name in the answer to "what name?"; None where the answer is none.

    `read` understands a part of the message as if nothing had been asked.
    """
    at = _past_leads(text, row, lexicon, read)
    first, sure, led = _called(row, at, lexicon)
    last = _last(text, row, first, lexicon)
    asks = last < len(row) and row[last].text == "?"
    elsewhere = led and not sure and Intent.ZONE in read(text).intents
    if last == first or asks or elsewhere:
        return None
    run = row[first:last]
    if not _is_name(text, run, lexicon, read, sure=sure, led=led):
        run = _ending(text, run, lexicon) if led else run[:0]
    if not run:
        return None
    name = text[run[0].start : run[-1].end]
    return Introduction(
        name.title() if name == name.lower() else name, _rest(text, row, last, lexicon)
    )


def _ending(text: str, run: Sequence[Word], lexicon: Lexicon) -> Sequence[Word]:
    """Return the name at the end of "it's for my wife Anna"."""
    first = len(run)
    while first and text[run[first - 1].start].isupper():
        first -= 1
    strange = any(not lexicon.speller.known(word.text) for word in run[first:])
    return run[first:] if strange and len(run) - first <= _LONGEST else run[:0]


def _past_leads(text: str, row: Sequence[Word], lexicon: Lexicon, read: Read) -> int:
    """Return the place after "sure," and "hi": manners before an answer are no part of it."""
    at = 0
    while at < len(row):
        stop = next((n for n in range(at, len(row)) if row[n].text in BREAKS), len(row))
        if stop == at:
            at += 1
        elif stop < len(row) - 1 and _leads(read(text[row[at].start : row[stop - 1].end])):
            at = stop + 1
        elif _called(row, at, lexicon)[0] > at:  # "I'm" begins the answer, and may be no name's
            return at
        elif stop - at > 1 and _leads(read(text[row[at].start : row[at].end])):
            at += 1
        else:
            return at
    return 0


def _leads(said: Understood) -> bool:
    return set(said.intents) <= _LEADS


def _called(row: Sequence[Word], at: int, lexicon: Lexicon) -> tuple[int, bool, bool]:
    """Give the place after "my name is", whether that leaves no doubt, and whether it is there."""
    sure = led = False
    while True:
        spelled = spell_out(row[at:], lexicon)
        said = tuple(word.text for word in spelled)
        for leads in (lexicon.introduces, lexicon.introduces_perhaps):
            size = next((len(x) for x in leads if said[: len(x)] == x and len(said) > len(x)), 0)
            if size:
                break
        if not size:
            return at, sure, led
        sure, led = sure or leads is lexicon.introduces, True
        start = spelled[size].start
        past = next(n for n in range(at, len(row)) if row[n].start == start)
        if past == at:  # "c'est" is one word of the message, and only half of it is the lead
            return at, sure, led
        at = past


def _last(text: str, row: Sequence[Word], first: int, lexicon: Lexicon) -> int:
    """Return the place after the words that may be one name: to a break, an "and", a "please"."""
    at = first
    while at < len(row) and at - first < _LONGEST + 1:
        word = row[at]
        tied = at > first and text[row[at - 1].end : word.start] in _TIES
        short = word.text == "." and at > first and len(row[at - 1].text) <= _TITLE
        if short and at + 1 < len(row) and text[row[at + 1].start].isupper():
            at += 1
            continue
        if not word.text.isalpha() and "'" not in word.text:
            break
        if at > first and not tied and word.text in lexicon.after_names:
            break
        at += 1
    return at


def _is_name(
    text: str,
    run: Sequence[Word],
    lexicon: Lexicon,
    read: Read,
    *,
    sure: bool,
    led: bool,
) -> bool:
    raw = text[run[0].start : run[-1].end]
    said = read(raw)
    meant = set(said.intents) - _HARMLESS
    spelled = spell_out(run, lexicon)  # "we'll" is two words that everybody knows
    strange = any(not lexicon.speller.known(word.text) for word in spelled)
    capitals = all(text[word.start].isupper() for word in run) and not raw.isupper()
    everyday = [word.text in lexicon.function_words for word in spelled]
    noise = all(word.text in lexicon.noises for word in run)
    if noise or len(run) > _LONGEST or len(raw) > _LETTERS:
        return False
    if sure:
        return strange or meant <= _LEADS
    if len(run) > 1 and strange and capitals and not said.facts.service:
        return set(read(run[0].text).intents) <= _HARMLESS
    sentence = led and everyday[0] and text[run[0].start].islower()
    if meant or sentence or said.facts.service or said.facts.services:
        return False
    month = said.facts.wish.day_said and len(run) == _PAIR
    plain = len(run) == 1 or strange or (not any(everyday) and (capitals or month))
    return plain and not _is_time(said.facts, run, lexicon)


def _is_time(facts: Facts, run: Sequence[Word], lexicon: Lexicon) -> bool:
    """Whether it names a day or a part of one; a month or a strange word may be a name."""
    span = facts.wish.windows[0] if facts.wish.windows else None
    if span is None or not all(lexicon.speller.known(word.text) for word in run):
        return False
    return span.start is None or span.end is None or span.end - span.start < _MONTH


def _rest(text: str, row: Sequence[Word], last: int, lexicon: Lexicon) -> str:
    """Return what follows the name, without the words that tie it to it."""
    at = last
    while at < len(row) and (row[at].text in BREAKS or row[at].text in lexicon.ties):
        at += 1
    return text[row[at].start :] if at < len(row) else ""
