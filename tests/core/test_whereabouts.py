"""Where people are: better sources replace weaker ones, stays begin and end, home is remembered."""

from datetime import timedelta

from core import people, whereabouts
from core.people import Reader
from models.desk import MONDAY, Desk

DENVER, CHICAGO, TOKYO, HOME = (
    "America/Denver",
    "America/Chicago",
    "Asia/Tokyo",
    "America/New_York",
)
WEEK = timedelta(days=7)


def meet(desk: Desk, *, profile: str | None = None, channel: str = "slack") -> Reader:
    with desk.session() as session:
        return people.at(
            session,
            channel=channel,
            address="+13125550101" if channel == "sms" else "U0MAYA",
            now=session.now,
            zone=profile,
            zone_source="profile" if profile else None,
        )


def locate(desk: Desk, who: Reader, zone: str, source: str) -> None:
    with desk.session() as session:
        whereabouts.located(session, who.person, zone=zone, source=source)


def go(desk: Desk, who: Reader, zone: str, *, begins: timedelta, lasts: timedelta) -> None:
    with desk.session() as session:
        start = session.now + begins
        whereabouts.stays(session, who.person, zone=zone, start=start, until=start + lasts)


def back(desk: Desk, who: Reader, *, phone: str | None = None) -> None:
    with desk.session() as session:
        whereabouts.back(session, who.person, phone=phone)


def known(desk: Desk, who: Reader) -> tuple[str | None, str | None]:
    with desk.session() as session:
        reader = people.reader(session, who.address)
    return reader.zone, reader.zone_source


def test_a_better_source_replaces_a_weaker_one_and_never_the_other_way(desk: Desk) -> None:
    """Number, profile, shared location, own words: each beats those before it, and itself."""
    who = meet(desk, channel="sms")
    assert known(desk, who) == (CHICAGO, "phone")
    for source in ("profile", "location", "said"):
        locate(desk, who, DENVER, source)
        assert known(desk, who) == (DENVER, source)
        locate(desk, who, TOKYO, source)
        assert known(desk, who) == (TOKYO, source)
    for source in ("phone", "profile", "location"):
        locate(desk, who, CHICAGO, source)
        assert known(desk, who) == (TOKYO, "said")


def test_a_stay_begins_and_ends(desk: Desk) -> None:
    """Before and after it the lasting zone counts; its first moment is in, its last one is out."""
    who = meet(desk, profile=HOME)
    go(desk, who, DENVER, begins=WEEK, lasts=WEEK)
    assert known(desk, who) == (HOME, "profile")
    desk.clock(MONDAY + WEEK)
    assert known(desk, who) == (DENVER, "said")
    desk.clock(MONDAY + 2 * WEEK)
    assert known(desk, who) == (HOME, "profile")


def test_what_is_said_without_an_end_ends_a_stay(desk: Desk) -> None:
    """Their words "I'm in Chicago" correct "I'm in Denver this week"; a location does not."""
    who = meet(desk, profile=HOME)
    go(desk, who, DENVER, begins=timedelta(), lasts=WEEK)
    locate(desk, who, TOKYO, "location")
    assert known(desk, who) == (DENVER, "said")
    locate(desk, who, CHICAGO, "said")
    assert known(desk, who) == (CHICAGO, "said")


def test_back_home_ends_a_stay_first(desk: Desk) -> None:
    """Whoever said where they live is there again after a journey."""
    who = meet(desk, profile=HOME)
    locate(desk, who, CHICAGO, "said")
    go(desk, who, DENVER, begins=timedelta(), lasts=WEEK)
    back(desk, who)
    assert known(desk, who) == (CHICAGO, "said")
    desk.clock(MONDAY + timedelta(days=1))
    assert known(desk, who) == (CHICAGO, "said")


def test_back_home_is_what_the_profile_says(desk: Desk) -> None:
    """It was kept beneath what they said, and what they shared goes with it."""
    who = meet(desk, profile=HOME)
    locate(desk, who, TOKYO, "location")
    locate(desk, who, DENVER, "said")
    back(desk, who)
    assert known(desk, who) == (HOME, "profile")
    back(desk, who)
    assert known(desk, who) == (HOME, "profile")


def test_back_home_is_the_numbers_region_or_unknown(desk: Desk) -> None:
    """Without a profile the number tells, with neither nobody knows."""
    phoner, stranger = meet(desk, channel="sms"), meet(desk)
    for who, phone in ((phoner, CHICAGO), (stranger, None)):
        locate(desk, who, DENVER, "said")
        back(desk, who, phone=phone)
    assert known(desk, phoner) == (CHICAGO, "phone")
    assert known(desk, stranger) == (None, None)


def test_a_profile_that_changes_is_learnt(desk: Desk) -> None:
    """With each message; beneath what was said it waits."""
    who = meet(desk, profile=HOME)
    meet(desk, profile=CHICAGO)
    assert known(desk, who) == (CHICAGO, "profile")
    locate(desk, who, DENVER, "said")
    meet(desk, profile=TOKYO)
    assert known(desk, who) == (DENVER, "said")
    back(desk, who)
    assert known(desk, who) == (TOKYO, "profile")
