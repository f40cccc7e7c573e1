"""From the patterns a message answers to, to its intents: what was asked decides between them."""

from collections.abc import Iterable
from dataclasses import replace

from dialogs.understanding.choosing import within
from dialogs.understanding.correcting import add, scope
from dialogs.understanding.facts import ORDER, PROVIDERS, Asked, Facts, Intent
from dialogs.understanding.gathering import Said
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.providing import provide
from dialogs.understanding.view import BREAKS
from dialogs.when import Grain, Wish

_RANK = {intent: rank for rank, intent in enumerate(ORDER)}
_YESNO = frozenset({"confirm"})
_PICKING = frozenset({"choose", "which"})
_BRIEF = 6
"""Words and breaks of a message that is a yes and no more: "oh yes, please"."""
_CLOSING = frozenset({"decline.idle", "decline.more"})
_FILLING = frozenset({"service", "when", "party", "provider", "open"})
_SETTLED = frozenset(
    {
        Intent.CONFIRM,
        Intent.CANCEL,
        Intent.MOVE,
        Intent.JOIN,
        Intent.LIST,
        Intent.RECURRING,
        Intent.BOOK,
    }
)
_ELSE = frozenset(
    {Intent.QUESTION, Intent.PRICE, Intent.POLICY, Intent.ADDRESS, Intent.HOURS}
) | frozenset({Intent.JOIN, Intent.LIST, Intent.ALTERNATIVES, Intent.HUMAN, Intent.PLACE})
_NO = frozenset({Intent.DECLINE, Intent.CORRECT})
_IDLE = frozenset({"nothing", "more", "unknown"})
_CHANGING = frozenset({Intent.CANCEL, Intent.MOVE, Intent.POLICY, Intent.PRICE})
_MANNERS = frozenset({Intent.HELLO, Intent.THANKS, Intent.BYE})


def judge(said: Said, *, asked: Asked, lexicon: Lexicon, provider: bool) -> tuple[Intent, ...]:
    """Weigh what was found; the most important first, never empty."""
    hits = lexicon.intents.find(said.reading.view)
    situations = _situations(asked)
    active = frozenset(hit for hit in hits if hit.rpartition(".")[2] in situations)
    found = _heard(hits, active, said, asked)
    facts = said.facts
    if not provider:
        found -= PROVIDERS
    _choose(found, facts, asked)
    scope(found, facts, asked)
    add(found, facts)
    if facts.for_another and asked.what in _IDLE and not found & _CHANGING:
        found.add(Intent.BOOK)
    _agree(
        found,
        facts,
        asked,
        besides="besides" in said.found,
        firm="confirm.any" in hits,
        yes="confirm.open" in hits,
    )
    if provider:
        provide(found, facts)
    _prune(found, facts)
    if "question.unless" not in hits:
        _wonder(found, said, asked)
    _hesitate(found, facts)
    parting = Intent.BYE in found and not stated(replace(facts, wish=Wish()))  # "see you tuesday"
    if stated(facts) and not (found - _MANNERS - {Intent.CONFIRM}) and not parting:
        found.add(Intent.INFORM)
    _courtesies(
        found,
        asked,
        closing=bool(active & _CLOSING),
        acknowledged="acknowledged" in said.found,
    )
    if not found:
        found.add(Intent.UNKNOWN)
    return tuple(sorted(found, key=_RANK.__getitem__))


def _heard(hits: frozenset[str], active: frozenset[str], said: Said, asked: Asked) -> set[Intent]:
    """Give the intents whose patterns count here, without those that a veto takes back."""
    found = {Intent(hit.partition(".")[0]) for hit in active}
    if len(asked.options) <= 1 and asked.what in _PICKING and "confirm.yesno" in hits:
        found.add(Intent.CONFIRM)
    found -= {Intent(hit.partition(".")[0]) for hit in hits if hit.endswith(".unless")}
    asking = _asking(said.reading.view.plain)
    if asked.what == "unknown" and _accepts(said, found) and not asking:
        found.add(Intent.CHOOSE)
    if asking and not {"confirm.any", "confirm.open"} & hits:
        found.discard(Intent.CONFIRM)
    if Intent.BOOK in found and "alternatives.any" not in hits:
        found.discard(Intent.ALTERNATIVES)
    if Intent.ASK in found and "book.any" not in hits:
        found.discard(Intent.BOOK)
    if asked.what == "more" and len(said.reading.plain.spans) > _BRIEF:
        # "Yes, I need a taxi" to "anything else?" agrees to nothing.
        found.discard(Intent.CONFIRM)
    if not (said.facts.code or "0").isdigit():  # nobody writes K7QM-4XPT but to use it
        found.add(Intent.LINK)
    more = "besides" in said.found and Intent.CONFIRM in found
    if asked.what in _YESNO and "book.yesno" not in hits and not more:
        found.discard(Intent.BOOK)
    return found


def _accepts(said: Said, found: set[Intent]) -> bool:
    """Whether it takes what was named, whatever that was: "that one sounds good"."""
    return "accepted" in said.found and Intent.DECLINE not in found


def _asking(plain: str) -> bool:
    """Whether a message is one question and nothing else; such a one agrees to nothing."""
    row = plain.split()[1:-1]
    return row[-1:] == ["?"] and not BREAKS.intersection(row[:-1])


def stated(facts: Facts) -> bool:
    """Whether the message states any fact at all."""
    return bool(
        facts.wish
        or facts.service
        or facts.services
        or facts.extras
        or facts.dropped
        or facts.provider
        or facts.anyone
        or facts.party
        or facts.nobody
        or facts.ref
        or facts.name
        or facts.phone
        or facts.code
    )


def _situations(asked: Asked) -> frozenset[str]:
    """Which lists of patterns count after what was asked."""
    if asked.what in _YESNO:
        return frozenset({"any", "yesno"})
    if asked.options or asked.what in _PICKING:
        return frozenset({"any", "options"})
    if asked.what == "more":
        return frozenset({"any", "idle", "more"})
    if asked.what == "unknown":
        return frozenset({"any", "idle", "open", "unknown"})
    return frozenset({"any", "idle"} if asked.what == "nothing" else {"any", "open"})


def _booking_facts(facts: Facts) -> bool:
    return bool(
        facts.wish.windows
        or facts.wish.exclude
        or facts.party
        or facts.nobody
        or facts.service
        or facts.services
        or facts.extras
        or facts.dropped
        or facts.provider
    )


def _choose(found: set[Intent], facts: Facts, asked: Asked) -> None:
    """Pick one of the options; "yes" to the only one of them picks it."""
    if asked.options and (facts.choices or (facts.every and asked.what == "which")):
        found.add(Intent.CHOOSE)
        found -= {Intent.BOOK, Intent.ASK, Intent.SOONER, Intent.ALTERNATIVES}
        if not (facts.party or facts.service):
            found.discard(Intent.CORRECT)
        if len(facts.choices) == 1:
            found.discard(Intent.DECLINE)
        found.discard(Intent.CONFIRM)
    elif asked.what in _PICKING and len(asked.options) < 2 and Intent.CONFIRM in found:  # noqa: PLR2004 - one is no choice
        found.discard(Intent.CONFIRM)
        found.add(Intent.CHOOSE)


def _agree(
    found: set[Intent], facts: Facts, asked: Asked, *, besides: bool, firm: bool, yes: bool
) -> None:
    """Yes, no, and "yes, but": what becomes of the open question."""
    if Intent.DECLINE in found:
        found.discard(Intent.CONFIRM)
    if asked.what in _YESNO:
        _answer(found, facts, asked, besides=besides)
        return
    if found & {Intent.CANCEL, Intent.MOVE}:
        found -= {Intent.DECLINE, Intent.CORRECT}
    if Intent.ALTERNATIVES in found:
        # Asking for others says no to these.
        found.discard(Intent.DECLINE)
    told = stated(facts) and asked.what not in _FILLING and not firm
    if asked.what == "unknown" and yes and Intent.CHOOSE not in found:
        # Whatever it answers, it says yes.
        found.discard(Intent.CORRECT)
    elif found - _MANNERS - {Intent.CONFIRM} or told:
        found.discard(Intent.CONFIRM)
    if Intent.CORRECT in found and not _booking_facts(facts):
        found.discard(Intent.CORRECT)
    if asked.what in _FILLING and not facts.service and not facts.services:
        # The booking is being made already; what is said now fills it in.
        found.discard(Intent.BOOK)
    if found - {Intent.THANKS} <= _NO and Intent.DECLINE in found and _booking_facts(facts):
        # "No, friday": what was taken for meant is not.
        found.add(Intent.CORRECT)


def _answer(found: set[Intent], facts: Facts, asked: Asked, *, besides: bool) -> None:
    """Weigh the answer to a question that takes yes or no."""
    if Intent.HESITATE in found:
        found.discard(Intent.CONFIRM)
    # "I'm in Denver this week" changes no booking.
    told = _booking_facts(facts) and not (Intent.ZONE in found and facts.zone)
    if told and Intent.CORRECT in found:
        found.discard(Intent.ALTERNATIVES)
    elif told and (Intent.MOVE in found or not (found & _SETTLED or _looks_round(found, facts))):
        found.add(Intent.CORRECT)
    if not told and found & (_ELSE | {Intent.DECLINE}):
        found.discard(Intent.CORRECT)
    if Intent.CONFIRM in found:
        found -= {Intent.BYE, Intent.ALTERNATIVES}
        if not besides:
            found.discard(Intent.BOOK)
        if _differs(facts, asked):
            found.add(Intent.CORRECT)
    elif found & {Intent.CORRECT, Intent.CANCEL}:
        found.add(Intent.DECLINE)
    if Intent.CORRECT in found:
        found.discard(Intent.ASK)


def _wonder(found: set[Intent], said: Said, asked: Asked) -> None:
    """Hear a question that no other intent answers; what is booked by the way comes first."""
    facts = said.facts
    told = (
        facts.wish
        or facts.party
        or facts.services
        or facts.extras
        or facts.dropped
        or (facts.service and asked.what in _FILLING)
    )
    if "asks" in said.found and not (found - _MANNERS - {Intent.INFORM} or told or asked.options):
        found.add(Intent.QUESTION)
    if Intent.QUESTION in found:
        found -= {Intent.ASK, Intent.HESITATE}


def _hesitate(found: set[Intent], facts: Facts) -> None:
    """Drop "wait" beside what says more; "ok, let me check" agrees to nothing yet."""
    if Intent.HESITATE in found:
        found.discard(Intent.CONFIRM)
        if found - _MANNERS - {Intent.HESITATE} or _booking_facts(facts):
            found.discard(Intent.HESITATE)


def _looks_round(found: set[Intent], facts: Facts) -> bool:
    """Whether it asks what there is: "what do you have on friday"; "is 4 ok" asks for that time."""
    exact = any(window.grain is Grain.MINUTE for window in facts.wish.windows)
    if Intent.QUESTION in found and not (facts.wish or facts.party or facts.service):
        return True  # "is Ana any good?" asks for nobody else
    return bool(found & {Intent.ASK, Intent.ALTERNATIVES}) and not exact


def _differs(facts: Facts, asked: Asked) -> bool:
    """Whether a yes names another time than the one proposed: "yes, at 4"."""
    return bool(
        asked.ref is not None
        and facts.wish.windows
        and not any(within(window, facts.wish, asked.ref) for window in facts.wish.windows)
    )


def _courtesies(found: set[Intent], asked: Asked, *, closing: bool, acknowledged: bool) -> None:
    """Thanks and goodbyes beside an answer are manners; alone they end the talk."""
    if asked.what in _IDLE:
        if Intent.DECLINE in found and not found - _MANNERS - {Intent.DECLINE}:
            # "No, that's all" thanks for the offer to go on.
            found.discard(Intent.BYE)
            if closing:
                found.add(Intent.THANKS)
        elif (acknowledged and found - _MANNERS) or Intent.CHOOSE in found:
            # "Okay, thanks. Now book me in": the thanks took note of an answer. So do those
            # of "thanks, that one sounds good".
            found.discard(Intent.THANKS)
    elif found - _MANNERS:
        found.discard(Intent.THANKS)


def _prune(found: set[Intent], facts: Facts) -> None:
    """Where two readings of the same words stand side by side, keep the one that is meant."""
    if Intent.UNASKED in found:
        found &= {Intent.UNASKED}
    for strong, weak in _BEATS:
        if strong in found:
            found -= weak
    if facts.service and facts.wish.windows and found & {Intent.ASK, Intent.BOOK}:
        found.discard(Intent.LATE)  # "the room saturday night late, like 11"
    if Intent.SOONER in found and facts.wish.windows and Intent.ASK in found:
        found.discard(Intent.SOONER)
    if found & {Intent.PRICE, Intent.ADDRESS} and not facts.wish:
        found.discard(Intent.ASK)
    if Intent.ZONE in found and facts.zone is None:
        found -= {Intent.ZONE} if facts.wish.zone_said else set()


_BEATS: Iterable[tuple[Intent, set[Intent]]] = (
    (
        Intent.WHY,  # whatever is asked about, and whatever was not to be had
        {Intent.BOOK, Intent.ASK, Intent.CHOOSE, Intent.CONFIRM, Intent.DECLINE, Intent.CORRECT}
        | {
            Intent.QUESTION,
            Intent.ALTERNATIVES,
            Intent.CANCEL,
            Intent.MOVE,
            Intent.LIST,
            Intent.SOONER,
        }
        | {Intent.HOURS, Intent.JOIN, Intent.RECURRING, Intent.TODAY, Intent.TOMORROW}
        | {Intent.WEEK, Intent.BLOCK, Intent.UNBLOCK, Intent.SICK, Intent.LATE, Intent.BOOK_FOR},
    ),
    (Intent.STOP, {Intent.CANCEL, Intent.LEAVE, Intent.DECLINE}),
    (Intent.LEAVE, {Intent.CANCEL, Intent.JOIN, Intent.PLACE, Intent.DECLINE}),
    (Intent.PLACE, {Intent.JOIN, Intent.ASK, Intent.LIST, Intent.ADDRESS}),
    (
        Intent.MOVE,
        {Intent.CANCEL, Intent.BOOK, Intent.LIST, Intent.ASK, Intent.HOURS, Intent.SOONER},
    ),
    (Intent.CANCEL, {Intent.BOOK, Intent.LIST, Intent.ASK}),
    (
        Intent.JOIN,
        {Intent.CANCEL, Intent.BOOK, Intent.ASK, Intent.ALTERNATIVES, Intent.CHOOSE},
    ),
    (Intent.POLICY, {Intent.PRICE, Intent.CANCEL, Intent.ASK}),
    (Intent.LIST, {Intent.ASK, Intent.BOOK}),
    (Intent.BOOK, {Intent.ASK}),
    (Intent.HOURS, {Intent.ASK}),
    (Intent.LANGUAGE, {Intent.HELP}),
    (Intent.FORGET, {Intent.DECLINE, Intent.CANCEL, Intent.LEAVE}),
    (Intent.DATA, {Intent.HELP, Intent.ASK, Intent.LIST}),
    (Intent.PREFER, {Intent.HUMAN, Intent.DECLINE}),
    (Intent.LATE, {Intent.CORRECT, Intent.DECLINE, Intent.CANCEL}),
)
