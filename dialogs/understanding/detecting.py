"""Which language a message is written in: by its small words, its endings and its accents."""

from collections.abc import Iterable
from functools import lru_cache

from dialogs.understanding.lexicon import languages, lexicon
from dialogs.understanding.text import words

_LEAST = 1.0
_LEAD = 1.25
_FUNCTION = 2.0
_KNOWN = 1.0
_MARK = 3.0
_ENOUGH = 60


def detect(text: str, candidates: Iterable[str]) -> str | None:
    """Give the candidate locale that a text is written in; None where it does not tell.

    Words shared by several languages ("ok", "no", "a") count for none of them alone; digits,
    names and signs say nothing. Never raises; candidates without a file of words are left out.
    """
    known = [name for name in candidates if _language(name) in languages()]
    said = [word.text for word in words(text[: _ENOUGH * 20]) if word.text.isalpha()][:_ENOUGH]
    if not known or not said:
        return None
    scores = dict.fromkeys(known, 0.0)
    for word in said:
        weights = {name: _weight(_language(name), word) for name in known}
        best = max(weights.values())
        if best == 0 or sum(weight == best for weight in weights.values()) == len(known) > 1:
            continue
        for name, weight in weights.items():
            scores[name] += weight
    for name in known:
        scores[name] += _MARK * sum(c in _marks(_language(name)) for c in text.lower()[:200])
    ranked = sorted(known, key=lambda name: -scores[name])
    first = scores[ranked[0]]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    if first < _LEAST or first < second * _LEAD:
        return None
    return ranked[0]


def _language(locale: str) -> str:
    return locale.lower().replace("_", "-").partition("-")[0]


@lru_cache(maxsize=20000)
def _weight(language: str, word: str) -> float:
    found = lexicon(language)
    if word in found.function_words:
        return _FUNCTION
    return _KNOWN if word in found.own_words else 0.0


@lru_cache(maxsize=32)
def _marks(language: str) -> frozenset[str]:
    return lexicon(language).letters
