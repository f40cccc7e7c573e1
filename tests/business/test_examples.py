"""The shipped examples hold the facts of the three demo businesses."""

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from core.blueprint import Blueprint
from core.hours import holiday, open_spans
from core.rules import Business, Confirmation, Kind, Limits, Payment, Quiet, Shift, Tier, Waitlist

Example = Callable[..., Blueprint]


@pytest.fixture
def juniper(example: Example) -> Business:
    return example("juniper").business()


@pytest.fixture
def aurora(example: Example) -> Business:
    return example("aurora").business()


@pytest.fixture
def owl(example: Example) -> Business:
    return example("owl").business()


def closed_by_holiday(business: Business, year: int) -> list[str]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [f"{day:%m-%d}" for day in days if day.year == year and holiday(business.holidays, day)]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25"),
        (2027, "01-01 01-18 02-15 05-31 06-19 07-04 09-06 10-11 11-11 11-25 12-25"),
    ],
)
def test_juniper_closes_on_federal_holidays_themselves(
    juniper: Business, year: int, expected: str
) -> None:
    """Never on the day observed instead: 3 July 2026 is open, 4 July is closed."""
    assert closed_by_holiday(juniper, year) == expected.split()


def test_juniper_works_on_the_third_of_july(juniper: Business) -> None:
    """A Friday: open as every Friday; the Saturday after it is closed."""
    assert open_spans(juniper, None, date(2026, 7, 3))
    assert not open_spans(juniper, None, date(2026, 7, 4))


@pytest.mark.parametrize(
    ("year", "easter"), [(2026, "04-05 04-06"), (2027, "03-28 03-29"), (2028, "04-16 04-17")]
)
def test_aurora_closes_on_exactly_the_days_it_names(
    aurora: Business, year: int, easter: str
) -> None:
    """The fourth of October is one; 29 June and the first Sunday of November are not."""
    fixed = "01-01 01-06 04-25 05-01 06-02 08-15 10-04 11-01 12-08 12-25 12-26"
    assert closed_by_holiday(aurora, year) == sorted((f"{fixed} {easter}").split())
    assert open_spans(aurora, None, date(2027, 6, 29))
    assert open_spans(aurora, None, date(2027, 11, 7))


def test_owl_never_closes(owl: Business) -> None:
    """It has no holidays, and each day's shift ends in the next morning."""
    assert owl.holidays is None
    assert owl.hours == tuple(Shift(day, time(18), time(4)) for day in range(7))
    (shift,) = open_spans(owl, None, date(2026, 12, 25))
    assert shift.length == timedelta(hours=10)


def test_juniper_and_its_people(juniper: Business) -> None:
    """Hours, lunches, days off, limits, rules and addresses are those of the demo."""
    assert juniper.zone.key == "America/New_York"
    assert (juniper.currency, juniper.languages) == ("USD", ("en", "es"))
    weekdays = tuple(Shift(day, time(9), time(19)) for day in range(1, 5))
    assert juniper.hours == (*weekdays, Shift(5, time(9), time(16)))
    assert (juniper.grid, juniper.notice, juniper.furthest) == (15, 60, 60)
    assert juniper.limits == Limits(per_day=2, open=5)
    assert juniper.quiet == Quiet(time(21), time(8))
    assert [rule.minutes for rule in juniper.reminders] == [1440, 60]
    assert juniper.waitlist == Waitlist(30, 10, 240, 60)
    assert juniper.tiers == (Tier(100, "hours", 24), Tier(50, "day"))
    ana, ben, mia, leo = juniper.providers
    assert [p.name for p in juniper.providers] == ["Ana", "Ben", "Mia", "Leo"]
    assert {(s.opens, s.closes) for s in ana.breaks} == {(time(13), time(13, 45))}
    assert {(s.opens, s.closes) for s in ben.breaks} == {(time(12), time(12, 30))}
    assert {(s.opens, s.closes) for s in mia.breaks} == {(time(13), time(13, 30))}
    assert ben.max_day == 8
    assert {s.weekday for s in ben.hours or ()} == {1, 2, 3, 5}
    assert {s.weekday for s in leo.hours or ()} == {3, 4, 5}
    assert ana.hours is None
    assert juniper.contact.human_key == "ana"
    assert juniper.contact.routes == {
        "sms": "+12125550100",
        "whatsapp": "+12125550100",
        "telegram": "JuniperBot",
        "slack": "T0JUNIPER",
    }


def test_juniper_and_its_services(juniper: Business) -> None:
    """Lengths, buffers, prices, what is paid in advance and who does it."""

    def who(key: str) -> list[list[str]]:
        needs = juniper.service_named(key).needs
        return [[juniper.resource(r).name for r in need.any_of] for need in needs]

    haircut = juniper.service_named("haircut")
    assert (haircut.minutes, haircut.before, haircut.after, haircut.price) == (30, 0, 10, 3500)
    assert haircut.names["en"] == ("Haircut", "cut", "trim")
    assert haircut.payment is None
    assert who("haircut") == [["Ana", "Ben"]]
    colour = juniper.service_named("colour")
    assert (colour.minutes, colour.after, colour.price) == (90, 15, 12000)
    assert colour.payment == Payment("deposit", 4000)
    assert who("colour") == [["Ana"]]
    massage = juniper.service_named("massage")
    assert (massage.minutes, massage.before, massage.after) == (60, 10, 10)
    assert massage.payment == Payment("full", 8000)
    assert who("massage") == [["Mia", "Leo"], ["Room 1", "Room 2"]]
    consultation = juniper.service_named("consultation")
    assert (consultation.minutes, consultation.price) == (20, 0)
    assert consultation.confirmation == Confirmation(120)
    assert who("consultation") == [["Mia"]]
    yoga = juniper.service_named("yoga")
    assert (yoga.minutes, yoga.cost(3), yoga.party_max) == (60, 4500, 12)
    assert [(t.weekday, t.starts) for t in yoga.times] == [(1, time(18)), (3, time(18))]
    assert [[juniper.resource(r).name for r in t.resources] for t in yoga.times] == [
        ["Room 1", "Mia"],
        ["Room 1", "Leo"],
    ]
    (need,) = yoga.needs
    room = juniper.resource(need.any_of[0])
    assert (room.kind, room.seats, room.key) == (Kind.CLASS, 12, "yoga")


def test_aurora_asks_large_parties_for_word_and_deposit(aurora: Business) -> None:
    """From seven people on: the host within four hours, then ten euros a head; the price is 0."""
    table = aurora.service_named("table")
    host = aurora.provider_named("chiara")
    assert table.confirmation == Confirmation(240, 7, host.id)
    assert [table.asks_provider(party) for party in (6, 7)] == [False, True]
    assert [table.advance(party) for party in (6, 7, 10)] == [0, 7000, 10000]
    assert (table.price, table.minutes, table.party_max) == (0, 120, 10)
    assert table.names == {"it": ("Tavolo",), "en": ("Table",), "de": ("Tisch",)}
    sizes = [aurora.resource(r).capacity for r in table.needs[0].any_of]
    assert sizes == [2] * 6 + [4] * 4 + [6] * 2 + [10]
    assert (aurora.notice, aurora.furthest, aurora.tiers) == (30, 90, (Tier(100, "hours", 48),))
    assert aurora.contact.human_key == "chiara"


def test_owl_turns_to_its_owner(owl: Business) -> None:
    """Sam is a provider whom no service needs; two rooms, half-hour grid, no fee."""
    rehearsal = owl.service_named("rehearsal")
    assert [owl.resource(r).name for r in rehearsal.needs[0].any_of] == ["Room A", "Room B"]
    assert (rehearsal.price, rehearsal.payment, rehearsal.minutes) == (4000, None, 120)
    assert (owl.grid, owl.notice, owl.furthest) == (30, 30, 60)
    assert owl.quiet == Quiet(time(4), time(12))
    assert owl.contact.human == "Sam"
    assert owl.contact.human_key == "sam"
    assert owl.tiers == (Tier(100, "hours", 0),)
