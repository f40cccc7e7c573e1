"""The facts of a message: names, numbers, times and choices, each found once and then marked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dialogs.understanding import choosing, meals, numbers
from dialogs.understanding.facts import TOPICS, Asked, Facts, Vocabulary
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.marking import (
    city,
    covered,
    language,
    languages_said,
    own_name,
    stranger_named,
    strangers,
)
from dialogs.understanding.names import Hit, added, find, index
from dialogs.understanding.reasons import reason
from dialogs.understanding.text import Word, words
from dialogs.understanding.view import BREAKS, Mark, Reading, look, spell_out
from dialogs.when import Context, Wish, read
from dialogs.when.naming import days_named, or_between

_CHANNELS = ("whatsapp", "telegram", "slack", "sms")  # "a text by WhatsApp" is no SMS
_SCOPES = ("alike", "later", "all", "one")  # "this and all later ones" is no "all"
_BOTH = 2
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Said:
    """The facts of a message, the reading that intents are looked for in, and what was found."""

    facts: Facts
    reading: Reading
    found: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message and what it is read against, as `gather` takes them."""

    text: str
    row: Sequence[Word]
    lexicon: Lexicon
    locale: str
    now: datetime
    zone: ZoneInfo
    vocabulary: Vocabulary
    asked: Asked
    provider: bool


def gather(
    text: str,
    row: Sequence[Word],
    *,
    lexicon: Lexicon,
    locale: str,
    now: datetime,
    zone: ZoneInfo,
    vocabulary: Vocabulary,
    asked: Asked,
    provider: bool,
) -> Said:
    """Find every fact that a message states."""
    heard = _Heard(text, row, lexicon, locale, now, zone, vocabulary, asked, provider)
    first = look(spell_out(row, lexicon), [])
    yes_or_no = asked.what == "confirm" and not asked.options
    if yes_or_no and choosing.neither_yes_nor_no(first, lexicon):
        return Said(Facts(wish=Wish()), first, frozenset())
    services, people = _names(heard)
    services, extras = added(vocabulary.extras, row, services, ordinary=lexicon.speller.known)
    facts, marks, picked = _numbered(heard, first, services)
    wish = _time(heard, marks, anew=bool(services))
    wish = meals.narrowed(wish, row, lexicon, vocabulary, day=asked.day, zone=zone)
    times = [Mark("time", start, end) for start, end in wish.spans]
    people = [hit for hit in people if not covered(row[hit.first], times)]
    marks += _name_marks("service", services, row) + _name_marks("provider", people, row)
    marks += _name_marks("extra", extras, row)
    marks += times
    marks += languages_said(row, lexicon, marks)
    spelled = spell_out(row, lexicon, marks)
    place = city(spelled, locale, lexicon, marks)
    if place is not None:
        marks.append(place[1])
    marks += strangers(text, row, lexicon, marks)
    reading = look(spelled, marks)
    facts = replace(facts, wish=wish, zone=place[0] if place is not None else None)
    facts = _named(facts, reading, services=services, people=people, row=row, lexicon=lexicon)
    if extras:
        facts = _with_extras(facts, reading, extras, row, lexicon)
    found = frozenset(name for name, _ in lexicon.facts.matches(reading.view))
    facts = _told(heard, facts, found, marks)
    if _undecided(heard, services):
        facts = replace(facts, service=None)
    if asked.options:
        facts = _chosen(facts, picked, asked=asked, text=text, row=row, lexicon=lexicon)
    return Said(facts, reading, found)


def _names(heard: _Heard) -> tuple[list[Hit], list[Hit]]:
    """Find the services and the people that a message names."""
    row, lexicon, vocabulary = heard.row, heard.lexicon, heard.vocabulary
    services = find(vocabulary.services, row, ordinary=lexicon.speller.known)
    staff = find(vocabulary.providers, row, ordinary=lexicon.speller.known)
    return (
        services or meals.named(row, lexicon, vocabulary),
        _people(staff, heard.text, row, lexicon),
    )


def _undecided(heard: _Heard, services: Sequence[Hit]) -> bool:
    """Whether it names one service or another: "a haircut or yoga"."""
    between = [
        (heard.row[one.last].end, heard.row[other.first].start)
        for one, other in pairwise(services)
        if one.keys != other.keys
    ]
    return any(or_between(heard.text, start, end, locale=heard.locale) for start, end in between)


def _numbered(
    heard: _Heard, first: Reading, services: Sequence[Hit]
) -> tuple[Facts, list[Mark], tuple[int, ...]]:
    """Find the numbers that are no time, and the places of the options picked by one."""
    text, row, lexicon, asked = heard.text, heard.row, heard.lexicon, heard.asked
    facts, marks = _solid(text, lexicon, heard.vocabulary)
    named = [Mark("time", start, end) for start, end in days_named(text, locale=heard.locale)]
    named += _name_marks("service", services, row)
    picked, place = (
        choosing.by_words(asked.options, first, lexicon) if asked.options else ((), None)
    )
    facts, people_said = _party(
        facts,
        numbers.blank(text, marks),
        look(spell_out(row, lexicon), named),
        lexicon=lexicon,
        vocabulary=heard.vocabulary,
        asked=asked,
        picked=bool(picked),
    )
    marks += people_said
    paused = numbers.pause(first, lexicon)
    if paused is not None:
        marks.append(paused)
    if place and picked:
        marks.append(Mark("pick", *place))
    if picked and len(picked) == len(asked.options) and facts.party == _BOTH:
        facts = replace(facts, party=None)
    number = numbers.request(first, lexicon) if heard.provider and not asked.options else None
    if number is not None:
        facts = replace(facts, number=number[0])
        marks.append(number[1])
    return facts, marks, picked


def _time(heard: _Heard, marks: Sequence[Mark], *, anew: bool) -> Wish:
    """Read when it wants something, in the words that are nothing else."""
    asked, vocabulary = heard.asked, heard.vocabulary
    return read(
        numbers.blank(heard.text, marks),
        now=heard.now,
        zone=heard.zone,
        locale=heard.locale,
        context=Context(
            ref=asked.ref,
            day=asked.day,
            hours=vocabulary.hours,
            bare_numbers=_bare(asked, vocabulary),
            place=vocabulary.place,
            rule=asked.rule,
            own=vocabulary.own,
            days=_days(asked, now=heard.now, zone=heard.zone, anew=anew),
        ),
    )


def _told(heard: _Heard, facts: Facts, found: frozenset[str], marks: Sequence[Mark]) -> Facts:
    """Add what the patterns of facts tell, and who is named."""
    text, asked = heard.text, heard.asked
    named = heard.provider or "name" in found
    facts = replace(
        facts,
        anyone="anyone" in found or (asked.what == "provider" and "anyone_asked" in found),
        another="another" in found,
        home="home" in found,
        channel=next((name for name in _CHANNELS if f"channel_{name}" in found), None),
        several="several" in found,
        scope=next((each for each in _SCOPES if f"scope_{each}" in found), None),
        every="every" in found,
        for_another="for_another" in found,
        topic=next((each for each in TOPICS if f"topic_{each}" in found), None),
        works=heard.provider and "works" in found and "works_not" not in found,
        reason=reason(text, heard.row, marks, heard.lexicon) if heard.provider else None,
        language=language(heard.row, marks, heard.lexicon),
        name=stranger_named(text, marks) if named else None,
    )
    if "own_name" in found:
        # "My name is Ana" is the speaker's name, whoever else is called so.
        return replace(facts, name=own_name(text, marks), provider=None)
    return facts


def _party(
    facts: Facts,
    text: str,
    reading: Reading,
    *,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    asked: Asked,
    picked: bool,
) -> tuple[Facts, list[Mark]]:
    """Hear for how many: people, nobody, more than can be, or perhaps an hour."""

    def within(other: str) -> bool:
        plain = look(spell_out(words(other), lexicon), [])
        return numbers.party(plain, lexicon, vocabulary, asked, picked=picked) is not None

    odd = numbers.odd_party(text, within) if vocabulary.party else None
    if odd is not None:
        size, mark = odd
        whole = size >= 1 and size == int(size)
        return replace(facts, party=int(size) if whole else None, nobody=not whole), [mark]
    found = numbers.party(reading, lexicon, vocabulary, asked, picked=picked)
    if found is not None:
        return replace(facts, party=found[0]), [found[1]]
    maybe = numbers.party_or_hour(reading, lexicon, vocabulary, asked)
    return replace(facts, party_or_hour=maybe), []


def _bare(asked: Asked, vocabulary: Vocabulary) -> bool:
    """Whether a number alone is a time: "when?" was asked, or a time is being agreed on."""
    if asked.options:
        return False
    return asked.what == "when" or (asked.what == "confirm" and not vocabulary.party)


def _days(asked: Asked, *, now: datetime, zone: ZoneInfo, anew: bool) -> tuple[date, ...]:
    """Give the days that a weekday means first: those offered; far ahead, the days near them.

    What lies within a fortnight leaves the weekdays to the coming week. A message that names what
    it wants `anew` means no day of what was talked about.
    """
    if anew:
        return ()
    offered = [option.start.astimezone(zone).date() for option in asked.options if option.start]
    first = min(offered, default=None)
    if first is None and asked.ref is not None:
        about = asked.ref.astimezone(zone).date()
        first = about - timedelta(days=about.weekday())
    if first is None or first <= now.astimezone(zone).date() + timedelta(days=2 * _WEEK):
        return tuple(offered)
    return (*offered, *(first + timedelta(days=n) for n in range(_WEEK)))


def _solid(text: str, lexicon: Lexicon, vocabulary: Vocabulary) -> tuple[Facts, list[Mark]]:
    """Facts that are one token of digits and letters: phone, one-time code, reference."""
    facts = Facts(wish=Wish())
    marks: list[Mark] = []
    if not any(c.isdigit() for c in text) and text.islower():
        return facts, marks
    phone = numbers.phone(text)
    if phone is not None:
        facts = replace(facts, phone=phone[0])
        marks.append(phone[1])
        text = numbers.blank(text, marks)
    code = numbers.code(text)
    if code is not None:
        facts = replace(facts, code=code[0])
        marks.append(code[1])
    names = {*index(vocabulary.services).parts, *index(vocabulary.providers).parts}
    ref = numbers.reference(numbers.blank(text, marks), lexicon, frozenset(names))
    if ref is not None:
        facts = replace(facts, ref=ref[0])
        marks.append(ref[1])
    return facts, marks


def _people(hits: Sequence[Hit], text: str, row: Sequence[Word], lexicon: Lexicon) -> list[Hit]:
    """Drop names that are everyday words here ("will", "mia" in Italian), unless meant as names."""
    kept = []
    for hit in hits:
        word = row[hit.first]
        everyday = lexicon.speller.known(word.text) and hit.first == hit.last
        capital = text[word.start].isupper() and not text.isupper() and hit.first > 0
        alone = len([each for each in row if each.text not in BREAKS]) == 1
        after = row[hit.first - 1].text in lexicon.with_words if hit.first else False
        if not everyday or capital or alone or after:
            kept.append(hit)
    return kept


def _name_marks(kind: str, hits: Sequence[Hit], row: Sequence[Word]) -> list[Mark]:
    return [Mark(kind, row[hit.first].start, row[hit.last].end) for hit in hits]


def _named(
    facts: Facts,
    reading: Reading,
    *,
    services: Sequence[Hit],
    people: Sequence[Hit],
    row: Sequence[Word],
    lexicon: Lexicon,
) -> Facts:
    """Service and provider meant, those that are said not to be left out."""
    against: list[tuple[int, int]] = []
    if len(services) + len(people) > 0:
        against = [
            reading.span(match)
            for name, match in lexicon.facts.matches(reading.view)
            if name == "against"
        ]
    wanted = _wanted(services, row, against)
    asked_for = _wanted(people, row, against)
    keys = list(dict.fromkeys(key for hit in wanted for key in hit.keys))
    single = next((hit.keys[0] for hit in wanted if len(hit.keys) == 1), None)
    provider = next((hit.keys[0] for hit in asked_for if len(hit.keys) == 1), None)
    return replace(
        facts,
        service=single,
        services=tuple(keys) if len(keys) > 1 else (),
        provider=provider,
        without=tuple(hit.keys[0] for hit in people if hit not in asked_for and len(hit.keys) == 1),
    )


def _with_extras(
    facts: Facts, reading: Reading, extras: Sequence[Hit], row: Sequence[Word], lexicon: Lexicon
) -> Facts:
    """Tell add-ons that are wanted from those that are left out."""
    against = [
        reading.span(match)
        for name, match in lexicon.facts.matches(reading.view)
        if name == "dropped"
    ]
    wanted = _wanted(extras, row, against)
    return replace(
        facts,
        extras=tuple(dict.fromkeys(key for hit in wanted for key in hit.keys)),
        dropped=tuple(
            dict.fromkeys(key for hit in extras if hit not in wanted for key in hit.keys)
        ),
    )


def _wanted(
    hits: Sequence[Hit], row: Sequence[Word], against: Sequence[tuple[int, int]]
) -> list[Hit]:
    return [
        hit
        for hit in hits
        if not any(start <= row[hit.first].start < end for start, end in against)
    ]


def _chosen(
    facts: Facts,
    picked: tuple[int, ...],
    *,
    asked: Asked,
    text: str,
    row: Sequence[Word],
    lexicon: Lexicon,
) -> Facts:
    """Which options are meant: by place, else by time and name, else by label."""
    options = asked.options
    choices = picked
    if not choices or len(choices) == len(options):
        fitting = choosing.by_facts(options, facts.wish, facts.provider)
        choices = fitting or choices
    if not choices:
        choices = choosing.by_clock(options, text)
    if not choices:
        choices = choosing.by_label(options, row, lexicon.speller.known)
    whole = bool(picked) and len(choices) == len(options)
    choice = choices[0] if len(choices) == 1 or (whole and choices) else None
    return replace(facts, choice=choice, choices=choices)
