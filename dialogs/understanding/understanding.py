"""A message to its intents and facts: pure, by grammar, in the words of one language."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from dialogs.understanding.asking import heard
from dialogs.understanding.detecting import detect
from dialogs.understanding.facts import Asked, Facts, Intent, Understood, Vocabulary
from dialogs.understanding.gathering import gather
from dialogs.understanding.introducing import introduction
from dialogs.understanding.judging import judge
from dialogs.understanding.lexicon import FALLBACK, Lexicon, languages, lexicon
from dialogs.understanding.names import index
from dialogs.understanding.text import Word, fold, shorten, words
from dialogs.when import Wish

_FEW = 2
_PLAIN = frozenset({Intent.CONFIRM, Intent.DECLINE, Intent.HELLO, Intent.THANKS, Intent.BYE})


def understand(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en",
    vocabulary: Vocabulary | None = None,
    asked: Asked | None = None,
    provider: bool = False,
) -> Understood:
    """Understand a whole message; never raises for any text.

    `now` is an aware instant, `zone` the reader's, `asked` what the last message to this person
    left open. `provider` turns on the words of a linked provider: for a customer "today" is a
    time, for a provider it is the day's list. What means nothing in `locale` is tried in the
    language it seems to be in ("oui" to an English question); the answer's locale says so. An
    unknown `asked.what` is an open question.
    """
    vocabulary = vocabulary or Vocabulary()
    asked = heard(asked or Asked())
    said = shorten(unicodedata.normalize("NFC", text))
    row = words(said)
    bare = _keyword(row, lexicon(locale))
    if bare is None and asked.what != "name" and _stops(row, lexicon(locale), vocabulary):
        bare = Intent.STOP
    if bare is not None:
        return Understood((bare,), Facts(wish=Wish()), locale)

    within = partial(
        _within,
        said=said,
        row=row,
        now=now,
        zone=zone,
        vocabulary=vocabulary,
        asked=asked,
        provider=provider,
    )
    if asked.what == "name":
        within = partial(within, asked=replace(asked, what="nothing"))
        named = _introduced(said, row, within=within, locale=locale)
        if named is not None:
            return named
    first = within(locale)
    if first.intents != (Intent.UNKNOWN,) or not row:
        return first
    if asked.what == "confirm" and said.isascii():
        answer = _foreign_answer(row, locale)
        if answer is not None:
            return answer
    for other, sure in _others(said, row, locale):
        again = within(other)
        if again.intents[0] in _PLAIN or (sure and again.intents[0] is not Intent.UNKNOWN):
            return again
    return first


def _introduced(
    said: str, row: tuple[Word, ...], *, within: partial[Understood], locale: str
) -> Understood | None:
    """Take the answer to "what name?" as the name, beside whatever else it says."""

    def read(part: str) -> Understood:
        return within(locale, said=part, row=words(part))

    found = introduction(said, row, lexicon(locale), read)
    if found is None:
        return None
    alone = Understood((Intent.INFORM,), Facts(wish=Wish(), name=found.name), locale)
    rest = read(found.rest) if found.rest else alone
    if set(rest.intents) <= _PLAIN | {Intent.UNKNOWN, Intent.HESITATE}:
        rest = alone
    return replace(rest, facts=replace(rest.facts, name=found.name))


def _within(
    locale: str,
    said: str,
    row: tuple[Word, ...],
    *,
    now: datetime,
    zone: ZoneInfo,
    vocabulary: Vocabulary,
    asked: Asked,
    provider: bool,
) -> Understood:
    """Understand a message in the words of one language."""
    found = lexicon(locale)
    gathered = gather(
        said,
        row,
        lexicon=found,
        locale=locale,
        now=now,
        zone=zone,
        vocabulary=vocabulary,
        asked=asked,
        provider=provider,
    )
    intents = judge(gathered, asked=asked, lexicon=found, provider=provider)
    facts = gathered.facts
    if Intent.ZONE not in intents and facts.zone is not None:
        facts = replace(facts, zone=None)
    if Intent.LANGUAGE not in intents and facts.language is not None:
        facts = replace(facts, language=None)
    changing = Intent.CANCEL in intents or Intent.MOVE in intents
    if facts.scope is not None and not (changing or asked.series or asked.what == "which"):
        facts = replace(facts, scope=None)
    if Intent.QUESTION not in intents and facts.topic is not None:
        facts = replace(facts, topic=None)
    if facts.every and Intent.CANCEL not in intents and asked.what != "which":
        facts = replace(facts, every=False)
    if facts.reason is not None and Intent.BLOCK not in intents:
        facts = replace(facts, reason=None)
    if facts.for_another and Intent.BOOK not in intents:
        facts = replace(facts, for_another=False)
    return Understood(intents, facts, locale)


def _others(said: str, row: tuple[Word, ...], locale: str) -> Iterator[tuple[str, bool]]:
    """Give other languages worth trying: the one it seems to be; all of them for a word or two."""
    home = lexicon(locale)
    own = home.language
    seems = detect(said, languages())
    if seems is not None and seems != own:
        yield seems, True
    spoken = [word.text for word in row if word.text[0].isalnum()]
    if len(spoken) <= _FEW and not any(home.speller.known(word) for word in spoken):
        for other in languages():
            if other not in {own, seems}:
                yield other, False


def _foreign_answer(row: tuple[Word, ...], locale: str) -> Understood | None:
    """Take the plain "no" or "ja" of another language, though it is some other word here."""
    bare = _bare(row)
    for other in languages():
        intent = lexicon(other).buttons.get(bare)
        if intent in {Intent.CONFIRM, Intent.DECLINE} and other != lexicon(locale).language:
            return Understood((intent,), Facts(wish=Wish()), other)
    return None


def _keyword(row: tuple[Word, ...], own: Lexicon) -> Intent | None:
    """Recognise a carrier's keyword standing alone: STOP, START, HELP, here or in English."""
    bare = _bare(row)
    return own.keywords.get(bare) or lexicon(FALLBACK).keywords.get(bare)


def _stops(row: tuple[Word, ...], own: Lexicon, vocabulary: Vocabulary) -> bool:
    """Whether somebody opts out in a language that is not spoken here: "ALTO", "ARRET".

    One word that means nothing else here: no word of the language, and no name of the business's.
    """
    bare = _bare(row)
    if not bare.isalpha() or own.speller.known(bare):
        return False
    if any(bare in index(named).parts for named in (vocabulary.services, vocabulary.providers)):
        return False
    return any(lexicon(other).keywords.get(bare) is Intent.STOP for other in languages())


def _bare(row: tuple[Word, ...]) -> str:
    return " ".join(word.text for word in row if word.text[0].isalnum())


def pressed(label: str, *, asked: Asked, locale: str = "en") -> Understood:
    """Understand a button: an option's own label chooses it, else it says yes or no.

    A label that is none of these is UNKNOWN; the caller may try its words with `understand`.
    """
    plain = fold(label.strip())
    for place, option in enumerate(asked.options):
        if fold(option.label.strip()) == plain:
            facts = Facts(wish=Wish(), choice=place, choices=(place,))
            return Understood((Intent.CHOOSE,), facts, locale)
    for name in (locale, FALLBACK):
        intent = lexicon(name).buttons.get(plain)
        if intent is not None:
            return Understood((intent,), Facts(wish=Wish()), locale)
    return Understood((Intent.UNKNOWN,), Facts(wish=Wish()), locale)
