"""The facts of a message: names, numbers, times and choices, each found once and then marked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from dialogs.understanding import choosing, numbers
from dialogs.understanding.facts import Asked, Facts, Vocabulary
from dialogs.understanding.lexicon import Lexicon
from dialogs.understanding.names import Hit, find, index
from dialogs.understanding.text import Word, words
from dialogs.understanding.view import BREAKS, Mark, Reading, look, spell_out
from dialogs.when import Context, Wish, read
from dialogs.when.lexicon import lexicon as time_words
from dialogs.when.zones import named as zone_named

_CHANNELS = ("whatsapp", "telegram", "slack", "sms")  # "a text by WhatsApp" is no SMS
_SCOPES = ("alike", "later", "all", "one")  # "this and all later ones" is no "all"
_CITY = 3
_FULL_NAME = 3
_BOTH = 2


@dataclass(frozen=True, slots=True)
class Said:
    """The facts of a message, the reading that intents are looked for in, and what was found."""

    facts: Facts
    reading: Reading
    found: frozenset[str]


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
    marks: list[Mark] = []
    services = find(vocabulary.services, row, ordinary=lexicon.speller.known)
    services = services or _meals(row, lexicon, vocabulary)
    people = _people(
        find(vocabulary.providers, row, ordinary=lexicon.speller.known), text, row, lexicon
    )
    facts, solid = _solid(text, lexicon, vocabulary)
    marks += solid
    first = look(spell_out(row, lexicon), [])
    facts, people_said = _party(
        facts,
        numbers.blank(text, marks),
        first,
        lexicon=lexicon,
        vocabulary=vocabulary,
        asked=asked,
    )
    marks += people_said
    paused = numbers.pause(first, lexicon)
    if paused is not None:
        marks.append(paused)
    picked: tuple[int, ...] = ()
    if asked.options:
        picked, place = choosing.by_words(asked.options, first, lexicon)
        if place and picked:
            marks.append(Mark("pick", *place))
        if picked and len(picked) == len(asked.options) and facts.party == _BOTH:
            facts = replace(facts, party=None)
    if provider and not asked.options:
        number = numbers.request(first, lexicon)
        if number is not None:
            facts = replace(facts, number=number[0])
            marks.append(number[1])
    wish = read(
        numbers.blank(text, marks),
        now=now,
        zone=zone,
        locale=locale,
        context=Context(
            ref=asked.ref,
            day=asked.day,
            hours=vocabulary.hours,
            bare_numbers=_bare(asked, vocabulary),
            place=vocabulary.place,
            rule=asked.rule,
        ),
    )
    times = [Mark("time", start, end) for start, end in wish.spans]
    people = [hit for hit in people if not _covered(row[hit.first], times)]
    marks += _name_marks("service", services, row) + _name_marks("provider", people, row)
    marks += times
    marks += _languages(row, lexicon, marks)
    spelled = spell_out(row, lexicon, marks)
    city = _city(spelled, locale, lexicon, marks)
    if city is not None:
        marks.append(city[1])
    marks += _strangers(text, row, lexicon, marks)
    reading = look(spelled, marks)
    facts = _named(facts, reading, services=services, people=people, row=row, lexicon=lexicon)
    found = dict(reversed(list(lexicon.facts.matches(reading.view))))
    facts = replace(
        facts,
        wish=wish,
        anyone="anyone" in found or (asked.what == "provider" and "anyone_asked" in found),
        zone=city[0] if city is not None else None,
        home="home" in found,
        channel=next((name for name in _CHANNELS if f"channel_{name}" in found), None),
        several="several" in found,
        scope=next((each for each in _SCOPES if f"scope_{each}" in found), None),
        works=provider and "works" in found and "works_not" not in found,
        language=_language(row, marks, lexicon),
        name=_name(text, marks) if provider or "name" in found else None,
    )
    if "own_name" in found:
        # "My name is Ana" is the speaker's name, whoever else is called so.
        facts = replace(facts, name=_own_name(text, marks), provider=None)
    if asked.options:
        facts = _chosen(
            facts,
            picked,
            asked=asked,
            text=text,
            row=row,
            lexicon=lexicon,
        )
    return Said(facts, reading, frozenset(found))


def _meals(row: Sequence[Word], lexicon: Lexicon, vocabulary: Vocabulary) -> list[Hit]:
    """Hear "dinner" as the service of a place that seats people and does nothing else."""
    if not vocabulary.party or len(vocabulary.services) != 1:
        return []
    keys = (vocabulary.services[0].key,)
    meals = [at for at, word in enumerate(row) if word.text in lexicon.meal_words]
    return [Hit(keys, at, at, exact=True) for at in meals]


def _party(
    facts: Facts,
    text: str,
    reading: Reading,
    *,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    asked: Asked,
) -> tuple[Facts, list[Mark]]:
    """Hear for how many: people, nobody, more than can be, or perhaps an hour."""

    def within(other: str) -> bool:
        plain = look(spell_out(words(other), lexicon), [])
        return numbers.party(plain, lexicon, vocabulary, asked) is not None

    odd = numbers.odd_party(text, within) if vocabulary.party else None
    if odd is not None:
        size, mark = odd
        whole = size >= 1 and size == int(size)
        return replace(facts, party=int(size) if whole else None, nobody=not whole), [mark]
    found = numbers.party(reading, lexicon, vocabulary, asked)
    if found is not None:
        return replace(facts, party=found[0]), [found[1]]
    maybe = numbers.party_or_hour(reading, lexicon, vocabulary, asked)
    return replace(facts, party_or_hour=maybe), []


def _bare(asked: Asked, vocabulary: Vocabulary) -> bool:
    """Whether a number alone is a time: "when?" was asked, or a time is being agreed on."""
    if asked.options:
        return False
    return asked.what == "when" or (asked.what == "confirm" and not vocabulary.party)


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


def _covered(word: Word, times: Sequence[Mark]) -> bool:
    return any(mark.start <= word.start < mark.end for mark in times)


def _name_marks(kind: str, hits: Sequence[Hit], row: Sequence[Word]) -> list[Mark]:
    return [Mark(kind, row[hit.first].start, row[hit.last].end) for hit in hits]


def _languages(row: Sequence[Word], lexicon: Lexicon, marks: Sequence[Mark]) -> list[Mark]:
    return [
        Mark("language", word.start, word.end)
        for word in row
        if word.text in lexicon.languages and not _covered(word, marks)
    ]


def _language(row: Sequence[Word], marks: Sequence[Mark], lexicon: Lexicon) -> str | None:
    """Give the last language named: "not english, spanish"."""
    named = [mark for mark in marks if mark.kind == "language"]
    for word in reversed(row):
        if any(mark.start == word.start for mark in named):
            return lexicon.languages.get(word.text)
    return None


def _strangers(
    text: str, row: Sequence[Word], lexicon: Lexicon, marks: Sequence[Mark]
) -> list[Mark]:
    """Find runs of words that nothing knows and that are written as names, or said to be one."""
    out: list[Mark] = []
    place = 0
    while place < len(row):
        first = place
        while (
            place < len(row)
            and place - first < _FULL_NAME
            and _stranger(
                row[place],
                lexicon,
                marks,
                named=place > 0 and text[row[place].start].isupper() and not text.isupper(),
            )
        ):
            place += 1
        if place > first:
            start, end = row[first].start, row[place - 1].end
            called = first > 0 and row[first - 1].text in lexicon.name_words
            if called or (text[start].isupper() and not text.isupper()):
                out.append(Mark("name", start, end))
        else:
            place += 1
    return out


def _stranger(word: Word, lexicon: Lexicon, marks: Sequence[Mark], *, named: bool = False) -> bool:
    return (
        word.text.isalpha()
        and len(word.text) > 1
        and word.text not in lexicon.not_names
        and (named or lexicon.speller.meant(word.text) == word.text)
        and not _covered(word, marks)
    )


def _name(text: str, marks: Sequence[Mark]) -> str | None:
    for mark in marks:
        if mark.kind == "name":
            said = text[mark.start : mark.end]
            return said if said[:1].isupper() else said.title()
    return None


def _own_name(text: str, marks: Sequence[Mark]) -> str | None:
    """Give the name of a speaker who is called like a provider, surname included."""
    said = [mark for mark in marks if mark.kind in {"provider", "name"}]
    if not said:
        return None
    first = min(mark.start for mark in said if mark.kind == "provider")
    last = first
    for mark in sorted(said, key=lambda each: each.start):
        if mark.start <= last + 1:
            last = max(last, mark.end)
    return text[first:last].title()


def _city(
    row: Sequence[Word], locale: str, lexicon: Lexicon, marks: Sequence[Mark]
) -> tuple[str, Mark] | None:
    """Find the zone of a city, or a zone itself, said after "in", "on" and the like."""
    for place in range(1, len(row)):
        if row[place - 1].text not in lexicon.place_words or _covered(row[place], marks):
            continue
        for size in range(min(_CITY, len(row) - place), 0, -1):
            run = row[place : place + size]
            name = " ".join(each.text for each in run)
            zone = zone_named(name, time_words(locale)) if run[-1].text.isalpha() else None
            if zone is not None:
                return zone.key, Mark("zone", run[0].start, run[-1].end)
    return None


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
