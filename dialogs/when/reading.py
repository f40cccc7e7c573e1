"""The way from a text to a wish: tokens, layers of rules, choices, windows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.when import amounts, clocks, days, letters, limits, repeats, sametimes, spans
from dialogs.when.answer import wish
from dialogs.when.cascade import Rewrite, State, run
from dialogs.when.choices import Sorted, sort
from dialogs.when.lexicon import lexicon
from dialogs.when.model import Context, Note, Wish
from dialogs.when.prepare import alone, bare, moved, no_such_time, plain
from dialogs.when.tokens import row as tokens
from dialogs.when.zones import second_time, zone_said

FIRST: tuple[Rewrite, ...] = (
    *amounts.RULES,
    *clocks.BEFORE_LENGTHS,
    *repeats.RULES,
    *letters.RULES,
    *amounts.LENGTHS,
    *sametimes.SAME_DAY,
    *spans.BEFORE_DAYS,
    *clocks.RULES,
    *days.RULES,
)
SECOND: tuple[Rewrite, ...] = (
    *spans.HOURS,
    *spans.RULES,
    *limits.BOUNDS,
    *sametimes.TODAY,
    *limits.RULES,
)


def read(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en",
    context: Context | None = None,
    explain: bool = False,
) -> Wish:
    """Read when the words mean. `now` is an aware instant, `zone` the reader's; never raises."""
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    words = lexicon(locale)
    context = context or Context()
    items = alone(plain(tokens(text, words), words, text))
    spoken = items
    items, said = zone_said(items, words, context, zone)
    meant = said or zone
    if context.ref is not None and context.ref.tzinfo is not None:
        context = _local(context, meant)
    state = State(
        now=now.astimezone(meant).replace(tzinfo=None),
        lexicon=words,
        context=context,
        steps=["words: " + " ".join(map(repr, items))] if explain else None,
    )
    state.no_time = no_such_time(items)
    if context.bare_numbers:
        items = bare(items)
    items = run(SECOND, moved(run(FIRST, items, state), state), state)
    sorted_items: Sorted = sort(items)
    found = wish(sorted_items, state, meant, said)
    return second_time(found, spoken, now) if found.note is Note.FOLD else found


def ready(locale: str) -> None:
    """Read the language's words and compile every rule now, rather than with the first phrases."""
    lexicon(locale)
    for rule in (*FIRST, *SECOND):
        _ = rule.pattern


def _local(context: Context, zone: ZoneInfo) -> Context:
    ref = context.ref
    return replace(context, ref=ref.astimezone(zone) if ref else None)
