"""Every refusal that the rules alone give, with its facts; no database is needed for it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.hours import closed_why, open_spans
from core.policy import bookable, judge
from core.refusals import Refusal
from core.rules import Business, Shift
from models.desk import MONDAY, blueprint_of

NEW_YORK = ZoneInfo("America/New_York")
JUNIPER = blueprint_of("juniper").business()
OWL = blueprint_of("owl").business()
AURORA = blueprint_of("aurora").business()


def at(text: str, zone: ZoneInfo = NEW_YORK, fold: int = 0) -> datetime:
    local = datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone, fold=fold)
    return local.astimezone(UTC)


def judged(
    business: Business,
    service: str,
    start: datetime,
    *,
    party: int = 1,
    provider: str | None = None,
    now: datetime = MONDAY,
) -> Refusal | None:
    by = business.provider_named(provider).id if provider else None
    found = business.service_named(service)
    return judge(business, found, start=start, party=party, provider=by, now=now)


CASES: list[tuple[str, str, dict[str, Any], str | None, dict[str, Any]]] = [
    ("haircut", "03-03T10:00", {}, None, {}),
    ("haircut", "03-02T08:00", {}, "past", {}),
    ("haircut", "03-02T09:00", {}, "past", {}),  # now itself has begun
    ("haircut", "03-02T09:59", {}, "notice", {"minutes": 60, "earliest": at("03-02T10:00")}),
    ("haircut", "03-02T10:00", {}, "closed", {"day": date(2026, 3, 2), "why": None}),
    ("haircut", "05-01T10:00", {}, None, {}),  # sixty days from now, the last day
    ("haircut", "05-02T10:00", {}, "furthest", {"days": 60, "last": date(2026, 5, 1)}),
    ("haircut", "03-03T10:05", {}, "off_grid", {"grid": 15}),
    ("haircut", "03-03T08:45", {}, "hours", {"minutes": 30}),
    ("haircut", "03-03T18:30", {}, None, {}),  # to the minute of closing; the buffer is beyond
    ("haircut", "03-03T18:45", {}, "hours", {"minutes": 30}),
    (
        "haircut",
        "03-03T13:15",
        {"provider": "ana"},
        "break",
        {"who": "Ana", "until": at("03-03T13:45")},
    ),
    ("haircut", "03-03T12:30", {"provider": "ana"}, None, {}),  # the buffer reaches into lunch
    (
        "haircut",
        "03-03T12:45",
        {"provider": "ana"},
        "break",
        {"who": "Ana", "until": at("03-03T13:45")},
    ),
    ("haircut", "03-03T13:15", {}, None, {}),  # Ben is there
    ("haircut", "03-06T10:00", {"provider": "ben"}, "off", {"who": "Ben", "day": date(2026, 3, 6)}),
    ("haircut", "03-03T10:00", {"provider": "mia"}, "not_by", {"who": "Mia"}),
    ("haircut", "03-03T10:00", {"party": 2}, "party", {"largest": 1}),
    ("haircut", "03-03T10:00", {"party": 0}, "party", {"largest": 1}),
    ("massage", "03-03T10:00", {"provider": "leo"}, "off", {"who": "Leo", "day": date(2026, 3, 3)}),
    ("yoga", "03-03T18:00", {"party": 12}, None, {}),
    ("yoga", "03-03T18:00", {"party": 13}, "party", {"largest": 12}),
    ("yoga", "03-03T17:00", {}, "no_class", {}),
    ("yoga", "03-04T18:00", {}, "no_class", {}),
    ("yoga", "03-03T18:00", {"provider": "ana"}, "not_by", {"who": "Ana"}),
]


@pytest.mark.parametrize(("service", "start", "more", "why", "facts"), CASES)
def test_the_rules_of_juniper(
    service: str, start: str, more: dict[str, Any], why: str | None, facts: dict[str, Any]
) -> None:
    """Each rule refuses what it must, to the minute, and says what there is to say."""
    got = judged(JUNIPER, service, at(start), **more)
    assert (got.reason.value if got else None) == why
    if got is not None:
        assert {key: got.facts[key] for key in facts} == facts


def test_a_public_holiday_says_its_name() -> None:
    """On Independence Day the place is closed, on the day before it is open."""
    june = MONDAY + timedelta(days=100)
    refused = judged(JUNIPER, "haircut", at("07-04T10:00"), now=june)
    assert refused is not None
    assert (refused.reason, refused.facts["why"]) == ("closed", "Independence Day")
    assert judged(JUNIPER, "haircut", at("07-03T10:00"), now=june) is None


def test_the_notice_counts_seconds() -> None:
    """Exactly the notice is enough; a second less is not, so the next minute is the first."""
    assert bookable(JUNIPER, now=at("03-03T09:00")).start == at("03-03T10:00")
    late = at("03-03T09:00") + timedelta(seconds=1)
    assert bookable(JUNIPER, now=late).start == at("03-03T10:01")
    assert judged(JUNIPER, "haircut", at("03-03T10:00"), now=at("03-03T09:00")) is None
    refused = judged(JUNIPER, "haircut", at("03-03T10:00"), now=late)
    assert refused is not None
    assert refused.reason == "notice"


def test_a_table_must_seat_the_party() -> None:
    """Ten have a table, eleven have none."""
    rome, now = ZoneInfo("Europe/Rome"), at("03-03T08:00")
    assert judged(AURORA, "table", at("03-04T19:00", rome), party=10, now=now) is None
    refused = judged(AURORA, "table", at("03-04T19:00", rome), party=11, now=now)
    assert refused is not None
    assert refused.facts == {"largest": 10}


SYDNEY = ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize(
    ("start", "fold", "why"),
    [
        ("03-07T02:00", 0, None),  # last night's shift
        ("03-07T02:30", 0, "hours"),
        ("03-07T04:00", 0, "hours"),
        ("03-07T18:00", 0, None),
        ("04-05T02:00", 0, None),  # the clocks go back at three: this two o'clock …
        ("04-05T02:00", 1, None),  # … and this one an hour later
        ("04-05T02:30", 1, "hours"),
        ("10-04T00:30", 0, None),  # they go forward at two: from here it ends at half past three
        ("10-04T01:00", 0, None),
        ("10-04T01:30", 0, "hours"),
    ],
)
def test_the_night_shift_of_owl(start: str, fold: int, why: str | None) -> None:
    """A shift over midnight belongs to the day it began on, and is as long as its night is."""
    begins = at(start, SYDNEY, fold)
    got = judged(OWL, "rehearsal", begins, now=begins - timedelta(days=2))
    assert (got.reason.value if got else None) == why


def test_a_holiday_closes_the_shift_that_begins_on_it() -> None:
    """What began the evening before goes on over midnight; the holiday's own evening does not."""
    changed = blueprint_of(
        "owl",
        (
            "cancellation = [",
            'closed = [{ day = 2026-05-05, reason = "repairs" }]\ncancellation = [',
        ),
    ).business()
    now = at("05-04T00:00", SYDNEY)
    assert judged(changed, "rehearsal", at("05-05T01:00", SYDNEY), now=now) is None
    refused = judged(changed, "rehearsal", at("05-05T20:00", SYDNEY), now=now)
    assert refused is not None
    assert (refused.reason, refused.facts["why"]) == ("closed", "repairs")
    assert judged(changed, "rehearsal", at("05-06T01:00", SYDNEY), now=now) is not None


def test_a_place_that_never_closes_is_open_over_midnight() -> None:
    """Shifts that touch are one, for what is offered and for what is judged."""
    always = blueprint_of("owl", ("18:00-04:00", "00:00-24:00")).business()
    start = at("05-05T23:30", SYDNEY)
    assert judged(always, "rehearsal", start, now=start - timedelta(days=1)) is None


def test_a_break_over_midnight_cuts_both_nights() -> None:
    """A break from half past eleven to half past twelve is a break on both its days."""
    always = blueprint_of("owl", ("18:00-04:00", "00:00-24:00")).business()
    room = always.provider_named("room-b")
    breaks = tuple(Shift(day, time(23, 30), time(0, 30)) for day in range(7))
    broken = replace(
        always,
        resources=tuple(replace(r, breaks=breaks) if r == room else r for r in always.resources),
    )
    spans = open_spans(broken, room.id, date(2026, 5, 5))
    local = [(s.start.astimezone(SYDNEY).time(), s.end.astimezone(SYDNEY).time()) for s in spans]
    assert local == [(time(0, 30), time(23, 30))]


def test_why_a_day_is_closed() -> None:
    """A holiday has a name; an ordinary Monday is only not open."""
    assert closed_why(JUNIPER, date(2026, 7, 4)) == "Independence Day"
    assert closed_why(JUNIPER, date(2026, 3, 2)) is None
    assert open_spans(JUNIPER, None, date(2026, 3, 2)) == []
