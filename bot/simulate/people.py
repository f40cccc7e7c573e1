"""The customers of the town: when they want something, and what each does about a letter. Pure.

Everybody has a random generator of their own, from the seed of the town: what one of them does
depends on what they hear and on nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.acting import Who
from bot.simulate import words
from bot.simulate.post import BUTTONS, Letter
from core.hours import open_spans
from core.rules import Business, Service
from core.span import DAY, MINUTE, instant

_MOST = 14  # messages about one wish, then they give up
_LATE = 0.06  # who looks at a phone hours later
_FURTHEST = 12  # days ahead that somebody asks for
_PEAK = 0.6  # of the wishes are for one of three hours of the day


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody is going to send: a text, or the press of a choice of a letter.

    `plan` is which of their plans it belongs to: what they planned before a newer one is dropped.
    """

    at: datetime
    text: str
    pressed: tuple[int, int] | None = None
    plan: int | None = None


@dataclass
class Customer:
    """One customer of one business. `whos` are their addresses, the one they write from first."""

    number: int
    business: Business
    whos: list[Who]
    language: str
    zone: ZoneInfo
    chance: Random
    plan: int = 0
    sent: int = 0  # about the wish of the moment
    named: bool = False
    booked: int = 0
    wished: tuple[Service, int, datetime] | None = None
    _last: str = field(default="")

    def begin(self, at: datetime) -> Act:
        """Ask for something new."""
        self.sent, self.plan = 0, self.plan + 1
        if len(self.whos) > 1 and self.chance.random() < 0.3:
            self.whos.reverse()
        services = [s for s in self.business.services if not s.advance(1)]
        service = self.chance.choice(services)
        largest = min(service.party_max, 6)
        parties = [n for n in range(1, largest + 1) if not service.advance(n)]
        party = self.chance.choice(parties) if largest > 1 else 1
        self.wished = service, party, self._moment(service, at)
        return self._said(self._wish(), at)

    def _moment(self, service: Service, now: datetime) -> datetime:
        """Return a start that somebody may like: of a class one of its hours, mostly a busy one."""
        for _ in range(20):
            ahead = min(int(self.chance.expovariate(1 / 3)), _FURTHEST)
            day = now.astimezone(self.business.zone).date() + timedelta(days=ahead)
            if service.times:
                held = self.chance.choice(service.times)
                day += timedelta(days=(held.weekday - day.weekday()) % 7)
                return instant(day, held.starts, self.business.zone)
            spans = open_spans(self.business, None, day)
            if not spans:
                continue
            span = self.chance.choice(spans)
            hours = max(int((span.end - span.start).total_seconds() // 3600), 1)
            busy = self.chance.choice([hours // 2, hours - 2, hours - 3])
            hour = busy if self.chance.random() < _PEAK else self.chance.randrange(hours)
            start = (
                span.start + timedelta(hours=max(hour, 0)) + self.chance.choice((0, 30)) * MINUTE
            )
            if start > now + timedelta(hours=2):
                return start
        return now + DAY

    def _wish(self) -> str:
        if self.wished is None:
            return words.said(self.language, "aside", self.chance)
        service, party, at = self.wished
        return words.wish(
            self.language,
            service,
            party=party,
            at=at,
            zone=self.business.zone,
            chance=self.chance,
        )

    def life(self, at: datetime) -> list[Act]:
        """Return what they do of themselves once they have a booking."""
        roll = self.chance.random()
        later = at + timedelta(hours=self.chance.expovariate(1 / 20))
        if roll < 0.16:
            return [self._free("cancel", later)]
        if roll < 0.24:
            return [self._free("move", later)]
        if roll < 0.29:
            return [self._free("sooner", at + 5 * MINUTE)]
        if roll < 0.34:
            return [self._free("aside", at + 2 * MINUTE)]
        return []

    def _free(self, what: str, at: datetime) -> Act:
        return Act(at, words.said(self.language, what, self.chance))

    def hear(self, letter: Letter, now: datetime) -> list[Act]:
        """Return what they do about a letter."""
        answer = _ANSWERS.get(letter.note, _otherwise)
        if letter.note in _NEWS:
            more = self._news(letter, now)
            if more or letter.note != "booked":
                return more
        self.sent += 1
        if self.sent > _MOST:
            return []
        roll = self.chance.random()
        text = answer(self, letter, roll)
        if text is None:
            return []
        self.plan += 1
        return [self._answer(letter, text, now)]

    def _news(self, letter: Letter, now: datetime) -> list[Act]:
        self.booked += 1
        acts = self.life(now)
        if not self.named and letter.text.rstrip().endswith("?"):
            self.named = True
            acts.append(Act(now + self._pause(), self.whos[0].name))
        return acts

    def _answer(self, letter: Letter, text: str, now: datetime) -> Act:
        at = now + self._pause()
        if text == "late":
            return Act(now + 45 * MINUTE, self._word("yes"), plan=self.plan)
        index = int(text) - 1 if text.isdigit() else 0 if text == "yes" else 1
        choosing = text.isdigit() or (letter.yes_no and text in {"yes", "no"})
        if choosing and letter.channel in BUTTONS and index < len(letter.choices):
            label = letter.choices[index]
            return Act(at, label, pressed=(letter.number, index), plan=self.plan)
        return Act(at, self._word(text) if text in _SPOKEN else text, plan=self.plan)

    def _word(self, what: str) -> str:
        return words.said(self.language, what, self.chance)

    def _said(self, text: str, at: datetime) -> Act:
        return Act(at, text, plan=self.plan)

    def _pause(self) -> timedelta:
        """Return how long they take: mostly half a minute, now and then hours."""
        if self.chance.random() < _LATE:
            return timedelta(minutes=self.chance.randint(20, 300))
        return timedelta(seconds=max(3, int(self.chance.lognormvariate(3.4, 0.9))))

    def another(self) -> str:
        """Return another moment in words."""
        if self.wished is None:
            return self._word("other")
        service, party, at = self.wished
        at += timedelta(days=self.chance.choice((1, 2, 3, 7)))
        self.wished = service, party, at
        return words.moment(self.language, at, self.business.zone)


_SPOKEN = frozenset({"yes", "no", "coming", "cancel", "move", "wait", "leave", "sooner", "other"})
_NEWS = frozenset({"booked", "request_accepted"})

Answer = Callable[[Customer, Letter, float], str | None]


def _proposed(who: Customer, _letter: Letter, roll: float) -> str | None:
    if roll < 0.84:
        return "yes"
    if roll < 0.9:
        return "no"
    return who.another() if roll < 0.96 else None


def _offered(who: Customer, letter: Letter, roll: float) -> str | None:
    if roll < 0.45 and letter.note in {"refused", "went"}:
        return "wait"
    if not letter.choices:
        return who.another() if roll < 0.85 else None
    if roll < 0.85:
        return str(who.chance.randint(1, len(letter.choices)))
    return "other" if roll < 0.93 else None


def _reminded(who: Customer, letter: Letter, roll: float) -> str | None:
    if not letter.choices or roll > 0.62:
        return None
    if roll < 0.5:
        return "coming"
    return who.chance.choice(("1", "cancel", "cancel", "move"))


def _waited(_who: Customer, _letter: Letter, roll: float) -> str | None:
    if roll < 0.6:
        return "yes"
    if roll < 0.7:
        return "no"
    return "late" if roll < 0.85 else None


def _asked_when(who: Customer, _letter: Letter, _roll: float) -> str | None:
    return who.another()


def _asked_what(who: Customer, _letter: Letter, _roll: float) -> str | None:
    return who.wished[0].name(who.language) if who.wished else None


def _asked_how_many(who: Customer, _letter: Letter, _roll: float) -> str | None:
    return str(who.wished[1]) if who.wished else "2"


def _lapsed(_who: Customer, _letter: Letter, roll: float) -> str | None:
    return "yes" if roll < 0.3 else None


def _unclear(who: Customer, _letter: Letter, roll: float) -> str | None:
    return who._wish() if roll < 0.5 else None  # noqa: SLF001 - of the same room


def _silent(_who: Customer, _letter: Letter, _roll: float) -> str | None:
    return None


def _otherwise(_who: Customer, letter: Letter, roll: float) -> str | None:
    if letter.yes_no:
        return "yes" if roll < 0.9 else "no"
    return "1" if letter.choices else None


_ANSWERS: dict[str, Answer] = {
    "proposal": _proposed,
    "again_proposal": _proposed,
    "offer": _offered,
    "refused": _offered,
    "went": _offered,
    "nothing_else": _offered,
    "nothing_earlier": _offered,
    "ask_when": _asked_when,
    "ask_when_else": _asked_when,
    "ask_move_when": _asked_when,
    "again_when": _asked_when,
    "ask_service": _asked_what,
    "ask_party": _asked_how_many,
    "again_party": _asked_how_many,
    "reminder": _reminded,
    "wait_offer": _waited,
    "wait_gone": _offered,
    "hold_lapsed": _lapsed,
    "problem": _unclear,
    "unknown_human": _silent,
    "booked": _silent,
    "request_accepted": _silent,
    "mine": _silent,
    "thanks": _silent,
    "cancelled": _silent,
}


def peopled(
    businesses: list[Business], *, number: int, seed: int, begin: datetime, days: int
) -> list[tuple[Customer, list[datetime]]]:
    """Return the customers of a town and when each of them wants something."""
    town = []
    for n in range(number):
        chance = Random(f"{seed}:{n}")
        business = chance.choices(businesses, weights=[6, 5, 2][: len(businesses)])[0]
        language = chance.choice([*business.languages, business.languages[0]])
        channel = chance.choice(("sms", "sms", "sms", "whatsapp", "telegram", "slack"))
        name = chance.choice(words.NAMES)
        number_ = f"{_PREFIX.get(str(business.zone), '+1646555')}{n:04}"
        address = number_ if channel in {"sms", "whatsapp"} else f"{channel[0].upper()}{n:07}"
        whos = [Who(channel, address, name, language=language)]
        if channel == "sms" and chance.random() < 0.3:
            whos.append(Who("whatsapp", address, name, language=language))
        who = Customer(n, business, whos, language, business.zone, chance)
        wants = sorted(
            begin + timedelta(seconds=_awake(chance, days, business.zone, begin))
            for _ in range(chance.choice((1, 1, 2, 3)))
        )
        town.append((who, wants))
    return town


_PREFIX = {"Europe/Rome": "+39333555", "Australia/Sydney": "+6145555"}


def _awake(chance: Random, days: int, zone: ZoneInfo, begin: datetime) -> int:
    """Return seconds from the beginning, mostly in waking hours of a zone."""
    while True:
        seconds = chance.randrange(days * 86_400)
        hour = (begin + timedelta(seconds=seconds)).astimezone(zone).hour
        if 8 <= hour < 22 or chance.random() < 0.05:
            return seconds
