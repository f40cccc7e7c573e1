"""The providers of the town: they agree to requests, look at their day, block time, fall ill."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from bot.acting import Who
from bot.simulate.people import Act
from bot.simulate.post import BUTTONS, Letter
from core.rules import Business, Resource
from core.span import DAY, MINUTE, instant

_MORNING = time(8, 30)
_PHONES = ("sms", "slack", "telegram")


@dataclass
class Provider:
    """One provider at a phone of their own."""

    business: Business
    resource: Resource
    who: Who
    chance: Random
    plan: int = 0

    def mornings(self, begin: datetime, days: int) -> list[datetime]:
        """Return when they look at their day: in the morning of the place, each day."""
        first = begin.astimezone(self.business.zone).date() + DAY
        return [instant(first + n * DAY, _MORNING, self.business.zone) for n in range(days - 1)]

    def morning(self, at: datetime) -> list[Act]:
        """Return what they text on a morning."""
        acts = [Act(at, "today")]
        roll = self.chance.random()
        hour = self.chance.randint(10, 16)
        if roll < 0.05:
            acts.append(Act(at + 3 * MINUTE, f"block tomorrow {hour}:00 to {hour + 1}:30"))
        elif roll < 0.08:
            acts.append(Act(at + 4 * MINUTE, "sick tomorrow"))
        elif roll < 0.11:
            acts.append(Act(at + 4 * MINUTE, "who's waiting?"))
        elif roll < 0.13:
            acts.append(Act(at + 5 * MINUTE, f"unblock tomorrow {hour}:00 to {hour + 1}:30"))
        return acts

    def hear(self, letter: Letter, now: datetime) -> list[Act]:
        """Return what they do about a letter: a request waits for them, a plan for their yes."""
        roll, at = self.chance.random(), now + timedelta(seconds=self.chance.randint(20, 2400))
        if letter.note == "request":
            if roll < 0.12:
                return []
            return [self._chosen(letter, 0 if roll < 0.85 else 1, at)]
        if letter.yes_no:
            at = now + MINUTE
            acts = [self._chosen(letter, 0, at)]
            return [*acts, Act(at + MINUTE, "undo")] if roll < 0.1 else acts
        return []

    def _chosen(self, letter: Letter, index: int, at: datetime) -> Act:
        label = letter.choices[index]
        pressed = (letter.number, index) if letter.channel in BUTTONS else None
        return Act(at, label, pressed=pressed)


def staffed(businesses: list[Business], seed: int) -> list[Provider]:
    """Return the providers of all businesses, each at a phone of their own."""
    return [
        Provider(
            business,
            resource,
            Who(_PHONES[n % 3], f"U{business.id}{resource.key.upper()}", resource.name),
            Random(f"{seed}:{business.slug}:{resource.key}"),
        )
        for business in businesses
        for n, resource in enumerate(business.providers)
    ]
