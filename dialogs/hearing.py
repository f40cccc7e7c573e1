"""A stored message to what it means: in its sender's language and zone, on the place's clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from core.inbox import Received
from core.people import Reader
from core.rules import Business
from dialogs import nights
from dialogs.regions import read_in
from dialogs.several import parted
from dialogs.states import State
from dialogs.talk import Talk, alone, asked, reader_zone, spoken, vocabulary
from dialogs.understanding import Intent, Understood, detect, languages, numbers, understand
from dialogs.understanding.lexicon import lexicon
from dialogs.understanding.text import words as words_of
from dialogs.when import Window
from dialogs.when import ready as times_ready
from dialogs.when.tonight import tonight

_ONCE = datetime(2026, 1, 1, tzinfo=UTC)
_TELLING = 3  # words from which on a message tells its language


def ready(codes: Sequence[str] | None = None) -> None:
    """Read the words of languages now, rather than with somebody's first message; None: of all."""
    for code in languages() if codes is None else codes:
        times_ready(code)
        understand("tomorrow at 3", now=_ONCE, zone=ZoneInfo("UTC"), locale=code)


@dataclass(frozen=True, slots=True)
class Hearing:
    """One message and what is known of its talk; `locale` is the language spoken last, if any."""

    business: Business
    locale: str | None
    message: Received
    state: State

    def understood(self, reader: Reader, talk: Talk) -> Understood:
        """Understand the message in the language it seems to be in, else in the others here."""
        body, code = self.message.words, numbers.code(self.message.words)
        if code is not None:  # its letters are of no language
            body = numbers.blank(body, [code[1]])
        known = spoken(self.business)
        settled = next((code for code in (self.locale, reader.locale) if code in known), None)
        usual, seems = settled or known[0], detect(body, known)
        said = self._read(reader, talk, usual)
        sure = Intent.UNKNOWN not in said.intents and (
            seems == usual or (settled and seems is None)
        )
        if sure or len(known) == 1 or self._names(said, body):
            return self._kept(said, usual, evident=False)
        # A word or two are too little to change the language for.
        words = not settled or len(body.split()) >= _TELLING

        def fits(found: Understood) -> tuple[bool, int, bool, bool]:
            likely = found.locale == seems and words
            return (
                Intent.UNKNOWN not in found.intents,
                _weight(found),
                likely,
                found.locale == usual,
            )

        heard = words_of(body)
        others = (
            self._read(reader, talk, code)
            for code in known
            # "zzxy 99" is no other language because the number could be something there.
            if code != usual and any(lexicon(code).speller.known(word.text) for word in heard)
        )
        found = max([said, *others], key=fits)
        return self._kept(found, usual, evident=found.locale == seems and words)

    def _kept(self, found: Understood, usual: str, *, evident: bool) -> Understood:
        """Go on in the language of the talk unless another is evident, or asked for.

        "ja" or "merci" amid a talk in Spanish means what it means, and is answered in Spanish.
        """
        if self.locale is None or evident or found.has(Intent.LANGUAGE):
            return found
        return replace(found, locale=usual)

    def _names(self, said: Understood, body: str) -> bool:
        """Whether it answers "what name?" by a name alone: "Uma" changes no language."""
        alone = said.facts.name is not None and said.facts.name.lower() == body.strip().lower()
        few = len(body.split()) < _TELLING or body.strip()[:1].isupper()
        return self.state is State.NAME and alone and few

    def parted(
        self, reader: Reader, *, booked: Callable[[Window], bool]
    ) -> tuple["Hearing", str] | None:
        """Return the first of two requests in one message, and the words of the other."""
        alone = replace(self, state=State.IDLE)

        def read(words: str) -> Understood:
            return alone.saying(words).understood(reader, Talk())

        if self.message.kind != "text":
            return None
        parts = parted(self.message.body, locales=spoken(self.business), read=read, booked=booked)
        return (self.saying(parts[0]), parts[1]) if parts else None

    def saying(self, words: str) -> "Hearing":
        """Return the same message with other words."""
        return replace(self, message=replace(self.message, body=words))

    def _read(self, reader: Reader, talk: Talk, locale: str) -> Understood:
        """Understand it in one language; for a service of one person no number is a party's."""
        several = any(s.party_max > 1 for s in self.business.services)
        services = self.business.services
        only = services[0] if len(services) == 1 else None
        meant = self.business.service_by_id.get(talk.service or 0, only)
        parties = several and not alone(meant)
        said = self._heard(reader, talk, locale, party=parties)
        named = next((s for s in services if s.key == said.facts.service), meant)
        other = several and not alone(named)
        if other != parties:
            said, before = self._heard(reader, talk, locale, party=other), said
            said = said if other else _counted(said, before)
        elif several and not parties:
            said = _counted(said, self._heard(reader, talk, locale, party=True))
        if self.state is State.SERVICE and said.has(Intent.PRICE):  # naming one is not taking it
            return _without(said, Intent.CHOOSE)
        if said.facts.zone and said.has(Intent.ZONE):  # "no, I'm in Denver" answers no question
            return _without(said, Intent.CONFIRM, Intent.DECLINE)
        return said

    def _heard(self, reader: Reader, talk: Talk, locale: str, *, party: bool) -> Understood:
        """Understand it as it stands; "tonight" after midnight as if it were still before."""
        zone = reader_zone(reader, self.business)
        body = self.message.words
        now = self.message.received

        def read(now: datetime) -> Understood:
            said = understand(
                body,
                now=now,
                zone=zone,
                locale=read_in(locale, self.business),
                vocabulary=vocabulary(self.business, reader, party=party),
                asked=asked(self.state, talk, self.business, locale=locale, zone=zone),
                provider=reader.provider is not None,
            )
            return replace(said, locale=said.locale.partition("-")[0])

        night = nights.going_on(self.business, now)
        if night is not None and zone == self.business.zone and tonight(body, locale=locale):
            said = read(night.start)
            wish = nights.left_of(said.facts.wish, night, now=now)
            if wish.windows:
                return replace(said, facts=replace(said.facts, wish=wish))
        said = read(now)
        if talk.start is None or zone != self.business.zone:
            return said
        wish = nights.same_night(self.business, said.facts.wish, talk.start)
        return replace(said, facts=replace(said.facts, wish=wish))


def _counted(said: Understood, counting: Understood) -> Understood:
    """Keep the people of "haircut for 2 tomorrow at 3": the number was not needed for the time."""
    people = counting.facts.party
    if people is None or said.facts.wish != counting.facts.wish:
        return said
    return replace(said, facts=replace(said.facts, party=people))


def _without(said: Understood, *gone: Intent) -> Understood:
    return replace(said, intents=tuple(intent for intent in said.intents if intent not in gone))


def _weight(said: Understood) -> int:
    """Return how many facts were found: what is read in its own language says the most."""
    facts, wish = said.facts, said.facts.wish
    named = (facts.service, facts.services, facts.provider, facts.party, facts.choices, facts.name)
    timed = (wish.day_said, wish.time_said, wish.exclude, wish.rrule)
    return sum(map(bool, (*named, *timed)))
