"""What a provider plans: kept, taken back once, and its blocks, hours and notes underneath."""

from datetime import date, timedelta

from core import blocking, businesses, changing, people, person_notes, plans
from core.refusals import Reason, Refusal
from core.span import MINUTE, Span
from models.desk import BY, MONDAY, Desk

TUESDAY = date(2026, 3, 3)


def test_the_last_plan_is_what_undo_means(desk: Desk) -> None:
    """Of what was staged or done from an address the last is found, and after a day nothing."""
    with desk.session() as session:
        business = businesses.load(session)
        ana = business.provider_named("ana").id
        address = people.at(session, channel="sms", address="+12125550101", now=session.now).address
        for kind, status in (("block", "done"), ("sick", "asked"), ("late", "staged")):
            plans.add(
                session,
                resource=ana,
                address=address,
                message=None,
                kind=kind,
                status=status,
                facts={},
                now=session.now,
            )
        found = plans.last(session, address, now=session.now)
        assert found is not None
        assert (found.kind, found.status) == ("late", "staged")
        plans.become(session, found, "undone", now=session.now)
        again = plans.last(session, address, now=session.now)
        assert again is not None
        assert again.kind == "block"
        assert plans.last(session, address, now=session.now + timedelta(days=2)) is None


def test_blocks_are_switched_off_and_on(desk: Desk) -> None:
    """A lifted block is found no more, and comes back as it was; twice changes nothing."""
    with desk.session() as session:
        business = businesses.load(session)
        ana = business.provider_named("ana").id
        span = Span(MONDAY + 60 * MINUTE, MONDAY + 120 * MINUTE)
        made = blocking.block(
            session, business=business, resource=ana, span=span, source="hand", now=session.now
        )
        assert [b.span for b in blocking.blocks(session, resource=ana, span=span)] == [span]
        assert blocking.switch(session, [made], active=False) == [made]
        assert blocking.switch(session, [made], active=False) == []
        assert blocking.blocks(session, resource=ana, span=span) == []
        assert blocking.switch(session, [made], active=True) == [made]


def test_the_hours_of_one_day_replace_the_weekly_ones(desk: Desk) -> None:
    """A day's own hours are kept once, replaced, and taken away again."""
    with desk.session() as session:
        ana = businesses.load(session).provider_named("ana").id
        assert blocking.day_hours(session, resource=ana, day=TUESDAY) is None
        for hours in ([["12:00", "16:00"]], [["10:00", "11:00"]]):
            blocking.set_day_hours(session, resource=ana, day=TUESDAY, hours=hours, reason="hand")
            kept = blocking.day_hours(session, resource=ana, day=TUESDAY)
            assert kept == (hours, "hand")
        blocking.set_day_hours(session, resource=ana, day=TUESDAY, hours=None)
        assert blocking.day_hours(session, resource=ana, day=TUESDAY) is None


def test_notes_are_kept_with_the_person(desk: Desk) -> None:
    """What is noted of somebody is read in one line; what is taken back is not."""
    person = desk.person(0)
    with desk.session() as session:
        ana = businesses.load(session).provider_named("ana").id
        numbers = [
            person_notes.add(session, person=person, resource=ana, body=body, now=session.now)
            for body in ("allergic to ammonia", "likes it short")
        ]
        assert person_notes.of(session, [person]) == {person: "allergic to ammonia; likes it short"}
        person_notes.drop(session, numbers[0])
        assert person_notes.of(session, [person]) == {person: "likes it short"}


def test_only_a_no_show_is_taken_back(desk: Desk) -> None:
    """Whoever was not marked as missing cannot be said to have come after all."""
    with desk.session() as session:
        refused = changing.came(session, booking=1, by=BY, now=session.now)
        assert refused == Refusal(Reason.GONE)
