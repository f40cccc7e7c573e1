"""No fact of a business changes without a line that says so."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.blueprint import Blueprint
from core.comparing import changes
from core.deadline import Deadline
from core.rules import (
    Anyone,
    Business,
    ClassTime,
    Confirmation,
    Contact,
    DayRule,
    Extra,
    Holidays,
    Kind,
    Limits,
    Need,
    Payment,
    Quiet,
    Resource,
    Season,
    Service,
    Shift,
    Tier,
    Waitlist,
)

Example = Callable[..., Blueprint]

PLACE: dict[str, Any] = {
    "name": "Another",
    "zone": ZoneInfo("Europe/Rome"),
    "currency": "EUR",
    "languages": ("es", "en"),
    "hours": (Shift(0, time(9), time(10)),),
    "days": (DayRule(date(2026, 5, 5), ((time(9), time(10)),)),),
    "seasons": (Season("06-01", "08-31", (Shift(0, time(9), time(10)),)),),
    "holidays": Holidays("US", "NY", ("12-24",), ("07-04",)),
    "grid": 30,
    "notice": 61,
    "furthest": 61,
    "hold": 6,
    "limits": Limits(per_day=2, open=6),
    "quiet": Quiet(time(22), time(8)),
    "waitlist": Waitlist(group=4),
    "reminders": (Deadline(minutes=60),),
    "confirm_by": Deadline(minutes=720),
    "follow_up": False,
    "tiers": (Tier(100, "hours", 24),),
    "change_until": Deadline(minutes=1440),
    "anyone": Anyone.ROUND_ROBIN,
    "gaps": 30,
    "payments": "place",
    "joins": ((5, 6),),
    "contact": Contact(human="Ana", human_key="ana", address="Elsewhere"),
}
RESOURCE: dict[str, Any] = {
    "name": "Another",
    "kind": Kind.ROOM,
    "seats": 2,
    "capacity": 3,
    "hours": (),
    "breaks": (Shift(2, time(12), time(13)),),
    "max_day": 3,
    "max_week": 4,
}
SERVICE: dict[str, Any] = {
    "names": {"en": ("Haircut", "cut")},
    "minutes": 31,
    "before": 5,
    "after": 5,
    "price": 3501,
    "per_head": True,
    "needs": (Need((2, 1)),),
    "times": (ClassTime(1, time(9), (1,)),),
    "grid": 30,
    "starts": ((1, time(9)),),
    "party_max": 2,
    "confirmation": Confirmation(30, by=1),
    "payment": Payment("deposit", 100),
    "max_person_day": 1,
    "max_person_week": 2,
    "max_day": 3,
    "max_week": 4,
    "change_until": Deadline(days=1, at=time(18)),
    "reminders": (Deadline(minutes=120),),
    "confirm_by": Deadline(minutes=600),
    "anyone": Anyone.FIRST,
    "gaps": 0,
    "lengths": ((2, 45),),
    "extras": (Extra("beard", {"en": ("Beard trim",)}, 15, 1500, (1,)),),
}
KEPT = {"id", "key", "slug", "revision", "resources", "services", "former", "former_services"}
KEPT |= {"chosen", "only"}  # of what is wanted, not of the business


@pytest.fixture
def business(example: Example) -> Business:
    return example("juniper").business()


def test_every_fact_is_looked_at() -> None:
    """A new field of the rules needs a line here, and in what compares them."""
    for kind, known in ((Business, PLACE), (Resource, RESOURCE), (Service, SERVICE)):
        assert {field.name for field in fields(kind)} - KEPT == set(known)


@pytest.mark.parametrize("name", PLACE)
def test_a_changed_fact_of_the_place_is_a_change(business: Business, name: str) -> None:
    """And nothing changes where nothing does."""
    assert changes(business, business) == ()
    assert changes(business, replace(business, **{name: PLACE[name]}))


@pytest.mark.parametrize("name", RESOURCE)
def test_a_changed_fact_of_a_resource_is_one_line(business: Business, name: str) -> None:
    """With the resource's name."""
    ana, *others = business.resources
    changed = replace(business, resources=(replace(ana, **{name: RESOURCE[name]}), *others))
    (change,) = changes(business, changed)
    assert (change.sign, change.subject) == ("~", "Ana")


@pytest.mark.parametrize("name", SERVICE)
def test_a_changed_fact_of_a_service_is_a_change(business: Business, name: str) -> None:
    """With the service's name."""
    cut, *others = business.services
    changed = replace(business, services=(replace(cut, **{name: SERVICE[name]}), *others))
    found = changes(business, changed)
    assert {(change.sign, change.subject) for change in found} == {("~", "Haircut")}


def test_another_order_is_a_change(business: Business) -> None:
    """The order in which things are offered is a rule as well."""
    turned = replace(business, services=business.services[::-1])
    (change,) = changes(business, turned)
    assert change.subject == "order of the services"


def test_words_of_a_change(business: Business) -> None:
    """Hours of equal days stand together, lengths in their largest unit, money with its sign."""
    table = replace(
        business,
        hours=(
            *(Shift(day, time(12), time(15)) for day in range(3)),
            Shift(2, time(18), time(1)),
            Shift(5, time(12), time(15)),
        ),
        services=(
            replace(
                business.services[0],
                payment=Payment("deposit", 1000, per_head=True, from_party=7),
                confirmation=Confirmation(90, from_party=7),
            ),
            *business.services[1:],
        ),
    )
    texts = [
        change.text.replace("\N{EN DASH}", "-").split(" (was")[0]
        for change in changes(business, table)
    ]
    assert texts == [
        "open Mon-Tue 12:00-15:00, Wed 12:00-15:00 & 18:00-01:00, Sat 12:00-15:00",
        "the provider confirms within 90 min from 7 people on",
        "deposit of $10.00 each in advance from 7 people on",
    ]
