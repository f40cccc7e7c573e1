"""What a note's wording is made with: its facts, the business, and how its reader writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from core.hours import holiday_in
from core.rules import Business
from dialogs.wording import formats
from dialogs.wording.catalog import counted, translated


@dataclass(frozen=True, slots=True)
class Worded:
    """A message in words. `choices` are offered as buttons, or by number where there are none.

    `yes_no` says that the choices are the two answers to a question, which nobody numbers.
    """

    text: str
    choices: tuple[str, ...] = ()
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One note being worded for one reader, in the reader's zone and language."""

    facts: Mapping[str, Any]
    business: Business
    language: str
    zone: ZoneInfo
    other: ZoneInfo
    locale: Locale = field(init=False)

    def __post_init__(self) -> None:
        where = formats.locale_at(self.language, *where_is(self.business))
        object.__setattr__(self, "locale", where)

    def t(self, message: str, **facts: object) -> str:
        """Return a message in the reader's language with its facts in place."""
        return translated(self.language, message).format_map(facts)

    def n(self, one: str, many: str, count: int, **facts: object) -> str:
        """Return a message that depends on a count, which it names `n`."""
        return counted(self.language, one, many, count).format_map(facts | {"n": count})

    def instant(self, name: str) -> datetime:
        """Return a fact that is an instant."""
        return datetime.fromisoformat(self.facts[name])

    def clock(self, moment: datetime) -> str:
        return formats.clock(moment, self.locale, self.zone)

    def day(self, moment: date | datetime) -> str:
        return formats.day(moment, self.locale, self.zone)

    def when(self, moment: datetime) -> str:
        """Return day, time and zone as the reader means them, and the other zone's if it differs.

        Who is known to be elsewhere reads their own time first; who only has a number from
        elsewhere reads the place's first.
        """
        said = self.t(
            "{day} at {time} {zone}",
            day=self.day(moment),
            time=self.clock(moment),
            zone=formats.zone_name(moment, self.locale, self.zone),
        )
        other, here = moment.astimezone(self.other), moment.astimezone(self.zone)
        if other.utcoffset() == here.utcoffset():
            return said
        there = formats.clock(moment, self.locale, self.other)
        name = formats.zone_name(moment, self.locale, self.other)
        if other.date() != here.date():
            there = f"{formats.day(moment, self.locale, self.other)} {there}"
        if self.other == self.business.zone:
            return self.t("{when} ({there} {zone} at our place)", when=said, there=there, zone=name)
        return self.t("{when} ({there} {zone} where you are)", when=said, there=there, zone=name)

    def at(self, moment: datetime) -> str:
        """Return a time of day with its zone, and the other's: "3:00 PM EST (8:00 PM GMT)"."""
        return f"{self.clock(moment)} {self.zone_at(moment)}{self._beside(moment, moment)}"

    def spans(self, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """Return each from when to when; in both zones where the reader's and the other differ."""
        pairs = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in rows]
        return tuple(
            formats.span(start, end, self.locale, self.zone)
            + (f" {self.zone_at(end)}{self._beside(start, end)}" if self._elsewhere(end) else "")
            for start, end in pairs
        )

    def _beside(self, start: datetime, end: datetime) -> str:
        """Return a time or a span in the other zone, in brackets, where its clock differs."""
        if not self._elsewhere(end):
            return ""
        one = formats.clock(end, self.locale, self.other)
        there = formats.span(start, end, self.locale, self.other) if start < end else one
        return f" ({there} {formats.zone_name(end, self.locale, self.other)})"

    def until(self, moment: datetime, *, beside: datetime) -> str:
        """Return a time that is near; its zone only where that of the moment beside it differs."""
        clock, zone = self.clock(moment), self.zone_at(moment)
        return clock if zone == self.zone_at(beside) else f"{clock} {zone}"

    def by(self, moment: datetime, *, beside: datetime) -> str:
        """Return a deadline, "Mon, Mar 2 at 11:00 AM"; its zone where that beside it differs."""
        time = self.until(moment, beside=beside)
        return self.t("{day} at {time}", day=self.day(moment), time=time)

    def latest(self, name: str) -> str:
        """Return the latest moment for something; midnight is told as the end of the day before."""
        moment = self.instant(name)
        if moment.astimezone(self.zone).time() == time(0):
            moment -= timedelta(minutes=1)
        return self.by(moment, beside=self.instant("start"))

    def zone_at(self, moment: datetime) -> str:
        return formats.zone_name(moment, self.locale, self.zone)

    def duration(self, minutes: int) -> str:
        """Return a length of time in whole hours, else in minutes."""
        if minutes % 60:
            return self.n("{n} minute", "{n} minutes", minutes)
        return self.n("{n} hour", "{n} hours", minutes // 60)

    def reason(self, why: str, day: date) -> str:
        """Return why a day is closed: what its rule is called, or its holiday for the reader.

        A holiday without a name in the reader's language is one, and no word of another's.
        """
        if why == "holiday":
            return self.t("holiday")
        named = holiday_in(self.language, self.business.holidays, day, why=why)
        return named or self.t("holiday")

    def money(self, minor: int) -> str:
        return formats.money(minor, self.business.currency, self.locale)

    def service(self, service_id: int | None = None) -> str:
        """Return what a service is called in the reader's language; the note's own with add-ons."""
        if service_id is None:
            return self._extended(self.facts)
        everything = (*self.business.services, *self.business.former_services)
        found = next((s for s in everything if s.id == service_id), None)
        return found.name(self.language) if found else ""

    def _extended(self, facts: Mapping[str, Any]) -> str:
        """Return a service with its add-ons: "Haircut with beard trim"."""
        service = self.service(facts.get("service") or 0)
        if not facts.get("extras"):
            return service
        extras = formats.listed([self._extra(e["names"]) for e in facts["extras"]], self.locale)
        return self.t("{service} with {extras}", service=service, extras=extras)

    def _extra(self, names: Mapping[str, str]) -> str:
        """Return an add-on's name as it stands amid a sentence."""
        name = names.get(self.language) or next(iter(names.values()))
        plain = self.language != "de" and not name[1:2].isupper()
        return name[:1].lower() + name[1:] if plain else name

    def who(self, resource: int | None = None) -> str:
        """Return a provider's name, empty where there is none."""
        wanted = self.facts.get("provider") if resource is None else resource
        everything = (*self.business.resources, *self.business.former)
        found = next((r for r in everything if r.id == wanted), None)
        return found.name if found else ""

    def title(self, facts: Mapping[str, Any] | None = None) -> str:
        """Return the booking in short: "Haircut with Ana", "Table for 4"."""
        facts = self.facts if facts is None else facts
        name = self._extended(facts)
        party, who = facts.get("party") or 1, self.who(facts.get("provider") or 0)
        if party > 1:
            name = self.t("{service} for {party}", service=name, party=party)
        if who and facts.get("extras"):
            return self.t("{service} by {who}", service=name, who=who)
        return self.t("{service} with {who}", service=name, who=who) if who else name

    def one_day(self, options: Sequence[Mapping[str, Any]]) -> datetime | None:
        """Return the first of some free times if all lie on one day of the reader's."""
        starts = [datetime.fromisoformat(o["start"]) for o in options]
        days = {s.astimezone(self.zone).date() for s in starts}
        return starts[0] if len(days) == 1 else None

    def slots(self, options: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return free times as labels, as short as they can be told apart.

        The day is left out where all are on one, names where one person does all of them; the zone
        stands in the text above (see `zones`) unless the labels differ in it.
        """
        whole = self.one_day(options) is None
        named = len({o.get("provider") for o in options}) > 1
        zoned = not self.zones(options)
        return tuple(self._slot(o, whole=whole, named=named, zoned=zoned) for o in options)

    def zones(self, options: Sequence[Mapping[str, Any]]) -> str:
        """Return the one zone that some free times are in; empty where each must say its own."""
        starts = [datetime.fromisoformat(o["start"]) for o in options]
        if any(self._elsewhere(s) for s in starts):
            return ""
        names = {self.zone_at(s) for s in starts}
        return names.pop() if len(names) == 1 else ""

    def _elsewhere(self, moment: datetime) -> bool:
        """Whether the reader's clock and the other zone's differ at a moment."""
        here, other = moment.astimezone(self.zone), moment.astimezone(self.other)
        return here.utcoffset() != other.utcoffset()

    def _slot(self, option: Mapping[str, Any], *, whole: bool, named: bool, zoned: bool) -> str:
        start = datetime.fromisoformat(option["start"])
        said = f"{self.day(start)}, {self.clock(start)}" if whole else self.clock(start)
        if zoned:
            said = f"{said} {self.zone_at(start)}"
        said += self._beside(start, start)
        who = self.who(option.get("provider") or 0)
        return f"{said}, {who}" if named and who else said


def where_is(business: Business) -> tuple[str, str | None]:
    """Return a business's zone and, where its rules name one, its country."""
    return business.zone.key, business.holidays.country if business.holidays else None


_CALLED = {"sms": "SMS", "whatsapp": "WhatsApp", "telegram": "Telegram", "slack": "Slack"}


def called(channel: str) -> str:
    """Return what people call a channel, in every language."""
    return _CALLED.get(channel, channel)


def stays(page: Page, text: str) -> str:
    """Return a text with the assurance that a booking that is not moved stays where it `was`."""
    if not page.facts.get("was"):
        return text
    was = page.when(page.instant("was"))
    return text + " " + page.t("Your booking stays on {when}.", when=was)
